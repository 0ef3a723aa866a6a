"""The life of a case between the member and the desk: explanations, reviews, notes, and what is taken back."""

import pytest

from tests.unit.features.desk import BAD_NAME, BOT, GROUP, UIDS, UNMARKED, Desk, escalation, to
from zalo_governor.domain.cases import NoteKind
from zalo_governor.domain.events import MessageRecalled, MessageRef, NameObserved
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import Reach

TEXT = "de nghi so gui so lieu"


def a_case(who: str = "member", text: str = TEXT) -> Desk:
    desk = Desk(escalation=escalation(repeat_window_minutes=0))
    desk.say(who, text, UNMARKED)
    desk.take()
    return desk


def private(desk: Desk, who: str, line: str) -> list[str]:
    """What somebody is answered, once whoever else had to hear has heard."""
    before = len(desk.store.posted)
    desk.say(who, line, place="private")
    return to(desk.store.posted[before:], who)


def test_an_explanation_is_kept_and_brought_to_the_desk() -> None:
    desk = a_case()
    (answer,) = private(desk, "member", "/giải trình vp1: Tôi gõ vội khi đi đường, “xin lỗi”")
    posted = desk.take()
    assert "Đã chuyển giải trình" in answer
    for who in ("admin", "admin_staff"):
        (brought,) = to(posted, who)
        assert "Giàng A Viên" in brought
        assert '"Tôi gõ vội khi đi đường, “xin lỗi”"' in brought
    assert [note.kind for _, note in desk.store.said] == [NoteKind.EXPLANATION]
    assert "Giải trình của đồng chí Giàng A Viên" in private(desk, "admin", "/xem VP1")[0]
    assert "gõ vội" not in repr(desk.store.audited)


@pytest.mark.parametrize("line", ["/giaitrinh VP1 tôi biết", "/giaitrinh VP77 tôi biết", "/xemlai VP1", "/xemlai VP77"])
def test_nobody_speaks_in_anothers_case_nor_learns_whether_there_is_one(line: str) -> None:
    desk = a_case()
    (answer,) = private(desk, "report_reader", line)
    assert answer.startswith(f"Không có vụ việc {line.split()[1]} của đồng chí")
    assert [notice for notice in desk.take() if notice.thread_id != UIDS["report_reader"]] == []
    assert desk.store.said == []
    assert desk.store.audited[-1]["outcome"] == "not_own"


def test_an_explanation_ends_no_wait_for_the_leader() -> None:
    desk = Desk()
    desk.seal("member")
    private(desk, "member", "/giaitrinh VP1 tôi gửi nhầm")
    private(desk, "member", "/xemlai VP1")
    desk.take()
    desk.tick(minutes=15)
    assert len(to(desk.take(), "leader")) == 1


def test_the_desk_is_not_flooded_with_explanations_and_an_empty_one_is_none() -> None:
    desk = a_case()
    assert "ghi nội dung" in private(desk, "member", "/giaitrinh VP1")[0]
    for _ in range(7):
        desk.later(minutes=10)
        private(desk, "member", "/giaitrinh VP1 " + "lời " * 400)
    assert len(to(desk.take(), "admin")) == 5
    assert all(len(note.text) <= 500 for _, note in desk.store.said)


def test_the_person_concerned_may_ask_once_for_another_look() -> None:
    desk = a_case()
    private(desk, "member", "/giaitrinh VP1 tiếng Anh")
    private(desk, "admin", "/xacnhan VP1")
    (told,) = [text for text in to(desk.take(), "member") if "xác định có vi phạm" in text]
    assert "/xemlai VP1" in told
    assert "Đã chuyển đề nghị" in private(desk, "member", "/xemlai VP1 đây là tên riêng")[0]
    assert '"đây là tên riêng"' in to(desk.take(), "admin")[0]
    assert desk.states() == ["under_review"]
    private(desk, "admin", "/xacnhan VP1")
    assert "một lần" in private(desk, "member", "/xemlai VP1 xin xem lại nữa")[0]
    assert desk.states() == ["confirmed"]


