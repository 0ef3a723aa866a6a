"""The one-page guides come out of the printer on one sheet each, with every word of theirs."""

import re
from pathlib import Path

import pypdfium2
import pytest

from docs.cards.make_cards import CARDS, DOCS, make_card
from zalo_governor.config.settings import Settings

_A4_POINTS = (595, 842)


def test_there_is_a_card_for_the_admin_the_leader_and_the_member() -> None:
    assert [card.name for card in CARDS] == ["the-quan-tri.md", "the-thanh-vien.md", "the-truong-nhom.md"]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.stem)
def test_a_card_is_one_sheet_of_a4_on_which_every_word_can_be_read(card: Path, tmp_path: Path) -> None:
    pdf = pypdfium2.PdfDocument(make_card(card, tmp_path))
    assert len(pdf) == 1
    assert tuple(map(round, pdf[0].get_size())) == _A4_POINTS
    printed = re.findall(r"\w+", pdf[0].get_textpage().get_text_range())
    written = re.findall(r"\w+", card.read_text(encoding="utf-8"))
    assert sorted(printed) == sorted(written)


def test_the_cards_tell_the_hours_that_the_settings_have() -> None:
    schedule, escalation = Settings().schedule, Settings().escalation
    admin, leader = ((DOCS / f"the-{name}.md").read_text(encoding="utf-8") for name in ("quan-tri", "truong-nhom"))
    assert f"{schedule.daily_report:%H:%M} hằng ngày; {schedule.weekly_report:%H:%M} thứ Sáu" in leader
    assert schedule.weekly_day == "fri"
    assert escalation.quiet_hours
    assert f"Từ {escalation.quiet_hours.start:%H:%M} đến {escalation.quiet_hours.end:%H:%M}" in admin
    for card in (admin, leader):
        assert f"{escalation.leader_after_minutes:g} phút" in card


def test_a_card_that_needs_a_second_sheet_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "dai.md"
    card.write_text("# Thẻ\n\n" + "Một đoạn dài.\n\n" * 90, encoding="utf-8")
    with pytest.raises(ValueError, match=r"dai\.md: needs 3 sheets instead of one"):
        make_card(card, tmp_path)


def test_what_a_card_cannot_show_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "ma.md"
    card.write_text("# Thẻ\n\n```\nmã\n```\n", encoding="utf-8")
    with pytest.raises(ValueError, match="headings, paragraphs, lists and tables only, no fence"):
        make_card(card, tmp_path)
