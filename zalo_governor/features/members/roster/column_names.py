"""The names by which columns and roles are recognised in roster spreadsheets, read from config/roster.yaml."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import field_validator

from zalo_governor.config.yaml_file import load_yaml, read_text, validate
from zalo_governor.domain.models import StrictModel
from zalo_governor.domain.people import Role
from zalo_governor.domain.roster import RosterEntry

FIELD_NAMES = {
    "full_name": "họ tên",
    "title": "chức vụ",
    "agency": "cơ quan",
    "phone": "điện thoại",
    "uid": "uid Zalo",
    "roles": "vai trò",
    "since": "ngày hiệu lực",
}


class ColumnNames(StrictModel):
    """Known column headings and role names in roster spreadsheets; case, diacritics and punctuation are ignored."""

    columns: Mapping[str, tuple[str, ...]]
    """Field of `RosterEntry` -> column headings under which the field may be found."""
    roles: Mapping[Role, tuple[str, ...]]
    """Role -> words that stand for the role in a cell of the column of roles."""

    titles: tuple[str, ...] = ()
    """Titles in full, in small letters, from lexicons/titles.txt; they tell where the agency begins behind a title."""
    agencies: tuple[str, ...] = ()
    """How the names of agencies begin, from lexicons/agencies.txt."""

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        if columns.keys() != RosterEntry.model_fields.keys():
            raise ValueError(f"phải có đúng các mục: {', '.join(RosterEntry.model_fields)}")
        return columns

    @classmethod
    def load(cls, path: Path) -> "ColumnNames":
        """Read the known names from the YAML file, and titles and agencies from the folder lexicons/ beside it.

        Raises:
            ConfigError: a file is missing or invalid; the message names file, line and key.
        """
        folder = path.with_name("lexicons")
        lists = {name: tuple(read_text(folder / f"{name}.txt").splitlines()) for name in ("titles", "agencies")}
        return validate(cls, load_yaml(path)).model_copy(update=lists)
