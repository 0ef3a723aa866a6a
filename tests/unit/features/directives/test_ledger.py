"""The directive ledger: what leaders order, who answers, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.features.desk import GROUP, UIDS, to
from tests.unit.features.directives.ledger import ABSENT, DUE, ORDER, SECOND, LedgerDesk, act
from tests.unit.storage.stored import new_case
from zalo_governor.config.directives import DirectiveReminderSettings, DirectiveSettings
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.domain.directives import DirectiveState, Progress
from zalo_governor.domain.events import (
    Attachment,
    Mention,
    MessageRecalled,
    MessageRef,
    MessageRevised,
    MessageSeen,
    Reacted,
)
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.directives.subscriber import DirectiveLedger


def test_a_directive_of_the_leader_is_registered_with_who_and_until_when() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    assert desk.directive().state is DirectiveState.OPEN
    assert {name: one.due_at for name, one in desk.entries().items()} == {"Sở Y tế": DUE, "Sở Tài chính": DUE}
    assert desk.group_lines == []
    assert "directive.opened" in desk.actions()


@pytest.mark.parametrize("who", ["member", "y_te", "report_reader"])
def test_nobody_else_gives_directives(who: str) -> None:
    desk = LedgerDesk()
    desk.order(ORDER, who)
    assert desk.store.directives == []


def test_what_leaders_say_besides_opens_nothing() -> None:
    talk = (Path(__file__).parents[3] / "rules" / "leaders_talk.txt").read_text(encoding="utf-8").splitlines()
    desk = LedgerDesk()
    for text in talk:
        desk.order(text)
        desk.later(minutes=1)
    assert len(talk) > 100
    assert [one.text for one in desk.store.directives if one.open] == []
    assert len(desk.store.directives) <= 0.2 * len(talk)  # asked about, many in one question


def test_an_answer_to_an_order_whose_text_was_erased_is_for_all_entries_of_the_sender() -> None:
    desk = LedgerDesk()
    order = desk.order(
        "Giao Sở Y tế báo cáo số liệu tiêm chủng trước 17h ngày 26/11. "
        "Giao đồng chí Lò Thị Mẫu chuẩn bị tài liệu họp trước 17h ngày 27/11."
    )
    assert {one.item for one in desk.uow.directives.assignees(1)} == {0, 1}
    desk.store.directives[0] = desk.directive().model_copy(update={"items": ()})
    desk.reply("y_te", order, "Sở Y tế xin báo cáo: đã tiêm 1.200 liều, đạt 95% kế hoạch.")
    assert all(one.reported_at for one in desk.uow.directives.assignees(1))


def test_a_caption_is_at_most_asked_about() -> None:
    desk = LedgerDesk()
    desk.order(ORDER, attachment=Attachment(type="chat.photo"))
    assert desk.directive().state is DirectiveState.PROPOSED


def test_an_order_with_a_link_is_no_caption() -> None:
    desk = LedgerDesk()
    link = "https://mau.gov.vn/bieu"
    desk.order(f"{ORDER} Biểu mẫu tại {link}", attachment=Attachment(type="chat.recommended", url=link))
    assert desk.directive().state is DirectiveState.OPEN


def test_what_members_say_after_an_order_to_everybody_is_mostly_talk() -> None:
    desk = LedgerDesk()
    desk.order("Các đồng chí theo dõi sát tình hình mưa lũ, không để học sinh qua suối, báo cáo trước 17h ngày 26/11.")
    assert len(desk.entries()) > 5
    desk.later(hours=3)
    desk.say("tai_chinh", "Sở Tài chính đăng ký 3 đại biểu dự họp, báo cáo chính do đồng chí Giám đốc trình bày.")
    desk.say("giao_duc", "Rõ ạ")
    assert desk.entries()["Sở Tài chính"].silent
    assert desk.entries()["Sở Giáo dục và Đào tạo"].silent
    desk.say("y_te", "Sở Y tế báo cáo: các xã theo dõi sát mưa lũ, chưa có học sinh nào phải qua suối.")
    assert desk.entries()["Sở Y tế"].reported_at


def test_an_order_relayed_by_the_desk_is_the_leaders() -> None:
    desk = LedgerDesk()
    desk.order(
        "TL Chủ tịch UBND tỉnh: yêu cầu Sở Y tế báo cáo tình hình dịch sốt xuất huyết trước 15h ngày 25/11.", "admin"
    )
    directive = desk.directive()
    assert (directive.given_by, directive.entered_by) == (desk.person("leader").id, desk.person("admin").id)


def test_a_quoted_answer_counts_for_the_whole_agency() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.later(minutes=20)
    desk.reply("y_te_pho", order, "Dạ rõ ạ, Sở sẽ triển khai ngay.")
    assert desk.entries()["Sở Y tế"].progress(desk.now) is Progress.RECEIVED
    assert desk.entries()["Sở Tài chính"].progress(desk.now) is Progress.UNSEEN
    desk.later(hours=3)
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm 12.400 mũi, đạt 96% kế hoạch.")
    assert desk.entries()["Sở Y tế"].progress(desk.now) is Progress.REPORTED
    assert desk.directive().state is DirectiveState.OPEN
    desk.reply("tai_chinh", order, "Báo cáo đồng chí: Sở Tài chính đã cấp đủ 3,2 tỷ đồng, số liệu gửi kèm.")
    assert desk.directive().state is DirectiveState.DONE


def test_where_all_have_only_said_that_they_heard_it_is_not_called_done() -> None:
    desk = LedgerDesk()
    order = desk.order("Yêu cầu Sở Y tế tăng cường phòng, chống dịch sốt xuất huyết.")
    desk.reply("y_te", order, "Rõ ạ")
    assert desk.directive().state is DirectiveState.DONE
    desk.take()
    desk.say("leader", desk.directive().code, place="private")
    [page] = to(desk.take(), "leader")
    assert page.startswith(f"{desk.directive().code} (đã trả lời đủ): ")
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã phun hóa chất tại 12 xã, đạt 100% kế hoạch.")
    desk.take()
    desk.say("leader", desk.directive().code, place="private")
    [page] = to(desk.take(), "leader")
    assert page.startswith(f"{desk.directive().code} (đã hoàn thành): ")


def test_who_asks_for_more_time_is_shown_as_such_and_may_still_be_overdue() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Báo cáo đồng chí, Sở xin gia hạn đến 28/11 vì còn 3 xã chưa gửi số liệu.")
    assert desk.entries()["Sở Y tế"].progress(desk.now) is Progress.DELAYED
    desk.now = DUE + timedelta(minutes=1)
    assert desk.entries()["Sở Y tế"].progress(desk.now) is Progress.OVERDUE


def test_bystanders_and_other_talk_answer_nothing() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("giao_duc", order, "Rõ ạ")
    desk.say("giao_duc", "Rõ ạ")
    desk.say("y_te", "Chiều nay họp giao ban lúc mấy giờ các đồng chí nhỉ?")
    desk.say("y_te", "Vâng ạ", mentions=(Mention(uid=UIDS["muong_gia"], start=0, length=3),))
    assert all(one.silent for one in desk.entries().values())


def test_an_answer_that_quotes_nothing_is_matched_by_its_words() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.later(minutes=5)
    desk.order(SECOND)
    desk.later(minutes=5)
    desk.say("y_te", "Sở Y tế báo cáo: số liệu tiêm chủng đến hôm nay là 12.400 mũi, đạt 96%.")
    assert desk.entries(1)["Sở Y tế"].reported_at == desk.now
    assert not desk.entries(1)["Sở Y tế"].assumed
    assert desk.entries(2)["Sở Y tế"].silent


def test_where_nobody_can_tell_the_newest_is_assumed_and_marked_so() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.later(minutes=5)
    desk.order(SECOND)
    desk.later(minutes=5)
    desk.say("y_te", "Rõ ạ")
    assert desk.entries(1)["Sở Y tế"].silent
    assert desk.entries(2)["Sở Y tế"].assumed
    desk.say("giao_duc", "Vâng, Sở nhận nhiệm vụ ạ")
    assert not desk.entries(2)["Sở Giáo dục và Đào tạo"].assumed
    desk.say("y_te", "Rõ ạ")
    assert not desk.entries(1)["Sở Y tế"].silent


def test_a_report_about_another_matter_answers_no_order() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.later(minutes=5)
    desk.say("y_te", "Sở Y tế thông tin: tối qua ghi nhận 12 ca sốt xuất huyết ở phường Thử Nghiệm, đã phun hóa chất.")
    assert desk.entries(1)["Sở Y tế"].silent
    desk.say("y_te", "Sở Y tế báo cáo: đã tiêm chủng cho 1.240 trẻ, đạt 96%.")
    assert desk.entries(1)["Sở Y tế"].reported_at


def test_why_an_addressee_has_not_finished_is_told_in_its_own_words() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Chưa có số liệu, đang tổng hợp từ 10 huyện ạ.")
    desk.say("admin", "/giaoviec CĐ1", place="private")
    assert 'Lý do chưa xong, Sở Y tế: "Chưa có số liệu, đang tổng hợp từ 10 huyện ạ."' in to(desk.take(), "admin")[-1]
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm chủng cho 1.240 trẻ, đạt 96%.")
    desk.say("admin", "/giaoviec CĐ1", place="private")
    assert "Lý do chưa xong" not in to(desk.take(), "admin")[-1]


def test_a_paper_whose_number_is_a_day_of_the_deadline_is_another_matter() -> None:
    desk = LedgerDesk()
    desk.order("Đề nghị Sở Y tế báo cáo công tác tiêm chủng trước 17h ngày 26/11.")
    desk.later(minutes=5)
    desk.say("y_te", "Đã nhận giấy mời họp số 26, cử cán bộ dự đúng giờ.")
    assert desk.entries(1)["Sở Y tế"].silent


def test_a_day_or_an_inspection_that_two_messages_share_makes_none_the_answer_of_the_other() -> None:
    desk = LedgerDesk()
    desk.order("Các sở, ban, ngành kiểm tra việc đăng ký nội dung kỳ họp, báo cáo trước 16h ngày 04/12.")
    desk.later(minutes=5)
    desk.say("noi_vu", "Ngày 04/12 Sở Nội vụ khai mạc lớp bồi dưỡng, 45 học viên đã nhập học đầy đủ.")
    desk.say("y_te", "Sở Y tế báo cáo kiểm tra chợ trung tâm: 86 ki ốt, 9 ki ốt mắc điện sai, đã lập biên bản.")
    assert all(one.silent for one in desk.entries(1).values())


def test_of_several_orders_a_report_that_fits_none_answers_none() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.order(SECOND)
    desk.later(minutes=5)
    desk.say("y_te", "Đã gửi rồi ạ.")
    assert all(desk.entries(number)["Sở Y tế"].reported_at is None for number in (1, 2))


def test_one_receipt_after_the_other_goes_from_the_newest_to_the_oldest() -> None:
    desk = LedgerDesk()
    for day in (26, 27, 28):
        desk.order(f"Giao Sở Y tế báo cáo số liệu tiêm chủng trước 17h ngày {day}/11.")
        desk.later(minutes=1)
    for number in (3, 2, 1):
        assert desk.entries(number)["Sở Y tế"].silent
        desk.say("y_te", "Rõ ạ")
        assert not desk.entries(number)["Sở Y tế"].silent


def test_a_code_or_a_mention_of_the_leader_tells_which_directive_is_meant() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.order(SECOND, "leadership")
    desk.say("y_te", "CĐ1: Sở Y tế đã báo cáo bằng văn bản số 12, đạt 96%.")
    assert desk.entries(1)["Sở Y tế"].reported_at
    desk.say("y_te", "@Vàng Thị Phó rõ ạ", mentions=(Mention(uid=UIDS["leadership"], start=0, length=13),))
    assert not desk.entries(2)["Sở Y tế"].silent


def test_a_message_that_names_two_codes_answers_both_each_as_it_says() -> None:
    for text, second in (
        ("Dạ, CĐ1: Sở đã báo cáo bằng văn bản số 12, đạt 96%. CĐ2: xin gia hạn đến 28/11 ạ", "delayed"),
        ("CĐ1, CĐ2: Sở Y tế đã báo cáo bằng văn bản số 12, đạt 96%", "reported"),
        ("Sở Y tế đã báo cáo CĐ1 và CĐ2 bằng văn bản số 12, đạt 96%", "reported"),
    ):
        desk = LedgerDesk()
        desk.order(ORDER)
        desk.order(SECOND, "leadership")
        desk.say("y_te", text)
        assert desk.entries(1)["Sở Y tế"].progress(desk.now) is Progress.REPORTED, text
        assert desk.entries(2)["Sở Y tế"].progress(desk.now).value == second, text


def test_a_file_that_quotes_the_directive_is_a_report() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    file = Attachment(type="share.file", title="bao cao tiem chung.docx")
    desk.reply("y_te", order, "", attachment=file)
    assert desk.entries()["Sở Y tế"].reported_at == desk.now


def test_a_sticker_that_quotes_the_directive_only_says_that_it_was_heard() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "", attachment=Attachment(type="chat.sticker"))
    assert desk.entries()["Sở Y tế"].progress(desk.now) is Progress.RECEIVED


def test_a_reaction_counts_as_received_unless_the_office_says_no() -> None:
    for counts in (True, False):
        desk = LedgerDesk(directives=DirectiveSettings(reactions_count=counts))
        order = desk.order(ORDER)
        act(desk, "y_te", Reacted, targets=(MessageRef(key=order.key),), icon="/-strong")
        act(desk, "tai_chinh", Reacted, targets=(MessageRef(key=order.key),), icon="/-weak")
        assert desk.entries()["Sở Y tế"].silent is not counts
        assert desk.entries()["Sở Tài chính"].silent
        act(desk, "y_te", Reacted, targets=(MessageRef(key=order.key),), icon="")
        assert desk.entries()["Sở Y tế"].silent


def test_who_has_seen_it_is_known_from_receipts() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    act(desk, "y_te", MessageSeen, target_key=order.key, seen_uids=(UIDS["y_te"], UIDS["member"]))
    assert desk.entries()["Sở Y tế"].progress(desk.now) is Progress.SEEN


def test_a_recalled_answer_no_longer_counts_and_a_recalled_directive_is_withdrawn() -> None:
    desk = LedgerDesk()
    order = desk.order("Sở Y tế báo cáo số liệu tiêm chủng trước 17h ngày 26/11.")
    answer = desk.reply("y_te", order, "Báo cáo: đã tiêm 12.400 mũi.")
    assert desk.directive().state is DirectiveState.DONE
    act(desk, "y_te", MessageRecalled, target=MessageRef(key=answer.key))
    assert desk.directive().state is DirectiveState.OPEN
    act(desk, "y_te", MessageRecalled, target=MessageRef(key=order.key))
    assert desk.directive().state is DirectiveState.OPEN
    act(desk, "leader", MessageRecalled, target=MessageRef(key=order.key))
    assert desk.directive().state is DirectiveState.WITHDRAWN


def test_a_message_that_an_administrator_deleted_is_withdrawn() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.delete("admin", order.key)
    assert desk.directive().state is DirectiveState.WITHDRAWN


def test_an_edit_changes_deadline_and_addressees_and_keeps_answers() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Rõ ạ")
    edited = "Giao Sở Y tế, Sở Giáo dục và Đào tạo báo cáo số liệu tiêm chủng về UBND tỉnh trước 17h ngày 28/11."
    act(desk, "leader", MessageRevised, key=order.key, text=edited)
    entries = desk.entries()
    assert entries["Sở Y tế"].due_at == DUE + timedelta(days=2)
    assert not entries["Sở Y tế"].silent
    assert entries["Sở Tài chính"].removed
    assert not entries["Sở Giáo dục và Đào tạo"].removed
    assert len(desk.store.directives) == 1


def test_an_edit_of_a_slip_leaves_what_the_desk_changed_by_command() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    for line in ("/giahan CĐ1 17h ngày 30/11 Sở Y tế", "/giao CĐ1 bớt Sở Tài chính", "/giao CĐ1 thêm Sở Nội vụ"):
        desk.say("admin", line, place="private")
    before = desk.entries()
    act(desk, "leader", MessageRevised, key=order.key, text=ORDER.replace("tiêm chủng", "tiêm phòng"))
    assert desk.entries() == before
    assert "tiêm phòng" in desk.directive().text


def test_an_edit_that_changes_addressees_leaves_whom_the_desk_added_and_took_off() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    for line in ("/giao CĐ1 bớt Sở Tài chính", "/giao CĐ1 thêm Sở Nội vụ"):
        desk.say("admin", line, place="private")
    act(desk, "leader", MessageRevised, key=order.key, text=ORDER.replace("Sở Y tế", "Sở Giáo dục và Đào tạo"))
    asked = {name: one.removed for name, one in desk.entries().items()}
    education = "Sở Giáo dục và Đào tạo"
    assert asked == {"Sở Y tế": True, "Sở Tài chính": True, "Sở Nội vụ": False, education: False}
    act(desk, "leader", MessageRevised, key=order.key, text="Giao Sở Y tế báo cáo tiêm chủng trước 17h ngày 26/11.")
    act(desk, "leader", MessageRevised, key=order.key, text=ORDER)
    asked = {name: one.removed for name, one in desk.entries().items()}
    assert asked == {"Sở Y tế": False, "Sở Tài chính": False, "Sở Nội vụ": False, education: True}


def test_an_edit_that_adds_an_addressee_leaves_the_deadline_that_another_was_given() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.say("admin", "/giahan CĐ1 17h ngày 30/11 Sở Y tế", place="private")
    text = ORDER.replace("Sở Tài chính", "Sở Tài chính, Sở Nội vụ")
    act(desk, "leader", MessageRevised, key=order.key, text=text)
    dues = {name: one.due_at for name, one in desk.entries().items()}
    assert dues == {"Sở Y tế": DUE + timedelta(days=4), "Sở Tài chính": DUE, "Sở Nội vụ": DUE}


def test_an_order_put_before_others_in_an_edit_takes_no_answer_from_them() -> None:
    desk = LedgerDesk()
    text = "Giao Sở Y tế báo cáo tiêm chủng trước 17h ngày 26/11. Giao Sở Tài chính bố trí vốn trước 17h ngày 27/11."
    order = desk.order(text)
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm chủng 1.250 cháu, đạt 98%.")
    text = f"Giao Sở Nội vụ rà soát biên chế trước 17h ngày 28/11. {text}"
    act(desk, "leader", MessageRevised, key=order.key, text=text)
    asked = {name: (one.item, one.silent, one.removed) for name, one in desk.entries().items()}
    assert asked == {"Sở Nội vụ": (0, True, False), "Sở Y tế": (1, False, False), "Sở Tài chính": (2, True, False)}


def test_today_in_an_order_is_the_day_of_the_order_though_it_is_edited_later() -> None:
    desk = LedgerDesk()
    text = "Giao Sở Y tế báo cáo số liệu tiêm chủng về UBND tỉnh trước 17h hôm nay."
    order = desk.order(text)
    given = desk.entries()["Sở Y tế"].due_at
    desk.later(days=1)
    act(desk, "leader", MessageRevised, key=order.key, text=text.replace("tiêm chủng", "tiêm phòng"))
    assert desk.entries()["Sở Y tế"].due_at == given


def test_a_report_in_time_stays_so_when_its_author_edits_it_after_the_deadline() -> None:
    desk = LedgerDesk()
    order, _ = desk.order(ORDER), desk.order(SECOND)
    desk.later(hours=3)
    said = desk.now
    report = desk.reply("y_te", order, "Sở Y tế đã gửi báo cáo qua hệ thống văn bản.")
    desk.until(DUE + timedelta(hours=1))
    # What Zalo sends of an edit names no quoted message.
    act(desk, "y_te", MessageRevised, key=report.key, text="Sở Y tế đã gửi báo cáo số 12 qua hệ thống văn bản.")
    assert (desk.entries()["Sở Y tế"].reported_at, desk.entries(2)["Sở Y tế"].silent) == (said, True)


def test_a_receipt_that_is_edited_into_a_report_was_reported_at_the_edit() -> None:
    desk = LedgerDesk()
    receipt = desk.reply("y_te", desk.order(ORDER), "Rõ ạ")
    desk.until(DUE + timedelta(hours=1))
    act(desk, "y_te", MessageRevised, key=receipt.key, text="Sở Y tế báo cáo: đã tiêm chủng 1.250 cháu, đạt 98%.")
    assert desk.entries()["Sở Y tế"].is_late()


def test_an_edit_that_mentions_somebody_gives_the_order_to_the_one_mentioned() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    text = "Giao @Bình Minh báo cáo số liệu tiêm chủng về UBND tỉnh trước 17h ngày 26/11."
    mentions = (Mention(uid=UIDS["y_te"], start=5, length=10),)
    desk.hear(MessageRevised(**order.model_copy(update={"text": text, "mentions": mentions}).model_dump()))
    asked = [one for one in desk.entries().values() if not one.removed]
    assert [one.person_ids for one in asked] == [(desk.person("y_te").id,)]


def test_an_edit_which_brings_neither_quote_nor_mentions_leaves_the_order_with_whom_it_was_for() -> None:
    for text, names, who in (
        ("Khẩn trương báo cáo kết quả tiêm chủng trước 17h ngày 26/11.", (), {"y_te"}),
        ("Xã cử người gác hai đầu đường, báo cáo trước 17h ngày 26/11.", (), {"muong_gia"}),
        ("Giao @Bình Minh báo cáo số liệu tiêm chủng trước 17h ngày 26/11.", ("y_te",), {"y_te"}),
    ):
        desk = LedgerDesk()
        mentions = tuple(Mention(uid=UIDS[name], start=5, length=10) for name in names)
        told = desk.order("Thưa đồng chí, đường vào bản bị sạt lở, đơn vị sẽ báo cáo sau ạ.", min(who))
        order = desk.order(text, mentions=mentions) if names else desk.reply("leader", told, text)
        before = desk.entries()
        act(desk, "leader", MessageRevised, key=order.key, text=text.replace("báo cáo", "báo cáo tôi"))
        assert "báo cáo tôi" in desk.directive().text
        assert desk.entries() == before
        assert {one.person_ids[0] for one in before.values()} == {desk.person(one).id for one in who}
        act(desk, "leader", MessageRevised, key=order.key, text=f"{text} Sở Nội vụ cùng phối hợp.")
        asked = {one.person_ids[0] for one in desk.entries().values() if not one.removed}
        assert desk.person("noi_vu").id in asked


def test_an_edit_of_an_order_on_which_nothing_was_awaited_any_more_opens_it_again() -> None:
    desk = LedgerDesk()
    text = "Yêu cầu Sở Y tế tăng cường phòng, chống dịch sốt xuất huyết."
    order = desk.order(text)
    desk.reply("y_te", order, "Rõ ạ")
    act(desk, "leader", MessageRevised, key=order.key, text=text.replace("tăng cường", "khẩn trương"))
    assert desk.directive().state is DirectiveState.DONE
    text = text.replace("Sở Y tế", "Sở Y tế, Sở Tài chính").replace(".", ", báo cáo trước 17h ngày 26/11.")
    act(desk, "leader", MessageRevised, key=order.key, text=text)
    assert desk.directive().open
    assert {name: (one.due_at, one.silent) for name, one in desk.entries().items()} == {
        "Sở Y tế": (DUE, False), "Sở Tài chính": (DUE, True),
    }  # fmt: skip
    desk.take()
    desk.until(DUE + timedelta(minutes=5))
    assert "2/2 đơn vị nhận: Sở Y tế, Sở Tài chính" in to(desk.take(), "leader")[0]


def test_an_edit_of_a_slip_leaves_addressee_and_deadline_that_people_entered_by_hand() -> None:
    desk = LedgerDesk()
    text = "Khẩn trương xử lý dứt điểm việc này, báo cáo kết quả."
    order = desk.order(text)
    assert desk.directive().state is DirectiveState.PROPOSED
    desk.reply("admin", order, "/giaoviec Sở Y tế, 17h ngày 26/11")
    before = desk.entries()
    act(desk, "leader", MessageRevised, key=order.key, text=text.replace("việc", "vụ việc"))
    assert "vụ việc" in desk.directive().text
    assert desk.entries() == before
    act(desk, "leader", MessageRevised, key=order.key, text=f"{text[:-1]} trước 17h ngày 27/11.")
    assert {name: one.due_at for name, one in desk.entries().items()} == {"Sở Y tế": DUE + timedelta(days=1)}


def test_an_edit_into_no_order_ends_the_directive_and_the_admins_can_take_it_up_again() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.take()
    sorry = "Xin lỗi các đồng chí, tôi gửi nhầm nhóm."
    act(desk, "leader", MessageRevised, key=order.key, text=sorry)
    assert desk.directive().state is DirectiveState.DROPPED
    [told] = to(desk.take(), "admin")
    assert "tin chỉ đạo CĐ1 đã được sửa" in told
    act(desk, "leader", MessageRevised, key=order.key, text=f"{sorry} Cảm ơn.")
    assert desk.take() == []
    desk.say("admin", "CĐ1", place="private")
    assert "tin đã được sửa, không còn là chỉ đạo" in to(desk.take(), "admin")[0]
    desk.say("admin", "/molai CĐ1", place="private")
    assert desk.directive().open


def test_an_edit_of_words_that_only_people_took_for_an_order_leaves_the_directive_open() -> None:
    desk = LedgerDesk()
    thanks = desk.order("Xin cảm ơn các đồng chí.")
    assert desk.store.directives == []
    desk.reply("admin", thanks, "/giaoviec Sở Y tế, 17h ngày 25/11")
    act(desk, "leader", MessageRevised, key=thanks.key, text="Xin cảm ơn các đồng chí!")
    assert desk.directive().open


def test_an_edit_that_may_be_secret_leaves_no_text() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.seal("leader", key=order.key, revision=True)
    assert desk.directive().state is DirectiveState.WITHDRAWN
    assert desk.directive().text.strip() == ""


def test_an_answer_heard_before_its_directive_counts_once_that_is_heard() -> None:
    desk = LedgerDesk()
    missed = desk.message("leader", ORDER, key="m900")
    desk.later(minutes=10)
    desk.reply("y_te", missed, "Rõ ạ, Sở triển khai ngay")
    desk.later(minutes=10)
    desk.hear(missed)
    assert desk.entries()["Sở Y tế"].received_at == missed.at + timedelta(minutes=10)


def test_the_same_message_heard_by_two_accounts_is_one_directive() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.hear(order.model_copy(update={"id": 0}))
    assert len(desk.store.directives) == 1


def test_whoever_is_on_the_roster_and_not_in_the_group_is_said_to_be_so() -> None:
    desk = LedgerDesk()
    desk.order("UBND phường Thử Nghiệm báo cáo thiệt hại do mưa lũ trước 17h ngày 26/11.")
    desk.say("leader", "CĐ1", place="private")
    [page] = to(desk.take(), "leader")
    assert "Chưa có người trong Nhóm: UBND phường Thử Nghiệm" in page


def test_where_no_unit_is_known_no_share_of_reports_is_told() -> None:
    desk = LedgerDesk()
    desk.order("Đề nghị báo cáo thiệt hại do mưa lũ trước 17h ngày 26/11.")
    [page] = asked(desk, "CĐ1")
    assert "Chưa rõ đơn vị nhận." in page
    assert "Đã báo cáo" not in page


def test_the_admins_hear_at_once_of_addressees_who_cannot_answer() -> None:
    desk = LedgerDesk()
    desk.order("Giao Sở Y tế, UBND phường Thử Nghiệm, Sở Viễn thám báo cáo thiệt hại do mưa lũ trước 17h ngày 26/11.")
    [told] = to(desk.take(), "admin")
    assert "Chưa có người trong Nhóm: UBND phường Thử Nghiệm" in told
    assert "Chưa xác định đơn vị nhận: Sở Viễn thám" in told
    desk.order(ORDER)
    assert to(desk.take(), "admin") == []


def test_the_admins_hear_at_once_of_an_order_that_names_nobody() -> None:
    desk = LedgerDesk()
    desk.order("Đề nghị báo cáo số liệu tiêm chủng về UBND tỉnh trước 17h ngày 26/11.")
    assert desk.directive().open
    [told] = to(desk.take(), "admin")
    assert "CĐ1 vừa được đưa vào theo dõi, hạn 17:00 26/11. Chưa rõ đơn vị nhận. Bổ sung: /giao CĐ1 thêm" in told


def test_with_the_setting_each_new_directive_is_acknowledged_by_one_line() -> None:
    desk = LedgerDesk(directives=DirectiveSettings(acknowledge_in_group=True))
    desk.order(ORDER)
    assert desk.group_lines == ["Đã ghi nhận chỉ đạo CĐ1, hạn 17:00 26/11, 2 đơn vị nhận."]


def test_an_office_that_recognises_nothing_enters_directives_by_hand() -> None:
    desk = LedgerDesk(directives=DirectiveSettings(recognise=False))
    order = desk.order(ORDER)
    assert desk.store.directives == []
    desk.reply("y_te", order, "Rõ ạ")
    desk.reply("admin", order, "/giaoviec Sở Y tế, 17h ngày 25/11")
    [one] = desk.entries().values()
    assert (one.name, one.due_at) == ("Sở Y tế", DUE - timedelta(days=1))
    assert not one.silent
    assert desk.directive().given_by == desk.person("leader").id


def test_reminders_reach_only_the_silent_once_a_day_and_the_leader_gets_one_line() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Rõ ạ")
    desk.take()
    desk.until(DUE + timedelta(minutes=5))
    posted = desk.take()
    reminders = to(posted, "tai_chinh")
    assert len(reminders) == 2  # on the day before, and on the day
    assert "CĐ1" in reminders[0]
    assert "Kính gửi đồng chí Lý Thị Tỉ" in reminders[0]
    assert to(posted, "y_te") == []
    [line] = to(posted, "leader")
    assert "chưa ghi nhận báo cáo trên Nhóm của 2/2 đơn vị nhận: Sở Y tế, Sở Tài chính" in line
    assert to(posted, "report_reader") == [line]
    desk.until(DUE + timedelta(days=10))
    posted = desk.take()
    assert len(to(posted, "tai_chinh")) == 2  # on the first and, after a Sunday, on the fourth day
    assert to(posted, "leader") == []


def test_at_an_earlier_deadline_the_leader_reads_who_has_reported_though_others_have_more_time() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.say("admin", "/giahan CĐ1 17h ngày 30/11 Sở Tài chính", place="private")
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm chủng 1.250 cháu, đạt 98% kế hoạch.")
    desk.take()
    desk.until(DUE + timedelta(minutes=5))
    [line] = to(desk.take(), "leader")
    assert "1/1 đơn vị nhận đã hoàn thành." in line


def test_a_unit_that_has_nobody_in_the_group_is_never_said_to_be_late() -> None:
    desk = LedgerDesk()
    order = desk.order("Giao Sở Y tế, UBND phường Thử Nghiệm báo cáo số giường bệnh trống trước 17h ngày 26/11.")
    desk.reply("y_te", order, "Sở Y tế báo cáo: còn 120 giường trống tại 3 bệnh viện.")
    desk.take()
    desk.until(DUE + timedelta(minutes=5))
    [line] = to(desk.take(), "leader")
    assert "1/2 đơn vị nhận đã hoàn thành; 1 đơn vị chưa có người trong Nhóm" in line
    [ledger] = asked(desk, "/giaoviec")
    assert "quá hạn" not in ledger.lower()


def test_nobody_is_reminded_while_an_answer_may_have_come_that_was_not_judged() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.take()
    desk.store.lags_behind = True
    desk.until(DUE + timedelta(minutes=5))
    assert desk.take() == []
    desk.reply("y_te", order, "Sở Y tế đã có báo cáo số 12")
    desk.store.lags_behind = False
    desk.until(DUE + timedelta(minutes=6))
    posted = desk.take()
    assert (len(to(posted, "tai_chinh")), to(posted, "y_te")) == (1, [])
    assert len(to(posted, "leader")) == 1


def test_what_waited_for_the_line_into_the_quiet_hours_goes_out_at_their_end() -> None:
    desk = LedgerDesk(escalation=EscalationSettings())
    desk.order(ORDER)
    desk.take()
    desk.store.lags_behind = True
    desk.until(DUE + timedelta(hours=6))
    desk.store.lags_behind = False
    ends = desk.policy.rests_until(desk.now)
    assert ends is not None
    desk.until(ends - timedelta(minutes=1))
    assert desk.take() == []
    desk.until(ends)
    assert len(to(desk.take(), "leader")) == 1


def test_who_gave_a_directive_and_has_no_part_in_the_group_any_more_is_not_told_of_its_deadline() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.take()
    desk.change("leader", grants={})
    desk.until(DUE + timedelta(minutes=5))
    told = desk.take()
    assert to(told, "leader") == []
    assert len(to(told, "report_reader")) == 1


def test_many_are_reminded_on_command_only_after_they_were_named() -> None:
    desk = LedgerDesk()
    desk.order("Giao Sở Y tế, Sở Tài chính, Sở Nội vụ, UBND xã Mường Giả rà soát, báo cáo trước 17h ngày 26/11.")
    desk.take()
    desk.say("admin", "/nhac CĐ1", place="private")
    [asked] = desk.take()
    assert "4 người" in asked.text
    assert "Sở Nội vụ" in asked.text
    desk.say("admin", "/nhac CĐ1 1", place="private")  # A number is no code.
    assert to(desk.take(), "y_te") == []
    desk.say("admin", "/nhac CĐ1 CĐ1", place="private")
    assert "đang nhắc 4 người" in desk.take()[-1].text


def test_several_directives_are_one_reminder_a_day() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.order("Sở Tài chính tham mưu văn bản gửi Bộ Tài chính trước 17h ngày 26/11.")
    desk.take()
    desk.until(DUE - timedelta(days=1))
    [reminder] = to(desk.take(), "tai_chinh")
    assert "CĐ1" in reminder
    assert "CĐ2" in reminder


def test_nobody_is_reminded_where_the_office_wants_none_and_all_where_it_wants_reports() -> None:
    desk = LedgerDesk(directives=DirectiveSettings(remind=None))
    desk.order(ORDER)
    desk.take()
    desk.until(DUE + timedelta(days=9))
    assert to(desk.take(), "tai_chinh") == []
    desk = LedgerDesk(directives=DirectiveSettings(remind=DirectiveReminderSettings(only_silent=False)))
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Rõ ạ")
    desk.until(DUE - timedelta(days=1))
    assert len(to(desk.take(), "y_te")) == 1


def test_an_extension_moves_reminders_and_the_line_to_the_leader() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.say("leader", "/giahan CĐ1 17h ngày 30/11", place="private")
    desk.take()
    desk.until(DUE + timedelta(hours=1))
    assert to(desk.take(), "leader") == []
    desk.until(datetime(2026, 11, 30, 10, 1, tzinfo=UTC))
    [line] = to(desk.take(), "leader")
    assert line.startswith("Kính báo cáo đồng chí: đến hạn 17:00 30/11 của chỉ đạo CĐ1")


def test_who_is_added_after_an_extension_has_the_deadline_of_the_others() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.say("leader", "/giahan CĐ1 17h ngày 30/11", place="private")
    desk.now = DUE + timedelta(hours=2)
    assert "quá hạn" not in asked(desk, "/giao CĐ1 thêm Sở Nội vụ")[0].lower()
    assert desk.entries()["Sở Nội vụ"].due_at == DUE + timedelta(days=4)


def test_who_is_put_back_after_an_extension_has_the_deadline_of_the_others() -> None:
    desk = LedgerDesk()
    desk.order(f"{ORDER} Giao Sở Nội vụ rà soát biên chế trước 17h ngày 27/11.")
    for line in ("bớt Sở Y tế", "bớt Sở Nội vụ", "thêm Sở Nội vụ"):
        desk.say("admin", f"/giao CĐ1 {line}", place="private")
    desk.say("leader", "/giahan CĐ1 17h ngày 30/11 Sở Tài chính", place="private")
    desk.now = DUE + timedelta(hours=2)
    assert "quá hạn" not in asked(desk, "/giao CĐ1 thêm Sở Y tế")[0].lower()
    dues = {name: one.due_at - DUE for name, one in desk.entries().items() if one.due_at}
    assert dues == dict.fromkeys(("Sở Y tế", "Sở Tài chính"), timedelta(days=4)) | {"Sở Nội vụ": timedelta(days=1)}
    for line in ("bớt Sở Tài chính, Sở Y tế", "thêm Sở Tài chính"):
        desk.say("admin", f"/giao CĐ1 {line}", place="private")
    assert desk.entries()["Sở Tài chính"].due_at == DUE + timedelta(days=4)


@pytest.mark.parametrize(
    "text",
    [
        "Giao Sở Y tế báo cáo tiêm chủng trước 17h ngày 26/11. Giao Sở Y tế rà soát biên chế trước 17h ngày 27/11.",
        "1. Sở Y tế báo cáo tiêm chủng trước 17h ngày 26/11.\n2. Sở Nội vụ, Sở Y tế lập biên chế trước 17h ngày 27/11.",
    ],
)
def test_a_unit_that_an_order_gives_two_tasks_with_two_deadlines_has_to_report_on_both(text: str) -> None:
    desk = LedgerDesk()
    order = desk.order(text)
    asked = [one for one in desk.uow.directives.assignees(1) if one.name == "Sở Y tế"]
    assert [(one.item, one.due_at) for one in asked] == [(0, DUE), (1, DUE + timedelta(days=1))]
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm chủng 1.250 cháu, đạt 98%.")
    asked = [one for one in desk.uow.directives.assignees(1) if one.name == "Sở Y tế"]
    assert [one.reported_at is not None for one in asked] == [True, False]


def test_a_unit_that_an_order_names_twice_with_one_deadline_has_one_task() -> None:
    desk = LedgerDesk()
    desk.order("Sở Y tế rà soát dịch bệnh. Đề nghị Sở Y tế báo cáo trước 17h ngày 26/11.")
    assert [(one.item, one.due_at) for one in desk.uow.directives.assignees(1)] == [(0, DUE)]


def test_a_unit_that_is_named_again_without_a_deadline_has_one_task() -> None:
    desk = LedgerDesk()
    desk.order("Sở Y tế báo cáo tình hình dịch trước 17h ngày 26/11. Đề nghị Sở Y tế cử cán bộ phối hợp.")
    assert [(one.item, one.due_at) for one in desk.uow.directives.assignees(1)] == [(0, DUE)]


def test_an_item_below_a_heading_may_order_again_who_is_named_before() -> None:
    desk = LedgerDesk()
    desk.order(
        "Giao các sở, ngành thực hiện:\n1. Sở Y tế báo cáo tiêm chủng trước 17h ngày 26/11.\n"
        "2. Sở Nội vụ báo cáo biên chế trước 17h ngày 27/11.\n3. Sở Y tế báo cáo thuốc trước 17h ngày 28/11."
    )
    dues = [one.due_at for one in desk.uow.directives.assignees(1) if one.name == "Sở Y tế"]
    assert dues == [DUE, DUE + timedelta(days=2)]


def test_who_is_put_back_is_put_back_on_each_part_of_the_order() -> None:
    desk = LedgerDesk()
    desk.order(
        "Giao Sở Y tế báo cáo tiêm chủng trước 17h ngày 26/11. "
        "Giao các sở, ngành rà soát biên chế trước 17h ngày 27/11."
    )
    for line in ("bớt Sở Y tế", "thêm Sở Y tế"):
        desk.say("admin", f"/giao CĐ1 {line}", place="private")
    asked = [one for one in desk.uow.directives.assignees(1) if one.name == "Sở Y tế" and not one.removed]
    assert [(one.item, one.due_at) for one in asked] == [(0, DUE), (1, DUE + timedelta(days=1))]


def test_what_is_answered_while_a_directive_is_dropped_counts_once_it_is_reopened() -> None:
    desk = LedgerDesk()
    order = desk.order("Giao Sở Y tế, Sở Tài chính, Sở Nội vụ báo cáo số liệu tiêm chủng trước 17h ngày 26/11.")
    desk.say("admin", "/bo CĐ1 nhầm", place="private")
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm 12.400 mũi, đạt 96% kế hoạch.")
    desk.say("tai_chinh", "CĐ1: Sở Tài chính xin gia hạn đến 28/11 vì còn 3 xã chưa gửi số liệu.")
    act(desk, "noi_vu", Reacted, targets=(MessageRef(key=order.key),), icon="/-strong")
    assert desk.directive().state is DirectiveState.DROPPED
    desk.say("admin", "/molai CĐ1", place="private")
    progress = {name: one.progress(desk.now) for name, one in desk.entries().items()}
    told = {"Sở Y tế": Progress.REPORTED, "Sở Tài chính": Progress.DELAYED, "Sở Nội vụ": Progress.RECEIVED}
    assert progress == told
    assert desk.directive().open


def test_a_dropped_directive_that_all_have_answered_is_done_once_it_is_reopened() -> None:
    desk = LedgerDesk()
    order = desk.order("Giao Sở Y tế báo cáo số liệu tiêm chủng trước 17h ngày 26/11.")
    desk.say("admin", "/bo CĐ1 nhầm", place="private")
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm 12.400 mũi, đạt 96% kế hoạch.")
    desk.say("admin", "/molai CĐ1", place="private")
    assert desk.directive().state is DirectiveState.DONE


def test_xong_closes_who_was_silent_without_calling_it_a_report_and_molai_reopens() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Rõ ạ")
    [said] = asked(desk, "/xong CĐ1")
    assert "2 đơn vị nhận (Sở Y tế, Sở Tài chính); chưa trả lời trên Nhóm: 1 đơn vị" in said
    assert "/molai CĐ1" in said
    [page] = asked(desk, "CĐ1")
    assert page.startswith("CĐ1 (đã kết thúc theo dõi)")
    assert "Đã báo cáo: 0/2" in page
    assert "Đã báo cáo (" not in page
    assert "Kết thúc theo quyết định của đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) (2): Sở Y tế, Sở Tài chính" in page
    [page] = asked(desk, "/molai CĐ1")
    assert page.startswith("CĐ1 (đang theo dõi)")
    assert "Đã nhận chỉ đạo (1): Sở Y tế" in page
    assert "không có gì để mở lại" in asked(desk, "/molai CĐ1")[0]
    assert "/molai CĐ1" in asked(desk, "/bo CĐ1 nhầm")[0]
    assert "đang theo dõi" in asked(desk, "/molai CĐ1")[0]
    assert len(desk.entries()) == 2


def test_xong_for_who_has_reported_says_so() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm 12.400 mũi, đạt 96% kế hoạch.")
    desk.take()
    assert "Sở Y tế đã báo cáo" in asked(desk, "/xong CĐ1 Sở Y tế")[0]


def asked(desk: LedgerDesk, line: str) -> list[str]:
    desk.take()
    desk.say("admin", line, place="private")
    return to(desk.take(), "admin")


def test_a_deadline_that_was_over_when_set_is_said_to_be_and_makes_nobody_late() -> None:
    desk = LedgerDesk()
    desk.order("Giao Sở Y tế báo cáo số liệu tiêm chủng trước 9h sáng nay.")
    named = "thời hạn nêu trong tin: 09:00 ngày 24/11 (đã qua lúc ghi nhận)"
    [told] = to(desk.take(), "admin")
    assert named in told
    assert "/giahan CĐ1" in told
    desk.later(days=1)
    for line in ("CĐ1", "/giaoviec"):
        [page] = asked(desk, line)
        assert named in page
        assert "quá hạn" not in page.lower()
    assert f"từ {named} thành hạn 17:00 thứ Hai 30/11" in asked(desk, "/giahan CĐ1 17h ngày 30/11")[0]
    assert "hạn 17:00 30/11" in asked(desk, "CĐ1")[0]
    assert "thời hạn nêu trong tin" not in asked(desk, "CĐ1")[0]


def test_who_only_acknowledges_a_deadline_that_was_over_when_set_still_has_to_report() -> None:
    desk = LedgerDesk()
    order = desk.order("Giao Sở Y tế, Sở Tài chính báo cáo số liệu tiêm chủng trước 9h sáng nay.")
    desk.reply("y_te", order, "Rõ ạ, Sở triển khai ngay.")
    desk.reply("tai_chinh", order, "Rõ ạ, Sở triển khai ngay.")
    [ledger] = asked(desk, "/giaoviec")
    assert "thời hạn đã qua từ lúc ghi nhận (CĐ1)" in ledger.splitlines()[0]
    assert "đang nhắc 1 người" in asked(desk, "/nhac CĐ1 Sở Y tế")[0]
    asked(desk, "/giahan CĐ1 17h ngày 30/11 Sở Y tế")
    both = "hạn theo từng đơn vị, gần nhất 17:00 30/11; đơn vị khác: thời hạn nêu trong tin: 09:00 ngày 24/11"
    assert both in asked(desk, "CĐ1")[0]
    desk.reply("tai_chinh", order, "Sở Tài chính báo cáo: đã tiêm 1.200 mũi, đạt 95% kế hoạch.")
    assert "đã qua" not in asked(desk, "/giaoviec")[0]


def test_who_comes_into_the_group_later_can_answer_and_be_reminded() -> None:
    desk = LedgerDesk()
    desk.order("UBND phường Thử Nghiệm báo cáo thiệt hại do mưa lũ trước 17h ngày 26/11.")
    ledger = DirectiveLedger(desk.policy)
    ledger.after_sync(desk.uow, GROUP)
    [given] = desk.entries().values()
    assert not given.in_group
    [place] = [place for place, one in enumerate(desk.store.entries) if one.full_name == ABSENT[0]]
    desk.store.entries[place] = desk.store.entries[place].model_copy(update={"uid": UIDS["member"]})
    ledger.after_sync(desk.uow, GROUP)
    assert desk.entries()[given.name].person_ids == (desk.person("member").id,)


def test_who_comes_to_a_unit_of_which_others_are_in_the_group_can_answer_for_it_and_who_went_cannot() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    new = RosterEntry(full_name="Giàng A Mới", title="Phó Giám đốc", agency="Sở Y tế", uid=UIDS["member"])
    desk.store.entries = [*(one for one in desk.store.entries if one.full_name != "Vàng A Thử"), new]
    ledger = DirectiveLedger(desk.policy)
    ledger.after_sync(desk.uow, GROUP)
    desk.reply("y_te_pho", order, "Sở Y tế báo cáo: đã tiêm 12.400 mũi, đạt 96% kế hoạch.")
    assert desk.entries()["Sở Y tế"].silent
    desk.reply("member", order, "Sở Y tế báo cáo: đã tiêm 12.400 mũi, đạt 96% kế hoạch.")
    assert desk.entries()["Sở Y tế"].reported_at
    before = desk.entries()["Sở Tài chính"]
    desk.store.present.remove(UIDS["tai_chinh"])
    ledger.after_sync(desk.uow, GROUP)
    assert desk.entries()["Sở Tài chính"] == before


def test_whom_a_mention_named_is_not_taken_for_somebody_of_that_name_who_comes_later() -> None:
    desk = LedgerDesk()
    mentions = (Mention(uid=UIDS["y_te"], start=5, length=10),)
    desk.order("Giao @Bình Minh báo cáo số liệu tiêm chủng trước 17h ngày 26/11.", mentions=mentions)
    before = desk.entries()
    new = RosterEntry(full_name="Hà Bình Minh", title="Giám đốc", agency="Sở Xây dựng", uid=UIDS["member"])
    desk.store.entries.append(new)
    DirectiveLedger(desk.policy).after_sync(desk.uow, GROUP)
    assert desk.entries() == before


def test_the_question_says_that_the_deadline_named_is_over() -> None:
    desk = LedgerDesk()
    desk.order("Giao Sở Y tế báo cáo số liệu tiêm chủng trước 9h sáng nay.")
    desk.make_unsure()
    desk.take()
    desk.until(desk.now + timedelta(minutes=1))
    [question] = to(desk.take(), "admin_staff")
    assert "giao Sở Y tế, thời hạn nêu trong tin: 09:00 ngày 24/11 (đã qua lúc ghi nhận)?" in question
    assert "/giahan CĐ1" in question


def test_units_with_deadlines_of_their_own_are_shown_so() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.say("admin", "/giahan CĐ1 17h ngày 30/11 Sở Y tế", place="private")
    assert "hạn từ 17:00 26/11 đến 17:00 30/11. Giao" in asked(desk, "/giaoviec")[0]
    [page] = asked(desk, "CĐ1")
    assert "; hạn từ 17:00 26/11 đến 17:00 30/11." in page
    assert "Sở Y tế (hạn 17:00 30/11), Sở Tài chính (hạn 17:00 26/11)" in page
    desk.say("admin", "/giao CĐ1 thêm Sở Nội vụ", place="private")
    given = desk.entries()["Sở Nội vụ"]
    desk.uow.directives.put_assignees([given.model_copy(update={"due_at": None})])
    assert "hạn theo từng đơn vị, gần nhất 17:00 26/11" in asked(desk, "/giaoviec")[0]


def test_the_word_with_which_a_unit_is_closed_stands_on_the_page_until_it_is_taken_back() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    said = asked(desk, "/xong CĐ1 đã báo cáo tại cuộc họp")
    assert "ghi sau dấu hai chấm: /xong CĐ1: đã báo cáo tại cuộc họp" in said[0]
    asked(desk, "/xong CĐ1 Sở Y tế: đã báo cáo bằng văn bản số 12")
    [page] = asked(desk, "CĐ1")
    assert '(1): Sở Y tế; lý do, kết quả: "đã báo cáo bằng văn bản số 12"' in page
    assert desk.directive().open
    asked(desk, "/xong CĐ1: đã họp chung")
    assert desk.directive().state is DirectiveState.DONE
    [page] = asked(desk, "/molai CĐ1 Sở Tài chính")
    assert page.startswith("CĐ1 (đang theo dõi)")
    assert "Sở Y tế; lý do" in page
    assert list(desk.directive().closing_words.values()) == ["đã báo cáo bằng văn bản số 12"]
    assert "Kết thúc theo quyết định" not in asked(desk, "/molai CĐ1 Sở Y tế")[0]


def test_one_of_the_units_that_one_word_closed_is_opened_and_the_others_stay_closed() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    asked(desk, "/xong CĐ1: đã họp chung")
    [page] = asked(desk, "/molai CĐ1 Sở Tài chính")
    assert '(1): Sở Y tế; lý do, kết quả: "đã họp chung"' in page
    assert desk.entries()["Sở Tài chính"].silent


def test_the_reason_for_which_a_directive_was_dropped_stands_on_its_page() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    asked(desk, "/bo CĐ1 trùng với văn bản số 5")
    assert 'Lý do dừng theo dõi: "trùng với văn bản số 5"' in asked(desk, "CĐ1")[0]


def test_one_unit_is_reminded_by_name_and_one_that_only_said_it_heard_once_it_is_overdue() -> None:
    desk = LedgerDesk(directives=DirectiveSettings(remind=None))
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Rõ ạ")
    assert "chưa cần nhắc Sở Y tế" in asked(desk, "/nhac CĐ1 Sở Y tế")[0]
    desk.say("admin", "/nhac CĐ1 Sở Tài chính", place="private")
    posted = desk.take()
    assert len(to(posted, "tai_chinh")) == 1
    assert to(posted, "y_te") == []
    assert "đã nhắc trong giờ này" in asked(desk, "/nhac CĐ1")[0]
    desk.now = DUE + timedelta(minutes=5)
    desk.say("admin", "/nhac CĐ1 Sở Y tế", place="private")
    [reminder] = to(desk.take(), "y_te")
    assert "chưa ghi nhận báo cáo kết quả trên Nhóm" in reminder
    desk.say("admin", "/nhac CĐ1", place="private")
    posted = desk.take()
    assert (len(to(posted, "tai_chinh")), to(posted, "y_te")) == (1, [])


def test_the_answer_that_counts_is_quoted_to_who_may_read_it() -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Rõ ạ")
    desk.later(hours=1)
    report = desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm chủng cho 1.240 trẻ, đạt 96%.")
    quoted = 'Trả lời được tính, Sở Y tế: "Sở Y tế báo cáo: đã tiêm chủng cho 1.240 trẻ, đạt 96%."'
    assert quoted in asked(desk, "CĐ1")[0]
    desk.say("report_reader", "CĐ1", place="private")
    assert "Trả lời được tính" not in to(desk.take(), "report_reader")[-1]
    desk.uow.cases.add(new_case(desk.person("y_te").id, report.id, group_id=GROUP, clause="4.2"))
    assert "Trả lời được tính" not in asked(desk, "CĐ1")[0]


def test_what_has_ended_is_listed_the_last_ended_first() -> None:
    desk = LedgerDesk()
    for text in (ORDER, SECOND, "Giao Sở Nội vụ rà soát biên chế, báo cáo trước 17h ngày 27/11."):
        desk.order(text)
    for line in ("/xong CĐ2", "/xong CĐ1", "/bo CĐ3 nhầm"):
        desk.later(minutes=1)
        asked(desk, line)
    [done] = asked(desk, "/giaoviec xong")
    assert [line[:3] for line in done.splitlines() if line.startswith("CĐ")] == ["CĐ1", "CĐ2"]
    assert "CĐ1 (đã kết thúc theo dõi; hạn 17:00 26/11)" in done
    [dropped] = asked(desk, "giao việc đã bỏ")
    assert "CĐ3 (đã dừng theo dõi; " in dropped
    assert "CĐ1" not in dropped
    asked(desk, "/molai CĐ3")
    assert "không có chỉ đạo nào như vậy" in asked(desk, "/giaoviec bỏ")[0]


def test_when_and_where_an_order_was_given_can_be_said_as_with_ghinhan() -> None:
    desk = LedgerDesk(directives=DirectiveSettings(recognise=False))
    desk.say("leader", "/giaoviec lúc 8h hôm qua, tại cuộc họp giao ban: Sở Y tế báo cáo dịch, 17h ngày 26/11")
    [page] = to(desk.take(), "leader")
    assert "lúc 08:00 23/11, tại cuộc họp giao ban; hạn 17:00 26/11" in page
    assert desk.directive().text == "Sở Y tế báo cáo dịch, 17h ngày 26/11"
    order = desk.order(ORDER)
    desk.reply("admin", order, "/giaoviec lúc 15h ngày 27/11, Sở Y tế")
    assert desk.entries(2)["Sở Y tế"].due_at == DUE + timedelta(hours=22)
    assert (desk.directive(2).at, desk.directive(2).place) == (desk.now, "")
