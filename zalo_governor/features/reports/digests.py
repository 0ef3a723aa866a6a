"""Digests: messages to the admins on several minor cases, hints or remarks, instead of one message for each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import EVER, midnight, monday, today
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import Group
from zalo_governor.features.cases.label_words import category, why
from zalo_governor.features.cases.ranking import gravest_first, shown
from zalo_governor.features.members.roster.comparison import attendance, hidden
from zalo_governor.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.messaging.outside_words import copy_notice
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

HINT = "borderline"
"""Label of "hints": findings on text that mentions state secrets without disclosing one. They open no case."""
_ROWS = 10


def no_backup(status: LineStatus, voice: MessageFormatter) -> str:
    """Return a line warning that the backup of the database is overdue, and saying when the last one was made."""
    return voice.render(TextId("status_no_backup"), last=last_backup(status, voice))


def last_backup(status: LineStatus, voice: MessageFormatter) -> str:
    """Return the words on the last backup of a database whose backup is overdue."""
    if status.backed_up_at is None:
        return voice.render(TextId("backup_none"))
    return voice.render(TextId("backup_overdue"), when=moment(status.backed_up_at))


class Digests(Speaker):
    """Sender of digests (collective messages) to the admins (Role.ADMIN and ADMIN_STAFF), by way of the outbox."""

    def gathered(self, uow: UnitOfWork, group_id: str) -> None:
        """Send the admins one digest of all the group's cases that wait for a digest, even those not due yet.

        Cases that were closed meanwhile, because the message was recalled, are left out, except possible secrets.
        """
        waiting = uow.cases.awaiting_digest(group_id)
        for case in waiting:
            uow.cases.save(case.told_desk())
        cases = [case for case in waiting if case.undecided]
        first = [case for case in cases if case.severity is Severity.TRIAGE]
        light = [case for case in cases if case.severity is not Severity.TRIAGE]
        parts = [
            self._section(uow, kind, of)
            for kind, of in ((TextId("digest_triage"), first), (TextId("digest_light"), light))
        ]
        if not cases:
            return
        ordered = gravest_first(cases)
        text = self._voice.render(
            TextId("digest"),
            head=self._voice.head(ordered[0]),
            codes=self._voice.codes(ordered),
            group=self._voice.group(self._policy.group(group_id)),
            parts="\n".join(filter(None, parts)),
            answer=self._voice.render(_how_to_answer(cases)),
        )
        self._post.to_desk(uow, text, group_id=group_id)

    def hints(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the admins one digest per group of the hints of the 24 hours before `due`; return the number of hints.

        Hints are findings on text that mentions state secrets without disclosing one.
        """
        told = 0
        for group in self._policy.governed:
            if not uow.claims.claim_once(f"hints_digest:{group.id}", due):
                continue
            found = uow.statistics.hints(group.id, HINT, due - timedelta(days=1), due)
            if not found:
                continue
            rows = [self._hint_row(uow, at, person_id) for at, person_id in found[:_ROWS]]
            if len(found) > _ROWS:
                rows.append(self._voice.render(TextId("hints_more"), count=number(len(found) - _ROWS)))
            self._send(uow, group, TextId("hints_digest"), len(found), rows, until=moment(due))
            told += len(found)
        return told

    def backup(self, uow: UnitOfWork, due: datetime) -> None:
        """Warn the admins if the database backup, or its copy off the machine, is missing; `due` is this run's time.

        The warning is sent once a day for all bot accounts together, and not in the quiet hours (at night). That the
        backup found an altered audit log, which nobody can mend, is said once.
        """
        status, quiet = self._policy.status(), self._policy.escalation.quiet_hours
        if quiet and quiet.until(self._policy.clock()):
            return
        if status.backup_overdue and uow.claims.claim_once("backup_overdue", midnight(today(due))):
            self._post.to_desk(uow, no_backup(status, self._voice), group_id=NO_GROUP)
        elif status.copy_missing and uow.claims.claim_once("backup_copy_missing", midnight(today(due))):
            self._post.to_desk(uow, copy_notice(status, self._voice), group_id=NO_GROUP)
        if status.audit_faults and uow.claims.claim_once(f"audit_altered:{status.audit_faults}", EVER):
            text = self._voice.render(TextId("audit_altered"), count=number(status.audit_faults))
            self._post.to_desk(uow, text, group_id=NO_GROUP)

    def suggestions(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the admins one digest per group of the members' new suggestions; return the number of suggestions.

        `due` is the time of this run: each run is done once, though several bot accounts begin it.
        """
        told = 0
        for group in self._policy.governed:
            if not uow.claims.claim_once(f"suggestions_digest:{group.id}", due):
                continue
            found = uow.feedback.untold([group.id], RemarkKind.SUGGESTION)
            if not found:
                continue
            self._send_remarks(uow, group, TextId("suggestions_digest"), found, self._policy.clock())
            told += len(found)
        return told

    def incidents_due(self, uow: UnitOfWork) -> datetime | None:
        """Return when `incidents` next has something to send; None if no incident waits."""
        governed = [group.id for group in self._policy.governed]
        return min(map(self._incident_due, uow.feedback.untold(governed, RemarkKind.INCIDENT)), default=None)

    def incidents(self, uow: UnitOfWork, now: datetime) -> None:
        """Send the admins one digest per group of incidents reported in the quiet hours (at night) and not yet told.

        Does nothing before the quiet hours are over.
        """
        for group in self._policy.governed:
            found = uow.feedback.untold([group.id], RemarkKind.INCIDENT)
            if not found or min(map(self._incident_due, found)) > now:
                continue
            if not uow.claims.claim_once(f"incidents_digest:{group.id}:{found[-1].code}", found[-1].at):
                continue  # Another bot account sends this digest.
            self._send_remarks(uow, group, TextId("incidents_digest"), found, now)

    def _incident_due(self, incident: Remark) -> datetime:
        quiet = self._policy.escalation.quiet_hours
        return (quiet.until(incident.at) if quiet else None) or incident.at

    def _send_remarks(
        self, uow: UnitOfWork, group: Group, digest: TextId, found: Sequence[Remark], now: datetime
    ) -> None:
        rows = []
        for remark in found:
            about = {"code": remark.code, "when": moment(remark.at), "said": remark.text}
            who = self._voice.who(uow.people.get(remark.person_id))
            rows.append(self._voice.render(TextId("remark_row"), who=who, **about))
        self._send(uow, group, digest, len(found), rows)
        uow.feedback.mark_told(found, now)

    def _send(
        self, uow: UnitOfWork, group: Group, digest: TextId, count: int, rows: Sequence[str], **fields: str
    ) -> None:
        about = {"group": self._voice.group(group), "count": number(count), "rows": "\n".join(rows)}
        self._post.to_desk(uow, self._voice.render(digest, **about, **fields), group_id=group.id)

    def roster(self, uow: UnitOfWork, group: Group, due: datetime) -> None:
        """Send the admins the numbers of missing people of the group's roster and of unlisted members.

        Also says how many members Zalo hides from the bot. Unchanged figures are sent once a week; that the group has
        no roster is said only once.
        """
        held = attendance(uow, self._policy.account, group.id)
        unseen = hidden(uow.members.group_snapshot(group.id), self._voice)
        if held is None:
            if uow.claims.claim_once(f"no_roster:{group.id}", EVER):
                text = self._voice.render(TextId("no_roster"), group=self._voice.group(group)) + unseen
                self._post.to_desk(uow, text, group_id=group.id)
            return
        present, missing, strangers = map(len, held)
        if not (missing or strangers or unseen):
            return
        if uow.claims.claim_once(f"roster:{group.id}:{present}/{missing}/{strangers}:{unseen != ''}", monday(due)):
            said = ((TextId("roster_missing"), missing), (TextId("roster_strangers"), strangers))
            text = self._voice.render(
                TextId("roster_digest"),
                group=self._voice.group(group),
                present=number(present),
                differences="".join(self._voice.render(kind, count=number(count)) for kind, count in said if count),
                hidden=unseen,
            )
            self._post.to_desk(uow, text, group_id=group.id)

    def _section(self, uow: UnitOfWork, kind: TextId, cases: Sequence[Case]) -> str:
        if not cases:
            return ""
        named, rest = shown(cases)
        rows = [self._case_row(uow, case) for case in named]
        if rest:
            rows.append(self._voice.render(TextId("more"), count=number(rest)))
        return self._voice.render(kind, count=number(len(cases)), rows="\n".join(rows))

    def _case_row(self, uow: UnitOfWork, case: Case) -> str:
        named = ""
        if about := category(self._voice, case):
            named = self._voice.render(
                TextId("digest_row_harmful"),
                category=about,
                reason=self._voice.in_brackets(why(self._voice, uow.cases.reason(case), case)),
            )
        if not case.state.open:
            named += self._voice.render(TextId("digest_row_gone"))
        return self._voice.render(
            TextId("digest_row"),
            code=case.code,
            when=moment(case.event_at),
            who=self._voice.who(uow.people.get(case.person_id)),
            citation=self._voice.cited(case),
            category=named,
        )

    def _hint_row(self, uow: UnitOfWork, at: datetime, person_id: int | None) -> str:
        who = (
            self._voice.render(TextId("who_unknown"))
            if person_id is None
            else self._voice.who(uow.people.get(person_id))
        )
        return self._voice.render(TextId("hint_row"), when=moment(at), who=who)


def _how_to_answer(cases: Sequence[Case]) -> TextId:
    """Return the text on how to answer if the cases are right; suspected state secrets are referred, not confirmed."""
    secret = [case.secret for case in cases]
    if all(secret):
        return TextId("digest_answer_secret")
    return TextId("digest_answer_both") if any(secret) else TextId("digest_answer")
