"""Orders of which the program is unsure: the question to the admins, and what becomes of them."""

from datetime import timedelta

import pytest

from tests.unit.services.desk import to
from tests.unit.services.directives.ledger import DUE, ORDER, SECOND, LedgerDesk, act
from zalo_governor.domain.directives import DirectiveState
from zalo_governor.domain.events import Attachment, MessageRef, Reacted


def test_the_admins_are_asked_once_about_what_is_unsure_and_answer_with_one_word() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.make_unsure()
    desk.reply("y_te", order, "Rõ ạ")
    desk.take()
    desk.until(desk.now + timedelta(minutes=1))
    [asked] = to(desk.take(), "admin_staff")
    assert "CĐ1" in asked
    assert "/dung CĐ1" in asked
    desk.say("admin_staff", "/dung CĐ1", place="private")
    assert desk.directive().open
    assert not desk.entries()["Sở Y tế"].silent
    desk.say("admin", "/khong CĐ1", place="private")
    assert "đã có người quyết định trước đó; trạng thái hiện nay: đang theo dõi" in to(desk.take(), "admin")[0]


@pytest.mark.parametrize("unsure", [False, True])
def test_an_order_that_replies_to_a_member_is_for_that_member_whoever_opens_it(unsure: bool) -> None:
    desk = LedgerDesk()
    offer = desk.message("y_te", "Thưa đồng chí, Sở Y tế xin gửi số liệu tiêm chủng sau ạ.", key="m800")
    desk.hear(offer)
    desk.reply("leader", offer, "Khẩn trương báo cáo kết quả tiêm chủng trước 17h ngày 26/11.")
    if unsure:
        desk.make_unsure()
        desk.say("admin", "/dung CĐ1", place="private")
    assert [(one.person_ids[0], one.due_at) for one in desk.entries().values()] == [(desk.person("y_te").id, DUE)]


def test_answers_that_waited_for_an_unsure_order_close_it_once() -> None:
    desk = LedgerDesk()
    order = desk.order("Sở Y tế, Sở Tài chính rà soát việc tiêm chủng.")
    desk.make_unsure()
    desk.reply("y_te", order, "Rõ ạ")
    desk.reply("tai_chinh", order, "Rõ, Sở triển khai ngay ạ")
    desk.reply("y_te_pho", order, "Sở đã tiếp thu ạ")
    desk.say("admin", "/dung CĐ1", place="private")
    assert desk.directive().state is DirectiveState.DONE
    assert desk.actions().count("directive.done") == 1


def test_an_admin_who_wants_to_be_asked_later_is_asked_in_a_day_and_about_that_alone() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.make_unsure()
    desk.until(desk.now + timedelta(minutes=1))
    desk.say("admin", "/desau CĐ1", place="private")
    put_off = desk.now
    desk.take()
    desk.later(minutes=10)
    desk.order(SECOND, attachment=Attachment(type="chat.photo"))
    assert desk.directive(2).state is DirectiveState.PROPOSED
    desk.pass_days(0.5)
    [asked] = to(desk.take(), "admin")
    assert "CĐ2" in asked
    assert "CĐ1" not in asked
    desk.until(put_off + timedelta(days=1, minutes=-1))
    assert to(desk.take(), "admin") == []
    desk.until(put_off + timedelta(days=1))
    [again] = to(desk.take(), "admin")
    assert "CĐ1" in again
    assert "CĐ2" not in again


def test_who_enters_an_unsure_order_by_hand_says_who_is_meant() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.make_unsure()
    desk.reply("admin", order, "/giaoviec Sở Nội vụ, 17h ngày 25/11")
    [(name, one)] = desk.entries().items()
    assert (name, one.due_at) == ("Sở Nội vụ", DUE - timedelta(days=1))
    assert desk.directive().text == ORDER


def test_a_reaction_to_an_unsure_order_counts_once_that_is_accepted() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.make_unsure()
    for who in ("y_te", "tai_chinh"):
        act(desk, who, Reacted, targets=(MessageRef(key=order.key),), icon="/-strong")
    act(desk, "tai_chinh", Reacted, targets=(MessageRef(key=order.key),), icon="")
    desk.say("admin", "/dung CĐ1", place="private")
    assert {name: one.silent for name, one in desk.entries().items()} == {"Sở Y tế": False, "Sở Tài chính": True}
