"""Writes judged events and sent notices to the log: ids, rules and outcomes, never message content."""

from collections.abc import Sequence

import structlog

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.notices import Outgoing

log = structlog.get_logger(__name__)


def tell_judged(results: Sequence[tuple[EventBase, Verdict]]) -> None:
    """Log what the rules found in judged events (messages and acts), and which rules failed; never message content."""
    for event, verdict in results:
        for finding in verdict.findings:
            log.info(
                "judged",
                entry=event.id,
                rule=finding.rule_id,
                severity=finding.severity.value,
                label=finding.label,
                private=not event.is_group,
                sealed=verdict.sealed,
                late=event.late,
            )
        for failure in verdict.failures:
            log.error("rule_failed", entry=event.id, rule=failure.rule_id, error=failure.error)


def tell_sent(outgoing: Outgoing, outcome: str) -> None:
    """Log one try to send a notice (a message of the bot); `outcome`, such as `sent`, becomes the log event's name."""
    notice = outgoing.notice
    log.info(outcome, outgoing=outgoing.id, purpose=notice.purpose.value, case=notice.case_id, group=notice.is_group)
