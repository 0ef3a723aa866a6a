"""The escalation policy (clause 6.4): who is notified of a case, and when, by severity and number of repetitions."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from zalo_governor.domain.clock import local
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.models import StrictModel, TimeOfDay


class Desk(StrEnum):
    """When the admins (the desk: Role.ADMIN and ADMIN_STAFF) are notified of a case."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    """Later, in one message about several cases."""
    NEVER = "never"


class Leader(StrEnum):
    """When the program notifies the group's leader of a case."""

    UNANSWERED = "unanswered"
    """When no admin has acted on the case in time; the notice to the leader says that the case is not verified."""
    NEVER = "never"


class Night(StrEnum):
    """Whether the admins are notified of a case during the quiet hours (at night)."""

    WAKE = "wake"
    """Yes, at once."""
    WAIT = "wait"
    """No: the admins are notified at the end of the quiet hours, in one message about all cases."""


class MemberStep(StrEnum):
    """Whether the policy demands a notice to the member concerned by a case (even if the member is unreachable)."""

    ASK = "ask"
    """The member gets a notice that asks to correct the breach."""
    EXEMPT = "exempt"
    """The member gets no notice, as one of the leadership; the case is recorded all the same."""
    LEAVE = "leave"
    """The member gets no notice, as the case is not grave enough or the settings forbid it."""


class Steps(NamedTuple):
    """Who is to be notified of a new case, and when: the result of `Ladder.steps`."""

    member: MemberStep
    desk_at: datetime | None
    """When the admins are notified: now for at once, later for a message about several cases, None for never."""
    leader_at: datetime | None
    """When the leader is notified if no admin has acted on the case before; None for never."""


class QuietHours(StrictModel):
    """A daily period (Viet Nam's time, may span midnight) in which notices that are not urgent are held back."""

    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if self.start == self.end:
            raise ValueError("start và end trùng nhau; không có giờ nghỉ thì ghi null")
        return self

    def until(self, moment: datetime) -> datetime | None:
        """Return when the quiet hours that contain `moment` end; None where `moment` is outside the quiet hours."""
        here = local(moment)
        end = here.replace(hour=self.end.hour, minute=self.end.minute, second=self.end.second, microsecond=0)
        if end <= here:
            end += timedelta(days=1)
        start = end.replace(hour=self.start.hour, minute=self.start.minute, second=self.start.second)
        if start >= end:
            start -= timedelta(days=1)
        return end if start <= here else None


class Times(NamedTuple):
    """The settings for `Ladder.steps` (who is notified when): waiting times, quiet hours, whether to remind members."""

    leader_after: timedelta
    digest_after: timedelta
    quiet: QuietHours | None
    remind_members: bool
    """True: members get notices about all cases for which the rung says so. False: only about critical cases."""


class Rung(StrictModel):
    """A step of the escalation policy: who is notified from a person's `from_case`-th case under the same rule on."""

    from_case: int = Field(ge=1)
    ask_member: bool
    desk: Desk
    leader: Leader
    at_night: Night


class Ladder(StrictModel):
    """The escalation policy of `config/escalation.yaml`: who is notified of a case, by its severity and repetition.

    For each severity, it holds rungs (steps), which apply from a person's n-th case under the same rule on. Findings of
    severity `suspect` have no rungs: they are recorded without opening a case. All methods are pure.
    """

    window_days: int = Field(ge=1, le=365_000)
    """Number of past days within which a person's cases under the same rule count as repetitions."""
    repeated_from: int = Field(ge=2)
    """From this case of the person on (2 = the second) the notice to the admins says that it is a repetition."""
    critical: tuple[Rung, ...]
    """Rungs for critical cases, and for all sealed cases."""
    major: tuple[Rung, ...]
    minor: tuple[Rung, ...]
    triage: tuple[Rung, ...]

    @field_validator("critical", "major", "minor", "triage")
    @classmethod
    def _check_ascending(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        starts = [rung.from_case for rung in rungs]
        if starts[:1] != [1] or starts != sorted(set(starts)):
            raise ValueError("bậc đầu phải là from_case: 1, mỗi bậc sau một số lớn hơn")
        return rungs

    @field_validator("critical")
    @classmethod
    def _check_critical_rungs(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if any((rung.desk, rung.leader, rung.at_night) != _CRITICAL_POLICY for rung in rungs):
            raise ValueError(
                "mức khẩn không được báo chậm hơn hay cho ít người hơn theo Quy chế: phải báo ngay, kể cả ban "
                "đêm, và báo cáo Trưởng nhóm khi chưa ai trả lời; hãy ghi desk: at_once, leader: unanswered, "
                "at_night: wake"
            )
        return rungs

    def steps(self, severity: Severity, nth: int, now: datetime, times: Times, *, leadership: bool) -> Steps:
        """Return who is notified, and when, of a person's `nth` case under a rule (1 = first), opened at `now`.

        `times` are the waiting times and quiet hours in the settings. `leadership` tells whether the person belongs to
        the leadership, whose members get no notices about own cases.
        """
        rung = self._rung(severity, nth)
        if leadership:
            member = MemberStep.EXEMPT
        elif rung.ask_member and (times.remind_members or severity is Severity.CRITICAL):
            member = MemberStep.ASK
        else:
            member = MemberStep.LEAVE
        desk_at = None
        if rung.desk is not Desk.NEVER:
            soon = now if rung.desk is Desk.AT_ONCE else now + times.digest_after
            desk_at = self.morning(severity, nth, soon, times) or soon
        leader_at = None
        if rung.leader is Leader.UNANSWERED:
            # The admins' time to answer starts only when they have been notified.
            leader_at = max(now, desk_at or now) + times.leader_after
        return Steps(member, desk_at, leader_at)

    def first(self, severity: Severity) -> Rung:
        """Return the rung (who is notified) for a person's first case of that severity under a rule."""
        return self._rung(severity, 1)

    def morning(self, severity: Severity, nth: int, moment: datetime, times: Times) -> datetime | None:
        """Return until when quiet hours hold back the admins' notice due at `moment`; None where they do not.

        `severity` and `nth` (number of the person's case under the rule) tell which step of the policy applies.
        """
        if times.quiet is None or self._rung(severity, nth).at_night is Night.WAKE:
            return None
        return times.quiet.until(moment)

    def _rung(self, severity: Severity, nth: int) -> Rung:
        rungs = {
            Severity.CRITICAL: self.critical,
            Severity.MAJOR: self.major,
            Severity.MINOR: self.minor,
            Severity.TRIAGE: self.triage,
            Severity.SUSPECT: _RECORD_ONLY_RUNGS,
        }
        return next(rung for rung in reversed(rungs[severity]) if rung.from_case <= max(nth, 1))


_CRITICAL_POLICY = (Desk.AT_ONCE, Leader.UNANSWERED, Night.WAKE)
_RECORD_ONLY_RUNGS = (Rung(from_case=1, ask_member=False, desk=Desk.NEVER, leader=Leader.NEVER, at_night=Night.WAIT),)
