"""The acts of a rehearsal, listed in `acts.yaml`, and recognising by which act something from Zalo was caused."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.domain.models import StrictModel
from zalo_governor.zalo.recording.structure import Structure, fields_of

_FILE = Path(__file__).with_name("acts.yaml")


class Who(StrEnum):
    """Who does an act of a rehearsal, in which people try the bot with the real Zalo in a test group."""

    OWNER = "owner"
    DEPUTY = "deputy"
    MEMBER = "member"
    BOT = "bot"
    """The account with which the bot is tried, used on its telephone."""
    OPERATOR = "operator"
    """Whoever sits at the terminal."""


class Lead(StrEnum):
    """What the program does itself in an act: decline a QR code with the operator, log in, send texts, disconnect."""

    DECLINE = "decline"
    LOGIN = "login"
    SEND_LONG_TEXTS = "send_long_texts"
    GO_OFFLINE = "go_offline"


class Heard(NamedTuple):
    """Something that arrived from Zalo in a rehearsal; only its structure (keys, types) is kept, not its content."""

    kind: str
    """Such as `webchat`, `group/update`; `old:…` if delivered after a reconnect, `line/…` for a connection's end."""
    structure: Structure
    event: str
    """Kind of the event that the bot reads from it, such as `message_recalled`; "" if it was not understood."""
    by: Who
    private: bool = False


class Act(StrictModel):
    """One thing that somebody is asked to do in a rehearsal (`do`), and how the program knows that it was done."""

    id: str
    who: Who
    device: Literal["phone", "desktop", ""] = ""
    do: str
    seen: tuple[str, ...] = ()
    """Kinds of what arrives by which the act is recognised, such as `chat.undo`; * stands for anything."""
    where: dict[str, str] = Field(default={})
    """Path of a field -> what it must be (`int=-1`, `object`), or with ! before it, what it must not be."""
    loose: bool = False
    """Whether the kind is enough while the act is asked for, even if `who` and `where` do not fit."""
    private: bool = False
    lead: Lead | None = None

    def is_of_kind(self, heard: Heard) -> bool:
        """Return whether `heard` is of one of the kinds in `seen`, and private if and only if this act is."""
        return heard.private == self.private and any(fnmatchcase(heard.kind, pattern) for pattern in self.seen)

    def fits(self, heard: Heard) -> bool:
        """Return whether `heard`, of a kind in `seen`, comes from who does this act and has the fields in `where`."""
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
    """Return which of the acts in `waiting` (not yet done) caused `heard`; None if none of them did.

    If several fit, it is the act that the operator is asked for now (`asked`), else the first.
    """
    possible = [act for act in waiting if act.is_of_kind(heard)]
    fitting = [act for act in possible if act.fits(heard)]
    if asked in fitting or (asked.loose and asked in possible and not fitting):
        return asked
    return fitting[0] if fitting else None
