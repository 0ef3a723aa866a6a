"""Rules that an admin has put on trial in a group: their findings are recorded, and nobody is told of them."""

from collections.abc import Collection

from zalo_governor.domain.findings import Finding, Verdict


def mark_on_trial(verdict: Verdict, rules: Collection[str]) -> Verdict:
    """Return the verdict with these rules' findings marked `shadow` (told to nobody), unless they seal a message."""
    if not rules:
        return verdict
    marked = tuple(
        finding.model_copy(update={"shadow": True})
        if isinstance(finding, Finding) and finding.rule_id in rules and not finding.seals
        else finding
        for finding in verdict.findings
    )
    return verdict.model_copy(update={"findings": marked})
