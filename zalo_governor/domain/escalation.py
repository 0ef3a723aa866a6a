"""The escalation ladder (clause 6.4): for how grave a case is and how often it happened, who is told, and when."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from zalo_governor.domain.clock import local
from zalo_governor.domain.findings import Severity


class Desk(StrEnum):
    """When the admin and the staff are told."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    """Gathered with others into one message."""
    NEVER = "never"


class Leader(StrEnum):
    """When the leader is told by the program."""

    UNANSWERED = "unanswered"
    """Where the desk has not answered in time, marked as not verified."""
    NEVER = "never"


class Night(StrEnum):
    """What the quiet hours mean for the desk."""

    WAKE = "wake"
    WAIT = "wait"
    """It hears in the morning, in one digest."""


class MemberStep(StrEnum):
    """What is due to the member by policy; whether he can be reached is another question."""

    ASK = "ask"
    EXEMPT = "exempt"
    """Leadership gets no notices; the case is on record all the same."""
    LEAVE = "leave"


class Steps(NamedTuple):
    """What follows from a case."""

    member: MemberStep
    desk_at: datetime | None
    """When the desk hears of it: now means at once, later in a digest; None where never."""
    leader_at: datetime | None
    """When the leader hears of it unless the desk has answered before; None where never."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuietHours(_Part):
    """A part of the day in Viet Nam, which may reach over midnight."""

    start: time
    end: time

    @model_validator(mode="after")
    def _last(self) -> Self:
        if self.start == self.end:
            raise ValueError("start và end trùng nhau; không có giờ nghỉ thì ghi null")
        return self

    def until(self, moment: datetime) -> datetime | None:
        """When the quiet hours end in which the moment lies; None where it lies in none."""
        here = local(moment)
        end = here.replace(hour=self.end.hour, minute=self.end.minute, second=self.end.second, microsecond=0)
        if end <= here:
            end += timedelta(days=1)
        start = end.replace(hour=self.start.hour, minute=self.start.minute, second=self.start.second)
        if start >= end:
            start -= timedelta(days=1)
        return end if start <= here else None


class Times(NamedTuple):
    """How long the office waits, and when it rests."""

    leader_after: timedelta
    digest_after: timedelta
    quiet: QuietHours | None
    remind_members: bool
    """False: members are asked about what is grave alone."""


class Rung(_Part):
    """What is done from the so-manieth case on."""

    from_case: int = Field(ge=1)
    ask_member: bool
    desk: Desk
    leader: Leader
    at_night: Night


class Ladder(_Part):
    """`config/escalation.yaml`. Pure: the same case at the same moment gives the same steps.

    Findings of severity `suspect` have no rung: they are recorded, and no case is made of them.
    """

    window_days: int = Field(ge=1)
    """How far back the cases of one person under one rule are counted."""
    repeated_from: int = Field(ge=2)
    """From the so-manieth case on, the desk reads that it has happened before."""
    critical: tuple[Rung, ...]
    """Also everything sealed."""
    major: tuple[Rung, ...]
    minor: tuple[Rung, ...]
    triage: tuple[Rung, ...]

    @field_validator("critical", "major", "minor", "triage")
    @classmethod
    def _climbing(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        starts = [rung.from_case for rung in rungs]
        if starts[:1] != [1] or starts != sorted(set(starts)):
            raise ValueError("bậc đầu phải là from_case: 1, mỗi bậc sau một số lớn hơn")
        return rungs

    @field_validator("critical")
    @classmethod
    def _grave(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if any((rung.desk, rung.leader, rung.at_night) != _GRAVE for rung in rungs):
            raise ValueError(
                "mức nặng không nới được (khoản 4 Điều 6): phải báo ngay, kể cả ban đêm, và báo Trưởng nhóm khi "
                "chưa ai trả lời; hãy ghi desk: at_once, leader: unanswered, at_night: wake"
            )
        return rungs

    def steps(self, severity: Severity, nth: int, now: datetime, times: Times, *, leadership: bool) -> Steps:
        """What follows from the `nth` case of a person under a rule, opened now."""
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
            # Nobody has time to answer before he has heard.
            leader_at = max(now, desk_at or now) + times.leader_after
        return Steps(member, desk_at, leader_at)

    def first(self, severity: Severity) -> Rung:
        """What is done at the first case of a person."""
        return self._rung(severity, 1)

    def morning(self, severity: Severity, nth: int, moment: datetime, times: Times) -> datetime | None:
        """Until when a case that would be told at that moment is kept back; None where the desk hears it then."""
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
                return _RECORDED


_GRAVE = (Desk.AT_ONCE, Leader.UNANSWERED, Night.WAKE)
_RECORDED = (Rung(from_case=1, ask_member=False, desk=Desk.NEVER, leader=Leader.NEVER, at_night=Night.WAIT),)
