"""Models of the section `directives` of the settings file: the ledger of leaders' orders, and its reminders."""

from datetime import time
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from zalo_governor.config.sections import Duration, Section
from zalo_governor.domain.models import TimeOfDay


class DirectiveReminderSettings(Section):
    """When people are reminded to answer directives (leaders' orders); Asia/Ho_Chi_Minh time."""

    time_of_day: TimeOfDay = time(8, 0)
    """When the reminders of a day are sent, unless they depend on the hour of the deadline."""
    days_before: tuple[Annotated[int, Field(ge=0, le=30)], ...] = (1,)
    """How many days before the deadline; 0 for the morning of that day."""
    hours_before: float | None = Field(default=2.0, gt=0, le=48)
    """Hours before the deadline; null for never."""
    at_deadline: bool = True
    days_after: tuple[Annotated[int, Field(ge=1, le=60)], ...] = (1, 3)
    """How many days after the deadline, if the answer is still missing; on working days only."""
    only_silent: bool = True
    """True: only those who have not answered at all. False: also those who have only confirmed the receipt."""
    most_at_once: int = Field(default=60, ge=1, le=400)
    """How many people are reminded at one time at most."""


class WorkingTime(Section):
    """A part of the working day, by the clock of Viet Nam."""

    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _check_order(self) -> "WorkingTime":
        if self.end <= self.start:
            raise ValueError("giờ kết thúc phải sau giờ bắt đầu")
        return self


class DirectiveSettings(Section):
    """The directive ledger: orders of the leadership, who has answered them, and reminders (clauses 3.3, 7.3)."""

    recognise: bool = True
    """Whether messages of the leadership are read as directives; false: directives are only entered by hand."""
    acknowledge_in_group: bool = False
    """Whether the bot posts one line in the group for each new directive: its code, deadline and addressees."""
    reactions_count: bool = True
    """Whether a reaction (such as a like) to the directive's message confirms that the person has received it."""
    kinds: dict[str, tuple[str, ...]] = {"sở": ("Sở",), "ban": ("Ban",)}
    """Which agencies are meant when leaders address a whole kind ("các sở"): {kind: beginnings of the agencies' names}.

    With "ngành" ("các sở, ngành") all agencies but the communes are meant.
    """
    skip_holidays: bool = False
    """Whether public holidays of Viet Nam are no working days (deadlines in working days, reminders)."""
    working_times: tuple[WorkingTime, ...] = Field(
        default=(WorkingTime(start=time(7, 30), end=time(11, 30)), WorkingTime(start=time(13, 30), end=time(17))),
        min_length=1,
    )
    """The parts of a working day, in their order; a rule on answers within some working hours counts these."""
    ask_after_minutes: float = Field(default=30.0, gt=0, le=1440)
    """How long messages that may be directives are collected before the admins are asked which of them are."""
    ask_after: ClassVar[Duration] = Duration("ask_after_minutes")
    remind: DirectiveReminderSettings | None = DirectiveReminderSettings()
    """When people are reminded to answer; null: nobody is."""
