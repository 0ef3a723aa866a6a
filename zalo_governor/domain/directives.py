"""Directives and reports in the group, and whether they were brief and clear (clause 5.1). Facts alone, no text."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class StatementKind(StrEnum):
    """What a message was, by its words and by who wrote it."""

    DIRECTIVE = "directive"
    """Of the leadership, with a word that asks for something to be done."""
    REPORT = "report"
    """Of anybody, and it says itself that it reports."""


class Statement(BaseModel):
    """One directive or report."""

    model_config = ConfigDict(frozen=True)

    kind: StatementKind
    long: bool
    no_deadline: bool = False
    """Of a directive: no word of a time by which it is to be done."""
    no_addressee: bool = False
    """Of a directive: nobody is named, mentioned or answered."""
