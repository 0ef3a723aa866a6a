"""Clauses 3.1 and 3.2 on what was copied and pasted: a text that says the same gets the same verdict."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.texts.pastes import BLANKS, HIDDEN, ON_ANY, ON_MESSAGES
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.events import MessageSent, NameObserved
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.checks.display_name import DisplayNameRule
from zalo_governor.rules.loader import load_rulebook

AT = datetime(2026, 1, 1, tzinfo=UTC)
RULES = load_rulebook(shipped_config()).engine.rules
MARKS = next(rule for rule in RULES if isinstance(rule, DiacriticsRule))
NAMES = next(rule for rule in RULES if isinstance(rule, DisplayNameRule))
MESSAGES = [
    "Kính gửi các đồng chí, đề nghị rà soát lại số hộ nghèo trước khi chốt danh sách",
    "Cầu treo bản giữa rung mạnh, tạm cấm xe máy qua lại từ tối nay",
    "Anh Quang trao hoa cho em",
    "Đã rõ, em báo cáo đồng chí Chánh Văn phòng ngay ạ",
    "cau treo ban giua rung manh, tam cam xe may",
    "De nghi cac xa khan truong nop danh sach ho ngheo",
    "Đề nghi cac xã nộp danh sach hô nghèo trươc 16 giờ",
    "KINH GUI CAC DONG CHI, SANG MAI HOP GIAO BAN",
]
SHOWN = [
    "Trần Văn Mẫu - Giám đốc Sở Y tế",
    "Giàng A Mẫu - PCT UBND xã",
    "Lò Văn Mẫu",
    "Tran Van Mau - Giam doc",
    "Trần Văn Mẫu | Chuyên viên",
]


def verdict_on_message(text: str) -> list[tuple[str, str]]:
    found = MARKS.check(MessageSent(at=AT, text=text), NO_CONTEXT)
    return [(finding.label, finding.severity.value) for finding in found]


def verdict_on_name(name: str) -> list[tuple[str, str | None, str | None]]:
    found = NAMES.check(NameObserved(at=AT, sender_uid="1", name=name), NO_CONTEXT)
    return [(finding.label, finding.reason, finding.suggestion) for finding in found]


def joined(words: Sequence[str], blanks: Sequence[str]) -> str:
    return words[0] + "".join(blank + word for blank, word in zip(blanks, words[1:], strict=False))


@pytest.mark.parametrize("change", [*ON_ANY.values(), *ON_MESSAGES.values()], ids=[*ON_ANY, *ON_MESSAGES])
def test_a_message_keeps_its_verdict(change: Callable[[str], str]) -> None:
    for text in MESSAGES:
        assert verdict_on_message(change(text)) == verdict_on_message(text), text


@pytest.mark.parametrize("change", ON_ANY.values(), ids=list(ON_ANY))
def test_a_name_keeps_its_verdict_and_its_proposal(change: Callable[[str], str]) -> None:
    for name in SHOWN:
        assert verdict_on_name(change(name)) == verdict_on_name(name), name


@given(
    st.sampled_from(MESSAGES),
    st.lists(st.sampled_from(list(BLANKS.values())), min_size=20),
)
def test_blanks_may_be_mixed(text: str, blanks: list[str]) -> None:
    assert verdict_on_message(joined(text.split(), blanks)) == verdict_on_message(text)


@given(st.sampled_from(MESSAGES), st.sampled_from([*HIDDEN.values()]), st.sets(st.integers(1, 80), max_size=8))
def test_what_nobody_sees_changes_nothing_wherever_it_stands(text: str, sign: str, places: set[int]) -> None:
    pasted = "".join(sign + letter if at in places else letter for at, letter in enumerate(text))
    assert verdict_on_message(pasted) == verdict_on_message(text)


def test_the_words_without_marks_are_shown_where_they_were_pasted() -> None:
    text = "Đ&#7873;&nbsp;nghi cac\u00a0xã nộp danh\u00adsach hô nghèo"
    [found] = MARKS.check(MessageSent(at=AT, text=text), NO_CONTEXT)
    assert {text[start:end] for start, end in found.spans} >= {"nghi", "cac"}
