"""Directives (leaders' orders) and reports posted in the group, and whether they are brief and clear (clause 5.1)."""

from enum import StrEnum

from zalo_governor.domain.models import FrozenModel


class StatementKind(StrEnum):
    """Kind of a message that must be brief and clear (clause 5.1), recognised by its words and its sender."""

    DIRECTIVE = "directive"
    """A message of a leader that contains a word asking for something to be done."""
    REPORT = "report"
    """A message of any member that calls itself a report (báo cáo)."""


class Statement(FrozenModel):
    """Which requirements of clause 5.1 (such as a deadline) a directive or report misses; without its text."""

    kind: StatementKind
    long: bool
    """True where the message is too long."""
    no_deadline: bool = False
    """For a directive: True where it states no deadline."""
    no_addressee: bool = False
    """For a directive: True where it neither names nor mentions anybody, nor replies to anybody's message."""
