"""Command `/trangthai` (status): list what needs attention, the worst first, then what is in order."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from zalo_governor.domain.clock import midnight, today
from zalo_governor.domain.connection import FrameSort, Gap, LineState, is_proven, silence
from zalo_governor.domain.people import Group, Role
from zalo_governor.domain.reports import Coverage
from zalo_governor.features.group_changes.encryption import encryption_line
from zalo_governor.features.group_changes.leak_signs import LeakSignService
from zalo_governor.features.members.roster.comparison import attendance, seen_of_all
from zalo_governor.features.reports.digests import last_backup
from zalo_governor.features.trial.service import trial_line
from zalo_governor.messaging.commands import Answer, BareCommand, Call
from zalo_governor.messaging.delivery_words import undelivered_line, waiting_line
from zalo_governor.messaging.formatter import moment, number
from zalo_governor.messaging.outage_notices import ELSEWHERE
from zalo_governor.messaging.outside_words import outside_rows
from zalo_governor.messaging.policy import LineStatus, ServicePolicy
from zalo_governor.messaging.shortening import shortest
from zalo_governor.messaging.templates import TextId

_MOST_LINES = 25
_FRAME_NAMES = 3
_UP = frozenset({LineState.UP, LineState.FRAME_LOST})


class Status(BareCommand):
    """Command `/trangthai` (status): show the state of the connection to Zalo, of each group and of the outbox."""

    word = "trangthai"
    aliases = ("tinhtrang",)
    suggested_for = ("tinhhinh", "hoatdong", "ketnoi")
    usage = TextId("usage_status")
    forgiving = True
    roles = frozenset({Role.ADMIN, Role.ADMIN_STAFF, Role.LEADER, Role.REPORT_READER, Role.OVERSEER})

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._signs = LeakSignService(policy)

    def answer(self, call: Call, argument: bool) -> Answer:
        """Return a short line for each thing that needs attention, the worst first, then for each that is in order.

        Figures that are 0 are left out. `argument` is unused.
        """
        status = self.policy.status()
        wrong = [*self._broken(call, status), *self._lacking(call, status)]
        fine = list(self._in_order(call, status))
        said = [self._rows(TextId("status_attention"), wrong)] if wrong else [self.voice.render(TextId("status_fine"))]
        rows = "\n".join([*said, self._rows(TextId("status_rest"), fine)])
        return Answer([self.voice.render(TextId("status"), now=moment(self.policy.clock()), rows=rows)])

    def _rows(self, heading: TextId, lines: list[str]) -> str:
        """Return the lines under a heading; of more than 25 lines, the first 25 and the number of the others."""
        rows = list(map(self._row, lines[:_MOST_LINES]))
        if len(lines) > _MOST_LINES:
            rows.append(self.voice.render(TextId("status_more"), count=number(len(lines) - _MOST_LINES)))
        return self.voice.render(heading, rows="\n".join(rows))

    def _row(self, line: str) -> str:
        return self.voice.render(TextId("status_row"), said=line)

    def _broken(self, call: Call, status: LineStatus) -> Iterator[str]:
        """Yield a line for each fault that hinders the program in its work now, or has hindered it today."""
        if status.state not in _UP:
            yield self._connection_line(status)
        for group in call.groups:
            if said := encryption_line(call.uow.members.group_snapshot(group.id), self._named(group), self.voice):
                yield said
        yield from self._frame_lines(status, FrameSort.ENCRYPTED, TextId("status_frames_encrypted"))
        if said := undelivered_line(self.voice, status.outgoing):
            yield said
        for group in call.groups:
            yield from self._group_faults(call, group)
        yield from self._private_gap_lines(call)
        if status.backup_overdue:
            yield self.voice.render(TextId("status_backup"), last=last_backup(status, self.voice))
        if status.audit_faults:
            yield self.voice.render(TextId("status_audit"), count=number(status.audit_faults))
        yield from outside_rows(status, self.voice)

    def _lacking(self, call: Call, status: LineStatus) -> Iterator[str]:
        """Yield lines on what people should set up, check or know, such as a missing roster."""
        for group in call.groups:
            yield from self._roster_lines(call, group)
            if said := self._signs.line(call.uow, group, self._named(group)):
                yield said
            start, now = self._today()
            if calls := call.uow.statistics.activity(group.id, start, now).calls:
                yield self._of_group(TextId("status_calls"), group, calls)
            # A rule that was taken out of the regulation meanwhile is on trial no more.
            if tried := call.uow.trials.rules(group.id).keys() & self.policy.of(group.id).regulation.rules.keys():
                title = self.policy.of(group.id).regulation.title_of_rule
                named = ", ".join(f"“{title(rule)}” ({rule})" for rule in sorted(tried))
                yield self.voice.render(TextId("status_rule_trials"), group=self._named(group), rules=named)
        yield from self._frame_lines(status, FrameSort.UNKNOWN, TextId("status_frames_unknown"))
        if not self.policy.attachments.scan:
            yield self.voice.render(TextId("status_scans_off"))
        elif status.scans and not status.scans.antivirus:
            yield self.voice.render(TextId("status_no_antivirus"))
        if self.policy.attachments.scan and status.scans and not status.scans.text_recognition:
            yield self.voice.render(TextId("status_no_text_recognition"))

    def _in_order(self, call: Call, status: LineStatus) -> Iterator[str]:
        """Yield lines on what works: trials, connection, judged messages, waiting scans and notices."""
        lines = ((group, trial_line(self.policy, call.uow, self.voice, group.id)) for group in call.groups)
        if trials := [(group, said) for group, said in lines if said]:
            yield trials[0][1] if len(self.policy.governed) == 1 else self._trials_line(trials)
        if status.state in _UP:
            yield self._connection_line(status)
        start, now = self._today()
        for group in call.groups:
            if not encryption_line(call.uow.members.group_snapshot(group.id), "", self.voice):
                yield self._judged_line(group, call.uow.statistics.coverage(group.id, start, now))
        if status.scans and status.scans.waiting:
            since = status.scans.oldest_at
            waits = self.voice.render(TextId("status_scans_since"), when=moment(since)) if since else ""
            yield self.voice.render(TextId("status_scans"), count=number(status.scans.waiting), since=waits)
        if said := waiting_line(self.voice, status.outgoing):
            yield said
        yield self._search_line(status)

    def _trials_line(self, trials: Sequence[tuple[Group, str]]) -> str:
        names = ", ".join(self.voice.group(group) for group, _ in trials)
        return self.voice.render(TextId("status_trials"), groups=names)

    def _frame_lines(self, status: LineStatus, sort: FrameSort, text: TextId) -> Iterator[str]:
        """Yield a line on the frames of that sort, if any came over the socket in the last 24 hours."""
        if found := [frame for frame in status.frames if frame.sort is sort]:
            names = ", ".join(frame.name for frame in found[:_FRAME_NAMES])
            yield self.voice.render(text, count=number(sum(frame.day for frame in found)), names=names)

    def _named(self, group: Group) -> str:
        """Return the name of the group; the word `Nhóm` alone if the account has only this one."""
        named = self.voice.group(group)
        return shortest(named) if len(self.policy.governed) == 1 else named

    def _today(self) -> tuple[datetime, datetime]:
        now = self.policy.clock()
        return midnight(today(now)), now

    def _connection_line(self, status: LineStatus) -> str:
        return self.voice.render(TextId("status_line"), line=self._connection(status))

    def _connection(self, status: LineStatus) -> str:
        if status.state is None:
            return self.voice.render(TextId("line_unknown"))
        since = moment(status.since) if status.since else self.voice.render(TextId("never"))
        heard = self.voice.render(TextId("line_heard"), when=moment(status.heard_at)) if status.heard_at else ""
        if status.resumes_at:
            why, until = self.voice.render(ELSEWHERE[status.state]), moment(status.resumes_at)
            return self.voice.render(TextId("line_elsewhere"), since=since, why=why, until=until, heard=heard)
        if status.state in _UP:
            return self.voice.render(TextId("line_up"), since=since)
        refused = status.state in {LineState.REFUSED, LineState.SESSION_DEAD}
        return self.voice.render(TextId("line_refused") if refused else TextId("line_down"), since=since, heard=heard)

    def _search_line(self, status: LineStatus) -> str:
        """Return the line saying when the program last compared with Zalo's history and found no message missing."""
        if status.looked_at is None:
            return self.voice.render(TextId("status_not_looked"))
        return self.voice.render(TextId("status_looked"), when=moment(status.looked_at))

    def _group_faults(self, call: Call, group: Group) -> Iterator[str]:
        start, now = self._today()
        coverage = call.uow.statistics.coverage(group.id, start, now)
        if coverage.rule_failures:
            yield self._of_group(TextId("status_failures"), group, coverage.rule_failures)
        if coverage.dead_letters:
            yield self._of_group(TextId("status_dead_letters"), group, coverage.dead_letters)
        gaps = call.uow.statistics.gaps(group.id, start, now)
        if gaps:
            left = any(not gap.closed for gap in gaps)
            yield self.voice.render(
                TextId("status_gaps"),
                group=self._named(group),
                unfinished=self.voice.render(TextId("status_gaps_unfinished")) if left else "",
                **self._lengths(gaps),
            )

    def _private_gap_lines(self, call: Call) -> Iterator[str]:
        """Yield a line on today's gaps (times in which private messages to the bot were missed), if there are any.

        Zalo keeps no history of private messages, so they cannot be fetched later.
        """
        start, now = self._today()
        missing = [gap for gap in call.uow.statistics.gaps(self.policy.account, start, now) if not gap.closed]
        if missing:
            yield self.voice.render(TextId("status_private"), **self._lengths(missing))

    def _lengths(self, gaps: list[Gap]) -> dict[str, str]:
        length = self.voice.lasted(silence(gaps, *self._today()))
        return {"count": number(len(gaps)), "minutes": length}

    def _judged_line(self, group: Group, coverage: Coverage) -> str:
        proven = is_proven(coverage.gaps, *self._today())
        proof = self.voice.render(TextId("status_proven") if proven else TextId("status_not_proven"))
        if not coverage.judged:
            return self.voice.render(TextId("status_group_nothing"), group=self._named(group), proven=proof)
        hidden = self.voice.render(TextId("status_group_sealed"), count=number(coverage.sealed))
        said = self.voice.render(
            TextId("status_group"),
            group=self._named(group),
            judged=number(coverage.judged),
            sealed=hidden if coverage.sealed else "",
            proven=proof,
        )
        counts = (TextId("status_waiting"), coverage.waiting), (TextId("status_unclear"), coverage.unclear)
        return "\n".join([said, *(self._row(self._of_group(text, group, count)) for text, count in counts if count)])

    def _roster_lines(self, call: Call, group: Group) -> Iterator[str]:
        """Yield lines comparing the group with its roster, and on the members whom Zalo hides."""
        held = attendance(call.uow, self.policy.account, group.id)
        named = self._named(group)
        if held is None:
            yield self.voice.render(TextId("status_no_roster"), group=named)
        else:
            said = (
                (TextId("status_roster_strangers"), len(held.strangers)),
                (TextId("status_roster_missing"), len(held.missing)),
            )
            if parts := [self.voice.render(text, count=number(count)) for text, count in said if count]:
                yield self.voice.render(TextId("status_roster"), group=named, parts="; ".join(parts))
        snapshot = call.uow.members.group_snapshot(group.id)
        if snapshot and snapshot.members_hidden:
            yield self.voice.render(TextId("status_hidden"), group=named, **seen_of_all(snapshot))

    def _of_group(self, text: TextId, group: Group, count: int) -> str:
        return self.voice.render(text, group=self._named(group), count=number(count))
