"""Turns what a scan found in a file into findings on the message: one for each rule, with all that was seen."""

from collections.abc import Iterable, Iterator

from zalo_governor.domain.attachments import ScanFinding
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.regulation import Regulation
from zalo_governor.features.cases.label_words import IN_FILE, PAGE

FIELD = "attachment"
"""Value of `Finding.field` for findings in an attached file."""


def merge_by_rule(found: Iterable[ScanFinding]) -> Iterator[Finding]:
    """Yield one finding for each rule: the gravest, with the reasons and labels of the rule's other findings.

    The reason codes end with the page, if there is one, and `in_file`. A finding that seals the message also has the
    labels of other rules as reasons: it is the only one of a sealed message about which anybody is told.
    """
    found = list(found)
    by_rule: dict[tuple[str, bool], list[ScanFinding]] = {}
    for finding in found:
        by_rule.setdefault((finding.rule_id, finding.shadow), []).append(finding)
    for same in by_rule.values():
        first, *others = sorted(same, key=lambda one: one.severity.rank, reverse=True)
        codes = [*_codes(first), *(code for other in others for code in (other.label, *_codes(other)))]
        seals = any(one.seals for one in same)
        if seals:
            codes += [one.label for one in found if _is_told(one) and one.rule_id != first.rule_id]
        if first.page is not None:
            codes.append(f"{PAGE}{first.page}")
        codes.append(IN_FILE)
        yield Finding(
            rule_id=first.rule_id,
            clause=first.clause,
            severity=first.severity,
            label=first.label,
            field=FIELD,
            level=first.level,
            reason="+".join(dict.fromkeys(code for code in codes if code != first.label)),
            seals=seals,
            shadow=first.shadow,
        )


def cite(found: Iterable[Finding], regulation: Regulation) -> Iterator[Finding]:
    """Yield the findings with clause numbers of the group's regulation; leave out those for which it has no clause."""
    for finding in found:
        if clause := regulation.clause_like(finding.clause, finding.rule_id):
            yield finding.model_copy(update={"clause": clause})


def _is_told(finding: ScanFinding) -> bool:
    return not finding.shadow and finding.severity is not Severity.SUSPECT


def _codes(finding: ScanFinding) -> list[str]:
    return finding.reason.split("+") if finding.reason else []
