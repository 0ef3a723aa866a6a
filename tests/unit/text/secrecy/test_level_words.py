"""Words of secrecy in whatever dress, and the quick look before them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zalo_governor.text.fold import fold
from zalo_governor.text.secrecy.level_words import Level, level_words, may_speak_of_secrets

PIECES = st.sampled_from([*"tToOốôiIyýuUeệEỵ73!mMậaAựTcCkK.-_@401 \n^", "mật", "tối", "tuyệt", "vb", ".pdf"])


@settings(max_examples=1000)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_the_quick_look_lets_no_level_word_slip_by(text: str) -> None:
    if level_words(text, fold(text)):
        assert may_speak_of_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mực nước suối đã giảm, đường vào bản thông trở lại",
        "Lúc 6 giờ 5, mực nước hồ còn cách ngưỡng tràn nửa mét",
        "Hôm nay trời bình thường, bà con đi làm",
        "Thực hiện ý kiến chỉ đạo của lãnh đạo",
    ],
)
def test_an_ordinary_day_passes_the_quick_look(text: str) -> None:
    assert not may_speak_of_secrets(text)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("tài liệu tối mật", [Level.TOI_MAT]),
        ("tuỵt mậc nha", [Level.TUYET_MAT]),
        ("VBmatso17.docx", [Level.MAT]),
        ("phuongantuyetmatK3.zip", [Level.TUYET_MAT]),
        ("toimatso88 dọc dính liền", [Level.TOI_MAT]),
        ("báo cáo tmat quý 3", [Level.TOI_MAT]),
        ("doi_mat_khau.docx", []),
        ("T.M Đảng ủy ký thay", []),
        ("ma^'t ddie^.n", []),
        ("Matt Mẫu ghi bàn", []),
        ("tài liệu mậttt", [Level.MAT]),
        ("Tôi m... chịu rồi", []),
        ("giữ mặt, mất, mắt, mát", []),
    ],
)
def test_what_names_a_level(text: str, levels: list[Level]) -> None:
    found = [word.level for word in level_words(text, fold(text)) if word.in_name or word.marked or word.disguised]
    assert sorted(set(found)) == levels


def test_after_a_pause_another_word_begins() -> None:
    [word] = level_words("tuyet, mat duong thong roi", "tuyet, mat duong thong roi")
    assert (word.level, word.marked, word.disguised) == (Level.MAT, False, False)
