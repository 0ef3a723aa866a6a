"""The configuration of an installation (settings, rules, texts), loaded and replaced as a whole."""

import threading
from collections.abc import Callable
from typing import NamedTuple

from zalo_governor.config import Settings
from zalo_governor.domain.errors import ConfigError
from zalo_governor.rules.loader import Rulebook, load_rulebook, read_lines
from zalo_governor.services.group_changes.vocabulary import ChangeVocabulary
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.reports.directive_quality import ClarityPolicy
from zalo_governor.text.names.short_forms import ShortForms


class Configuration(NamedTuple):
    """Everything that is read from configuration files; immutable, and read at the same time."""

    settings: Settings
    rulebook: Rulebook
    catalogue: Catalogue
    changes: ChangeVocabulary
    """Words for changes of a group."""
    clarity: ClarityPolicy
    """What makes a leader's directive clear enough."""
    short_forms: ShortForms
    """How titles and offices may be abbreviated in a display name."""


class CurrentConfiguration:
    """Holds the current configuration and calls subscribers when it is replaced."""

    def __init__(self, first: Configuration) -> None:
        self._current = first
        self._callbacks: list[Callable[[Configuration], None]] = []
        self._replacing = threading.Lock()

    @property
    def current(self) -> Configuration:
        """Return the current configuration.

        Read it anew for each use; read it once where several of its parts must fit each other.
        """
        return self._current

    def on_change(self, callback: Callable[[Configuration], None]) -> None:
        """Call `callback` with each new configuration, in the order of registration; it must not raise."""
        self._callbacks.append(callback)

    def replace(self, new: Configuration) -> None:
        """Replace the configuration and call all subscribers."""
        with self._replacing:
            self._current = new
            for callback in self._callbacks:
                callback(new)


def load_configuration(settings: Settings) -> Configuration:
    """Read all files that the settings refer to.

    Raises:
        ConfigError: a file is missing or wrong; names the file, line, key and remedy.
    """
    folder = settings.rules_dir
    return Configuration(
        settings=settings,
        rulebook=load_rulebook(folder),
        catalogue=Catalogue.load(folder / "messages.vi.yaml"),
        changes=ChangeVocabulary.load(folder / "thay-doi-nhom.yaml"),
        clarity=ClarityPolicy.load(folder / "y-kien.yaml"),
        short_forms=_load_short_forms(settings),
    )


def _load_short_forms(settings: Settings) -> ShortForms:
    """Read the allowed abbreviations of titles and offices."""
    path = settings.rules_dir / "lexicons" / "short-forms.tsv"
    try:
        return ShortForms(read_lines(path))
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
