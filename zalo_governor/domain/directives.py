"""Directives and reports posted in the group, and whether they were brief and clear (clause 5.1); without text."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class StatementKind(StrEnum):
    """Kind of a statement in the group, classified by its words and its sender."""

    DIRECTIVE = "directive"
    """A message of the leadership with a word that asks for something to be done."""
    REPORT = "report"
    """A message of any member that calls itself a report."""


class Statement(BaseModel):
    """A directive or report posted in the group, and which requirements of clause 5.1 it misses."""

    model_config = ConfigDict(frozen=True)

    kind: StatementKind
    long: bool
    no_deadline: bool = False
    """For a directive: True where it states no deadline."""
    no_addressee: bool = False
    """For a directive: True where it names, mentions and answers nobody."""
