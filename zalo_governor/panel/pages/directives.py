"""Page "Chỉ đạo" (directives): a table of units and open directives, and a page for each directive."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from zalo_governor.domain.directives import Assignee, Directive, DirectiveState, Progress
from zalo_governor.features.directives.commands import KEEPERS, ShowDirectives, named_among
from zalo_governor.features.directives.end_commands import FinishDirective, ReopenDirective
from zalo_governor.features.directives.pages import DirectivePages, closer
from zalo_governor.features.directives.reminders import to_remind
from zalo_governor.features.directives.search import ENDED, find_ended
from zalo_governor.panel.buttons import BY_WORD, DIRECTIVE_BUTTONS, PROPOSAL_BUTTONS, REMIND, Button, Wants
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, NotFoundError, Reply, SeeOther, Visit

PATH = "/chi-dao"
_ONE = PATH + "/{number}"
_MOST = 60
_TYPED = "%Y-%m-%dT%H:%M"
"""How browsers send the field of a day and an hour (HTML, 2.3.5.7)."""


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    return [
        Route("GET", PATH, show, KEEPERS, title="Chỉ đạo"),
        Route("GET", _ONE, one, KEEPERS, writes=True),
        Route("GET", f"{_ONE}/nhac", preview, KEEPERS),
        Route("POST", f"{_ONE}/{{word}}", act, KEEPERS, writes=True),
    ]


def show(visit: Visit) -> Reply:
    """Show a table of one group, a row for each unit and a column for each open directive; or a list of ended ones."""
    group = visit.one_group()
    pages = DirectivePages(visit.policy.of(group.id))
    chosen = visit.asked.query.get("xem", "")
    if chosen in ENDED:
        ended = find_ended(visit.uow, [group.id], chosen, visit.now)
        rows = [(one, pages.due(one.deadlines()), pages.state(one)) for one in ended[:_MOST]]
        facts = {"groups": visit.groups, "group": group, "chosen": chosen, "ended": rows, "count": len(ended)}
        return Html("chi-dao.html", facts)
    ledger = visit.uow.directives.overview(group.id, visit.now, _MOST)
    cells: dict[str, dict[int, list[Assignee]]] = defaultdict(lambda: defaultdict(list))
    delays = []
    for directive in (line.directive for line in ledger.lines):
        for one in visit.uow.directives.assignees(directive.id):
            if not one.removed:
                cells[one.name][directive.id].append(one)
                if one.delayed_at and not one.settled:
                    delays.append({"directive": directive, "one": one, "words": pages.counted_words(visit.uow, one)})
    board = [
        {
            "name": name,
            "in_group": any(one.in_group for found in of_unit.values() for one in found),
            "cells": [_cell(visit, pages, of_unit.get(line.directive.id, [])) for line in ledger.lines],
            "late": sum(one.is_overdue(visit.now) for found in of_unit.values() for one in found),
            "silent": sum(one.silent for found in of_unit.values() for one in found),
        }
        for name, of_unit in cells.items()
    ]
    board.sort(key=lambda row: (-int(str(row["late"])), -int(str(row["silent"])), str(row["name"])))
    facts = {
        "groups": visit.groups,
        "group": group,
        "chosen": "",
        "lines": ledger.lines,
        "dues": [pages.due(line.deadlines) for line in ledger.lines],
        "total": ledger.total,
        "overdue": ledger.overdue,
        "unconfirmed": sum(line.directive.unconfirmed for line in ledger.lines),
        "missed": visit.voice.missed(ledger.missed),
        "late": [row["name"] for row in board if row["late"]],
        "silent": sum(bool(row["silent"]) and bool(row["in_group"]) for row in board),
        "board": [row for row in board if row["in_group"]],
        "absent": [row["name"] for row in board if not row["in_group"]],
        "proposed": [_proposal(visit, pages, directive) for directive in visit.uow.directives.proposed(group.id)],
        "proposal_buttons": PROPOSAL_BUTTONS,
        "delays": delays,
    }
    return Html("chi-dao.html", facts)


def one(visit: Visit) -> Reply:
    """Show one directive with its addressees."""
    directive = _directive(visit)
    answer = visit.carry_out(ShowDirectives.word, directive.code)
    pages = DirectivePages(visit.policy.of(directive.group_id))
    assignees = [one for one in visit.uow.directives.assignees(directive.id) if not one.removed]
    due = pages.due_of(directive, assignees)
    closed = [one for one in assignees if closer(visit.uow, one)]
    left = to_remind(visit.uow, visit.policy.account, assignees, visit.now) if directive.open else []
    rows = [
        {
            "name": one.name,
            "due": one.due_at,
            "own_due": pages.due_of(directive, [one]),
            "progress": pages.progress(visit.uow, one),
            "tone": _tone(visit, one),
            "words": pages.closing_words(visit.uow, directive, one) or pages.counted_words(visit.uow, one),
            "settled": one.settled,
            "in_group": one.in_group,
            "closed": one in closed,
            "may_remind": any(one.id == other.id and other.person_ids for other in left),
        }
        for one in assignees
    ]
    facts = {
        "directive": directive,
        "group": visit.group(directive.group_id).name,
        "state": pages.state_of(visit.uow, directive, assignees),
        "said": visit.on_page(answer.texts[0], directive.code),
        "due": due,
        "giver": visit.voice.named(visit.uow.people.get(directive.given_by)),
        "rows": rows,
        "buttons": _buttons(directive, closed),
        "takes_back": directive.state in {DirectiveState.OPEN, DirectiveState.DONE},
        "waiting": len({one.person_ids[0] for one in left if one.person_ids}),
        "reminded": not left and any(one.may_be_reminded(visit.now) for one in assignees),
    }
    return Html("chi-dao-mot.html", facts)


def preview(visit: Visit) -> Reply:
    """Show who would be reminded of the directive, and the text that they would get."""
    directive = _directive(visit)
    pages = DirectivePages(visit.policy.of(directive.group_id))
    unit = visit.asked.query.get("don_vi", "")
    assignees = [one for one in visit.uow.directives.assignees(directive.id) if not one.removed]
    meant = named_among(assignees, unit) if unit else assignees
    left = to_remind(visit.uow, visit.policy.account, meant, visit.now) if directive.open else []
    absent = [one.name for one in left if not one.person_ids]
    asked: dict[int, list[Assignee]] = defaultdict(list)
    for one in left:
        if one.person_ids:
            asked[one.person_ids[0]].append(one)
    people = [(visit.uow.people.get(person_id), those) for person_id, those in asked.items()]
    rows = [{"who": visit.voice.named(person), "names": [one.name for one in those]} for person, those in people]
    text = pages.reminder(people[0][0], [(directive, one) for one in people[0][1]]) if people else ""
    reminded = not left and any(one.may_be_reminded(visit.now) for one in meant)
    facts = {"directive": directive, "unit": unit, "rows": rows, "absent": absent, "text": text, "reminded": reminded}
    return Html("nhac.html", facts)


def act(visit: Visit) -> Reply:
    """Carry out the command of a button on the directive."""
    directive, button = _directive(visit), BY_WORD.get(visit.asked.places["word"])
    if button is None or button not in (*DIRECTIVE_BUTTONS, *PROPOSAL_BUTTONS, REMIND):
        raise NotFoundError
    back = visit.field("ve")
    here = SeeOther(f"{PATH}?nhom={directive.group_id}" if back == PATH else f"{PATH}/{directive.id}")
    unit, typed = visit.field("don_vi"), visit.field("noi_dung")
    if button is REMIND:
        # The page showed the recipients, which in the chat is confirmed by typing the code twice.
        unit = f"{directive.code} {unit}"
    if button.wants is Wants.WHEN:
        when = _moment(visit.field("khi"))
        if when is None:
            visit.complain("Thời hạn mới: cần chọn ngày và giờ. Chưa làm gì.")
            return here
        typed, unit = when, unit or "tất cả"  # As the button says; else the command asks which.
    if button.wants is Wants.MUST and not typed:
        visit.complain(f"{visit.label(button.word)}: cần ghi {button.hint.lower()}. Chưa làm gì.")
        return here
    line = f"{unit}: {typed}" if typed and button.word == FinishDirective.word else f"{typed} {unit}"
    visit.do(button.word, f"{directive.code} {line.strip()}".strip())
    return here


def _directive(visit: Visit) -> Directive:
    directive = visit.uow.directives.get(visit.number("number"))
    if directive is None:
        raise NotFoundError
    visit.group(directive.group_id)
    return directive


def _buttons(directive: Directive, closed: list[Assignee]) -> list[Button]:
    """Return the buttons for the whole directive; if somebody has ended it by hand, it can be reopened."""
    by_hand = bool(closed) if directive.state is DirectiveState.DONE else directive.state is DirectiveState.DROPPED
    buttons = [one for one in DIRECTIVE_BUTTONS if (by_hand if one.word == ReopenDirective.word else directive.open)]
    return [*(PROPOSAL_BUTTONS[:2] if directive.open and directive.unconfirmed else ()), *buttons]


def _cell(visit: Visit, pages: DirectivePages, found: list[Assignee]) -> dict[str, str] | None:
    if not found:
        return None
    worst = max(found, key=lambda one: _TONES.index(_tone(visit, one)))
    return {"tone": _tone(visit, worst), "words": pages.progress(visit.uow, worst)}


_TONES = ("done", "waits", "silent", "late")
"""Colours of a cell, the best first; its text always says the same."""


def _tone(visit: Visit, one: Assignee) -> str:
    match one.progress(visit.now):
        case Progress.OVERDUE:
            return "late"
        case Progress.REPORTED:
            return "done"
        case Progress.UNSEEN | Progress.SEEN:
            return "silent"
        case _:
            return "done" if one.settled else "waits"


def _proposal(visit: Visit, pages: DirectivePages, directive: Directive) -> dict[str, Any]:
    who = visit.uow.people.get(directive.entered_by or directive.given_by)
    names = ", ".join(dict.fromkeys(name for item in directive.items for name in item.names))
    due = pages.due(directive.deadlines())
    return {"directive": directive, "who": visit.voice.named(who), "due": due, "names": names}


def _moment(typed: str) -> str | None:
    """Convert a day and hour sent by the browser to the form typed in the chat; None if `typed` is no time."""
    try:
        when = datetime.strptime(typed, _TYPED)  # noqa: DTZ007 - the hour in Viet Nam, as typed
    except ValueError:
        return None
    return f"{when:%H:%M} {when:%d/%m/%Y}"
