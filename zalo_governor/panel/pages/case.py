"""Page "Vụ việc" (case): one case as `/xem` shows it, its message, history, similar cases, and buttons."""

from collections.abc import Collection, Sequence
from typing import Any

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.features.cases.commands.decide import ConfirmCase, FalseAlarm, TakeBack, who_of
from zalo_governor.features.cases.commands.explain import AddNote, Review
from zalo_governor.features.cases.commands.pass_on import PassOn, Remove, WhoHasSeen
from zalo_governor.features.cases.commands.show import ShowCase
from zalo_governor.features.cases.decisions import TAKEN_BACK, TAKEN_BACK_WITHIN
from zalo_governor.features.cases.next_actions import should_tell_leader
from zalo_governor.features.group_changes.approve import Approve
from zalo_governor.features.members.commands import Belongs, PutOut
from zalo_governor.panel.buttons import BY_WORD, CASE_BUTTONS, Button, Wants
from zalo_governor.panel.office import Office
from zalo_governor.panel.pages.leader_case import for_leader, history
from zalo_governor.panel.pages.open_cases import CODE_IN_REASON, begins_with_code, stamp_of
from zalo_governor.panel.pages.open_cases import PATH as OPEN_CASES
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, NotFoundError, Reply, SeeOther, Visit
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.zalo.events.text_fields import posted_text

PATH = "/vu-viec/{number}"
_EACH_SIDE = 3
_PRECEDENTS = 5
_LONGEST = 1_000
_STILL_SENSIBLE = frozenset({WhoHasSeen.word, TakeBack.word, Review.word, AddNote.word})
"""Commands that an outdated page may carry out, as they decide nothing that somebody else may have decided."""


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    roles = office.roles_for(AddNote.word)
    return [
        Route("GET", PATH, show, roles, writes=True),
        Route("POST", f"{PATH}/{{word}}", act, roles, writes=True),
    ]


def show(visit: Visit) -> Reply:
    """Show the case; that it was opened is written to the audit log, as with `/xem`. The leader sees no content."""
    number = visit.number("number")
    case = visit.uow.cases.get(number)
    if case and not visit.may(ShowCase.word, case.group_id):
        return for_leader(visit, case)
    said = visit.carry_out(ShowCase.word, f"VP{number}")
    if case is None or said.outcome == "unknown_case":
        raise NotFoundError
    visit.office.presence.look(case.id, visit.person.id)
    voice = visit.policy.of(case.group_id).voice
    others = visit.office.presence.others(case.id, visit.person.id)
    buttons = [_named(case, button) for button in CASE_BUTTONS if _is_offered(visit, case, button)]
    first = first_to_do(visit.uow, case, {button.word for button in buttons})
    facts = {
        "case": case,
        "group": visit.group(case.group_id).name,
        "head": voice.head(case),
        "who": who_of(visit.uow, voice, case),
        "state": voice.state_of(case),
        "said": visit.on_page(said.texts[0], case.code),
        "stamp": stamp_of(case),
        "buttons": sorted(buttons, key=lambda button: (button.word != first, button.word != TakeBack.word)),
        "first": first,
        "looking": [voice.named(visit.uow.people.get(person_id)) for person_id in others],
        "history": history(visit, case),
        "precedents": [_precedent(visit, earlier) for earlier in visit.queries.precedents(case, _PRECEDENTS)],
        "talk": _talk(visit, case),
        "queue": OPEN_CASES,
    }
    return Html("vu-viec.html", facts)


