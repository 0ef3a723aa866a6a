"""Cutting a message into words, and setting apart what is not prose: links, addresses, files, codes, mentions."""

import re
from enum import StrEnum
from typing import NamedTuple


class TokenKind(StrEnum):
    """What a token is."""

    WORD = "word"
    LINK = "link"
    EMAIL = "email"
    FILE = "file"
    CODE = "code"
    """Numbers, document numbers, anything in which digits or signs stand between letters."""
    MENTION = "mention"


class Token(NamedTuple):
    """A piece of a text, [start, end) in code points."""

    text: str
    start: int
    end: int
    kind: TokenKind


FILE_ENDING = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|od[tsp]|txt|csv|zip|rar|7z|jpe?g|png|gif|mp[34]|mov|dwg|apk|exe)$", re.IGNORECASE
)


def tokens(text: str) -> list[Token]:
    """The tokens in order, in time linear in the length. Expects a normalised text."""
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
    """Takes apart what is not simply a word between punctuation marks."""
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
    """File names with spaces: what stands before `…docx` on its line and has no mark belongs to the name."""
    for index in range(len(found) - 2, -1, -1):
        token = found[index]
        if token.kind not in {TokenKind.WORD, TokenKind.CODE} or not token.text.isascii():
            return
        between = text[token.end : found[index + 1].start]
        if len(between) > _WIDEST_IN_FILE_NAME or "\n" in between or "\r" in between:
            return
        found[index] = token._replace(kind=TokenKind.FILE)


def _claim_mentioned_name(found: list[Token]) -> None:
    """`@Nguyễn Văn A`: capitalised words after a mention belong to the name, four of them at most."""
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
_WIDEST_IN_FILE_NAME = 3
_AROUND = "\"'“”‘’()[]{}<>.,;:!?…*•~-–—=|/\\#"
_SIGNS = f"[{re.escape(_AROUND)}]*+"
_CHUNKS = re.compile(rf"{_SIGNS}([^\W\d_]++){_SIGNS}(?!\S)|\S+")
"""Anything between blanks; group 1 is its only word, where it is a word between punctuation marks."""
