"""Recognises documents that name levels of secrecy for a harmless reason: they are on rules of secrecy, or on honey.

The rule for clause 4.1 judges 600 characters at a time, as chat messages are short. A regulation on secrecy names
levels on every page, but only its first page says that it is a regulation.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from zalo_governor.sandbox.attachments.contents import TextPart

_LEVELS = re.compile(r"\b(tuyệt|tối) mật\b|\b(?:độ|dấu|văn bản|tài liệu|hoặc|và|,) ?[“\"]?mật\b")
_RULES = re.compile(r"bí mật nhà nước|\b(?:các |ba |03 )độ mật|giải mật\b|đóng dấu mật|mẫu dấu")
_LEAST_ON_RULES = 2
_HONEY = re.compile(
    r"\bmật (?:ong|mía|hoa|gấu|nhân|ngọt)\b|\b(?:nuôi|đàn|tổ) ong\b"
    r"|\b(?:lít|kg|lấy|quay|túi|đường|sỏi|tắc|dịch|nậm|huổi|thị|văn) mật\b"
)
_LEAST_ON_HONEY = 2
_MARK = re.compile(
    r"(?:^|\t)[^\w\t\n]*(?:((?:TUYỆT |TỐI )?MẬT)|(?:[Đđ]ộ mật|ĐỘ MẬT) ?[:\t] ?((?i:tuyệt |tối )?(?i:mật)))"
    r"(?:[^\w\t\n]+(?i:bản số|số) ?[:.…\d][^\t\n]{0,40})?[^\w\t\n]*(?=\t|$)"
)
"""A line or cell with nothing but a mark, and perhaps the number of the document or of its copy."""
_HEADING = 600
"""Characters of the first page among which the mark of a document stands (annex I of Decree 30/2020/ND-CP)."""
_EMPTY_COLUMN = re.compile(
    r"(?:(?<=^)|(?<=\t))(?:độ|loại|mức độ|cấp độ) mật(?=\t(?!\s*(?:tuyệt |tối )?mật\b)|\t*$)",
    re.IGNORECASE | re.MULTILINE,
)
_TABLE_SHARE = 0.5
BODY = frozenset({"body", "text_box"})
"""Values of `TextPart.place` of a document's main text; on slides, all text stands in boxes."""


class Topics(NamedTuple):
    """Which topics a document has that are harmless reasons for the word "mật" (secret; also honey) in it."""

    rules_of_secrecy: bool
    """It explains or orders how secrets are kept: regulations, plans of inspection, slides of a course, statistics."""
    honey: bool
    """It is about honey, gall bladders, or people and villages whose name is Mật."""

    def explain(self, paragraph: str, level: str | None) -> bool:
        """Return whether the topic is a harmless reason why a paragraph names the level `level`, such as "mat"."""
        if self.rules_of_secrecy:
            return True
        return level == "mat" and (self.honey or _HONEY.search(_composed(paragraph).lower()) is not None)


def topics_of(texts: Iterable[TextPart]) -> Topics:
    """Return which of the harmless topics a document with these texts has."""
    text = "\n".join(_composed(part.text).lower() for part in texts if part.place in BODY)
    levels = {found[1] or "mật" for found in _LEVELS.finditer(text)}
    on_rules = sum(1 for _ in _RULES.finditer(text))
    on_honey = sum(1 for _ in _HONEY.finditer(text))
    return Topics(
        rules_of_secrecy=len(levels) > 1 or on_rules >= _LEAST_ON_RULES or (on_rules > 0 and len(levels) > 0),
        honey=on_honey >= _LEAST_ON_HONEY and not on_rules and not levels & {"tuyệt", "tối"},
    )


def heading_of(text: str) -> Iterator[str]:
    """Yield the first lines of a document; of a line with secrecy marks ("MẬT") set as prescribed, only the marks.

    Of a text on honey, lines without such marks are left out: there, "Mật" alone is a heading.
    """
    text = _composed(text)
    on_honey = _HONEY.search(text.lower()) is not None
    for line in text[:_HEADING].split("\n"):
        marks = [found[1] or found[2] for found in _MARK.finditer(line)]
        yield from marks or ([] if on_honey else [line])


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a text; a line that continues in the next one, as in a PDF, is joined with it."""
    lines: list[str] = []
    for line in text.splitlines():
        if lines and line[:1].islower() and lines[-1][-1] not in ".:;!?\t":
            lines.append(line)
            continue
        if lines:
            yield " ".join(lines)
        lines = [stripped] if (stripped := line.strip(" ")) else []
    if lines:
        yield " ".join(lines)


def without_empty_columns(text: str) -> str:
    """Remove column headings such as "Độ mật" (level of secrecy) if no cell of the column holds a level."""
    return _EMPTY_COLUMN.sub("", _composed(text)) if "\t" in text else text


def is_table(text: str) -> bool:
    """Return whether most lines of a text are rows of a table."""
    lines = [line for line in text.splitlines() if line.strip()]
    return sum("\t" in line.strip() for line in lines) > len(lines) * _TABLE_SHARE


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
