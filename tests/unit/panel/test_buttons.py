"""The panel's buttons are chat commands, and write to the audit log what the typed command writes."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.features.command_table import TABLE
from tests.unit.features.desk import NOW, UNMARKED
from tests.unit.features.directives.ledger import ORDER, LedgerDesk
from zalo_governor.domain.audit import AuditEntry
from zalo_governor.features.chat.command_book import CommandBook
from zalo_governor.features.registry import COMMANDS
from zalo_governor.panel.buttons import CASE_BUTTONS, EVERY, PROPOSAL_BUTTONS
from zalo_governor.panel.pages.audit import as_acts
from zalo_governor.panel.pages.case import first_to_do

_PLACE = {"event", "place"}
"""What may differ: where the command was given."""


@pytest.mark.parametrize("who", ["admin", "leader", "member"])
@pytest.mark.parametrize("word", [button.word for button in EVERY])
def test_a_button_leaves_the_audit_log_as_the_typed_command_does(word: str, who: str) -> None:
    assert word in {command.word for command in COMMANDS}
    line = TABLE[word].line
    typed, pressed = _desk(word), _desk(word)
    typed.say(who, line, place="private")
    answer = CommandBook(pressed.policy, COMMANDS).carry_out(
        pressed.uow, pressed.person(who), word, line.partition(" ")[2]
    )
    assert _audited(pressed) == _audited(typed)
    assert pressed.store.audited[-1]["place"] == "panel"
    assert pressed.states() == typed.states()
    assert [one.state for one in pressed.store.directives] == [one.state for one in typed.store.directives]
    assert (answer is None) == (who not in TABLE[word].people)


@pytest.mark.parametrize(
    ("secret", "done", "first"),
    [
        (False, (), "xacnhan"),
        (False, ("/xacnhan VP1",), ""),
        (True, (), "chuyen"),
        (True, ("/chuyen VP1",), "xacnhan"),
        (True, ("/chuyen VP1", "/xacnhan VP1"), ""),
    ],
)
def test_the_primary_button_is_what_the_alerts_name_first(secret: bool, done: tuple[str, ...], first: str) -> None:
    desk = LedgerDesk()
    _ = desk.seal("member") if secret else desk.say("member", "noi dung", UNMARKED)
    for line in done:
        desk.say("admin", line, place="private")
    [case] = desk.store.book.values()
    assert first_to_do(desk.uow, case, {button.word for button in CASE_BUTTONS}) == first


def test_a_command_and_what_it_has_done_are_one_line_of_the_audit_log() -> None:
    def row(number: int, action: str, subject: str, *, by: int | None = 3, later: float = 0, **detail: Any) -> Any:
        at = NOW + timedelta(seconds=number + later)
        return AuditEntry(id=number, at=at, actor_id=by, group_id="", action=action, subject=subject, detail=detail)

    rows = [
        row(1, "panel.entered", ""),
        row(2, "case.moved", "VP1"),
        row(3, "case.moved", "VP2", later=-1),
        row(4, "case.withdrawn", "VP1", by=None, later=-1.5),
        row(5, "command", "xacnhan", later=-2, about="VP1, VP2"),
        row(6, "case.moved", "VP1", later=9),
        row(7, "false_alarm.learned", "VP1", later=8),
        row(8, "case.shown", "VP1", later=7),
        row(9, "command", "trangthai", about="", later=9),
    ]
    acts = [[one.id for one in act] for act in as_acts(reversed(rows))]
    assert acts == [[9], [8], [6, 7], [5, 2, 3], [4], [1]]


def _desk(word: str) -> LedgerDesk:
    """An office with one case and one directive, which is unsure where the button answers whether it is one."""
    desk = LedgerDesk()
    desk.say("member", "noi dung", UNMARKED)
    desk.order(ORDER)
    if word in {button.word for button in PROPOSAL_BUTTONS}:
        desk.make_unsure()
    desk.store.audited.clear()
    return desk


def _audited(desk: LedgerDesk) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key not in _PLACE} for row in desk.store.audited]
