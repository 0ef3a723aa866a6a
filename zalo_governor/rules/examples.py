"""The examples in rules' YAML files, with which `zalo-governor rules test` tests the rules."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from zalo_governor.domain.people import Role
from zalo_governor.rules.base import Parameters
from zalo_governor.rules.declared.conditions import Answered, MessageKind


class Coming(Parameters):
    """Example event in a rule's YAML file: people, named by any labels instead of uids, join the group or ask to."""

    who: tuple[str, ...]
    """Labels of the people who join or ask to."""
    by: str = ""
    """Label of the person who adds them; the same as in `who` if they join by link themselves, "" if unknown."""
    asks: bool = False
    """True if they ask to join and are not in the group yet."""
    roster: tuple[str, ...] | None = None
    """Labels of the people on the roster; null if no roster has been imported."""


class GroupAct(Parameters):
    """Example event in a rule's YAML file: somebody changes the group's name, picture, settings or the like.

    Exactly one field is set: what changes, with its new value.
    """

    name: str | None = None
    description: str | None = None
    picture: str | None = None
    """URL of the new group picture."""
    owner: str | None = None
    """uid of the new group owner."""
    setting: dict[str, int] | None = None
    admin: bool | None = None
    """True if somebody is made a deputy admin of the Zalo group, False if somebody loses this right."""
    link: str | None = None
    pin: str | None = None

    @model_validator(mode="after")
    def _one_act(self) -> "GroupAct":
        if sum(value is not None for value in dict(self).values()) != 1:
            raise ValueError(f"hãy ghi đúng một trong các mục: {', '.join(type(self).model_fields)}")
        return self


class Example(Parameters):
    """An example in a rule's YAML file, for testing the rule: an event, and the finding expected.

    Exactly one of text, name, file_name, group and comes is set, or `kind`, with or without a text.
    """

    text: str | None = None
    """Text of a message."""
    name: str | None = None
    """Display name of a member."""
    file_name: str | None = None
    """Name of an attached file."""
    comes: Coming | None = None
    """People who join or ask to."""
    group: GroupAct | None = None
    """A change of the group."""
    label: str | None = None
    """Label that the rule's finding on the example must have, with any severity; required in `match` of code rules."""
    kind: MessageKind | None = None
    """Kind of the message, if it is no text; `text` is then its caption or title."""
    roles: tuple[Role, ...] = ()
    """The sender's roles."""
    position: str = ""
    """The sender's title and agency."""
    joined_days: int | None = Field(default=None, ge=0)
    """How many days ago the sender joined the group."""
    at: datetime = datetime(2026, 3, 4, 9, 0)  # noqa: DTZ001 - by the clock of Viet Nam
    """When the message was sent; by default on a Wednesday morning."""
    answers: Answered | None = None
    """What the message quotes."""
    sent_before: int = Field(default=0, ge=0, le=100)
    """How many messages the same sender has sent in the minute before."""
    mentions: int = Field(default=0, ge=0, le=100)
    """How many members are mentioned."""
    times: int = Field(default=1, ge=1, le=100)
    """How many times the text is repeated in the message, for examples of long ones."""

    @model_validator(mode="after")
    def _one_subject(self) -> "Example":
        given = sum(value is not None for value in (self.text, self.name, self.file_name, self.group, self.comes))
        if given != 1 and not (self.kind and not given):
            raise ValueError("hãy ghi đúng một trong các mục: text, name, file_name, group, comes")
        return self


def _labelled(example: Example) -> Example:
    if example.label is None:
        raise ValueError("ví dụ trong match phải có label, là nhãn mà quy tắc phải cho, ví dụ như các dòng bên cạnh")
    return example


class Examples(Parameters):
    """Examples in a rule's YAML file, run by `zalo-governor rules test`.

    The rule must have a finding on each in `match`, and none on those in `no_match`.
    """

    match: tuple[Annotated[Example, AfterValidator(_labelled)], ...] = ()
    no_match: tuple[Example, ...] = ()


class DeclaredExamples(Parameters):
    """Examples of a rule that is written in YAML alone; its findings have one label only."""

    match: tuple[Example, ...] = Field(min_length=1)
    no_match: tuple[Example, ...] = Field(min_length=1)
