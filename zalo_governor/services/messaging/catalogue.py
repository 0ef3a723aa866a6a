"""The catalogue of message templates, read from config/messages.vi.yaml and checked when loaded."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

from zalo_governor.config.yaml_file import Document, load_yaml, unknown_key
from zalo_governor.domain.errors import ConfigError
from zalo_governor.services.messaging.limits import LIMITS
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.shortening import fitted


class Catalogue:
    """Store of the templates of all texts that the program sends or shows: one for every `MessageId`."""

    def __init__(self, templates: Mapping[MessageId, str]) -> None:
        self._templates = dict(templates)

    @classmethod
    def load(cls, path: Path) -> "Catalogue":
        """Read the templates from a YAML file of `id: template`.

        Templates name their fields in braces, such as `{code}`; `{{` stands for a brace.

        Raises:
            ConfigError: an id is missing or unknown, or a template uses a field that its id does not have; the message
            has a line for each fault, naming file, line and key.
        """
        document = load_yaml(path)
        complaints = [str(error) for error in _complaints(document)]
        if complaints:
            raise ConfigError("\n".join(complaints))
        return cls({text: document.data[text.key].rstrip("\n") for text in MessageId})

    def template(self, text: MessageId) -> str:
        """Return the template of the message, with its fields in braces."""
        return self._templates[text]

    def render(self, text: MessageId, **fields: object) -> str:
        """Return the template of the message with its fields filled in; braces in the values have no meaning.

        A message over the limit of its kind (`limits.LIMITS`) is made shorter, see `shortening.fitted`.

        Raises:
            TypeError: the given fields are not those that the message id declares.
        """
        return _filled(text, self._templates[text], fields)

    def say_to_anybody(self, text: MessageId, **fields: object) -> str:
        """Return the text as `render` does, but addressing people as `Ông/bà` (Sir/Madam), not `đồng chí` (comrade)."""
        plain = _COMRADE.sub(lambda found: "Ông/bà" if found[1] == "Đ" else "ông/bà", self._templates[text])
        return _filled(text, plain, fields)


def _filled(text: MessageId, template: str, fields: Mapping[str, object]) -> str:
    if fields.keys() != text.fields:
        raise TypeError(f"{text.key} takes {sorted(text.fields)}, not {sorted(fields)}")
    return fitted(text, fields, LIMITS.get(text), template.format_map)


def _complaints(document: Document) -> Iterator[ConfigError]:
    known = {text.key: text for text in MessageId}
    for key in document.data:
        if key not in known:
            yield document.error((key,), unknown_key(str(key), known))
    for key, text in known.items():
        if key not in document.data:
            yield document.error((key,), "còn thiếu câu này; hãy chép lại từ messages.vi.yaml kèm theo chương trình")
            continue
        template = document.data[key]
        if not isinstance(template, str) or not template.strip():
            yield document.error((key,), "phải là câu chữ, không được để trống")
            continue
        if problem := _problem(template, text):
            yield document.error((key,), problem)


def _problem(template: str, text: MessageId) -> str | None:
    if text.cells > 1 and template.count("|") != text.cells - 1:
        return f"phải gồm {text.cells} phần, cách nhau bằng dấu |"
    may_use = ", ".join(f"{{{name}}}" for name in sorted(text.fields)) or "(không trường nào)"
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return "dấu ngoặc nhọn chưa đóng hoặc chưa mở; muốn viết chính dấu ấy thì ghi {{ hoặc }}"
    for _, name, specification, conversion in parts:
        if name is None:
            continue
        if name not in text.fields:
            return f"không có trường {{{name}}}; câu này được dùng: {may_use}"
        if specification or conversion:
            return f"hãy viết {{{name}}}, không kèm gì sau tên trường"
    return None


_COMRADE = re.compile("([Đđ])ồng chí(?! Trưởng nhóm)")
"""The form of address `đồng chí` (comrade), except in the title of the leader (Trưởng nhóm)."""