def act(visit: Visit) -> Reply:
    """Carry out the command of a button on the case, unless somebody has changed the case since the page was made."""
    number, button = visit.number("number"), BY_WORD.get(visit.asked.places["word"])
    here = SeeOther(f"/vu-viec/{number}")
    if button not in CASE_BUTTONS or button is None:
        raise NotFoundError
    case = visit.uow.cases.get(number)
    if case is None:
        raise NotFoundError
    visit.group(case.group_id)
    if not visit.may(button.word, case.group_id):
        visit.carry_out(button.word, f"VP{number}", group_id=case.group_id)  # raises RefusedError, with an audit entry
    if visit.field("ban") != stamp_of(case) and button.word not in _STILL_SENSIBLE:
        changed = _last_by(visit, case)
        visit.complain(f"Trong lúc đồng chí xem, {changed}. Chưa làm gì; đề nghị xem lại rồi quyết định.")
        return here
    typed = "" if button.wants is Wants.NOTHING else visit.field("noi_dung")
    if button.wants is Wants.MUST and not typed:
        visit.complain(f"{visit.label(button.word)}: cần ghi {button.hint.lower()}. Chưa làm gì.")
        return here
    if visit.office.book.by_word[button.word].several and begins_with_code(typed):
        visit.complain(CODE_IN_REASON)
        return here
    visit.do(button.word, f"{case.code} {typed}".strip())
    return here


def first_to_do(uow: UnitOfWork, case: Case, offered: Collection[str]) -> str:
    """Return the word of the command, of those `offered`, that admins should use first on the case; "" if none."""
    if not case.undecided:
        return ""
    newcomer = uow.outsiders.of_case(case)
    if newcomer and newcomer.gone_at is None:
        # An account with the name of somebody on the roster: the admins have to ask that person first.
        return "" if uow.people.get(newcomer.person_id).namesake else Belongs.word
    leader = [PassOn.word] if should_tell_leader(case) else []
    return next((word for word in (*leader, ConfirmCase.word, FalseAlarm.word) if word in offered), "")


def _is_offered(visit: Visit, case: Case, button: Button) -> bool:
    """Return whether to show the button on this case; the command itself checks again whether it is possible."""
    if not visit.may(button.word, case.group_id):
        return False
    match button.word:
        case ConfirmCase.word:
            return case.may_become(CaseState.REFERRED if case.secret else CaseState.CONFIRMED)
        case FalseAlarm.word:
            return case.may_become(CaseState.FALSE_ALARM)
        case Approve.word:
            return case.rule_id in CHANGE_RULES
        case Belongs.word | PutOut.word:
            return visit.uow.outsiders.of_case(case) is not None
        case Remove.word:
            return any(message.gone_at is None for message in visit.uow.case_messages.of(case))
        case TakeBack.word:
            fresh = visit.now - case.state_at <= TAKEN_BACK_WITHIN
            return case.state_by == visit.person.id and case.state in TAKEN_BACK and fresh
        case Review.word:
            return not case.undecided
        case _:
            return True


def _named(case: Case, button: Button) -> Button:
    """Return the button with its label for this case: only an authority can confirm a state secret."""
    if button.word == ConfirmCase.word and case.secret:
        return button._replace(variant="_secret")
    return button


def _last_by(visit: Visit, case: Case) -> str:
    who = "đã có người" if case.state_by is None else visit.voice.who(visit.uow.people.get(case.state_by))
    return f"{who} chuyển vụ việc sang “{visit.voice.state_of(case)}”"


def _precedent(visit: Visit, case_id: int) -> dict[str, Any]:
    earlier = visit.uow.cases.get(case_id)
    assert earlier is not None  # noqa: S101 - read in this transaction
    return {"case": earlier, "state": visit.voice.state_of(earlier)}


def _talk(visit: Visit, case: Case) -> Sequence[dict[str, Any]] | None:
    """Return the case's message and the messages around it; None if they must not be shown.

    They are shown to members of the group, who could read them there; of a suspected state secret nothing is stored.
    """
    if case.secret or case.group_id not in visit.uow.members.groups_with(visit.office.account, visit.person.uid):
        return None
    ids = visit.queries.neighbours(case, _EACH_SIDE)
    stored = {message.id: message for message in visit.office.messages.of(ids)}
    rows = []
    for entry_id in ids:
        message = stored.get(entry_id)
        found = message and visit.uow.people.find(visit.office.account, message.sender_uid)
        rows.append(
            {
                "own": message is not None and message.key == case.message_key,
                "at": message.at if message else None,
                "who": visit.voice.named(visit.uow.people.get(found.id)) if found else "",
                "text": posted_text(message.raw)[:_LONGEST] if message else None,
            }
        )
    return rows