def test_the_desk_may_look_again_whenever_it_sees_reason_to() -> None:
    desk = a_case()
    for _ in range(2):
        private(desk, "admin", "/xacnhan VP1")
        private(desk, "admin_staff", "/xemlai VP1 nghe thêm ý kiến")
        assert desk.states() == ["under_review"]
    assert 'đang ở trạng thái "đang xem xét lại"' in private(desk, "admin", "/xemlai VP1 xem kỹ lại")[0]


def test_who_was_asked_learns_that_it_was_a_false_alarm_and_nobody_else_does() -> None:
    desk = a_case()
    private(desk, "admin", "/baonham VP1 tên riêng")
    assert "báo nhầm" in to(desk.take(), "member")[0]
    for who, reach in (("leadership", Reach.REACHED), ("report_reader", Reach.REFUSED)):
        desk.change(who, reach=reach)
        desk.say(who, f"noi dung cua {who}", UNMARKED)
        private(desk, "admin", f"/baonham VP{len(desk.store.book)} tên riêng")
        assert to(desk.take(), who) == []


def test_a_confirmed_light_case_is_no_news_to_who_never_answered() -> None:
    desk = a_case()
    private(desk, "admin", "/xacnhan VP1")
    assert to(desk.take(), "member") == []


def test_a_note_of_the_desk_goes_nowhere_and_is_shown_with_the_case() -> None:
    desk = a_case()
    assert "Đã ghi" in private(desk, "admin_staff", "/ghichu VP1 đã gọi điện cho xã")[0]
    assert {notice.thread_id for notice in desk.take()} == {UIDS["admin_staff"]}
    assert "Ghi chú của đồng chí Trần Thị Cán" in private(desk, "admin", "/xem VP1")[0]


def test_passed_on_with_words_the_leader_reads_them_and_the_old_word_still_serves() -> None:
    desk = a_case()
    private(desk, "admin", "/chuyển VP1 đã nhắc hai lần, đề nghị cho ý kiến")
    (report,) = to(desk.take(), "leader")
    assert "Ý kiến kèm theo: đã nhắc hai lần, đề nghị cho ý kiến" in report
    assert "Ý kiến của đồng chí Nguyễn Văn Quản" in private(desk, "admin", "/xem VP1")[0]
    assert "đã được báo cáo Trưởng nhóm" in private(desk, "admin", "/trinh VP1")[0]
    assert desk.store.audited[-1]["subject"] == "chuyen"


def test_the_minutes_until_it_was_set_right_are_shown_also_after_a_later_word() -> None:
    desk = Desk()
    key = desk.say("member", TEXT, UNMARKED).key
    desk.later(minutes=9)
    desk.hear(
        MessageRecalled(
            account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
        )
    )
    private(desk, "admin", "/xacnhan VP1")
    assert "Thời gian đến khi khắc phục: 9 phút." in private(desk, "admin", "/xem VP1")[0]


def test_a_false_alarm_teaches_and_the_same_text_comes_back_no_more() -> None:
    desk = a_case()
    private(desk, "admin", "/baonham VP1 tên riêng")
    desk.take()
    desk.later(days=3)
    for who, text in (("member", TEXT), ("stranger", f"  {TEXT.upper()}\n")):
        said = desk.say(who, text, UNMARKED)
        assert desk.store.passed_over[-1] == (said.id, 1)
    assert desk.take() == []
    assert desk.states() == ["false_alarm"]
    assert desk.actions()[-1] == "finding.false_alarm"


@pytest.mark.parametrize(
    "text", ["de nghi so gui so lieu ngay", "de nghi sở gui so lieu", "de nghi xa gui so lieu"], ids=str
)
def test_another_text_is_found_as_before(text: str) -> None:
    desk = a_case()
    private(desk, "admin", "/baonham VP1 tên riêng")
    desk.say("member", text, UNMARKED)
    assert desk.states() == ["false_alarm", "new"]


