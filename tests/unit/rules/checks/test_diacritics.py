"""Clause 3.1 as members meet it."""

import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.events import Attachment, Mention, MessageSent, NameObserved, Quote
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import NO_CONTEXT, Maturity
from zalo_governor.rules.checks.diacritics import DiacriticsParameters, DiacriticsRule
from zalo_governor.rules.loader import load_rulebook

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHIPPED = next(rule for rule in load_rulebook(shipped_config()).engine.rules if isinstance(rule, DiacriticsRule))
STRICT = {"violation": -3.0, "suspect": -3.0, "partial": -3.0, "slip": -3.0}
LAX = {"violation": 60.0, "suspect": 50.0, "partial": 60.0, "slip": 60.0}


def rule(**parameters: float) -> DiacriticsRule:
    shipped = SHIPPED.parameters.model_dump()
    return DiacriticsRule(
        clause="3.1",
        severity=Severity.MINOR,
        maturity=Maturity.ACTIVE,
        parameters=DiacriticsParameters(**(shipped | parameters)),
        lexicons=SHIPPED.lexicons,
    )


def findings(text: str, using: DiacriticsRule = SHIPPED) -> list[Finding]:
    return list(using.check(MessageSent(at=AT, text=text), NO_CONTEXT))


@pytest.mark.parametrize(
    ("setting", "text", "expected"),
    [
        ({}, "cau treo ban giua rung manh, tam cam xe may", "no_diacritics"),
        ({}, "Cầu treo ban giữa rung manh, tam cam xe may qua lại", "partial"),
        ({}, "Cầu treo bản giữa rung mạnh, tạm cấm xe máy", None),
        ({}, "Anh em chia hai xe nha", None),
        ({}, "Please send the report to the office", None),
        (LAX, "cau treo ban giua rung manh, tam cam xe may", None),
        (STRICT, "Trung tâm gui lai cho anh nhe", "partial"),
        ({}, "Can Hồ, Bum Nưa", None),
        ({}, "Lich truc.docx", None),
        ({}, "vang a", None),
    ],
)
def test_what_is_found(setting: dict[str, float], text: str, expected: str | None) -> None:
    assert [finding.label for finding in findings(text, rule(**setting))] == ([expected] if expected else [])


@pytest.mark.parametrize("text", ["bac Nam", "Chi Thuy", "co Huong", "chu Phuong", "di Tuyet"])
def test_who_only_calls_a_person_is_suspect_at_most(text: str) -> None:
    assert {finding.severity for finding in findings(text, rule(violation=-3.0, suspect=-3.0))} == {Severity.SUSPECT}


@pytest.mark.parametrize(
    "text", ["Ok chi 👍", "vang a\n👍👍", "Thanks chi /-strong", "OKKK anh :))", "Da, vang a!", "ok em :d"]
)
def test_signs_and_faces_around_an_acknowledgement_change_nothing(text: str) -> None:
    assert findings(text, rule(**STRICT)) == []


@pytest.mark.parametrize("text", ["Ngay.", "Lan", "Quang ạ", "Minh", "Ngon", "Lui", "Xa!"])
def test_one_word_that_may_be_right_as_typed_is_suspect_at_most(text: str) -> None:
    assert {finding.severity for finding in findings(text)} <= {Severity.SUSPECT}


@pytest.mark.parametrize("text", ["khong", "Duoc.", "roi", "Nhieu"])
def test_one_word_that_is_hardly_ever_right_as_typed_is_found(text: str) -> None:
    assert [finding.severity for finding in findings(text)] == [Severity.MINOR]


def test_a_call_by_name_is_suspect_at_most() -> None:
    assert {finding.severity for finding in findings("chi Lan")} <= {Severity.SUSPECT}


def test_what_says_more_than_an_acknowledgement_is_read() -> None:
    assert [finding.label for finding in findings("vang a, chieu nay em gui bao cao 👍")] == ["no_diacritics"]


def test_the_words_without_marks_are_shown_where_they_stand() -> None:
    text = "Nhờ \u200bcac phòng ra soat lai thiet bi"
    (finding,) = findings(text)
    assert {text[start:end] for start, end in finding.spans} >= {"cac", "thiet"}


def test_one_slip_in_a_long_sentence_is_nobodys_business() -> None:
    found = findings("Cầu treo bản giữa rung mạnh từ chiều hôm truoc, tạm cấm xe máy qua lại")
    assert [finding for finding in found if finding.severity is not Severity.SUSPECT] == []


