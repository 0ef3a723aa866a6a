"""What the desk reads of a case, and what it is offered to do: only what would be done."""

from typing import Any

import pytest

from tests.unit.features.desk import BOT, GROUP, SEALED, UIDS, UNMARKED, Desk, to
from zalo_governor.domain.events import MessageRecalled, MessageRef
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.people import GroupSnapshot

DRUGS = Finding(rule_id="4.2-noi-dung-xau", clause="4.2", severity=Severity.MAJOR, label="drugs")


def ask(desk: Desk, line: str) -> str:
    desk.take()
    desk.say("admin", line, place="private")
    [answer] = to(desk.take(), "admin")
    return answer


def group(**facts: Any) -> GroupSnapshot:
    return GroupSnapshot(**({"group_id": GROUP, "name": "", "owner_uid": UIDS["leader"]} | facts))


def gone(desk: Desk, key: str, who: str = "member", *, deleted: bool = False) -> None:
    if deleted:
        desk.delete(who, key)
        return
    about: dict[str, Any] = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS[who], "at": desk.now}
    desk.hear(MessageRecalled(target=MessageRef(key=key), **about))


@pytest.mark.parametrize("finding", ["sealed", "harmful"])
@pytest.mark.parametrize(
    ("snapshot", "offered"),
    [(None, True), (group(), False), (group(co_admin_uids=(BOT,)), True), (group(owner_uid=BOT), True)],
    ids=["rights unknown", "no rights", "deputy", "owner"],
)
def test_removing_is_offered_where_the_account_may(finding: str, snapshot: GroupSnapshot | None, offered: bool) -> None:
    desk = Desk()
    desk.store.group = snapshot
    if finding == "sealed":
        desk.seal("member")
    else:
        desk.say("member", "…", DRUGS)
    [alert] = to(desk.take(), "admin")
    assert ("/xoa VP1" in alert) is offered
    if finding == "sealed":
        assert ("/xoa VP1" in ask(desk, "/xem VP1")) is offered


@pytest.mark.parametrize(
    ("answer", "offered", "not_offered"),
    [
        ("", "/xacnhan VP1", "/xemlai"),
        ("/xacnhan VP1", "/baonham VP1", "/xacnhan"),
        ("/baonham VP1 trích dẫn", "/xemlai VP1", "/xacnhan"),
    ],
)
@pytest.mark.parametrize("sealed", [True, False])
def test_an_explanation_brings_the_answers_that_the_state_still_allows(
    answer: str, offered: str, not_offered: str, sealed: bool
) -> None:
    desk = Desk()
    if sealed:
        desk.seal("member")
    else:
        desk.say("member", "noi dung", UNMARKED)
    if answer:
        desk.say("admin", answer, place="private")
    desk.take()
    desk.say("member", "/giaitrinh VP1 em trích dẫn", place="private")
    [told] = to(desk.take(), "admin")
    assert offered in told
    assert not_offered not in told
    for command in ("/xacnhan VP1", "/baonham VP1 lý do", "/xemlai VP1"):
        if command.split(" lý")[0] in told:
            assert "đang ở trạng thái" not in ask(desk, command), command
            break


def test_what_was_recalled_is_said_with_when_and_by_whom_and_nobody_is_sent_to_look_at_it() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    assert "xem trực tiếp trên Nhóm" in ask(desk, "/xem VP1")
    desk.later(minutes=4)
    gone(desk, "m1")
    shown = ask(desk, "/xem VP1")
    assert "Tin lúc 14:05 24/11/2026: đã được chính người đăng thu hồi lúc 14:09 24/11/2026" in shown
    assert "tin không còn trên Nhóm" in shown
    assert "xem trực tiếp trên Nhóm" not in shown


def test_of_a_deleted_secret_too() -> None:
    desk = Desk()
    desk.seal("member")
    gone(desk, "m1", "admin", deleted=True)
    shown = ask(desk, "/xem VP1")
    assert "xóa lúc" in shown
    assert "tin không còn trên Nhóm" in shown
    assert "xem trực tiếp trên Nhóm" not in shown
    assert "/xoa" not in shown


@pytest.mark.parametrize(
    ("label", "sign"),
    [("no_diacritics", "không dấu"), ("partial", "thiếu dấu"), ("legacy", "bộ mã cũ, không phải Unicode")],
)
def test_the_page_of_a_case_on_writing_says_what_is_wrong_with_it(label: str, sign: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED.model_copy(update={"label": label}))
    desk.take()
    assert sign in ask(desk, "/xem VP1")


def test_the_alert_on_a_secret_says_that_it_is_about_state_secrets() -> None:
    desk = Desk()
    desk.hear(desk.message("member", "…"), SEALED)
    posted = desk.take()
    for who in ("admin", "admin_staff", "member"):
        assert "bí mật nhà nước" in to(posted, who)[0]
    desk.tick(minutes=15)
    assert "bí mật nhà nước" in to(desk.take(), "leader")[0]
