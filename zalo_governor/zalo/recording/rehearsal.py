"""The recording of a rehearsal with the real Zalo: for each act the structure of what arrived, and how it was read.

The file is written after every act, so that an interrupted rehearsal continues where it stopped.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.models import FrozenModel
from zalo_governor.system import atomic_files
from zalo_governor.zalo.recording.known import Difference

FOLDER = "dien-tap"
"""Folder of the rehearsal in the data folder: its own database, key and session, and the recording."""
RECORDING_FILE = "ban-ghi.json"
_MOST_OTHERS = 200


class Outcome(StrEnum):
    """What became of an act of the rehearsal, or of anything else that arrived meanwhile."""

    KNOWN = "known"
    """It arrived in a known structure and was understood."""
    DIFFERENT = "different"
    """Its structure is new or differs from the known one, and it was understood nevertheless."""
    NOT_UNDERSTOOD = "not_understood"
    NOT_SEEN = "not_seen"
    """Nothing arrived, or the operator skipped the act."""


class Observed(FrozenModel):
    """Something that arrived during the rehearsal, by its structure."""

    outcome: Outcome
    kind: str = ""
    """Its kind (`structure.kind_of`); "" for what did not arrive."""
    event: str = ""
    """The event that was read from it, such as `message_recalled`; "" where it was not understood."""
    structure: Any = None
    differences: tuple[Difference, ...] = ()
    at: datetime
    near: str = ""
    """Id of the act that the operator was asked to do when this arrived; "" if this is that act itself."""


class Rehearsal(BaseModel):
    """The recording of a rehearsal, in which an operator performs acts in a test group; saved after every act."""

    program: str
    """Version of the program."""
    simulated: bool = False
    """Whether the rehearsal was done with a simulated Zalo."""
    client_version: int | None = None
    """Version of Zalo Web that was announced to Zalo; None before the login."""
    began_at: datetime
    changed_at: datetime
    next_number: int = 1
    """Number that will stand for the next new id in the structures, which hold no ids (`structure.Describer`)."""
    acts: dict[str, Observed] = {}
    """Id of an act -> what was observed."""
    others: list[Observed] = []
    """What arrived beside the acts, each structure once."""

    def add_other(self, observed: Observed) -> None:
        """Record something that arrived beside the acts, unless its like is recorded already, or 200 others are."""
        there = {(other.kind, other.outcome, other.differences) for other in self.others}
        if (observed.kind, observed.outcome, observed.differences) not in there and len(self.others) < _MOST_OTHERS:
            self.others.append(observed)

    def save(self, path: Path) -> None:
        """Write the recording atomically. Everybody on the machine may read it, as it holds no content."""
        atomic_files.replace_file(path, self.model_dump_json(indent=1).encode(), mode=0o644)


def load_rehearsal(path: Path) -> Rehearsal | None:
    """Read the recording of a rehearsal; return None if there is no such file.

    Raises:
        ConfigError: the file is not a recording.
    """
    try:
        return Rehearsal.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise ConfigError(
            f"{path}: không đọc được bản ghi diễn tập; hãy chuyển tệp này đi nơi khác rồi chạy lại"
        ) from None
