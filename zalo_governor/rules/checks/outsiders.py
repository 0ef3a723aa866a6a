"""Clause 4.5: nobody outside the approved members is brought into the Group."""

from collections.abc import Iterable
from typing import ClassVar

from zalo_governor.domain.events import EventBase, JoinRequested, MembersJoined
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.rules.base import Parameters, Rule, RuleContext


class OutsiderParameters(Parameters):
    """Nothing to choose: who belongs is said by the roster."""


class OutsiderRule(Rule[OutsiderParameters]):
    """Labels: `added` by somebody, `by_link` without anybody's doing, `unseen` where a sweep found it, `asks`.

    Without a roster nobody is an outsider.
    """

    id: ClassVar[str] = OUTSIDERS
    parameters_type: ClassVar[type[Parameters]] = OutsiderParameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """One finding for each who came in, or asks to, and does not belong; it names that person as its subject."""
        if context.approved is None:
            return
        if isinstance(event, MembersJoined):
            for member in event.members:
                if member.uid not in context.approved:
                    yield self.finding(_way(event, member.uid), field="member", subject_uid=member.uid)
        elif isinstance(event, JoinRequested):
            for uid in event.uids:
                if uid not in context.approved:
                    yield self.finding("asks", field="member", subject_uid=uid, severity=Severity.SUSPECT)


def _way(event: MembersJoined, uid: str) -> str:
    if not event.sender_uid:
        return "unseen"
    return "by_link" if event.sender_uid == uid else "added"
