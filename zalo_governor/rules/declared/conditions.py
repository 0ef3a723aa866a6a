"""The conditions that the `check:` of a rule written in YAML alone may set for a message.

The conditions of one mapping must all be met; `all`, `any` and `not` combine further mappings.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from zalo_governor.domain.people import Role
from zalo_governor.rules.base import Parameters


class MarkMatch(StrEnum):
    """Whether a word must have exactly the given diacritics (EXACT), or may have any or none (ANY)."""

    EXACT = "exact"
    ANY = "any"


class MessageKind(StrEnum):
    """Kind of a message. A text with a link is of two kinds, `text` and `link`."""

    TEXT = "text"
    LINK = "link"
    STICKER = "sticker"
    PICTURE = "picture"
    GIF = "gif"
    DRAWING = "drawing"
    VOICE = "voice"
    FILM = "film"
    FILE = "file"
    CARD = "card"
    POLL = "poll"
    LOCATION = "location"
    FORWARD = "forward"
    OTHER = "other"


class Answered(StrEnum):
    """What a message must quote, as its answer, to meet the condition `to`."""

    QUOTE = "quote"
    """Any message."""
    DIRECTIVE = "directive"
    """A message that is in the ledger of directives."""


def _wordful(phrase: str) -> str:
    if not phrase.strip():
        raise ValueError("không được để trống")
    return phrase


Phrases = Annotated[tuple[Annotated[str, AfterValidator(_wordful)], ...], Field(min_length=1)]


class _Part(Parameters):
    @model_validator(mode="after")
    def _asks_something(self) -> "_Part":
        if all(value in (None, ()) for value in dict(self).values()):
            names = ", ".join(field.alias or name for name, field in type(self).model_fields.items())
            raise ValueError(f"còn trống; hãy ghi ít nhất một trong các mục: {names}")
        return self


class Near(Parameters):
    """Condition that a phrase of `first` and one of `second` stand near each other, in either order."""

    first: Phrases
    second: Phrases
    within: int = Field(ge=0, le=50)
    """Most words between the two."""


class WordsCondition(Parameters):
    """The typed text must have one of these phrases (`any_of`, `file`), and `near` if given. Case is ignored."""

    any_of: Phrases | None = None
    file: str = Field(default="", pattern=r"^$|^[\w.-]+\.(txt|xlsx)$")
    """A word list in `lexicons/`: one phrase a line, or the first column of a spreadsheet."""
    near: Near | None = None
    marks: MarkMatch = MarkMatch.ANY

    @model_validator(mode="after")
    def _names_words(self) -> "WordsCondition":
        if not (self.any_of or self.file or self.near):
            raise ValueError("còn trống; hãy ghi ít nhất một trong các mục: any_of, file, near")
        return self


class EmojiCondition(_Part):
    """Condition on the emoji in a text; Zalo's own, which it writes as `/-heart` or `:d`, count as well."""

    at_least: int | None = Field(default=None, ge=1)
    share_at_least: float | None = Field(default=None, gt=0, le=1)
    """Least share (0-1) of the text's characters, blanks not counted, that emoji make up."""


class WhoCondition(_Part):
    """Condition on the sender of the message."""

    roles: tuple[Role, ...] = ()
    """The sender must have one of these roles in the group; `member` stands for people without another role."""
    agencies: tuple[Annotated[str, AfterValidator(_wordful)], ...] = ()
    """The sender must be of one of these agencies by the roster; a part of the agency's name is enough."""
    newcomer_days: int | None = Field(default=None, ge=1, le=365)
    """The sender must have been known to be in the group for at most this many days."""


Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class WhenCondition(_Part):
    """Condition on the time when the message was sent, by the clock of Viet Nam."""

    hours: tuple[Hours, ...] = ()
    """Times of the day: `07:30-11:30`, or over midnight `22:00-05:00`; the moment of the end does not count."""
    weekdays: tuple[Weekday, ...] = ()
    workday: bool | None = None
    """True: Monday to Friday and no public holiday; false: on another day."""


class AmountCondition(_Part):
    """Condition on a message's length, the members it mentions, or how many messages its sender sent in minutes."""

    characters_at_least: int | None = Field(default=None, ge=1)
    characters_at_most: int | None = Field(default=None, ge=1)
    """A message without any text, such as a picture, never counts as a short one."""
    mentions_at_least: int | None = Field(default=None, ge=1)
    """Fewest members mentioned with @; @All is one."""
    messages_at_least: int | None = Field(default=None, ge=2, le=100)
    """Fewest messages that the sender has sent in the group within `minutes`, this one included."""
    minutes: int | None = Field(default=None, ge=1, le=60)

    @model_validator(mode="after")
    def _has_minutes(self) -> "AmountCondition":
        if (self.messages_at_least is None) != (self.minutes is None):
            raise ValueError("messages_at_least và minutes phải đi cùng nhau")
        if (
            self.characters_at_least
            and (self.characters_at_most or self.characters_at_least) < self.characters_at_least
        ):
            raise ValueError("characters_at_least không được lớn hơn characters_at_most")
        return self


Host = Annotated[str, Field(pattern=r"^[\w-]+(\.[\w-]+)*$")]


class Condition(_Part):
    """The `check:` of a rule, or a part of it; a message must meet all the conditions that are given."""

    all_of: tuple["Condition", ...] = Field(default=(), alias="all")
    any_of: tuple["Condition", ...] = Field(default=(), alias="any")
    not_of: "Condition | None" = Field(default=None, alias="not")
    words: WordsCondition | None = None
    kind: tuple[MessageKind, ...] = ()
    emoji: EmojiCondition | None = None
    file_types: tuple[Annotated[str, Field(pattern=r"^\w+$")], ...] = ()
    """The attached file must have one of these extensions, written without the dot."""
    link_hosts: tuple[Host, ...] = ()
    """A link must lead to one of these hosts or a subdomain: `facebook.com` covers `m.facebook.com`."""
    links_outside: tuple[Host, ...] = ()
    """A link must lead to a host that is none of these and no subdomain of them."""
    who: WhoCondition | None = None
    when: WhenCondition | None = None
    amount: AmountCondition | None = None
    to: Answered | None = None
