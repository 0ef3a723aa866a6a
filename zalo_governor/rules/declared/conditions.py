"""The `check:` of a rule written in YAML alone: what may be asked of a message.

The conditions of one mapping must all be met; `all`, `any` and `not` combine further mappings.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from zalo_governor.domain.people import Role
from zalo_governor.rules.base import Parameters


class MarkMatch(StrEnum):
    """Whether a word must be written with exactly these diacritics, or may be with any or none."""

    EXACT = "exact"
    ANY = "any"


class MessageKind(StrEnum):
    """What a member sent. A text with a link is of two kinds, `text` and `link`."""

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
    """Two words with at most some others between them."""

    first: Phrases
    second: Phrases
    within: int = Field(ge=0, le=50)
    """Most words between the two, in whatever order they stand."""


class WordsCondition(Parameters):
    """The text that the member typed has one of these words or phrases (`any_of`, `file`), and `near` if given.

    Capitals do not matter.
    """

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
    """The text has at least so many emoji; Zalo's own, which it writes as `/-heart` or `:d`, count as well."""

    at_least: int | None = Field(default=None, ge=1)
    share_at_least: float | None = Field(default=None, gt=0, le=1)
    """Least share (0-1) of the text's characters, blanks not counted, that emoji make up."""


class WhoCondition(_Part):
    """Who sent the message."""

    roles: tuple[Role, ...] = ()
    """Roles in that group; `member` are those who have no other."""
    agencies: tuple[Annotated[str, AfterValidator(_wordful)], ...] = ()
    """Agencies as the roster names them; part of the name is enough."""
    newcomer_days: int | None = Field(default=None, ge=1, le=365)
    """Those who have been known to be in the group for at most that many days."""


Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class WhenCondition(_Part):
    """When the message was sent, by the clock of Viet Nam."""

    hours: tuple[Hours, ...] = ()
    """Times of the day: `07:30-11:30`, or over midnight `22:00-05:00`; the moment of the end does not count."""
    weekdays: tuple[Weekday, ...] = ()
    workday: bool | None = None
    """True: Monday to Friday and no public holiday; false: on another day."""


class AmountCondition(_Part):
    """How long a message is, how many members it mentions, or how many messages its sender has sent within minutes."""

    characters_at_least: int | None = Field(default=None, ge=1)
    characters_at_most: int | None = Field(default=None, ge=1)
    """A message without any text, such as a picture, never counts as a short one."""
    mentions_at_least: int | None = Field(default=None, ge=1)
    """Members mentioned with @; @All is one."""
    messages_at_least: int | None = Field(default=None, ge=2, le=100)
    """Messages of the sender in the group within `minutes`, with this one."""
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
    """What a message must be like; all that is given must be met."""

    all_of: tuple["Condition", ...] = Field(default=(), alias="all")
    any_of: tuple["Condition", ...] = Field(default=(), alias="any")
    not_of: "Condition | None" = Field(default=None, alias="not")
    words: WordsCondition | None = None
    kind: tuple[MessageKind, ...] = ()
    emoji: EmojiCondition | None = None
    file_types: tuple[Annotated[str, Field(pattern=r"^\w+$")], ...] = ()
    """Extensions without the dot, of the attached file."""
    link_hosts: tuple[Host, ...] = ()
    """Sites to which a link leads, with those below them: `facebook.com` covers `m.facebook.com`."""
    links_outside: tuple[Host, ...] = ()
    """Sites to which all links may lead; a link to any other one meets the condition."""
    who: WhoCondition | None = None
    when: WhenCondition | None = None
    amount: AmountCondition | None = None
    to: Answered | None = None
