"""How typed lines are read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.office.commands.parsing import case_number, folded, read

WORDS = frozenset({"baocao", "vipham", "xem", "xacnhan", "baonham", "trogiup", "quyche", "trangthai"})


@pytest.mark.parametrize(
    ("line", "word", "rest", "slash"),
    [
        ("/baocao tuần", "baocao", "tuần", True),
        ("/BÁO CÁO tuần", "baocao", "tuần", True),
        ("bao cao hom nay", "baocao", "hom nay", False),
        ("Báo cáo hôm nay", "baocao", "hôm nay", False),
        ("/Báo-cáo", "baocao", "", True),
        ("/ bao cao", "baocao", "", True),
        ("／baocao", "baocao", "", True),
        ("  /baocao   01/10-31/10 ", "baocao", "01/10-31/10", True),
        ("/ＢＡＯＣＡＯ", "baocao", "", True),
        ("xac nhan vp2", "xacnhan", "vp2", False),
        ("XÁC NHẬN VP2", "xacnhan", "VP2", False),
        ("/báo nhầm VP3 Đây là tên riêng", "baonham", "VP3 Đây là tên riêng", True),
        ("/tro giup", "trogiup", "", True),
        ("/trợ giúp.", "trogiup", "", True),
        ("Quy chế 4.1", "quyche", "4.1", False),
        ("/xem\nVP12", "xem", "VP12", True),
        ("/khong co lenh nay", "", "", True),
        ("/", "", "", True),
    ],
)
def test_is_a_command(line: str, word: str, rest: str, slash: bool) -> None:
    assert read(line, WORDS) == (word, rest, slash)
    assert read(unicodedata.normalize("NFD", line), WORDS) is not None


@pytest.mark.parametrize("line", ["", "  ", "Vâng ạ", "cho tôi xem với", "đồng chí báo cáo đi", "01/10"])
def test_is_no_command(line: str) -> None:
    assert read(line, WORDS) is None


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("VP12", 12, ""),
        ("vp 12", 12, ""),
        ("vp-12", 12, ""),
        ("VP012", 12, ""),
        ("#12", 12, ""),
        ("12", 12, ""),
        ("VP12: nhầm tên", 12, "nhầm tên"),
        ("vp3 là trích dẫn", 3, "là trích dẫn"),
    ],
)
def test_a_case_code_is_understood(text: str, number: int, rest: str) -> None:
    assert case_number(text) == (number, rest)


@pytest.mark.parametrize("text", ["", "VP", "VP0", "12a", "VP1234567890123456789", "vi phạm 12", "١٢", "-"])
def test_is_no_case_code(text: str) -> None:
    assert case_number(text) is None


@given(st.text(max_size=200))
def test_reading_never_raises(text: str) -> None:
    read(text, WORDS)
    case_number(text)
    assert folded(text) == " ".join(folded(text).split())
