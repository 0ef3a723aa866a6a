"""Nhật ký: the audit log of a person's groups, searched, printed and checked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from zalo_governor.domain.audit import AuditEntry
from zalo_governor.domain.clock import VIETNAM, local
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import Role
from zalo_governor.features.cases.commands.record import with_place
from zalo_governor.features.directives.commands import RemindNow
from zalo_governor.features.directives.end_commands import ExtendDirective, FinishDirective
from zalo_governor.features.directives.register import with_addressee
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import DONE, Html, Reply, Visit
from zalo_governor.storage.queries.panel import AUDIT_ROWS, AuditSearch, PanelQueries
from zalo_governor.storage.repositories.audit import SqlAuditLog

PATH = "/nhat-ky"
_ROLES = frozenset({Role.ADMIN})
_CODES = frozenset(
    {"about", "event", "event_id", "finding", "head", "id", "job", "outcome", "outgoing", "person", "person_id", "uid"}
)
"""Facts that are no words: for who looks something up in the database."""
_NAMED_APART = frozenset({ExtendDirective.word, FinishDirective.word, RemindNow.word})
"""Commands whose button is called after all the addressees of a page; here it may have been about one of them."""
_RULE = re.compile(r"\b[0-9][\w.]*-[\w.-]*\w")
_MONTH = timedelta(days=30)


def routes(office: Office) -> list[Route]:
    """Return the addresses of the page."""
    return [
        Route("GET", PATH, show, _ROLES, title="Nhật ký"),
        Route("POST", f"{PATH}/kiem-tra", verify, _ROLES),
    ]


def show(visit: Visit) -> Reply:
    """Show the rows that fit the search, the newest first."""
    return _page(visit)


def verify(visit: Visit) -> Reply:
    """Check the whole chain, as `zalo-governor audit verify` does."""
    return _page(visit, report=visit.outside(SqlAuditLog(visit.office.database).verify))


def _page(visit: Visit, **facts: Any) -> Html:
    query = visit.asked.query
    chosen = visit.chosen_group()
    groups = [chosen] if chosen else visit.groups
    group_ids = [group.id for group in groups]
    if chosen is None and len(groups) == len(visit.policy.governed):
        group_ids.append(NO_GROUP)  # What is done in private concerns no group: for who is admin of all.
    today = local(visit.now).replace(hour=0, minute=0, second=0, microsecond=0)
    start = _day(query.get("tu", "")) or today - _MONTH
    end = _day(query.get("den", "")) or today
    before = query.get("truoc", "")
    holders = visit.uow.people.holders(visit.office.account)
    actors = [one for one in holders if any(one.roles_in(group.id) for group in groups)]
    wanted = AuditSearch(
        group_ids=group_ids,
        start=start.astimezone(UTC),
        end=(end + timedelta(days=1)).astimezone(UTC),
        action=query.get("viec", ""),
        about=query.get("ve", "").strip().upper(),
        actor_id=next((one.id for one in actors if f"{one.id}" == query.get("ai")), None),
    )
    rows = PanelQueries(visit.office.database).audit(
        visit.uow.tx.connection, wanted, before=int(before) if before.isdecimal() and len(before) < 18 else None
    )
    words = visit.office.words
    named = {group.id: group.name for group in visit.groups} | {NO_GROUP: ""}
    common = {
        "groups": visit.groups,
        "chosen": chosen.id if chosen else "",
        "start": start,
        "end": end,
        "action": wanted.action,
        "about": wanted.about,
        "actor": wanted.actor_id or "",
        "actors": [(one.id, visit.voice.named(one)) for one in actors],
        "actions": sorted(words.actions().items(), key=lambda one: one[1]),
        "rows": [
            {
                "entry": row,
                "who": "Hệ thống" if row.actor_id is None else visit.voice.named(visit.uow.people.get(row.actor_id)),
                "group": named[row.group_id],
                **_in_words(visit, row),
            }
            for row in rows
        ],
        "last": rows[-1].id if len(rows) == AUDIT_ROWS else 0,
        "report": None,
    }
    return Html("nhat-ky.html", common | facts)


def _in_words(visit: Visit, row: AuditEntry) -> dict[str, str]:
    """Return what was done, about what, and its facts, without the codes by which the program knows them."""
    words, command = visit.office.words, visit.office.book.by_word.get(row.subject)
    what, about, outcome = words.action(row.action), words.value(row.subject), row.detail.get("outcome", "done")
    if command and row.action.startswith("command"):
        label = visit.label(command.word, "_done" if command.word in _NAMED_APART else "")
        about = words.value(row.detail.get("about"))
        what = label if row.action == "command" else f"{what}: {label}"
        what += "" if outcome in DONE else f" ({words.value(outcome)})"
    detail = with_addressee(visit.uow, with_place(visit.uow, row)).detail
    facts, codes = (
        words.facts({key: fact for key, fact in detail.items() if (key in _CODES) is wanted})
        for wanted in (False, True)
    )
    title = visit.policy.of(row.group_id).regulation.title_of_rule

    def titled(text: str) -> str:
        return _RULE.sub(lambda found: title(found[0]), text)

    return {
        "what": what,
        "about": titled(about),
        "detail": titled(facts),
        "codes": f"{row.action} {row.subject} {codes}",
    }


def _day(typed: str) -> datetime | None:
    if not typed.startswith("20"):
        return None  # No year that a time zone or another day leads out of the calendar.
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=VIETNAM)
    except ValueError:
        return None
