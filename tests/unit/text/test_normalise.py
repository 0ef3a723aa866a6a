"""Whatever hides the letters, the words come out, and every one of them leads back to where it stood."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.text.fold import fold, skeleton
from zalo_governor.text.normalise import normalise, with_single_blanks

SECRET = "tối mật"
VIETNAMESE = st.text(alphabet="aăâeêioôơuưyáàảãạấậốồộớựđĐ bcdghklmnpqrstvx.,!1", max_size=60)


@pytest.mark.parametrize(
    "disguised",
    [
        unicodedata.normalize("NFD", SECRET),
        "t\u200bố\u200di m\u2060ật",
        "tố\u00adi m\u00adật",
        "\u202etối mật\u202c",
        "то\u0302\u0301i ма\u0323\u0302т",
        "ｔｏ\u0302\u0301ｉ ｍａ\u0323\u0302ｔ",
        "t\u0336ố\u0336i\u0336 m\u0336ậ\u0336t\u0336",
        "𝐭ố𝐢 𝐦ậ𝐭",
    ],
)
def test_a_disguised_word_reads_as_the_plain_one(disguised: str) -> None:
    assert normalise(disguised).text == SECRET


def test_the_three_forms_of_d_with_stroke_are_one_letter() -> None:
    assert normalise("Ðỗ Ɖỗ Đỗ").text == "Đỗ Đỗ Đỗ"


def test_emoji_families_stay_whole() -> None:
    assert normalise("👨\u200d👩\u200d👧 ❤\ufe0f").text == "👨\u200d👩\u200d👧 ❤\ufe0f"


def test_spans_lead_back_over_what_was_removed() -> None:
    typed = "gửi m\u200ba\u0323\u0302\u200bt nhé"
    normalised = normalise(typed)
    start = normalised.text.index("mật")
    first, last = normalised.span(start, start + 3)
    assert typed[first:last] == "m\u200ba\u0323\u0302\u200bt"


def test_several_blanks_are_one_and_spans_lead_back_over_them() -> None:
    text = "văn  bản\tm\u200bật"
    evened = with_single_blanks(normalise(text))
    assert evened.text == "văn bản mật"
    assert text[slice(*evened.span(8, 11))] == "m\u200bật"


def test_a_plain_text_is_left_alone() -> None:
    assert normalise("Kho gạo còn đủ – cho hai tuần.").offsets is None


@given(st.text())
def test_every_letter_leads_back_into_the_original_in_order(text: str) -> None:
    normalised = normalise(text)
    if normalised.offsets is None:
        assert len(normalised.text) == len(text)
        return
    assert len(normalised.offsets) == len(normalised.text)
    assert all(0 <= start < end <= len(text) for start, end in normalised.offsets)
    starts = [start for start, _ in normalised.offsets]
    assert starts == sorted(starts)


def test_every_blank_that_unicode_knows_is_a_blank_or_a_line_break() -> None:
    blanks = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    assert len(blanks) > 20
    assert {sign for blank in blanks for sign in normalise(f"tối{blank}mật").text[3:-3]} == {" ", "\n", "\r"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("t&#7889;i&nbsp;m&#x1EAD;t", "tối mật"),
        ("x&atilde; N&agrave; &amp; b&#x1EA3;n", "xã Nà & bản"),
        ("m&amp;#7853;t", "mật"),
        ("m&shy;ật &zwj;", "mật "),
        ("ma&#803;&#770;t", "mật"),
        ("R&D; AT&T, a&b;c", "R&D; AT&T, a&b;c"),
    ],
)
def test_entities_are_read_as_what_they_stand_for(typed: str, meant: str) -> None:
    assert normalise(typed).text == meant


def test_spans_lead_back_over_entities() -> None:
    typed = "gửi&nbsp;m&#7853;t nhé"
    normalised = normalise(typed)
    start = normalised.text.index("mật")
    first, last = normalised.span(start, start + 3)
    assert typed[first:last] == "m&#7853;t"


@pytest.mark.parametrize("text", ["&amp;" * 20_000 + "x", "&" * 100_000, "&#" * 50_000, "a\u00ad" * 50_000])
def test_a_hundred_thousand_signs_take_no_more_than_a_moment(text: str) -> None:
    begun = time.process_time()
    normalise(text)
    assert time.process_time() - begun < 10


@given(VIETNAMESE)
def test_composed_and_decomposed_text_become_the_same(text: str) -> None:
    composed, decomposed = (normalise(unicodedata.normalize(form, text)).text for form in ("NFC", "NFD"))
    assert composed == decomposed


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_a_repost_in_another_dress_has_the_same_skeleton() -> None:
    assert skeleton("T.Ố.I  M\u200bẬT!") == skeleton("toi mat")


@pytest.mark.parametrize(
    "text", ["a" + "\u0323\u0302\u0336" * 33_333, "\u200b" * 100_000, "ậ" * 100_000, "м" * 100_000]
)
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(text: str) -> None:
    begun = time.process_time()
    normalise(text)
    assert time.process_time() - begun < 10