def test_another_rule_is_not_taught() -> None:
    desk = a_case()
    private(desk, "admin", "/baonham VP1 tên riêng")
    desk.say("member", TEXT, UNMARKED.model_copy(update={"rule_id": "4.2-noi-dung-xau", "clause": "4.2"}))
    assert len(desk.store.book) == 2


def test_looked_at_again_the_text_is_found_as_before() -> None:
    desk = a_case()
    private(desk, "admin", "/baonham VP1 tên riêng")
    private(desk, "admin", "/xemlai VP1 có ý kiến mới")
    desk.say("stranger", TEXT, UNMARKED)
    assert desk.states() == ["under_review", "reminded"]


def test_the_very_message_heard_by_another_account_is_not_counted_as_passed_over() -> None:
    desk = Desk()
    first = desk.say("member", TEXT, UNMARKED)
    private(desk, "admin", "/baonham VP1 tên riêng")
    desk.hear(first.model_copy(update={"account": "7000000000000000777"}), UNMARKED)
    assert desk.store.passed_over == []
    assert desk.states() == ["false_alarm"]


def test_nobody_teaches_by_his_own_case() -> None:
    desk = a_case("admin_staff")
    private(desk, "admin_staff", "/baonham VP1 tôi tự thấy nhầm")
    desk.say("stranger", TEXT, UNMARKED)
    assert len(desk.store.book) == 2


def test_every_message_of_a_case_teaches() -> None:
    desk = Desk()
    for text in (TEXT, "noi dung khac"):
        desk.say("member", text, UNMARKED)
    private(desk, "admin", "/baonham VP1 tên riêng")
    desk.say("stranger", "noi dung khac", UNMARKED)
    assert len(desk.store.book) == 1


def test_of_what_is_sealed_only_the_very_same_is_known_again_and_nobody_is_told() -> None:
    desk = Desk()
    desk.seal("member", mac=b"one")
    private(desk, "admin", "/baonham VP1 trích lời bài hát")
    desk.take()
    desk.seal("stranger", mac=b"one")
    assert desk.take() == []
    desk.seal("stranger", mac=b"two")
    assert desk.states() == ["false_alarm", "reminded"]
    private(desk, "admin", "/xemlai VP1 có ý kiến mới")
    desk.seal("stranger", mac=b"one")
    assert len(desk.store.book) == 3


def test_a_name_that_was_taken_back_stays_let_alone() -> None:
    desk = Desk()
    named = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS["member"], "source": Source.SWEEP}
    desk.hear(NameObserved(**named, at=desk.now, name="A Viên xã Mẫu"), BAD_NAME)
    private(desk, "admin", "/baonham VP1 tên theo giấy tờ")
    desk.later(days=1)
    desk.hear(NameObserved(**named, at=desk.now, name="A Viên xã Mẫu"), BAD_NAME)
    assert desk.states() == ["false_alarm"]


def test_a_false_alarm_counts_for_nobody_as_having_done_it_before() -> None:
    desk = a_case()
    private(desk, "admin", "/baonham VP1 tên riêng")
    desk.say("member", "noi dung khac", UNMARKED)
    assert desk.store.book[2].nth == 1


def test_the_leader_gives_an_opinion_which_the_admin_hears_and_which_decides_nothing() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    states = desk.states()
    assert "Đã ghi ý kiến" in private(desk, "leader", "/ghichu VP1 làm rõ trong ngày")[0]
    assert any("Ý kiến của Trưởng nhóm" in said and '"làm rõ trong ngày"' in said for said in to(desk.take(), "admin"))
    assert desk.states() == states
    assert "Ý kiến của Trưởng nhóm" in private(desk, "admin", "/xem VP1")[0]
    desk.say("member", "noi dung", UNMARKED)
    assert "Không có vụ việc VP2 của đồng chí" in private(desk, "leader", "/ghichu VP2 x")[0]
