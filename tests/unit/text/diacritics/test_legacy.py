"""Old fonts are recognised on the raw text and decoded; proper text is never taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.text.diacritics.legacy import read_legacy

MEANT = "Mời các bạn đến đúng giờ"


@pytest.mark.parametrize(
    ("encoding", "typed"),
    [
        ("tcvn3", "Mêi c¸c b¹n ®Õn ®óng giê"),
        ("vni", "Môøi caùc baïn ñeán ñuùng giôø"),
        ("utf8", MEANT.encode().decode("latin-1")),
        ("viscii", "M¶i các bÕn ðªn ðúng gi¶"),
        ("vps", "M©i các bån Ç‰n Çúng gi©"),
        ("cp1258", "MõÌi caìc baòn ðêìn ðuìng giõÌ"),
        ("viqr", "Mo+`i ca'c ba.n dde^'n ddu'ng gio+`"),
        ("telex", "Mowif cacs banj ddeens ddungs giowf"),
        ("vni_keys", "Mo72i cac1 ban5 d9e61n d9ung1 gio72"),
    ],
)
def test_an_old_font_is_named_and_read(encoding: str, typed: str) -> None:
    legacy = read_legacy(typed)
    assert legacy is not None
    assert (legacy.encoding, legacy.text) == (encoding, MEANT)


@pytest.mark.parametrize(
    "text", [MEANT, "ok", "Nguyễn Thị Hoàng Oanh", "5 × 6 = 30 m²", "© 2026", "café à la crème", "👍"]
)
def test_proper_text_is_no_old_font(text: str) -> None:
    assert read_legacy(text) is None


def test_a_font_of_capitals_is_read_in_capitals() -> None:
    legacy = read_legacy("MêI C¸C B¹N §ÕN §óNG GIê")
    assert legacy is not None
    assert legacy.text == MEANT.upper()


def test_the_spans_are_the_words_that_were_written_the_old_way() -> None:
    text = "Zoom: Mêi  c¸c b¹n"
    legacy = read_legacy(text)
    assert legacy is not None
    assert [text[start:end] for start, end in legacy.spans] == ["Mêi", "c¸c", "b¹n"]


@pytest.mark.parametrize(
    "text",
    [
        "Is this me?",
        "Has he sent his last offer?",
        "Phan Thanh Ðạo",
        "QL12, F1, T2 và km95 đã thông",
        "Müller gặp Mbappé ở São Paulo",
        "Xã có 3 bản: Nà Khoang, Noong Hẻo, Ea Tir",
        "Mật khẩu wifi: phong2",
    ],
)
def test_names_codes_and_other_languages_are_no_old_font(text: str) -> None:
    assert read_legacy(text) is None


@pytest.mark.parametrize(("text", "meant"), [("Ñ/c Páo", "Đ/c Páo"), ("Hangj ơi", "Hạng ơi"), ("ÑT: 0900", "ĐT: 0900")])
def test_one_word_that_only_an_old_way_of_typing_makes_is_enough(text: str, meant: str) -> None:
    legacy = read_legacy(text)
    assert legacy is not None
    assert legacy.text == meant


@pytest.mark.parametrize("text", ["Nước về hồ 600 m³/s", "Tiền nước 8 nghìn/m³", "8,5 nghìn/m³", "1,2 m³/giây"])
def test_measures_are_no_old_font(text: str) -> None:
    assert read_legacy(text) is None


@pytest.mark.parametrize("text", ["Gê trời", "Honda® và Samsung®", "Bưu cục Español"])
def test_one_odd_word_of_todays_letters_is_not(text: str) -> None:
    assert read_legacy(text) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    legacy = read_legacy(text)
    assert legacy is None or legacy.text


@pytest.mark.parametrize(
    ("text", "encoding", "meant"),
    [
        ("Mêi\u00a0c¸c\u00a0b¹n\u00a0®Õn\u00a0®óng\u00a0giê", "tcvn3", "Mời các bạn đến đúng giờ"),
        ("C¸c x· r\u00b5 so¸t, l\u00ad\u00adu hå s¬", "tcvn3", None),
        ("Báo cáo mật".encode().decode("latin-1"), "utf8", "Báo cáo mật"),
    ],
)
def test_what_is_a_blank_today_may_have_been_a_letter(text: str, encoding: str, meant: str | None) -> None:
    legacy = read_legacy(text)
    assert legacy is not None
    assert legacy.encoding == encoding
    assert meant is None or " ".join(legacy.text.split()) == meant
