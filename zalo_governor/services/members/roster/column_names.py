"""How offices call the columns and roles of their lists: config/roster.yaml."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.people import Role
from zalo_governor.domain.roster import RosterEntry


class ColumnNames(BaseModel):
    """The words; capitals, marks and punctuation do not matter in any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Mapping[str, tuple[str, ...]]
    """Field of `RosterEntry` -> headings under which offices keep it."""
    roles: Mapping[Role, tuple[str, ...]]

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        if columns.keys() != RosterEntry.model_fields.keys():
            raise ValueError(f"phải có đúng các mục: {', '.join(RosterEntry.model_fields)}")
        return columns

    @classmethod
    def load(cls, path: Path) -> "ColumnNames":
        """Read the file.

        Raises:
            ConfigError: names file, line and key of what is wrong.
        """
        return validate(cls, load_yaml(path))
