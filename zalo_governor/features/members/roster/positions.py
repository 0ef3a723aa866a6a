"""The official positions whose holders belong in the group (article 1.3 of the decision on the regulation)."""

from datetime import date
from pathlib import Path

from pydantic import Field, model_validator

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.models import StrictModel
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.text.similarity import words_of


class Position(StrictModel):
    """A set of official positions (titles at agencies) whose holders belong in the group during a period."""

    what: str
    titles: tuple[str, ...] = Field(min_length=1)
    """Beginnings of matching titles; case and diacritics are ignored."""
    agencies: tuple[str, ...] = Field(min_length=1)
    """Beginnings of matching agency names; several words may also match later in the name, behind a comma."""
    since: date = Field(alias="from")
    until: date | None = None
    """The last day of validity; None if there is no end."""

    @model_validator(mode="after")
    def _in_order(self) -> "Position":
        if self.until and self.until < self.since:
            raise ValueError("until sớm hơn from; hãy sửa lại ngày")
        return self

    def fits(self, entry: RosterEntry, day: date) -> bool:
        """Return whether the person of the roster entry belongs in the group on that day by one of these positions."""
        holds = self.since <= day and (self.until is None or day <= self.until)
        named = any(_starts_with(words_of(entry.title), words_of(known)) for known in self.titles)
        # Lists without an agency column name the agency in the title: "Chủ tịch UBND xã Mẫu".
        agency = words_of(entry.agency or entry.title)
        return holds and named and any(_is_agency(agency, words_of(known), entry.agency) for known in self.agencies)


class Positions(StrictModel):
    """All official positions whose holders belong in the group, as read from config/positions.yaml."""

    positions: tuple[Position, ...]

    @classmethod
    def load(cls, path: Path) -> "Positions":
        """Read the positions from the YAML file.

        Raises:
            ConfigError: the file is invalid; the message names file, line and key.
        """
        return validate(cls, load_yaml(path))

    def eligible(self, entry: RosterEntry, day: date) -> bool:
        """Return whether the person of the roster entry belongs in the group on that day by any of the positions."""
        return any(position.fits(entry, day) for position in self.positions)


def _starts_with(words: list[str], known: list[str]) -> bool:
    return words[: len(known)] == known


def _is_agency(words: list[str], known: list[str], agency: str) -> bool:
    if agency and len(known) == 1:
        return _starts_with(words, known)
    return any(_starts_with(words[start:], known) for start in range(len(words)))
