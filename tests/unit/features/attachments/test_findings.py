"""What was found in a file becomes one finding for each rule, with the reasons of all."""

from zalo_governor.domain.attachments import ScanFinding
from zalo_governor.domain.findings import Severity
from zalo_governor.features.attachments.findings import merge_by_rule

MACRO = ScanFinding(
    rule_id="4.4-tep-dinh-kem", clause="4.4", severity=Severity.TRIAGE, label="macro", reason="x", page=3
)
PROGRAM = MACRO.model_copy(update={"severity": Severity.MAJOR, "label": "executable", "reason": None, "page": None})
STAMP = ScanFinding(
    rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat",
    reason="red_stamp", page=2, seals=True,
)  # fmt: skip


def test_the_gravest_leads_and_the_others_are_reasons() -> None:
    [finding] = merge_by_rule([MACRO, PROGRAM])
    assert (finding.label, finding.severity, finding.field) == ("executable", Severity.MAJOR, "attachment")
    assert finding.reason == "macro+x+in_file"


def test_the_page_is_that_of_the_gravest() -> None:
    [finding] = merge_by_rule([STAMP])
    assert finding.reason == "red_stamp+page_2+in_file"
    assert finding.level == "mat"
    assert finding.seals


def test_rules_stay_apart_and_so_does_what_is_only_recorded() -> None:
    shadow = PROGRAM.model_copy(update={"shadow": True})
    merged = list(merge_by_rule([MACRO, STAMP, shadow]))
    assert [(finding.rule_id[:3], finding.shadow) for finding in merged] == [
        ("4.4", False),
        ("4.1", False),
        ("4.4", True),
    ]


def test_one_that_seals_seals_the_whole() -> None:
    look = STAMP.model_copy(update={"label": "look", "severity": Severity.CRITICAL, "seals": False})
    assert [finding.seals for finding in merge_by_rule([look, STAMP])] == [True]


def test_one_that_seals_names_what_other_rules_found() -> None:
    reasons = [finding.reason for finding in merge_by_rule([STAMP, PROGRAM])]
    assert reasons == ["red_stamp+executable+page_2+in_file", "in_file"]


def test_nothing_is_nothing() -> None:
    assert list(merge_by_rule([])) == []
