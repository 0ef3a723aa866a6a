"""Decides from good and bad answers when the bot has been silent for too long, and remembers it over restarts."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ValidationError

from zalo_governor.system.atomic_files import replace_file


class Alarm(StrEnum):
    """What people have to be told."""

    SILENT = "silent"
    """There has been no good answer for too long."""
    BACK = "back"
    """There is a good answer again, after people were told of the silence."""


class Reason(StrEnum):
    """Why an answer was not good. The bot's own words for its problems (`health.Condition`) are reasons too."""

    NO_ANSWER = "no_answer"
    """Nothing answers at the address."""
    OTHER_ANSWER = "other_answer"
    """Something answers that is not the bot."""
    NO_SIGNAL = "no_signal"
    """No signal came in."""
    STARTING = "starting"
    BLIND = "blind"
    STUCK = "stuck"
    DATABASE_AWAY = "database_away"


class _State(BaseModel):
    """The state that is stored in the file."""

    good_at: datetime
    """When the last good answer came; before the first one, when the watching began."""
    ever_good: bool = False
    looked_at: datetime
    silent_seconds: float = 0.0
    """Seconds since `good_at` in which the watcher itself ran, and would have noticed a good answer."""
    reason: Reason = Reason.NO_SIGNAL
    told: bool = False
    """Whether people have been told of the silence, and not yet of its end."""
    back_at: datetime | None = None
    """When the first good answer came after a silence of which people were told; None while it lasts."""


class Silence:
    """Measures how long the bot has been silent; the time in which the watcher itself was off does not count.

    Args:
        file: where the state is stored.
        after: how long the silence must last until people are told.
        longest_step: time between two calls of `pass_time` at most; more means that the watcher was off or asleep.
        now: the present time.
    """

    def __init__(self, file: Path, after: timedelta, longest_step: timedelta, now: datetime) -> None:
        self._file = file
        self._after = after
        self._longest_step = longest_step
        self._state = _load(file) or _State(good_at=now, looked_at=now)
        self._good_since_look = False
        """Whether there was a good answer since the last call of `pass_time`."""

    @property
    def since(self) -> datetime:
        """Return when the last good answer came; before the first one, when the watching began."""
        return self._state.good_at

    @property
    def ever_good(self) -> bool:
        """Return whether there ever was a good answer."""
        return self._state.ever_good

    @property
    def reason(self) -> Reason:
        """Return why the last answer was not good."""
        return self._state.reason

    @property
    def back_at(self) -> datetime | None:
        """Return when the last silence that people were told of ended; None while it lasts, or without one."""
        return self._state.back_at

    def good(self, now: datetime) -> None:
        """Record a good answer, which ends a silence."""
        state = self._state
        if state.told and state.back_at is None:
            # `good_at` stays until people are told of the end: they are also told how long it was.
            state.back_at = now
        elif not state.told:
            state.good_at = now
        state.ever_good, state.silent_seconds, state.looked_at = True, 0.0, now
        state.reason = Reason.NO_SIGNAL
        self._good_since_look = True

    def bad(self, reason: Reason) -> None:
        """Record an answer that was not good. A silence whose end people have not been told of yet goes on.

        It stays ended, though, if a good answer (a signal of the bot) came since the last call of `pass_time`.
        """
        self._state.reason = reason
        if not self._good_since_look:
            self._state.back_at = None

    def pass_time(self, now: datetime) -> None:
        """Count the time since the last call, or since the last good answer, as silence."""
        state = self._state
        passed = min(max(now - state.looked_at, timedelta(0)), self._longest_step)
        state.silent_seconds += passed.total_seconds()
        state.looked_at = now
        self._good_since_look = False

    def due(self) -> Alarm | None:
        """Return what people are to be told now; None if nothing."""
        state = self._state
        if state.told:
            return Alarm.BACK if state.back_at else None
        return Alarm.SILENT if state.silent_seconds >= self._after.total_seconds() else None

    def told(self, alarm: Alarm) -> None:
        """Record that people have been told of the alarm, so that `due` does not return it again."""
        state = self._state
        state.told = alarm is Alarm.SILENT
        if alarm is Alarm.BACK and state.back_at:
            state.good_at, state.back_at = state.back_at, None

    def save(self) -> None:
        """Write the state to its file; raise OSError if that fails."""
        replace_file(self._file, self._state.model_dump_json(indent=1).encode() + b"\n", mode=0o600)


def _load(file: Path) -> _State | None:
    """Return the stored state; None if there is none, or if the file is damaged: then watching begins anew."""
    try:
        return _State.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
