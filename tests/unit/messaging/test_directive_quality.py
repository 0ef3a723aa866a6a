"""Clause 5.1: which messages count as directives and reports, and what is counted of them."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.unit.features.desk import CLARITY, UIDS, Desk
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.events import Mention, Quote
from zalo_governor.domain.statements import Statement, StatementKind
from zalo_governor.messaging.directive_quality import ClarityPolicy

DIRECTIVE, REPORT = StatementKind.DIRECTIVE, StatementKind.REPORT


def stated(who: str, text: str, **more: Any) -> list[Statement]:
    desk = Desk()
    desk.say(who, text, **more)
    return desk.store.stated


@pytest.mark.parametrize(
    ("text", "no_deadline", "no_addressee"),
    [
        ("Đề nghị Sở Công Thương khôi phục điện trong chiều nay.", False, False),
        ("Đề nghị khắc phục tình trạng nêu trên.", True, True),
        ("Yêu cầu hoàn thành trước 16 giờ.", False, True),
        ("Giao Văn phòng tổng hợp số liệu.", True, False),
        ("Yêu cầu gửi lại số liệu 30/11.", False, True),
        ("De nghi So Tai chinh gui lai so lieu", True, False),
        ("Yêu cầu giải ngân 70% số vốn còn lại, không để phát sinh.", True, True),
    ],
)
def test_a_directive_of_the_leadership_is_counted_with_what_it_lacks(
    text: str, no_deadline: bool, no_addressee: bool
) -> None:
    expected = Statement(kind=DIRECTIVE, long=False, no_deadline=no_deadline, no_addressee=no_addressee)
    assert stated("leadership", text) == [expected]
    assert stated("leadership", unicodedata.normalize("NFD", text)) == [expected]
    assert stated("member", text) == [], "only the leadership directs"


def test_whom_a_directive_answers_or_mentions_is_its_addressee() -> None:
    quote = Quote(owner_uid=UIDS["member"], key="1", text="Xin ý kiến")
    (answered,) = stated("leader", "Yêu cầu làm lại.", quote=quote)
    (mentioned,) = stated("leader", "@A yêu cầu làm lại.", mentions=(Mention(uid="1", start=0, length=2),))
    assert not answered.no_addressee
    assert not mentioned.no_addressee


@pytest.mark.parametrize("text", ["Rõ.", "Cảm ơn các đồng chí.", "Tôi nhất trí với Văn phòng."])
def test_what_asks_for_nothing_is_no_directive(text: str) -> None:
    assert stated("leadership", text) == []


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Báo cáo đồng chí Chủ tịch, nước đã rút.", True),
        ("Em xin báo cáo: 26 hộ đã di dời", True),
        ("- Kính báo cáo Thường trực", True),
        ("BAO CAO nhanh tinh hinh mua lu", True),
        ("Đã nhận báo cáo của các xã.", False),
        ("Ai còn thiếu báo cáo thì gửi lại", False),
    ],
)
def test_a_report_says_itself_that_it_is_one(text: str, counted: bool) -> None:
    assert stated("member", text) == ([Statement(kind=REPORT, long=False)] if counted else [])


def test_long_is_longer_than_the_office_has_set() -> None:
    limit = CLARITY.long_characters
    assert [stated("member", "Báo cáo " + "a" * (limit - 8 + more))[0].long for more in (0, 1)] == [False, True]


def test_what_is_private_is_not_counted() -> None:
    assert stated("leadership", "Đề nghị Văn phòng gửi lại.", place="private") == []


def test_a_wrong_file_is_named_with_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "y-kien.yaml"
    path.write_text("long_characters: 0\ndirective_words: []\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        ClarityPolicy.load(path)
    assert f"{path}:1: long_characters" in str(caught.value)
    assert "deadline_words: còn thiếu" in str(caught.value)
