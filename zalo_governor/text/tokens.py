"""Splits a message into tokens: words, and what is not prose (links, addresses, files, codes, mentions)."""

import re
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.text.syllables import is_bare_syllable


class TokenKind(StrEnum):
    """What a token is: a word of prose, or one of the kinds that are not prose, whose spelling is not checked."""

    WORD = "word"
    LINK = "link"
    EMAIL = "email"
    FILE = "file"
    CODE = "code"
    """Numbers, document numbers, and anything with digits or signs between letters."""
    MENTION = "mention"


class Token(NamedTuple):
    """A piece of a text, such as a word or a link, at [start, end) in code points."""

    text: str
    start: int
    end: int
    kind: TokenKind


FILE_ENDING = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|od[tsp]|txt|csv|zip|rar|7z|jpe?g|png|gif|mp[34]|mov|dwg|apk|exe)$", re.IGNORECASE
)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a normalised text in order, in time linear in its length."""
    found: list[Token] = []
    mentioned = False
    for chunk in _CHUNKS.finditer(text):
        word = chunk[1]
        if word:
            start, end = chunk.span(1)
            found.append(Token(word, start, end, TokenKind.WORD))
        else:
            _cut(chunk[0], chunk.start(), found)
            if not found:
                continue
            mentioned = mentioned or found[-1].kind is TokenKind.MENTION
            if found[-1].kind is TokenKind.FILE:
                _claim_words_of_file_name(found, text)
        if mentioned and len(found) > 1 and found[-1].kind is TokenKind.WORD:
            _claim_mentioned_name(found)
    return found


def _cut(chunk: str, at: int, found: list[Token]) -> None:
    """Append to `found` the tokens of a chunk that is not just one word between punctuation marks.

    `chunk` is a piece of text between spaces, `at` its offset in the text.
    """
    core = chunk.strip(_AROUND)
    if not core:
        return
    start = at + chunk.find(core)
    kind = _kind(core)
    if kind is not TokenKind.WORD:
        found.append(Token(core, start, start + len(core), kind))
        return
    found.extend(
        Token(word[0], start + word.start(), start + word.end(), TokenKind.WORD) for word in _WORDS.finditer(core)
    )


def _kind(core: str) -> TokenKind:
    if "://" in core or core.lower().startswith("www."):
        return TokenKind.LINK
    if core.startswith("@"):
        return TokenKind.MENTION
    if "@" in core:
        return TokenKind.EMAIL
    if FILE_ENDING.search(core):
        return TokenKind.FILE
    if _HOST.fullmatch(core):
        return TokenKind.LINK
    if _CODE.search(core):
        return TokenKind.CODE
    return TokenKind.WORD


def _claim_words_of_file_name(found: list[Token], text: str) -> None:
    """Change the words before a file token such as `…docx` to file tokens, if they belong to a file name with spaces.

    Only words without diacritics do, back to punctuation, a line start or a word such as "gui" (send), or from a
    capitalised kind of document ("Bao", "Cong" …). More than ten words are a sentence and stay words. None is taken
    before `a_b.docx`, or one lower-case word that is no syllable. The file token is the last of `found`.
    """
    last = first = len(found) - 1
    stem = FILE_ENDING.sub("", found[last].text)
    if "_" in stem or (stem.islower() and stem.isalpha() and not is_bare_syllable(stem)):
        return
    while first and last - first <= _LONGEST_FILE_NAME and _may_go_on(found[first - 1], found[first], text):
        first -= 1
    kinds = (at for at in range(first + 1, last) if found[at].text.istitle())
    first = next((at for at in kinds if found[at].text.lower() in _KINDS_OF_PAPER), first)
    if last - first <= _LONGEST_FILE_NAME:
        found[first:last] = [token._replace(kind=TokenKind.FILE) for token in found[first:last]]


def _may_go_on(before: Token, token: Token, text: str) -> bool:
    """Return whether two neighbouring tokens of a text may belong to the same file name."""
    between = text[before.end : token.start]
    return (
        before.kind in {TokenKind.WORD, TokenKind.CODE}
        and before.text.isascii()
        and before.text.lower() not in _SAID_TO_SOMEBODY
        and len(between) <= _WIDEST_IN_FILE_NAME
        and _BETWEEN_NAMES.search(between) is None
    )


def _claim_mentioned_name(found: list[Token]) -> None:
    """Change the last token to a mention, if it is a capitalised word right after one: `@Nguyễn Văn A`.

    At most four such words are taken for the name of the member mentioned.
    """
    last = found[-1]
    before = found[-2]
    if before.kind is not TokenKind.MENTION or last.start - before.end != 1 or not last.text[0].isupper():
        return
    run = sum(1 for token in found[-6:-1] if token.kind is TokenKind.MENTION)
    if run <= _LONGEST_MENTION:
        found[-1] = last._replace(kind=TokenKind.MENTION)


_LONGEST_MENTION = 4
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CODE = re.compile(r"\d|[^\W\d_][/&_+][^\W\d_]|[^\W\d_]\.[^\W\d_]\.")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?:vn|com|net|org|info|io|me|gov|edu)(?:/\S*)?", re.IGNORECASE)
_LONGEST_FILE_NAME = 10
"""Most words of a file name with spaces, its last one not counted."""
_WIDEST_IN_FILE_NAME = 3
_BETWEEN_NAMES = re.compile(r"[\n\r(\[{\"“‘«:;,?!]|\.\s")
_SAID_TO_SOMEBODY = frozenset({"anh", "chi", "em", "gui", "file", "tep", "xem", "nhe", "nha", "theo", "kem"})
_KINDS_OF_PAPER = frozenset(
    {
        *("bao", "bien", "bieu", "chuong", "cong", "danh", "de", "du", "giay", "huong", "ke", "lich", "mau", "nghi"),
        *("phu", "quyet", "tai", "thong", "to", "tong", "bc", "cv", "ds", "kh", "qd", "tb", "tt", "ttr"),
    }
)
"""First syllables of document names, without diacritics: "báo cáo" (report), "kế hoạch" (plan)."""
_AROUND = "\"'“”‘’()[]{}<>.,;:!?…*•~-–—=|/\\#"
_SIGNS = f"[{re.escape(_AROUND)}]*+"
_CHUNKS = re.compile(rf"{_SIGNS}([^\W\d_]++){_SIGNS}(?!\S)|\S+")
"""Any chunk of text between spaces; group 1 is its word if the chunk is one word between punctuation marks."""
