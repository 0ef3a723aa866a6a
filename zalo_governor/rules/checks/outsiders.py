"""Rule for clause 4.5: nobody who is not on the roster is brought into the group."""

from collections.abc import Iterable
from typing import ClassVar

from zalo_governor.domain.events import EventBase, JoinRequested, MembersJoined
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.rules.base import Parameters, Rule, RuleContext


class OutsiderRule(Rule[Parameters]):
    """Rule on outsiders: people who are in the group, or ask to join, and are not on the roster.

    Labels of findings: `added` by another member; `by_link` if they joined by themselves; `unseen` if only the group
    sync discovered them; `asks` if they only request to join. Without a roster nothing is reported.
    """

    id: ClassVar[str] = OUTSIDERS
    parameters_type: ClassVar[type[Parameters]] = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield one finding per person not on the roster who joined or asks to join, with the person as subject."""
        if context.approved is None:
            return
        if isinstance(event, MembersJoined):
            for member in event.members:
                if member.uid not in context.approved:
                    yield self.finding(_entry_label(event, member.uid), field="member", subject_uid=member.uid)
        elif isinstance(event, JoinRequested):
            for uid in event.uids:
                if uid not in context.approved:
                    yield self.finding("asks", field="member", subject_uid=uid, severity=Severity.SUSPECT)


def _entry_label(event: MembersJoined, uid: str) -> str:
    if not event.sender_uid:
        return "unseen"
    return "by_link" if event.sender_uid == uid else "added"
