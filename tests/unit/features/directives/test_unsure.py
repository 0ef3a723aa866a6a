"""Orders of which the program is unsure: the question to the admins, and what becomes of them."""

import re
from datetime import timedelta

import pytest

from tests.unit.features.desk import GROUP, to
from tests.unit.features.directives.ledger import DUE, ORDER, SECOND, LedgerDesk, act
from zalo_governor.domain.directives import DirectiveState
from zalo_governor.domain.events import Attachment, MessageRef, MessageRevised, Reacted


def test_the_admins_are_asked_once_about_what_is_unsure_and_answer_with_one_word() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.make_unsure()
    desk.reply("y_te", order, "Rõ ạ")
    desk.take()
    desk.until(desk.now + timedelta(minutes=1))
    [asked] = to(desk.take(), "admin_staff")
    assert "CĐ1: giao Sở Y tế, Sở Tài chính, hạn 17:00 26/11?" in asked
    desk.say("admin_staff", "Đúng rồi", place="private")
    assert desk.directive().open
    assert not desk.entries()["Sở Y tế"].silent
    desk.say("admin", "/khong CĐ1", place="private")
    assert "không chờ xác nhận; trạng thái hiện nay: đang theo dõi" in to(desk.take(), "admin")[0]


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


def test_what_was_not_asked_about_before_comes_first() -> None:
    desk = LedgerDesk()
    for text in (ORDER, SECOND):
        desk.order(text)
        desk.make_unsure(len(desk.store.directives))
    desk.until(desk.now + timedelta(minutes=1))
    [asked] = to(desk.take(), "admin_staff")
    assert asked.index("- CĐ2") < asked.index("- CĐ1")


def test_an_order_to_somebody_and_the_bare_commune_is_also_for_the_one_it_quotes() -> None:
    desk = LedgerDesk()
    told = desk.message("muong_gia", "Đường vào bản bị sạt lở, xe không qua được.", key="m800")
    desk.hear(told)
    desk.reply("leader", told, "Sở Y tế cử đội cấp cứu lên. Xã cử người gác hai đầu, báo cáo trước 17h ngày 26/11.")
    assert {one.person_ids[0] for one in desk.entries().values()} == {
        desk.person("y_te").id, desk.person("muong_gia").id,
    }  # fmt: skip


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


def test_what_is_answered_after_the_admins_said_no_counts_if_they_change_their_mind() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.make_unsure()
    desk.say("admin", "/khong CĐ1", place="private")
    desk.reply("y_te", order, "Rõ ạ")
    act(desk, "tai_chinh", Reacted, targets=(MessageRef(key=order.key),), icon="/-strong")
    desk.say("admin", "/molai CĐ1", place="private")
    assert not any(one.silent for one in desk.entries().values())


def ask(desk: LedgerDesk, orders: int = 1) -> None:
    """The program asks the admins about so many messages at once."""
    for number in range(orders):
        desk.order(ORDER if number == 0 else SECOND)
        desk.later(minutes=1)
    desk.make_unsure()
    for at in range(1, orders):
        desk.store.directives[at] = desk.directive(at + 1).model_copy(update={"state": DirectiveState.PROPOSED})
    desk.until(desk.now + timedelta(minutes=1))
    desk.take()


@pytest.mark.parametrize(
    ("word", "state"),
    [("đúng", "open"), ("Phải.", "open"), ("roi a", "open"), ("Ừ", "open"), ("không", "dropped"),
     ("KHONG PHAI", "dropped"), ("CĐ1 đúng", "open"), ("không, cđ1", "dropped"), ("đúng giờ", "proposed"),
     ("không biết", "proposed"), ("đúng 1 giờ mới xong", "proposed"), ("không 1 ai nói", "proposed")],
)  # fmt: skip
def test_one_word_of_who_was_asked_decides(word: str, state: str) -> None:
    desk = LedgerDesk()
    ask(desk)
    desk.say("admin", word, place="private")
    assert desk.directive().state.value == state


@pytest.mark.parametrize("who", ["leader", "report_reader", "y_te"])
def test_one_word_of_who_was_not_asked_decides_nothing(who: str) -> None:
    desk = LedgerDesk()
    ask(desk)
    desk.say(who, "đúng", place="private")
    assert desk.directive().state is DirectiveState.PROPOSED


def test_one_word_decides_nothing_where_it_may_answer_something_else() -> None:
    desk = LedgerDesk()
    ask(desk)
    desk.later(minutes=1)
    desk.say("admin", "/trangthai", place="private")
    desk.take()
    desk.say("admin", "đúng", place="private")
    assert desk.directive().state is DirectiveState.PROPOSED
    assert "kèm mã, ví dụ: đúng CĐ1" in to(desk.take(), "admin")[0]
    desk.say("admin_staff", "đúng", place="private")
    assert desk.directive().open


