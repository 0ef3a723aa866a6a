"""A text that turned up outside is traced back to the message that it comes from."""

from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.features.analysis.leak_tracing import Origin, origins
from zalo_governor.text.fold import fold

TEXTS = [
    "Kính gửi các đồng chí, ngày mai Đoàn kiểm tra hồ chứa Nậm Mẫu xuất phát lúc sáu giờ tại trụ sở Sở Nông nghiệp",
    "Kính gửi các đồng chí, ngày mai hội nghị giao ban bắt đầu lúc tám giờ tại phòng họp số ba",
    "Đề nghị các đồng chí gửi danh sách hộ phải di dời ở bản Nà Mẫu trước mười bảy giờ hôm nay",
    "Vâng",
    "Xã Mẫu báo cáo: ba hộ đã di dời khỏi bản Nà Mẫu, còn hai hộ đang chuyển đồ đạc",
]


def sync_now(leaked: str, texts: list[str] = TEXTS, count: int = 3) -> list[Origin]:
    return origins(leaked, enumerate(texts), count=count)


def test_an_exact_copy_is_found_and_the_likest_stands_first() -> None:
    first, *_others = sync_now(TEXTS[2])
    assert first.id == 2
    assert first.share > 0.9


def test_a_cut_stripped_and_reordered_copy_is_found() -> None:
    assert sync_now("Nam Mau xuat phat, doan kiem tra ho chua")[0].id == 0
    assert sync_now(fold(TEXTS[4]).upper())[0].id == 4
    assert sync_now(" ".join(reversed(TEXTS[1].split())))[0].id == 1


def test_a_disguised_copy_is_found() -> None:
    assert sync_now("h\u200bồ ch\u200bứa Nậ\u200bm Mẫu xuất phát lúc sáu giờ")[0].id == 0


def test_what_only_shares_the_language_is_left_out() -> None:
    assert sync_now("Chúc mừng sinh nhật bạn hàng xóm của chúng tôi") == []


def test_a_text_without_words_has_no_source() -> None:
    assert sync_now("... 🙂 …") == []
    assert sync_now("") == []


def test_no_more_are_shown_than_wanted() -> None:
    assert len(sync_now("Kính gửi các đồng chí", count=1)) == 1


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_text_may_be_looked_for_anywhere(leaked: str, texts: list[str]) -> None:
    shares = [origin.share for origin in sync_now(leaked, texts)]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 + 1e-9 for share in shares)
