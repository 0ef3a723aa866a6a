"""The language of the terminal: Vietnamese for the people of an office, English for developers.

The choice is kept in the environment variable ZALO_GOVERNOR_LANG, so that processes that a command starts follow it.
What other programs read (JSON, the log in files, exit codes) is the same in both languages.
"""

import os
from enum import StrEnum

from zalo_governor.domain.errors import ConfigError

VARIABLE = "ZALO_GOVERNOR_LANG"
OPTION = "--lang"


class Language(StrEnum):
    """Languages of the texts on the terminal; the values are what the operator types."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


def language() -> Language:
    """Return the language chosen for this process; Vietnamese if none was chosen.

    Raises:
        ConfigError: the environment variable names another language.
    """
    return _parse(os.environ.get(VARIABLE) or Language.VIETNAMESE, VARIABLE)


def use_language(name: str) -> None:
    """Set the language of the terminal for this process and those that it starts; `name` is "vi" or "en".

    Raises:
        ConfigError: there is no such language.
    """
    os.environ[VARIABLE] = _parse(name, OPTION)


def translated(vietnamese: str, english: str) -> str:
    """Return the one of two texts of the same meaning that is in the language chosen for the terminal."""
    return english if language() is Language.ENGLISH else vietnamese


def take_language_option(arguments: list[str]) -> list[str]:
    """Apply the option `--lang`, given anywhere before `--`, and return the other arguments of the command line.

    Raises:
        ConfigError: the option has no value, or one other than "vi" and "en".
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    kept: list[str] = []
    given = iter(arguments[:end])
    for argument in given:
        if argument == OPTION:
            use_language(next(given, ""))
        elif argument.startswith(f"{OPTION}="):
            use_language(argument.partition("=")[2])
        else:
            kept.append(argument)
    return kept + arguments[end:]


def _parse(name: str, where: str) -> Language:
    try:
        return Language(name)
    except ValueError:
        raise ConfigError(f"{where}: chỉ có vi (tiếng Việt) và en (tiếng Anh); ví dụ: {OPTION} en") from None
