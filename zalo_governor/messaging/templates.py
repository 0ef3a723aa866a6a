"""The template of a text that the program sends or shows, read from config/messages/."""

from collections.abc import Iterator
from string import Formatter
from typing import Any, NamedTuple, NewType

from zalo_governor.config.yaml_file import Document

TextId = NewType("TextId", str)
"""Id of a text that the program sends or shows, or of a part of one: its key in config/messages/."""


class Template(NamedTuple):
    """A text with its fields in braces, such as `{code}`, and how it is made short; `{{` stands for a brace."""

    text: str
    fields: frozenset[str]
    """Names of the fields that whoever renders the text must give."""
    limit: int | None = None
    """Most characters that a rendered text may have; None: it may be sent in several messages."""
    leave_out: tuple[str, ...] = ()
    """Fields that hold optional sentences: left out one by one, in this order, while the text is over its limit."""
    addressed: bool = False
    """Whether the field `who` names the reader; if so, the title in it is the first thing left out of a long text."""

    @property
    def columns(self) -> int:
        """Number of short texts that the template holds, separated by `|`: sheet name, title, headings of a table."""
        return self.text.count("|") + 1


def shipped_template(document: Document, key: str) -> Template:
    """Return the template under the key of the file: a text, or a mapping with `text` and the other attributes.

    Raises:
        ConfigError: the value is neither, or the braces do not match.
    """
    value = document.data[key]
    of: dict[str, Any] = {"text": value} if isinstance(value, str) else value
    text = _text_of(document, key, value)
    try:
        fields = frozenset(name for name, _ in _fields_of(text))
    except ValueError:
        raise document.error((key,), _BRACES) from None
    return Template(text, fields, of.get("limit"), tuple(of.get("leave_out", ())), of.get("addressed", False))


def own_template(document: Document, key: str, shipped: Template) -> Template:
    """Return the shipped template with the office's own wording, which stands under the key of the file.

    Raises:
        ConfigError: the wording is no text, uses a field unknown to the shipped template, or has other columns.
    """
    text = _text_of(document, key, document.data[key])
    if text.count("|") != shipped.text.count("|") and shipped.columns > 1:
        raise document.error((key,), f"phải gồm {shipped.columns} phần, cách nhau bằng dấu |")
    may_use = ", ".join(f"{{{name}}}" for name in sorted(shipped.fields)) or "(không trường nào)"
    try:
        used = list(_fields_of(text))
    except ValueError:
        raise document.error((key,), _BRACES) from None
    for name, more in used:
        if name not in shipped.fields:
            raise document.error((key,), f"không có trường {{{name}}}; câu này được dùng: {may_use}")
        if more:
            raise document.error((key,), f"hãy viết {{{name}}}, không kèm gì sau tên trường")
    return shipped._replace(text=text)


_BRACES = "dấu ngoặc nhọn chưa đóng hoặc chưa mở; muốn viết chính dấu ấy thì ghi {{ hoặc }}"


def _text_of(document: Document, key: str, value: object) -> str:
    text = value.get("text") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise document.error((key,), "phải là câu chữ, không được để trống")
    return text.rstrip("\n")


def _fields_of(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each field of the text, and whether a conversion or format follows its name."""
    for _, name, specification, conversion in Formatter().parse(text):
        if name is not None:
            yield name, bool(specification or conversion)
