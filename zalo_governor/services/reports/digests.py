"""What the desk is told gathered, so that it is not flooded: cases to look at first, and mere hints once a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import from_ms, local
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.findings import Severity
from zalo_governor.services.cases.categories import category, has_category, why
from zalo_governor.services.cases.ranking import shown
from zalo_governor.services.members.roster.comparison import figures, hidden
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.notifier import Notifier
from zalo_governor.services.policy import Group, LineStatus, ServicePolicy
from zalo_governor.services.ports import UnitOfWork
from zalo_governor.services.reports.periods import midnight, today

HINT = "borderline"
"""Label of what speaks of state secrets without disclosing one: no case, nobody is told but by a digest."""
_ROWS = 10


def no_backup(status: LineStatus, voice: MessageFormatter) -> str:
    """The line that says since when there is no backup."""
    last = moment(status.backed_up_at) if status.backed_up_at else voice.render(MessageId.NEVER)
    return voice.render(MessageId.STATUS_NO_BACKUP, last=last)


class Digests:
    """Writes the digests to the admin and the staff."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._post = Notifier(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)

    def gathered(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell in one message of every case of a group that waits for a digest, also of those not due yet.

        What was recalled meanwhile, and so closed, is not looked at any more.
        """
        waiting = uow.cases.awaiting_digest(group_id)
        for case in waiting:
            uow.cases.save(case.told_desk())
        cases = [case for case in waiting if case.state.open]
        first = [case for case in cases if case.severity is Severity.TRIAGE]
        light = [case for case in cases if case.severity is not Severity.TRIAGE]
        parts = [
            self._part(uow, kind, of)
            for kind, of in ((MessageId.DIGEST_TRIAGE, first), (MessageId.DIGEST_LIGHT, light))
        ]
        if not cases:
            return
        group = self._voice.group(self._policy.group(group_id))
        text = self._voice.render(MessageId.DIGEST, group=group, parts="\n".join(filter(None, parts)))
        self._post.to_desk(uow, text, group_id=group_id)

    def hints(self, uow: UnitOfWork, due: datetime) -> int:
        """Tell once of the hints of the 24 hours before `due`; how many there were."""
        told = 0
        for group in self._policy.governed:
            if not uow.claims.claim_once(f"hints_digest:{group.id}", due):
                continue
            found = uow.statistics.hints(group.id, HINT, due - timedelta(days=1), due)
            if not found:
                continue
            rows = [self._hint(uow, at, person_id) for at, person_id in found[:_ROWS]]
            if len(found) > _ROWS:
                rows.append(self._voice.render(MessageId.HINTS_MORE, count=number(len(found) - _ROWS)))
            text = self._voice.render(
                MessageId.HINTS_DIGEST,
                group=self._voice.group(group),
                count=number(len(found)),
                until=moment(due),
                rows="\n".join(rows),
            )
            self._post.to_desk(uow, text, group_id=group.id)
            told += len(found)
        return told

    def backup(self, uow: UnitOfWork, due: datetime) -> None:
        """Tell that there is no backup of late, on one day once, whichever account of the program comes to it; what
        comes due in the quiet hours waits for the next time."""
        status, quiet = self._policy.status(), self._policy.quiet_hours
        if quiet and quiet.until(self._policy.clock()):
            return
        if status.backup_overdue and uow.claims.claim_once("backup_overdue", midnight(today(due))):
            self._post.to_desk(uow, no_backup(status, self._voice), group_id=self._policy.home_group_id)

    def suggestions(self, uow: UnitOfWork, due: datetime) -> int:
        """Tell of the suggestions that nobody was told of yet; how many there were."""
        told = 0
        for group in self._policy.governed:
            if not uow.claims.claim_once(f"suggestions_digest:{group.id}", due):
                continue
            found = uow.feedback.untold(group.id, RemarkKind.SUGGESTION)
            if not found:
                continue
            rows = [self._remark(uow, remark) for remark in found]
            named = self._voice.group(group)
            text = self._voice.render(
                MessageId.SUGGESTIONS_DIGEST, group=named, count=number(len(found)), rows="\n".join(rows)
            )
            self._post.to_desk(uow, text, group_id=group.id)
            uow.feedback.mark_told(found, self._policy.clock())
            told += len(found)
        return told

    def incidents_due(self, uow: UnitOfWork) -> datetime | None:
        """When `incidents` next has something to tell; None where never."""
        waiting = [self._due(said) for group in self._policy.governed for said in self._untold(uow, group)]
        return min(waiting, default=None)

    def incidents(self, uow: UnitOfWork, now: datetime) -> None:
        """Tell in one message for each group of the incidents that were kept back in the quiet hours, now over."""
        for group in self._policy.governed:
            found = self._untold(uow, group)
            if not found or min(map(self._due, found)) > now:
                continue
            if not uow.claims.claim_once(f"incidents_digest:{group.id}:{found[-1].code}", found[-1].at):
                continue  # Another account of the program tells it.
            rows = "\n".join(self._remark(uow, remark) for remark in found)
            named = self._voice.group(group)
            text = self._voice.render(MessageId.INCIDENTS_DIGEST, group=named, count=number(len(found)), rows=rows)
            self._post.to_desk(uow, text, group_id=group.id)
            uow.feedback.mark_told(found, now)

    def _untold(self, uow: UnitOfWork, group: Group) -> list[Remark]:
        return uow.feedback.untold(group.id, RemarkKind.INCIDENT)

    def _due(self, incident: Remark) -> datetime:
        quiet = self._policy.quiet_hours
        return (quiet.until(incident.at) if quiet else None) or incident.at

    def _remark(self, uow: UnitOfWork, remark: Remark) -> str:
        who = self._voice.who(uow.people.get(remark.person_id))
        return self._voice.render(
            MessageId.REMARK_ROW, code=remark.code, when=moment(remark.at), who=who, said=remark.text
        )

    def roster(self, uow: UnitOfWork, group: Group, due: datetime) -> None:
        """Tell how many belong to the group and are not in it, or the reverse, and what cannot be seen of it.

        What was told stays untold for the rest of the week; that there is no roster is told once and for all.
        """
        counted = figures(uow, self._policy.account, group.id)
        unseen = hidden(uow.members.group_snapshot(group.id), self._voice)
        if counted is None:
            if uow.claims.claim_once(f"no_roster:{group.id}", from_ms(0)):
                text = self._voice.render(MessageId.NO_ROSTER, group=self._voice.group(group)) + unseen
                self._post.to_desk(uow, text, group_id=group.id)
            return
        if not (counted.missing or counted.strangers or unseen):
            return
        monday = due - timedelta(days=local(due).weekday())
        week = monday.replace(hour=0, minute=0, second=0, microsecond=0)
        if uow.claims.claim_once(f"roster:{group.id}:{'/'.join(map(str, counted))}:{unseen != ''}", week):
            facts = {name: number(count) for name, count in counted._asdict().items()}
            text = self._voice.render(MessageId.ROSTER_DIGEST, group=self._voice.group(group), hidden=unseen, **facts)
            self._post.to_desk(uow, text, group_id=group.id)

    def _part(self, uow: UnitOfWork, kind: MessageId, cases: Sequence[Case]) -> str:
        if not cases:
            return ""
        named, rest = shown(cases)
        rows = [self._row(uow, case) for case in named]
        if rest:
            rows.append(self._voice.render(MessageId.MORE, count=number(rest)))
        return self._voice.render(kind, count=number(len(cases)), rows="\n".join(rows))

    def _row(self, uow: UnitOfWork, case: Case) -> str:
        named = ""
        if has_category(case.label):
            named = self._voice.render(
                MessageId.DIGEST_ROW_HARMFUL,
                category=category(self._voice, case.label),
                reason=why(self._voice, uow.cases.reason(case)),
            )
        return self._voice.render(
            MessageId.DIGEST_ROW,
            code=case.code,
            when=moment(case.event_at),
            who=self._voice.who(uow.people.get(case.person_id)),
            citation=self._voice.cited(case),
            category=named,
        )

    def _hint(self, uow: UnitOfWork, at: datetime, person_id: int | None) -> str:
        who = (
            self._voice.render(MessageId.WHO_UNKNOWN)
            if person_id is None
            else self._voice.who(uow.people.get(person_id))
        )
        return self._voice.render(MessageId.HINT_ROW, when=moment(at), who=who)
