"""Notices to the admins about findings in events of no known author, and about the first edited message."""

from zalo_governor.domain.clock import EVER, midnight, today
from zalo_governor.domain.events import EventBase, MessageSent, SealedHeard, SystemNotice
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.features.cases.suppression import FalseAlarmSuppression
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.formatter import moment
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_EDIT = "chat.msg.update"
"""Zalo's type of messages that change an earlier one; no client has been seen to send it (zalo-protocol.md, 14.5)."""


class NobodysWords(EventHandler):
    """Service that tells the admins of findings in events of no known author, such as Zalo's notices; opens no case."""

    sealed = False

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._false_alarms = FalseAlarmSuppression(policy)

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Tell the admins of the first edited message, as nobody has yet measured what Zalo sends then."""
        is_edit = isinstance(event, MessageSent | SystemNotice) and event.message_type == _EDIT
        if is_edit and uow.claims.claim_once("first_edit", EVER):
            self._tell(uow, event, TextId("alert_first_edit"), urgent=False)

    def report(self, uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding) -> None:
        """Audit a finding in an event of no known author, and tell the admins of it.

        Of equal system notices of Zalo they are told once a day: each vote in a poll causes one with the same question.
        """
        now, kind = self._policy.clock(), "finding.nobody"
        if is_notice := isinstance(event, SystemNotice) or (isinstance(event, SealedHeard) and event.notice):
            kind = "finding.notice"
            content = event.mac if isinstance(event, SealedHeard) else None
            said = content or self._false_alarms.look(uow, event, finding, "", None).mark or str(event.id).encode()
            claim = f"notice:{event.thread_id}:{finding.rule_id}:{said.hex()}"
            if not uow.claims.claim_once(claim, midnight(today(now))):
                return
        detail = {"event": event.id}
        uow.audit.append(kind, at=now, group_id=event.thread_id, subject=finding.clause, detail=detail)
        urgent = not is_notice or finding.severity is not Severity.TRIAGE
        text = TextId("alert_notice") if is_notice else TextId("alert_nobody")
        head = self._voice.head_of(finding.clause, finding.severity)
        self._tell(uow, event, text, urgent=urgent, head=head, citation=self._voice.citation(finding.clause))

    def _tell(self, uow: UnitOfWork, event: EventBase, text: TextId, *, urgent: bool, **more: str) -> None:
        group = self._voice.group(self._policy.group(event.thread_id))
        said = self._voice.render(text, group=group, when=moment(event.at), **more)
        self._post.to_desk(uow, said, group_id=event.thread_id, urgent=urgent)
