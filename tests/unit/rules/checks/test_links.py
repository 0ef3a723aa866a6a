"""Clause 4.4 in texts, cards and quotes, as members meet it. All addresses are invented."""

from copy import copy
from datetime import UTC, datetime

import pytest

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.events import Attachment, EventBase, GroupInfoChanged, MessageSent, NameObserved, Quote
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.checks.links import LinkParameters, LinkRule
from zalo_governor.rules.loader import load_rulebook

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHIPPED = next(rule for rule in load_rulebook(shipped_config()).engine.rules if isinstance(rule, LinkRule))
BAD = "https://vietcombank.top/tri-an"


def findings(event: EventBase) -> list[Finding]:
    return list(SHIPPED.check(event, NO_CONTEXT))


def test_a_certain_danger_is_brought_to_the_member_with_the_address_made_harmless() -> None:
    text = f"Nhận quà ở {BAD} nhé"
    (finding,) = findings(MessageSent(at=AT, text=text))
    assert (finding.label, finding.severity) == ("lookalike_link", Severity.MAJOR)
    assert finding.excerpt == "hxxps://vietcombank[.]top/tri-an"
    ((start, end),) = finding.spans
    assert text[start:end] == BAD


def test_one_finding_tells_of_all_links_of_a_string() -> None:
    (finding,) = findings(MessageSent(at=AT, text=f"https://bit.ly/mau {BAD} https://mau.gov.vn"))
    assert finding.label == "lookalike_link"
    assert len(finding.spans) == 2
    assert finding.reason == "brand+foreign_suffix+shortened"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("https://bit.ly/mau", Severity.SUSPECT),
        ("http://203.0.113.7/hop", Severity.TRIAGE),
        ("http://203.0.114.7/hop", Severity.TRIAGE),
        (f"Cảnh báo: không truy cập {BAD}", Severity.TRIAGE),
        (f"CANH BAO lua dao {BAD}", Severity.TRIAGE),
    ],
)
def test_what_is_uncertain_goes_to_nobody_but_the_admin(text: str, severity: Severity) -> None:
    (finding,) = findings(MessageSent(at=AT, text=text))
    assert finding.severity is severity


def test_a_quote_accuses_nobody() -> None:
    quote = Quote(owner_uid="1", key="1", text=f"Vào {BAD}", strings=(("quote_url", BAD),))
    found = findings(MessageSent(at=AT, text="Đồng chí xóa giúp", quote=quote))
    assert {(finding.field, finding.severity) for finding in found} == {
        ("quote", Severity.SUSPECT),
        ("quote_url", Severity.SUSPECT),
    }


def test_the_target_of_a_card_counts_and_the_place_of_a_file_on_the_server_does_not() -> None:
    def sent(kind: str) -> MessageSent:
        return MessageSent(at=AT, attachment=Attachment(type=kind, url=BAD, other_strings=(("url", BAD),)))

    assert [finding.field for finding in findings(sent("chat.recommended"))] == ["url"]
    assert findings(sent("share.file")) == []
    assert findings(sent("chat.photo")) == []


@pytest.mark.parametrize("field", ["link_target", "link_redirect"])
def test_a_card_that_shows_one_address_and_opens_another_is_found(field: str) -> None:
    shown = ("url", "https://mau.gov.vn")
    card = Attachment(type="chat.recommended", title="Tỉnh Mẫu", other_strings=(shown, (field, BAD)))
    assert [finding.field for finding in findings(MessageSent(at=AT, attachment=card))] == [field]


@pytest.mark.parametrize("field", ["title", "description"])
def test_words_of_a_card_count(field: str) -> None:
    card = Attachment.model_validate({"type": "chat.recommended", field: f"Vào {BAD}"})
    assert [finding.field for finding in findings(MessageSent(at=AT, attachment=card))] == [field]


def test_a_file_name_is_no_link() -> None:
    file = Attachment(type="share.file", title="vietcombank.top")
    assert findings(MessageSent(at=AT, attachment=file)) == []


def test_names_and_the_group_description_count() -> None:
    assert [finding.field for finding in findings(NameObserved(at=AT, name=f"Mẫu {BAD}"))] == ["name"]
    changed = GroupInfoChanged(at=AT, description="Nhóm mới: zaIo.me/g/mau")
    assert [finding.field for finding in findings(changed)] == ["group_description"]


def test_a_command_in_private_may_name_a_link() -> None:
    report = f"/suco có liên kết lạ {BAD}"
    assert findings(MessageSent(at=AT, text=report, is_group=False)) == []
    assert len(findings(MessageSent(at=AT, text=report))) == 1


def test_an_unknown_kind_in_the_settings_is_named() -> None:
    with pytest.raises(ValueError, match="không có loại bit_ly"):
        LinkParameters.model_validate({"kinds": {"bit_ly": "minor"}, "warnings": ["cảnh báo"]})


def test_an_invitation_of_zalo_counts_only_where_the_office_names_it() -> None:
    invited = MessageSent(at=AT, text="Vào nhóm https://zalo.me/g/mau123")
    assert findings(invited) == []
    kinds = SHIPPED.parameters.model_copy(update={"kinds": {"group_invitation": Severity.TRIAGE}})
    rule = copy(SHIPPED)
    rule.parameters = kinds
    assert [finding.severity for finding in rule.check(invited, NO_CONTEXT)] == [Severity.TRIAGE]
