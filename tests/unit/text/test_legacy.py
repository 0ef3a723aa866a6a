"""Old fonts are recognised on the raw text and decoded; proper text is never taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.text.legacy import read_legacy

MEANT = "Mời các bạn đến đúng giờ"


@pytest.mark.parametrize(
    ("encoding", "typed"),
    [
        ("tcvn3", "Mêi c¸c b¹n ®Õn ®óng giê"),
        ("vni", "Môøi caùc baïn ñeán ñuùng giôø"),
        ("utf8", MEANT.encode().decode("latin-1")),
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


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    legacy = read_legacy(text)
    assert legacy is None or legacy.text
