"""Reads what a rule found when messages were received, to compare with a new run of that rule on old messages."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select

from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import case_events, cases, findings


class RecordedFinding(NamedTuple):
    """What is recorded about one event under one rule: the rule's findings, and the cases they opened or joined."""

    labels: tuple[str, ...]
    """Label and severity of the rule's findings, for example `no_diacritics:minor`, sorted."""
    cases: tuple[str, ...]
    """Codes of the rule's cases to which the event belongs, such as `VP12`, sorted."""


class RecordedFindings:
    """Reads what the rule `rule_id` found when messages were received (its findings), and the cases that followed."""

    def __init__(self, database: Database, rule_id: str) -> None:
        self._database = database
        self._rule_id = rule_id

    def between(self, first_id: int, last_id: int) -> dict[int, RecordedFinding]:
        """Return event id -> recorded findings and cases of the rule, for event ids from first_id to last_id.

        Events without findings are left out.
        """
        found = select(findings.c.event_id, findings.c.label, findings.c.severity).where(
            findings.c.rule_id == self._rule_id, findings.c.event_id.between(first_id, last_id)
        )
        of_case = (
            select(case_events.c.event_id, cases.c.id)
            .join(cases, cases.c.id == case_events.c.case_id)
            .where(cases.c.rule_id == self._rule_id, case_events.c.event_id.between(first_id, last_id))
        )
        labels: defaultdict[int, list[str]] = defaultdict(list)
        codes: defaultdict[int, list[str]] = defaultdict(list)
        with self._database.read() as connection:
            for event_id, label, severity in connection.execute(found):
                labels[event_id].append(f"{label}:{severity}")
            for event_id, case_id in connection.execute(of_case):
                codes[event_id].append(f"VP{case_id}")
        return {event: RecordedFinding(tuple(sorted(labels[event])), tuple(sorted(codes[event]))) for event in labels}