def test_of_several_messages_the_code_has_to_be_said() -> None:
    desk = LedgerDesk()
    ask(desk, 2)
    desk.say("admin", "không", place="private")
    [told] = to(desk.take(), "admin")
    assert "Tin chờ xác nhận: CĐ1, CĐ2" in told
    desk.say("admin", "không CĐ2", place="private")
    assert [one.state.value for one in desk.store.directives] == ["proposed", "dropped"]


def test_how_often_the_program_asked_and_was_right_is_counted() -> None:
    desk = LedgerDesk()
    ask(desk, 2)
    desk.store.audited += [{"action": "directive.proposed", "subject": code} for code in ("CĐ1", "CĐ2")]
    desk.say("admin", "không CĐ2", place="private")
    figures = desk.uow.directives.figures(GROUP, desk.now - timedelta(days=1), desk.now, desk.now)
    assert (figures.questions, figures.questions_yes, figures.questions_no) == (2, 0, 1)
    desk.say("admin", "đúng CĐ1", place="private")
    figures = desk.uow.directives.figures(GROUP, desk.now - timedelta(days=1), desk.now, desk.now)
    assert (figures.questions, figures.questions_yes, figures.questions_no) == (2, 1, 1)


def test_an_unsure_order_that_is_edited_into_none_was_not_confirmed_as_one() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.make_unsure()
    desk.later(minutes=1)
    desk.store.audited.append({"action": "directive.proposed", "subject": "CĐ1"})
    act(desk, "leader", MessageRevised, key=order.key, text="Xin lỗi các đồng chí, tôi gửi nhầm nhóm.")
    assert desk.directive().state is DirectiveState.DROPPED
    figures = desk.uow.directives.figures(GROUP, desk.now - timedelta(days=1), desk.now, desk.now)
    assert (figures.questions, figures.questions_yes) == (1, 0)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("việc giao Sở Tài chính đến đâu rồi?", ["CĐ1"]),
        ("STC xong chưa", ["CĐ1"]),
        ("bên giáo dục còn nợ tôi gì", ["CĐ2"]),
        ("vụ tiêm chủng tới mô rồi", ["CĐ1"]),
        ("việc an toàn bếp ăn trường học đến đâu", ["CĐ2"]),
        ("Sở Y tế còn nợ tôi gì", ["CĐ2", "CĐ1"]),
        ("chị Tỉ trả lời chưa em", ["CĐ1"]),
        ("CĐ2 đến đâu rồi", ["CĐ2"]),
        ("/giaoviec Sở Tài chính", ["CĐ1"]),
    ],
)
def test_a_question_about_an_agency_or_a_matter_shows_its_directives(question: str, shown: list[str]) -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.order(SECOND)
    desk.take()
    desk.say("leader", question, place="private")
    [told] = to(desk.take(), "leader")
    assert list(dict.fromkeys(re.findall(r"CĐ\d(?= \()", told))) == shown


def test_what_the_program_entered_alone_says_so_until_a_person_treats_it_as_a_directive() -> None:
    for line, page_says in (("/dung CĐ1", "CĐ1 (đang theo dõi): "), ("/giahan CĐ1 28/11", "đã đổi thời hạn")):
        desk = LedgerDesk()
        desk.order(ORDER)
        start, end = desk.now - timedelta(hours=1), desk.now + timedelta(hours=1)
        assert desk.uow.directives.figures(GROUP, start, end, desk.now).unconfirmed == 1
        for asked, said in (("/giaoviec", "CĐ1 (tự ghi): "), ("CĐ1", "(đang theo dõi, Hệ thống tự ghi, chưa ai xác")):
            desk.say("admin", asked, place="private")
            assert said in to(desk.take(), "admin")[-1]
        desk.say("admin", line, place="private")
        assert page_says in to(desk.take(), "admin")[-1]
        desk.say("admin", "/giaoviec", place="private")
        assert "tự ghi" not in to(desk.take(), "admin")[-1]
        assert "directive.open" in desk.actions()
        assert desk.uow.directives.figures(GROUP, start, end, desk.now).unconfirmed == 0


def test_what_the_program_entered_alone_may_turn_out_to_be_no_directive_but_is_not_put_off() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    for line, said in (("/desau CĐ1", "không chờ xác nhận"), ("/khong CĐ1", "không phải chỉ đạo")):
        desk.say("admin", line, place="private")
        assert said in to(desk.take(), "admin")[-1]
    assert desk.directive().state is DirectiveState.DROPPED
