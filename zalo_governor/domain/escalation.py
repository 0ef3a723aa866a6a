"""The escalation ladder (clause 6.4): who is notified of a case and when, by its severity and its repetitions."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from zalo_governor.domain.clock import local
from zalo_governor.domain.findings import Severity


class Desk(StrEnum):
    """When the admins (Role.ADMIN and ADMIN_STAFF) are notified of a case."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    """Several cases are collected into one message."""
    NEVER = "never"


class Leader(StrEnum):
    """When the program notifies the group's leader of a case."""

    UNANSWERED = "unanswered"
    """When no admin has acted on the case in time; the notice says that the case is not verified."""
    NEVER = "never"


class Night(StrEnum):
    """Whether the admins are notified during the quiet hours."""

    WAKE = "wake"
    WAIT = "wait"
    """The admins are notified in the morning, in one digest."""


class MemberStep(StrEnum):
    """What the policy does about the member concerned, regardless of whether the bot can reach the member."""

    ASK = "ask"
    EXEMPT = "exempt"
    """The member belongs to the leadership, which gets no notices; the case is recorded all the same."""
    LEAVE = "leave"


class Steps(NamedTuple):
    """The notifications that follow from a new case."""

    member: MemberStep
    desk_at: datetime | None
    """When the admins are notified: the present time for at once, a later time for a digest, None for never."""
    leader_at: datetime | None
    """When the leader is notified if no admin has acted on the case before; None for never."""


class _Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuietHours(_Policy):
    """A daily period in Viet Nam's time zone, which may span midnight."""

    start: time
    end: time

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if self.start == self.end:
            raise ValueError("start và end trùng nhau; không có giờ nghỉ thì ghi null")
        return self

    def until(self, moment: datetime) -> datetime | None:
        """Return the end of the quiet hours that contain `moment`; None where it is outside of them."""
        here = local(moment)
        end = here.replace(hour=self.end.hour, minute=self.end.minute, second=self.end.second, microsecond=0)
        if end <= here:
            end += timedelta(days=1)
        start = end.replace(hour=self.start.hour, minute=self.start.minute, second=self.start.second)
        if start >= end:
            start -= timedelta(days=1)
        return end if start <= here else None


class Times(NamedTuple):
    """Waiting times and quiet hours from the settings."""

    leader_after: timedelta
    digest_after: timedelta
    quiet: QuietHours | None
    remind_members: bool
    """False: members get notices about critical cases only."""


class Rung(_Policy):
    """A step of the ladder: what is done from the `from_case`-th case of one person under one rule on."""

    from_case: int = Field(ge=1)
    ask_member: bool
    desk: Desk
    leader: Leader
    at_night: Night


class Ladder(_Policy):
    """The content of `config/escalation.yaml`. Its methods are pure: the same arguments give the same steps.

    Findings of severity `suspect` have no rungs: they are recorded without opening a case.
    """

    window_days: int = Field(ge=1)
    """Number of past days in which the cases of one person under one rule are counted."""
    repeated_from: int = Field(ge=2)
    """Ordinal of the case from which on the admins' notice says that the breach is a repetition."""
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
                "mức nặng không nới được (khoản 4 Điều 6): phải báo ngay, kể cả ban đêm, và báo Trưởng nhóm khi "
                "chưa ai trả lời; hãy ghi desk: at_once, leader: unanswered, at_night: wake"
            )
        return rungs

    def steps(self, severity: Severity, nth: int, now: datetime, times: Times, *, leadership: bool) -> Steps:
        """Return who is notified, and when, of a person's `nth` case under a rule, opened at `now`."""
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
        """Return the rung for a person's first case."""
        return self._rung(severity, 1)

    def morning(self, severity: Severity, nth: int, moment: datetime, times: Times) -> datetime | None:
        """Return until when the quiet hours delay a notice due at `moment`; None where it goes out at `moment`."""
        if times.quiet is None or self._rung(severity, nth).at_night is Night.WAKE:
            return None
        return times.quiet.until(moment)

    def _rung(self, severity: Severity, nth: int) -> Rung:
        rungs = self._rungs(severity)
        return next(rung for rung in reversed(rungs) if rung.from_case <= max(nth, 1))

    def _rungs(self, severity: Severity) -> Sequence[Rung]:
        match severity:
            case Severity.CRITICAL:
                return self.critical
            case Severity.MAJOR:
                return self.major
            case Severity.MINOR:
                return self.minor
            case Severity.TRIAGE:
                return self.triage
            case Severity.SUSPECT:
                return _RECORD_ONLY_RUNGS


_CRITICAL_POLICY = (Desk.AT_ONCE, Leader.UNANSWERED, Night.WAKE)
_RECORD_ONLY_RUNGS = (Rung(from_case=1, ask_member=False, desk=Desk.NEVER, leader=Leader.NEVER, at_night=Night.WAIT),)
