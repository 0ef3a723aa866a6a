"""Dangers in the name of a file alone: what it would run, and what it hides from the person who reads it."""

import re
import unicodedata
from collections.abc import Iterable

from zalo_governor.text.file_names import extensions
from zalo_governor.text.file_names.danger import Danger

_REORDERS = re.compile("[\u202b\u202d\u202e\u2067]")
"""Bidirectional embeddings, overrides and isolates that turn the order of what follows (Unicode, UAX #9)."""
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")
_EMOJI_JOINER = re.compile(
    "(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
_BLANKS_BEFORE_END = re.compile(r"\s{5,}[.\u2024\uff0e](\S{1,12})\s*$")
_TRAILING = re.compile(r"(?<=[^.\s])[.\s]+$")
_LOOK_ALIKES = str.maketrans("асеорхукмтвнѕіјԁԛԝɡαοερτυνικχһԍ", "aceopxykmtbhsijdqwgaoeptuvikxhg")
"""Cyrillic and Greek small letters that look like Latin ones (from Unicode's confusables.txt)."""
_WORD_JOINERS = "./\\"
_KINDS = (
    ("executable", extensions.PROGRAMS, extensions.CERTAIN_PROGRAMS),
    ("script", extensions.SCRIPTS, extensions.CERTAIN_SCRIPTS),
    ("shortcut", extensions.SHORTCUTS, {"lnk"}),
    ("disk_image", extensions.DISK_IMAGES, frozenset[str]()),
)
"""Kinds of dangerous files: (label, extensions, those of them that are certain)."""


def base_name(name: str) -> str:
    """Return the last component of a path in the notation of Windows or POSIX."""
    return re.split(r"[/\\]", name)[-1]


def extension(name: str) -> str:
    """Return the extension in small letters, as the operating system will take it; "" without one.

    Invisible characters and the dots and blanks at the end, which Windows drops, do not count.
    """
    return _extension_of(_visible(base_name(name)))


def check_name(name: str) -> list[Danger]:
    """Return the dangers of a file's name: it would run, has two extensions ("a.pdf.exe"), or hides its real end."""
    base = base_name(name)
    ending = extension(base)
    dangers = [Danger(label, certain=ending in sure) for label, known, sure in _KINDS if ending in known]
    if _has_double_extension(base, ending):
        dangers.append(Danger("double_extension", certain=True))
    if hidden := list(_hidden(base, ending)):
        dangers.append(Danger("hidden_name", certain=any(hidden)))
    return dangers


def check_path(path: str) -> list[Danger]:
    """Return the danger `path_escape` if unpacking the member of an archive could write outside of the target folder.

    Absolute paths are not certain: some old archivers store them, and all present ones strip them.
    """
    if ".." in re.split(r"[/\\:]", path):
        return [Danger("path_escape", certain=True)]
    if re.match(r"[/\\]|[A-Za-z]:[/\\]", path):
        return [Danger("path_escape", certain=False)]
    return []


def _has_double_extension(base: str, ending: str) -> bool:
    if ending not in extensions.RUNNABLE:
        return False
    inner = _extension_of(_visible(base).rpartition(".")[0])
    if ending == "js" and inner in extensions.WEB_PAGES | {"css", "json"}:
        return False  # programs for making web pages name their scripts so
    return inner in extensions.TRUSTED | extensions.ARCHIVES


def _hidden(base: str, ending: str) -> Iterable[bool]:
    """Yield, for each deceptive feature of the name, whether an innocent name never has it."""
    runs = ending in extensions.RUNNABLE
    if _REORDERS.search(base):
        yield True
    elif _INVISIBLE.search(_EMOJI_JOINER.sub("", base)):
        # Names copied out of web pages and chats carry such characters by accident.
        yield runs or bool(_INVISIBLE.search(base.rpartition(".")[2]))
    if _BLANKS_BEFORE_END.search(base):
        yield runs
    if _TRAILING.search(base) and _extension_of(_TRAILING.sub("", base)) in extensions.KNOWN:
        yield runs
    last = _visible(base).rpartition(".")[2].strip().lower()
    if "." in base and not last.isascii() and ending in extensions.KNOWN:
        yield True


def _visible(base: str) -> str:
    return _TRAILING.sub("", _INVISIBLE.sub("", base))


def _extension_of(name: str) -> str:
    stem, dot, last = unicodedata.normalize("NFKC", name).rpartition(".")
    if not dot or not stem.strip(_WORD_JOINERS):
        return ""
    return last.strip().lower().translate(_LOOK_ALIKES)
