"""Page "Nhật ký" (log): searches, shows and verifies the audit log of a person's groups."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from zalo_governor.domain.audit import MOVED, SHOWN, AuditEntry
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
from zalo_governor.storage.queries.panel import AUDIT_ROWS, AuditSearch
from zalo_governor.storage.repositories.audit import SqlAuditLog

PATH = "/nhat-ky"
_ROLES = frozenset({Role.ADMIN})
_CODES = frozenset(
    {
        "about", "approval", "by", "desk_due", "event", "event_id", "finding", "head", "id", "job", "message",
        "outcome", "outgoing", "person", "person_id", "removal", "uid",
    }
)  # fmt: skip
"""Facts of audit rows that are ids, not words; of use only for looking something up in the database."""
_NAMED_APART = frozenset({ExtendDirective.word, FinishDirective.word, RemindNow.word})
"""Commands with another label here: their button says that all addressees are meant, the row may concern one."""
_RULE = re.compile(r"\b[0-9][\w.]*-[\w.-]*\w")
_MONTH = timedelta(days=30)
_AT_ONCE = timedelta(seconds=2)


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    return [
        Route("GET", PATH, show, _ROLES, title="Nhật ký"),
        Route("POST", f"{PATH}/kiem-tra", verify, _ROLES),
    ]


def show(visit: Visit) -> Reply:
    """Show the audit log's rows that fit the search, the newest first."""
    return _page(visit)


def verify(visit: Visit) -> Reply:
    """Check the checksums of the whole audit log, as `zalo-governor audit verify` does, and show the result."""
    return _page(visit, report=visit.outside(SqlAuditLog(visit.office.database).verify))


def _page(visit: Visit, **facts: Any) -> Html:
    query = visit.asked.query
    chosen = visit.chosen_group()
    groups = [chosen] if chosen else visit.groups
    group_ids = [group.id for group in groups]
    if chosen is None and len(groups) == len(visit.policy.governed):
        group_ids.append(NO_GROUP)  # Rows about no group are for admins of all groups.
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
    rows = visit.queries.audit(wanted, before=int(before) if before.isdecimal() and len(before) < 18 else None)
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
                "act": act,
                "who": "Hệ thống" if (by := act[0].actor_id) is None else visit.voice.named(visit.uow.people.get(by)),
                "group": named[act[-1].group_id],
                **_in_words(visit, act),
            }
            for act in as_acts(rows)
        ],
        "last": rows[-1].id if len(rows) == AUDIT_ROWS else 0,
        "report": None,
    }
    return Html("nhat-ky.html", common | facts)


def as_acts(rows: Iterable[AuditEntry]) -> list[list[AuditEntry]]:
    """Group rows, given newest first, by the act that wrote them; return a list of rows for each act.

    A list begins with the command or, if there is none, the decision on a case; each other row is a list of its own.
    """
    acts: list[list[AuditEntry]] = []
    latest: dict[int | None, list[AuditEntry]] = {}
    for row in rows:
        act = latest.get(row.actor_id)
        if act and _is_of(act[0], row):
            act.insert(1 if act[0].action == "command" else 0, row)
        else:
            acts.append([row])
            latest[row.actor_id] = acts[-1]
    return acts


def _is_of(newer: AuditEntry, row: AuditEntry) -> bool:
    if row.actor_id is None or newer.at - row.at > _AT_ONCE or row.action.startswith(("command", "panel.entered")):
        return False
    if newer.action != "command":
        return newer.action.startswith("false_alarm.") and (row.action, row.subject) == (MOVED, newer.subject)
    about = newer.detail.get("about", "").split(", ")
    return row.subject in about or f"approval {row.detail.get('approval')}" in about


def _in_words(visit: Visit, act: Sequence[AuditEntry]) -> dict[str, str]:
    """Return words for what was done, about what, and its facts; the ids apart, as `codes`."""
    row, words = act[0], visit.office.words
    command = visit.office.book.by_word.get(row.subject)
    what, about = words.action(row.action), words.value(row.subject)
    if command and row.action.startswith("command"):
        label = visit.label(command.word, "_done" if command.word in _NAMED_APART else "")
        about = words.value(row.detail.get("about"))
        what = label if row.action == "command" else f"{what}: {label}"
        failed = [words.value(one) for one in row.detail.get("outcome", "done").split(", ") if one not in DONE]
        what += f" ({', '.join(failed)})" if failed else ""
    details, codes = [], []
    for one in act:
        told = with_addressee(visit.uow, with_place(visit.uow, one)).detail
        # A deadline in words is a text; a number is only stored so that the decision can be taken back.
        hidden = {key: fact for key, fact in told.items() if key in _CODES or (key == "due" and isinstance(fact, int))}
        facts = words.facts({key: fact for key, fact in told.items() if key not in hidden})
        if one is row:
            details.append(facts)
        elif one.action != SHOWN:  # The command says so already.
            details.append(f"{words.action(one.action)} ({facts})".removesuffix(" ()"))
        codes.append(f"{one.action} {one.subject} {words.facts(hidden)}")
    title = visit.policy.of(act[-1].group_id).regulation.title_of_rule
    texts = (about, "; ".join(filter(None, details)))
    about, detail = (_RULE.sub(lambda found: title(found[0]), text) for text in texts)
    return {"what": what, "about": about, "detail": detail, "codes": "; ".join(codes)}


def _day(typed: str) -> datetime | None:
    if not typed.startswith("20"):
        return None  # In other years, the time zone or the next day may be out of the calendar.
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=VIETNAM)
    except ValueError:
        return None
