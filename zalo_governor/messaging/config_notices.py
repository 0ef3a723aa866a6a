"""Notices to the admins about configuration files: invalid ones, and changes that need a restart."""

import re
from collections.abc import Sequence
from pathlib import Path

from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_ROWS = 5
_LONGEST = 300
_COMPLAINT = re.compile(r"(?P<file>.+?):(?P<line>[0-9]+): (?P<key>[^ :]+|\(cả tệp\)): (?P<fault>.+)")
_FOLDER = re.compile(r"^/[^:]*/")


class ConfigurationNotices(Speaker):
    """Sender of notices to the admins about changes of the program's configuration files."""

    def broken(self, uow: UnitOfWork, complaint: str) -> None:
        """Tell the admins that a changed configuration file is invalid, so that the previous content stays in force.

        Args:
            complaint: text of the ConfigError raised when reading the file, one line per fault.
        """
        lines = complaint.splitlines()
        rows = [self._row(line) for line in lines[:_ROWS]]
        if len(lines) > _ROWS:
            rows.append(self._voice.render(TextId("config_more"), count=number(len(lines) - _ROWS)))
        self._tell(uow, self._voice.render(TextId("config_broken"), rows="\n".join(rows)))

    def mended(self, uow: UnitOfWork) -> None:
        """Tell the admins that the configuration files, invalid before, are now valid and in force."""
        self._tell(uow, self._voice.render(TextId("config_mended")))

    def needs_restart(self, uow: UnitOfWork, keys: Sequence[str]) -> None:
        """Tell the admins that the changes of the settings `keys` take effect only when the program is restarted."""
        self._tell(uow, self._voice.render(TextId("config_restart"), keys=", ".join(keys)))

    def _tell(self, uow: UnitOfWork, text: str) -> None:
        self._post.to_desk(uow, text, group_id=NO_GROUP)

    def _row(self, line: str) -> str:
        """Return a text for one fault (a line of a ConfigError), with the file's name instead of its path."""
        found = _COMPLAINT.fullmatch(line)
        if found is None:
            return self._voice.render(TextId("config_fault_else"), fault=_FOLDER.sub("", line)[:_LONGEST])
        return self._voice.render(
            TextId("config_fault"),
            file=Path(found["file"]).name,
            line=found["line"],
            key=found["key"],
            fault=found["fault"][:_LONGEST],
        )
