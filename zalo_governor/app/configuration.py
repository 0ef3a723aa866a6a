"""The configuration of an installation (settings, rules, texts), which is loaded and replaced as a whole."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from zalo_governor.config.settings import Settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.features.cases.label_words import require_words
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary
from zalo_governor.messaging.directive_quality import ClarityPolicy
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.rules.loader import REGULATIONS, Rulebook, load_rulebook, locate, read_lines, regulation_folders
from zalo_governor.text.names.short_forms import ShortForms
from zalo_governor.text.wrong_line import WrongLineError


class Configuration(NamedTuple):
    """The whole configuration (settings, rules, message texts, word lists) as loaded at one time; immutable."""

    settings: Settings
    rulebook: Rulebook
    catalogue: Catalogue
    catalogues: Mapping[str, Catalogue]
    """Name of a regulation -> the texts of the groups that have it."""
    changes: ChangeVocabulary
    """The words that people use for what can be changed of a group, to parse approvals (permissions)."""
    clarity: ClarityPolicy
    """What a leader's directive (order) must contain to count as brief and clear."""
    short_forms: ShortForms
    """How job titles and names of public bodies may be abbreviated in a display name."""

    def book_of(self, group_id: str) -> Rulebook:
        """Return the rulebook by which the group is judged: that of its own regulation, else the common one."""
        names = (group.regulation for group in self.settings.groups if group.id == group_id)
        return self.rulebook.own.get(next(names, ""), self.rulebook)

    def voice_of(self, group_id: str) -> MessageFormatter:
        """Return the formatter of message texts for that group, with the texts and clauses of its regulation."""
        return MessageFormatter(self.catalogue_of(group_id), self.book_of(group_id).regulation)

    def catalogue_of(self, group_id: str) -> Catalogue:
        """Return the texts of the group's regulation."""
        return self.catalogues.get(self.book_of(group_id).name, self.catalogue)


class CurrentConfiguration:
    """Holder of the configuration in force; calls subscribers when the configuration is replaced."""

    def __init__(self, first: Configuration) -> None:
        self.current = first
        """The configuration in force; to be read again for each use, as it may be replaced meanwhile."""
        self._callbacks: list[Callable[[Configuration], None]] = []
        self._replacing = threading.Lock()

    def book_of(self, group_id: str) -> Rulebook:
        """Return the rulebook by which the group is judged now."""
        return self.current.book_of(group_id)

    def on_change(self, callback: Callable[[Configuration], None]) -> None:
        """Subscribe `callback`: it is called with each new configuration, in order of subscription; must not raise."""
        self._callbacks.append(callback)

    def replace(self, new: Configuration) -> None:
        """Put a new configuration in force and call all subscribers."""
        with self._replacing:
            self.current = new
            for callback in self._callbacks:
                callback(new)


def load_configuration(settings: Settings) -> Configuration:
    """Load rules, message texts and word lists from the folder that the settings name.

    Raises:
        ConfigError: a file is missing or wrong; the message names file, line, key and remedy.
    """
    folder = settings.rules_dir
    _check_signatures(folder / "yara")
    rulebook = load_rulebook(folder)
    require_words(rulebook.engine.all_rules, folder / "rules")
    for group in settings.groups:
        if group.regulation and group.regulation not in rulebook.own:
            raise ConfigError(
                f"groups: regulation: không có thư mục quy chế {group.regulation} trong {folder / REGULATIONS}; các "
                f"quy chế hiện có: {', '.join(rulebook.own)}"
            )
    catalogue = Catalogue.load(folder)
    return Configuration(
        settings=settings,
        rulebook=rulebook,
        catalogue=catalogue,
        catalogues={name: catalogue.reworded(own) for name, own in regulation_folders(folder).items()},
        changes=ChangeVocabulary.load(folder / "thay-doi-nhom.yaml"),
        clarity=ClarityPolicy.load(folder / "y-kien.yaml"),
        short_forms=load_short_forms(folder),
    )


def _check_signatures(folder: Path) -> None:
    """Compile an office's own YARA rules, so that an error in them is reported before they are needed for a scan.

    Raises:
        ConfigError: a file has an error; the message names file and line.
    """
    if folder == shipped_config() / "yara" or not any(folder.glob("*.yar")):
        return
    # Imported here, as the bot needs the compiler (10 MB) for an office's own rules only.
    from zalo_governor.sandbox.attachments.signatures import load_signatures  # noqa: PLC0415

    load_signatures([folder])


def load_short_forms(folder: Path) -> ShortForms:
    """Read which abbreviations of job titles and public bodies are allowed in display names.

    Raises:
        ConfigError: the file is missing or wrong; the message names file and line.
    """
    path = folder / "lexicons" / "short-forms.tsv"
    try:
        return ShortForms(read_lines(path))
    except WrongLineError as error:
        raise locate(error, [path]) from None
