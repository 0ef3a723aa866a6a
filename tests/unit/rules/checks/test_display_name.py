"""Clause 3.2 as members meet it."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.events import MembersJoined, MessageSent, NamedUid, NameObserved
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import NO_CONTEXT, Maturity
from zalo_governor.rules.checks.display_name import DisplayNameParameters, DisplayNameRule
from zalo_governor.rules.loader import load_rulebook

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHIPPED = next(rule for rule in load_rulebook(shipped_config()).engine.rules if isinstance(rule, DisplayNameRule))


def findings(name: str, rule: DisplayNameRule = SHIPPED) -> list[Finding]:
    return list(rule.check(NameObserved(at=AT, name=name), NO_CONTEXT))


@pytest.mark.parametrize(
    ("name", "label", "reason", "proposal"),
    [
        ("Trần Văn Mẫu | Giám đốc", "fixable", "wrong_sep", "Trần Văn Mẫu - Giám đốc"),
        ("Trần Văn Mẫu (PCT UBND xã)", "fixable", "wrong_sep", "Trần Văn Mẫu - PCT UBND xã"),
        ("Trần Văn Mẫu, Giám đốc Sở Y tế", "fixable", "wrong_sep", "Trần Văn Mẫu - Giám đốc Sở Y tế"),
        ("Giám đốc - Trần Văn Mẫu", "fixable", "reversed", "Trần Văn Mẫu - Giám đốc"),
        ("Giám đốc Sở Y tế Trần Văn Mẫu", "fixable", "reversed", "Trần Văn Mẫu - Giám đốc Sở Y tế"),
        ("Trần Văn Mẫu Chuyên viên", "fixable", "no_sep", "Trần Văn Mẫu - Chuyên viên"),
        ("TRẦN VĂN MẪU | Chuyên viên", "fixable", "wrong_sep", "Trần Văn Mẫu - Chuyên viên"),
        ("★ Trần Văn Mẫu - Chuyên viên ★", "fixable", "decor", "Trần Văn Mẫu - Chuyên viên"),
        ("Trần Văn Mẫu", "invalid", "no_title", None),
        ("Tran Van Mau - Chuyen vien", "invalid", "no_diacritics", None),
        ("Trần Văn Mẫu - Chuyen viên", "invalid", "partial_diacritics", None),
        ("Mẫu - Chuyên viên", "invalid", "given_only", None),
        ("Chuyên viên", "invalid", "title_only", None),
        ("Trần Văn Mẫu - UBND tỉnh", "invalid", "org_not_title", None),
        ("mau@example.vn", "invalid", "email", None),
        ("", "invalid", "empty", None),
    ],
)
def test_what_is_wrong_and_what_is_proposed(name: str, label: str, reason: str, proposal: str | None) -> None:
    (finding,) = findings(name)
    assert (finding.label, finding.reason, finding.suggestion) == (label, reason, proposal)


@pytest.mark.parametrize("dash", ["-", " - ", " – ", "—"])
def test_every_dash_will_do(dash: str) -> None:
    assert findings(f"Giàng A Mẫu{dash}PCT UBND xã") == []


@pytest.mark.parametrize(
    "name",
    [
        "Chau Kim Mẫu - Trưởng phòng",
        "Ka Hom - Chuyên viên",
        "Ha Poh Mẫu - Phó Chủ tịch UBND xã",
        "Bo Bo Thị Mẫu - Văn thư",
        "Po Dharma - Chuyên viên",
        "Ro Chăm Mẫu - PCT",
        "Mang Mẫu - Bí thư Đảng ủy xã",
    ],
)
def test_family_names_of_khmer_cham_koho_and_raglai_lack_no_marks(name: str) -> None:
    assert findings(name) == []


@pytest.mark.parametrize("name", ["Chau Thi Mẫu - Chuyên viên", "Ha Van Mẫu - Chuyên viên"])
def test_with_a_middle_name_without_marks_they_do(name: str) -> None:
    assert [finding.reason for finding in findings(name)] == ["partial_diacritics"]


@pytest.mark.parametrize("name", ["ĐÈO VĂN MẪU - CHỦ TỊCH UBND TỈNH", "lò thị mẫu - kế toán", "Giàng a Mẫu - Văn thư"])
def test_capitals_and_small_letters_are_no_fault(name: str) -> None:
    assert findings(name) == []


@pytest.mark.parametrize("name", ["Mây Chiều", "Thư Cute", "Gã Khờ", "Lò Đẹp Trai", "Chị Ba Vườn Xoài"])
def test_a_nickname_with_a_right_title_is_a_nickname(name: str) -> None:
    assert [finding.reason for finding in findings(f"{name} - Phó Chủ tịch xã")] == ["nickname"]


@pytest.mark.parametrize("name", ["Vàng A Chớ", "H'Hen Niê", "Lò Thị Biển", "Mùa Thị Gió", "Chá A Rồng", "Y Moan Êban"])
def test_a_rare_name_is_a_name(name: str) -> None:
    assert findings(f"{name} - Văn thư") == []


@given(st.text(max_size=60))
@example("A<Ö:KS")
def test_a_proposal_is_always_a_valid_name(name: str) -> None:
    for finding in findings(name):
        assert finding.suggestion is None or findings(finding.suggestion) == []


def test_each_joining_member_is_judged_by_name() -> None:
    members = (NamedUid(uid="1", name="Bố Gấu"), NamedUid(uid="2", name="Lò Văn Mẫu - Văn thư"), NamedUid(uid="3"))
    found = list(SHIPPED.check(MembersJoined(at=AT, members=members), NO_CONTEXT))
    assert [finding.excerpt for finding in found] == ["Bố Gấu"]


def test_an_office_may_let_a_reason_pass() -> None:
    lenient = DisplayNameRule(
        clause="3.2",
        severity=Severity.MINOR,
        maturity=Maturity.SHADOW,
        parameters=DisplayNameParameters(accept_reasons=("wrong_sep",)),
        lexicons=SHIPPED.lexicons,
    )
    assert findings("Trần Văn Mẫu | Chuyên viên", lenient) == []
    (finding,) = findings("Trần Văn Mẫu", lenient)
    assert finding.shadow


def test_messages_are_none_of_its_business() -> None:
    assert list(SHIPPED.check(MessageSent(at=AT, text="Bố Gấu"), NO_CONTEXT)) == []


@pytest.mark.parametrize("piece", ["Trần (Mẫu) ", "A - B ", "Giám đốc, ", "a·b~c", "\u0301", "@1"])
def test_an_absurdly_long_name_takes_no_time(piece: str) -> None:
    before = time.process_time()
    findings(piece * 20_000)
    assert time.process_time() - before < 10
