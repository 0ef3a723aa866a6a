"""The acts of a rehearsal, as `acts.yaml` lists them, and recognising which of them something was that arrived."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.zalo.recording.structure import Structure, fields_of

_FILE = Path(__file__).with_name("acts.yaml")


class Who(StrEnum):
    """Who does something in the test group."""

    OWNER = "owner"
    DEPUTY = "deputy"
    MEMBER = "member"
    BOT = "bot"
    """The spare account, on its telephone."""
    OPERATOR = "operator"
    """Whoever sits at the terminal."""


class Lead(StrEnum):
    """What the program does itself for an act."""

    DECLINE = "decline"
    LOGIN = "login"
    SEND_LONG_TEXTS = "send_long_texts"
    GO_OFFLINE = "go_offline"


class Heard(NamedTuple):
    """Something that arrived from Zalo, by its structure."""

    kind: str
    """Its kind (`structure.kind_of`); `old:` stands before what Zalo delivered later, `line/` before a line's end."""
    structure: Structure
    event: str
    """The event that was read from it; "" where it was not understood."""
    by: Who
    private: bool = False


class Act(BaseModel):
    """One act of the rehearsal; `acts.yaml` says what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    who: Who
    device: Literal["phone", "desktop", ""] = ""
    do: str
    seen: tuple[str, ...] = ()
    where: dict[str, str] = Field(default={})
    loose: bool = False
    private: bool = False
    lead: Lead | None = None

    def is_of_kind(self, heard: Heard) -> bool:
        """Return whether something that arrived is of a kind by which this act is recognised."""
        return heard.private == self.private and any(fnmatchcase(heard.kind, pattern) for pattern in self.seen)

    def fits(self, heard: Heard) -> bool:
        """Return whether something of the right kind also has the sender and the fields of this act."""
        if self.who is not Who.OPERATOR and not heard.kind.startswith("line/") and heard.by is not self.who:
            return False
        forms = set(fields_of(heard.structure))
        return all(
            (path, form) in forms if not form.startswith("!") else (path, form[1:]) not in forms
            for path, form in self.where.items()
        )


@cache
def all_acts() -> Sequence[Act]:
    """Return all acts in the order in which the operator is asked for them."""
    return tuple(Act.model_validate(given) for given in load_yaml(_FILE).data["acts"])


def recognise(heard: Heard, waiting: Iterable[Act], asked: Act) -> Act | None:
    """Return which of the acts that are still waited for something was that arrived; None if it was none of them.

    The act that is asked for now (`asked`) comes first, then the others in their order.
    """
    possible = [act for act in waiting if act.is_of_kind(heard)]
    fitting = [act for act in possible if act.fits(heard)]
    if asked in fitting or (asked.loose and asked in possible and not fitting):
        return asked
    return fitting[0] if fitting else None
