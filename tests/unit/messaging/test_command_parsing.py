"""How typed lines are read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.messaging.command_parsing import Typed, case_number, folded, read

EXACT = {"xacnhan", "baonham", "xoa"}
WORDS = {
    word: word not in EXACT
    for word in ("baocao", "vipham", "xem", "xacnhan", "baonham", "xoa", "trogiup", "quyche", "trangthai", "xemlai")
}


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
        ("/xem lại VP12 tôi gõ vội", "xemlai", "VP12 tôi gõ vội", True),
        ("/xem\nVP12", "xem", "VP12", True),
        ("/xemVP12", "xem", "VP12", True),
        ("/quyche4.1", "quyche", "4.1", True),
        ("/baocao24/11", "baocao", "24/11", True),
        ("\ufeff/bao\u00a0cao\u00a0\u202ftuần", "baocao", "tuần", True),
        ("\u200e/xem\u2003VP\u200b12", "xem", "VP12", True),
        ("/xem&nbsp;VP12", "xem", "VP12", True),
        ("/khong co lenh nay", "", "", True),
        ("/", "", "", True),
    ],
)
def test_is_a_command(line: str, word: str, rest: str, slash: bool) -> None:
    typed = read(line, WORDS)
    assert typed is not None
    assert typed[:3] == (word, rest, slash)
    assert read(unicodedata.normalize("NFD", line), WORDS) is not None


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("/baocoa tuan", "baocao"),
        ("/bao cáoo tuần", "baocao"),
        ("/xme 12", "xem"),
        ("/trangthia", "trangthai"),
        ("/tro giiup", "trogiup"),
        ("/qui che 4", "quyche"),
        ("báo cháo tuần", "baocao"),
    ],
)
def test_a_slip_is_overlooked_where_no_harm_can_come_of_it(line: str, word: str) -> None:
    typed = read(line, WORDS)
    assert typed is not None
    assert typed.word == word


@pytest.mark.parametrize("line", ["/xacnham VP1", "/xoá a VP1", "/xoaa VP1", "/bao nhamm VP1", "xác nhậm VP1"])
def test_a_slip_in_what_cannot_be_taken_back_is_only_asked_about(line: str) -> None:
    typed = read(line, WORDS)
    assert typed is not None
    assert (typed.word, typed.close) == ("", True) or typed.word in EXACT
    assert typed.word or typed.near[0] in EXACT


def test_between_two_words_as_near_none_is_chosen() -> None:
    typed = read("/xea", {"xem": True, "xeo": True})
    assert typed == Typed("", "", True, ("xem", "xeo"), True)


@pytest.mark.parametrize("line", ["/kinh gui cac dong chi", "/hop luc may gio", "/khong co lenh nay"])
def test_what_is_far_from_every_word_is_not_close(line: str) -> None:
    typed = read(line, WORDS)
    assert typed is not None
    assert not typed.close


@pytest.mark.parametrize("line", ["", "  ", "Vâng ạ", "xen", "cho tôi xem với", "đồng chí báo cáo đi", "01/10"])
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
        ("ca 12", 12, ""),
        ("Vụ việc số 12: nhầm Tên", 12, "nhầm Tên"),
        ("mã VP12", 12, ""),
        ("vụ việc VP12", 12, ""),
        ("Vụ số VP 12", 12, ""),
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
