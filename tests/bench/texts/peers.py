"""Other programs that detect languages, for comparison with the diacritics rule; used only if they are installed.

None of them supports Vietnamese without diacritics as such: a text without diacritics that they call Vietnamese counts
as found.
"""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks

Judge = Callable[[str], bool]


class Peer(NamedTuple):
    """A language detection program to compare with."""

    name: str
    load: Callable[[], Judge | None]
    """Function that loads the program and returns a function that judges a text; None if it is not installed."""


def _py3langid() -> Judge | None:
    try:
        langid = import_module("py3langid")
    except ImportError:
        return None
    langid.set_languages(["vi", "en"])
    return lambda text: not has_marks(text) and langid.classify(text)[0] == "vi"


def _pycld2() -> Judge | None:
    try:
        cld2 = import_module("pycld2")
    except ImportError:
        return None

    def judge(text: str) -> bool:
        try:
            _, _, details = cld2.detect(text)
        except cld2.error:
            return False
        return not has_marks(text) and details[0][1] == "vi"

    return judge


def _lingua() -> Judge | None:
    try:
        lingua = import_module("lingua")
    except ImportError:
        return None
    languages = lingua.Language
    detector = lingua.LanguageDetectorBuilder.from_languages(languages.VIETNAMESE, languages.ENGLISH).build()
    return lambda text: not has_marks(text) and detector.detect_language_of(text) == languages.VIETNAMESE


def _underthesea() -> Judge | None:
    try:
        detect = import_module("underthesea").lang_detect
    except ImportError:
        return None
    return lambda text: not has_marks(text) and detect(text) == "vi"


PEERS = (
    Peer("py3langid (vi/en)", _py3langid),
    Peer("pycld2", _pycld2),
    Peer("lingua (vi/en)", _lingua),
    Peer("underthesea", _underthesea),
)
