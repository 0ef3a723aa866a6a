"""Clause 4.2: the stance accuses, not the topic. All lines are invented."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.events import MessageSent, Quote
from zalo_governor.domain.findings import Severity
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.checks.harmful import HarmfulRule
from zalo_governor.rules.loader import load_rulebook

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHIPPED = next(rule for rule in load_rulebook(shipped_config()).engine.rules if isinstance(rule, HarmfulRule))
OFFER = "Bán cần sa loại ngon, giá 200k, inbox em giao tận nơi"


def test_a_plain_offer_with_a_price_is_brought_to_the_member() -> None:
    finding = SHIPPED.inspect(OFFER)
    assert finding is not None
    assert (finding.label, finding.severity, finding.seals) == ("drugs", Severity.MINOR, False)


@pytest.mark.parametrize("sign", ["/-heart ", "/-strong", "/", "/ "])
def test_a_sign_that_begins_commands_excuses_no_offer_in_a_group(sign: str) -> None:
    offer = MessageSent(at=AT, text=sign + OFFER)
    assert [finding.label for finding in SHIPPED.check(offer, NO_CONTEXT)] == ["drugs"]
    assert not [*SHIPPED.check(offer.model_copy(update={"is_group": False}), NO_CONTEXT)]


def test_what_is_only_likely_goes_to_the_admin_to_look_at() -> None:
    finding = SHIPPED.inspect("Bọn ăn hại, câm mồm vào")
    assert finding is not None
    assert finding.severity is Severity.TRIAGE


def test_a_quote_does_not_accuse_the_quoter() -> None:
    quoting = MessageSent(at=AT, text="Đồng chí xóa tin này", quote=Quote(owner_uid="1", key="1", text=OFFER))
    assert list(SHIPPED.check(quoting, NO_CONTEXT)) == []


def rule(*, categories: frozenset[str] = SHIPPED.parameters.categories, own: tuple[str, ...] = ()) -> HarmfulRule:
    return HarmfulRule(
        clause="4.2",
        severity=Severity.MINOR,
        maturity=SHIPPED.maturity,
        parameters=SHIPPED.parameters.model_copy(update={"categories": categories}),
        lexicons={**SHIPPED.lexicons, "harmful-own.tsv": own},
    )


def test_a_category_that_is_switched_off_is_silent() -> None:
    assert rule(categories=frozenset({"gambling"})).inspect(OFFER) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [("Chai nước thần mới về, ai cần inbox", "superstition"), ("Công an xã thu giữ nước thần, ai cần khai báo", None)],
)
def test_a_word_that_the_office_added_counts_at_once_where_somebody_offers_it(text: str, label: str | None) -> None:
    finding = rule(own=("superstition\tnước thần",)).inspect(text)
    assert (finding.label if finding else None) == label
    assert rule().inspect("Chai nước thần mới về") is None


def test_one_harmful_sentence_in_a_long_message_is_found() -> None:
    finding = SHIPPED.inspect(f"Chiều mai họp giao ban lúc 14 giờ ở phòng 203. {OFFER}. Các đồng chí chuẩn bị báo cáo.")
    assert finding is not None
    assert finding.label == "drugs"


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    SHIPPED.inspect(OFFER + text)


@pytest.mark.parametrize("text", ["bán " * 25_000, "a" * 100_000, "@" * 100_000, "0 " * 50_000])
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(text: str) -> None:
    begun = time.process_time()
    SHIPPED.inspect(text)
    assert time.process_time() - begun < 25
