"""What an installation goes by: settings, rules, words. Loaded as a whole, and replaced as a whole while it runs."""

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
    """Immutable; everything in it was read together."""

    settings: Settings
    rulebook: Rulebook
    catalogue: Catalogue
    changes: ChangeVocabulary
    clarity: ClarityPolicy
    short_forms: ShortForms
    """How titles and offices may be shortened in a display name."""


class CurrentConfiguration:
    """The one place that says by what the program goes now, and to whom that matters."""

    def __init__(self, first: Configuration) -> None:
        self._current = first
        self._callbacks: list[Callable[[Configuration], None]] = []
        self._turn = threading.Lock()

    @property
    def current(self) -> Configuration:
        """To be asked for each time anew; who needs several parts of it that fit each other takes it once."""
        return self._current

    def on_change(self, callback: Callable[[Configuration], None]) -> None:
        """Have that called with each new configuration, in the order of asking; it must not fail."""
        self._callbacks.append(callback)

    def replace(self, new: Configuration) -> None:
        """From now on the program goes by this one."""
        with self._turn:
            self._current = new
            for callback in self._callbacks:
                callback(new)


def load_configuration(settings: Settings) -> Configuration:
    """Read all that the settings point to.

    Raises:
        ConfigError: a file is missing or wrong; names file, line and key, and what to do.
    """
    folder = settings.rules_dir
    return Configuration(
        settings=settings,
        rulebook=load_rulebook(folder),
        catalogue=Catalogue.load(folder / "messages.vi.yaml"),
        changes=ChangeVocabulary.load(folder / "thay-doi-nhom.yaml"),
        clarity=ClarityPolicy.load(folder / "y-kien.yaml"),
        short_forms=_short_forms(settings),
    )


def _short_forms(settings: Settings) -> ShortForms:
    path = settings.rules_dir / "lexicons" / "short-forms.tsv"
    try:
        return ShortForms(read_lines(path))
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
