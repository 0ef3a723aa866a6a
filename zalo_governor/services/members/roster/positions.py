"""Which positions belong to the group (clause QĐ Đ1.3), as data: offices come and go."""

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.text.similarity import words_of


class Position(BaseModel):
    """Positions that belong to the group for some time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    titles: tuple[str, ...] = Field(min_length=1)
    """How the title begins; capitals and marks do not matter."""
    agencies: tuple[str, ...] = Field(min_length=1)
    """How the agency's name begins; of several words, also those behind a comma: "Phòng Mẫu, Văn phòng UBND tỉnh"."""
    since: date = Field(alias="from")
    until: date | None = None
    """The last day; None where it holds still."""

    @model_validator(mode="after")
    def _in_order(self) -> "Position":
        if self.until and self.until < self.since:
            raise ValueError("until sớm hơn from; hãy sửa lại ngày")
        return self

    def fits(self, entry: RosterEntry, day: date) -> bool:
        """Whether the person is in such a position on that day."""
        holds = self.since <= day and (self.until is None or day <= self.until)
        named = any(_begins(words_of(entry.title), words_of(known)) for known in self.titles)
        # Where the list has no column for the agency, it stands in the title: "Chủ tịch UBND xã Mẫu".
        agency = words_of(entry.agency or entry.title)
        return holds and named and any(_names(agency, words_of(known), entry.agency) for known in self.agencies)


class Positions(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    positions: tuple[Position, ...]

    @classmethod
    def load(cls, path: Path) -> "Positions":
        """Read the file.

        Raises:
            ConfigError: names file, line and key of what is wrong.
        """
        return validate(cls, load_yaml(path))

    def eligible(self, entry: RosterEntry, day: date) -> bool:
        """Whether the person's position is among those that belong to the group on that day."""
        return any(position.fits(entry, day) for position in self.positions)


def _begins(words: list[str], known: list[str]) -> bool:
    return words[: len(known)] == known


def _names(words: list[str], known: list[str], agency: str) -> bool:
    if agency and len(known) == 1:
        return _begins(words, known)
    return any(_begins(words[start:], known) for start in range(len(words)))
