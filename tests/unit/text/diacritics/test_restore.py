"""Sentences with their marks, as they are proposed."""

import pytest

from zalo_governor.config.shipped import shipped_config
from zalo_governor.rules.loader import load_rulebook

RULEBOOK = load_rulebook(shipped_config())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("de nghi cac dong chi bao cao truoc ngay 20", "đề nghị các đồng chí báo cáo trước ngày 20"),
        ("DE NGHI CAC XA BAO CAO", "ĐỀ NGHỊ CÁC XÃ BÁO CÁO"),
        ("Kính gửi các dong chi, cuoc hop chieu nay", "Kính gửi các đồng chí, cuộc họp chiều nay"),
        ("Nguoi dan xa da di so tan", "Người dân xã đã đi sơ tán"),
        ("giai ngan von dau tu cong", "giải ngân vốn đầu tư công"),
        ("Tu dem nay dau tu cong", "Từ đêm nay đầu tư công"),
        ("de nghi cac so, ban, nganh bao cao", "đề nghị các sở, ban, ngành báo cáo"),
        ("so tai chinh tham muu", "sở tài chính tham mưu"),
        ("Da ro a", "Dạ rõ ạ"),
        ("Kinh moi cac d/c HDND tinh", "Kính mời các đ/c HĐND tỉnh"),
    ],
)
def test_the_likeliest_sentence_comes_first(typed: str, meant: str) -> None:
    assert RULEBOOK.with_marks(typed)[0] == meant


@pytest.mark.parametrize("kept", ["UBND", "1247/QĐ-UBND", "bao_cao.docx", "Chang Gio Xu", "Zoom"])
def test_names_numbers_and_abbreviations_stay_as_typed(kept: str) -> None:
    assert kept in RULEBOOK.with_marks(f"de nghi {kept} kiem tra lai so lieu")[0]


def test_where_it_is_unsure_it_offers_more_than_one_and_never_more_than_three() -> None:
    offered = RULEBOOK.with_marks("co ba ban")
    assert 1 < len(offered) <= 3
    assert len(set(offered)) == len(offered)


def test_an_old_font_is_decoded() -> None:
    assert RULEBOOK.with_marks("Mêi c¸c b¹n ®Õn ®óng giê") == ["Mời các bạn đến đúng giờ"]


def test_what_has_its_marks_comes_back_as_it_was() -> None:
    sentence = "Đề nghị các đồng chí có mặt đúng giờ"
    assert RULEBOOK.with_marks(sentence)[0] == sentence