def test_an_old_font_is_found_with_the_text_that_was_meant() -> None:
    (finding,) = findings("Mêi c¸c b¹n ®Õn ®óng giê")
    assert (finding.label, finding.suggestion) == ("legacy", "Mời các bạn đến đúng giờ")


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("De nghi cac so, ban, nganh bao cao ket qua", "Đề nghị các sở, ban, ngành báo cáo kết quả"),
        ("Kính gửi các dong chi, de nghi bao cao", "Kính gửi các đồng chí, đề nghị báo cáo"),
        ("de nghi dong chi Hung bao cao tinh hinh", None),  # Hùng, Hưng or Hứng
        ("cho toi hoi ban may gio xong", None),  # Cho or chờ, bạn or bản
        ("de nghi TTDVL bao cao", None),  # D or Đ
    ],
)
def test_a_sentence_is_proposed_only_where_all_of_it_is_as_good_as_certain(text: str, proposed: str | None) -> None:
    [finding] = findings(text)
    assert finding.suggestion == proposed


def test_the_office_says_how_sure_a_proposal_must_be() -> None:
    text = "cho toi hoi ban may gio xong"
    [finding] = findings(text, rule(proposal=-30.0))
    assert finding.suggestion is not None


def test_a_likely_case_is_only_suspect() -> None:
    (finding,) = findings("chua xong", rule(violation=60))
    assert finding.severity is Severity.SUSPECT


def test_what_others_wrote_and_machines_named_is_not_judged() -> None:
    bare = "cau treo ban giua rung manh"
    file = Attachment(type="share.file", title=bare, description=bare)
    event = MessageSent(at=AT, text="Vâng ạ", quote=Quote(owner_uid="1", key="1", text=bare), attachment=file)
    assert list(SHIPPED.check(event, NO_CONTEXT)) == []
    assert list(SHIPPED.check(MessageSent(at=AT, text=bare, attachment=file), NO_CONTEXT)) == []
    assert list(SHIPPED.check(NameObserved(at=AT, name=bare), NO_CONTEXT)) == []


def test_the_name_of_a_member_who_is_addressed_is_not_judged() -> None:
    text = "@Nguyen Thi Duong Truong xem giúp anh nhé"
    event = MessageSent(at=AT, text=text, mentions=(Mention(uid="1", start=0, length=24),))
    assert list(SHIPPED.check(event, NO_CONTEXT)) == []


def test_a_slash_in_front_hides_nothing() -> None:
    assert [found.label for found in findings("/ bao cao dong chi: nuoc suoi dang dang cao")] == ["no_diacritics"]


@given(st.text(alphabet="aăâeêioôơuưyáàảãạấậốồộớựđ bcghklmnprstvx", max_size=80))
@example("côp")  # One word that an old font might write, and that at a glance is fine.
def test_both_forms_of_unicode_get_the_same_verdict(text: str) -> None:
    composed, decomposed = (findings(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    assert [(f.label, f.severity) for f in composed] == [(f.label, f.severity) for f in decomposed]


@given(st.text(max_size=400))
def test_no_text_breaks_it_and_spans_stay_inside(text: str) -> None:
    for finding in findings(text):
        assert all(0 <= start < end <= len(text) for start, end in finding.spans)


@pytest.mark.parametrize("text", ["khong " * 16_000, "ậ" * 100_000, "a" + "\u0323" * 100_000, "đ. " * 33_000])
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(text: str) -> None:
    begun = time.process_time()
    findings(text)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "mention",
    [
        Mention(uid="-1", start=0, length=10_000),
        Mention(uid="1", start=0, length=40),
        Mention(uid="1", start=-1, length=40),
        Mention(uid="1", start=0, length=-1),
    ],
)
def test_a_made_up_mention_hides_nothing(mention: Mention) -> None:
    text = "kinh gui cac dong chi bao cao truoc gio hop chieu nay"
    [found] = SHIPPED.check(MessageSent(at=AT, text=text, mentions=(mention,)), NO_CONTEXT)
    assert found.label == "no_diacritics"


def test_a_message_of_nothing_but_mentions_takes_no_time() -> None:
    text = "@Nguyen Van An " * 20_000
    mentions = tuple(Mention(uid="1", start=15 * n, length=14) for n in range(20_000))
    before = time.process_time()
    assert list(SHIPPED.check(MessageSent(at=AT, text=text, mentions=mentions), NO_CONTEXT)) == []
    assert time.process_time() - before < 15
