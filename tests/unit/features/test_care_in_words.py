"""Care in what is said: nobody is named before it is known, and no advice leads to a wrong record."""

from datetime import timedelta

import pytest

from tests.unit.features.desk import BOT, CATALOGUE, GROUP, REGULATION, UIDS, UNMARKED, Desk, escalation, to
from zalo_governor.domain.events import MessageRecalled, MessageRef
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.group_changes import Change, ChangeKind
from zalo_governor.domain.people import Person, Standing
from zalo_governor.features.cases.label_words import why
from zalo_governor.messaging.change_wording import ChangeFormatter
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.shortening import shortest

VOICE = MessageFormatter(CATALOGUE, REGULATION)
UNSURE = Finding(rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.TRIAGE, label="look", reason="level")
GAMBLING = Finding(rule_id="4.2-noi-dung-xau", clause="4.2", severity=Severity.TRIAGE, label="gambling", reason="offer")


def gathered(*findings: Finding) -> Desk:
    desk = Desk(escalation=escalation(digest_minutes=5))
    for number, finding in enumerate(findings):
        desk.say("member", f"chữ {number}", finding)
    desk.tick(minutes=6)
    return desk


def shown(desk: Desk, line: str) -> str:
    desk.take()
    desk.say("admin", line, place="private")
    return to(desk.take(), "admin")[0]


@pytest.mark.parametrize(
    ("findings", "advice"),
    [
        ([UNSURE], "Nếu đúng: /chuyen kèm mã (báo cáo Trưởng nhóm). Nếu nhầm"),
        ([GAMBLING], "Nếu đúng: /xacnhan kèm mã. Nếu nhầm"),
        (
            [UNSURE, GAMBLING],
            "bí mật nhà nước thì /chuyen kèm mã (báo cáo Trưởng nhóm), vụ việc khác thì /xacnhan kèm mã",
        ),
    ],
)
def test_what_may_be_a_secret_is_to_be_reported_not_confirmed(findings: list[Finding], advice: str) -> None:
    assert advice in to(gathered(*findings).take(), "admin")[0]


def test_nobody_is_asked_to_send_again_with_diacritics_what_may_be_a_secret() -> None:
    desk = Desk()
    desk.say("member", "tai lieu mat cua quan su, de nghi cac dong chi luu y", UNMARKED, UNSURE)
    assert [case.label for case in desk.store.book.values()] == ["look"]
    assert to(desk.take(), "member") == []
    quoted = UNSURE.model_copy(update={"severity": Severity.SUSPECT, "field": "quote"})
    desk.say("member", "de nghi cac dong chi gui bao cao thang truoc ngay mai", UNMARKED, quoted)
    assert "gửi lại bằng chữ có dấu" in to(desk.take(), "member")[0]


def test_nobody_in_the_office_confirms_what_may_be_a_secret() -> None:
    desk = gathered(UNSURE)
    assert "mới, cần kiểm tra thêm" in shown(desk, "/vipham")
    assert "đã chuyển cơ quan có thẩm quyền" in shown(desk, "/xacnhan VP1")


def test_a_secret_that_was_recalled_is_not_called_remedied() -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.hear(
        MessageRecalled(
            account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
        )
    )
    told = shown(desk, "/xem VP1")
    assert "Trạng thái: đã thu hồi hoặc xóa" in told
    assert "khắc phục" not in told


def test_a_decided_case_promises_no_report_and_is_not_called_undecided() -> None:
    desk = Desk()
    desk.seal("member")
    told = shown(desk, "/baonham VP1 tài liệu tập huấn") and shown(desk, "/xem VP1")
    assert "sẽ báo cáo Trưởng nhóm" not in told
    assert "Việc cần làm tiếp" not in told
    assert told.endswith("Tin tự động.")


def test_a_clause_that_the_regulation_does_not_have_is_cited_as_others_are() -> None:
    assert VOICE.citation("4.9") == "khoản 9 Điều 4 Quy chế"
    desk = Desk()
    desk.say("member", "chữ", UNMARKED.model_copy(update={"clause": "4.9", "label": "x"}))
    assert "Dấu hiệu liên quan khoản 9 Điều 4 Quy chế\n" in shown(desk, "/xem VP1")


def test_the_page_is_said_of_the_mark_and_no_words_of_a_link() -> None:
    assert why(VOICE, "executable+red_stamp+page_2") == "có dấu độ mật màu đỏ ở trang 2, tệp chương trình"
    assert why(VOICE, None, GAMBLING.model_copy(update={"rule_id": "4.4-lien-ket"})) == ""
    assert why(VOICE, None, GAMBLING) == "căn cứ từ ngữ trong tin"


def test_it_is_the_account_of_somebody_known_that_did_it() -> None:
    known = Person(id=1, uid="1", full_name="Giàng A Viên", title="Chủ tịch", standing=Standing.LISTED)
    assert VOICE.account_of(known) == "tài khoản của đồng chí Giàng A Viên (Chủ tịch)"
    assert shortest(VOICE.account_of(known)) == "tài khoản của đồng chí Giàng A Viên"
    other = Person(id=2, uid="2", display_name="Bố Gấu", standing=Standing.OUTSIDE)
    assert VOICE.account_of(other) == 'tài khoản "Bố Gấu" (ngoài danh sách)'


def test_the_part_of_a_long_name_that_was_changed_is_told() -> None:
    desk = Desk()
    change = Change(
        kind=ChangeKind.NAME,
        before="Nhóm điều hành tỉnh Mẫu",
        after="Nhóm điều hành tỉnh Mẫu (phòng chống thiên tai)",
    )
    with desk.transaction() as uow:
        rows = ChangeFormatter(VOICE, desk.policy.changes).rows(uow, [change])
    assert 'thành "Nhóm điều hành tỉnh Mẫu (phòng chống thiên tai)"' in rows
    assert shortest(rows).endswith('nay là "… Mẫu (phòng chống thiên tai)"')


def test_who_reported_late_is_told_when_the_leader_reads_it() -> None:
    desk = Desk()
    desk.seal("member")
    desk.later(minutes=16)
    desk.tick()
    assert "Đến 14:21, Quản trị Nhóm chưa trả lời." in to(desk.take(), "leader")[0]


@pytest.mark.parametrize(
    ("lasted", "said"),
    [
        (timedelta(seconds=20), "dưới 1 phút"),
        (timedelta(minutes=12), "12 phút"),
        (timedelta(hours=8), "8 giờ"),
        (timedelta(hours=2, minutes=5), "2 giờ 5 phút"),
        (timedelta(days=3), "3 ngày"),
        (timedelta(days=3, hours=4, minutes=50), "3 ngày 4 giờ"),
    ],
)
def test_a_duration_is_said_in_days_and_hours_not_in_thousands_of_minutes(lasted: timedelta, said: str) -> None:
    assert VOICE.lasted(lasted) == said
