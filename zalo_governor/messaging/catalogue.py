"""The catalogue of templates: those in the shipped config/messages/, with the office's own wording over them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from zalo_governor.config.shipped import shipped_config
from zalo_governor.config.yaml_file import load_yaml, unknown_key
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.shortening import fitted
from zalo_governor.messaging.templates import Template, TextId, own_template, shipped_template

_FILES = "messages/*.vi.yaml"


class Catalogue:
    """Store of the templates of all texts that the program sends or shows."""

    def __init__(self, templates: Mapping[TextId, Template]) -> None:
        self._templates = dict(templates)

    @classmethod
    def load(cls, folder: Path) -> "Catalogue":
        """Read the shipped templates, and the office's own wording from `messages/*.vi.yaml` of its rules folder.

        A file has lines of `id: template`. The shipped ones say which ids there are, and which fields each has; an
        office's file need only have what it words otherwise.

        Raises:
            ConfigError: an id is unknown, or a template uses a field that its id does not have; the message has a line
            for each fault, naming file, line and key.
        """
        templates: dict[TextId, Template] = {}
        for path in sorted(shipped_config().glob(_FILES)):
            document = load_yaml(path)
            templates |= {TextId(key): shipped_template(document, key) for key in document.data}
        shipped = cls(templates)
        return shipped if folder.resolve() == shipped_config().resolve() else shipped.reworded(folder)

    def reworded(self, folder: Path) -> "Catalogue":
        """Return a copy of this catalogue with the texts of `messages/*.vi.yaml` in the folder in place of its own.

        Raises:
            ConfigError: as `load`.
        """
        templates = dict(self._templates)
        _use_own_wording(templates, folder)
        return Catalogue(templates)

    def __iter__(self) -> Iterator[TextId]:
        """Iterate over the ids of all texts."""
        return iter(self._templates)

    def template(self, text: TextId) -> Template:
        """Return the template of the message."""
        return self._templates[text]

    def render(self, text: TextId, **fields: object) -> str:
        """Return the template of the message with its fields filled in; braces in the values stay as they are.

        A text over the template's limit is shortened: long names get their short form, optional sentences go.

        Raises:
            TypeError: the given fields are not those of the shipped template.
        """
        template = self._templates[text]
        if fields.keys() != template.fields:
            raise TypeError(f"{text} takes {sorted(template.fields)}, not {sorted(fields)}")
        return fitted(template, fields)

    def say_to_anybody(self, text: TextId, **fields: object) -> str:
        """Return the text as `render` does, but addressing people as `Ông/bà` (Sir/Madam), not `đồng chí` (comrade)."""
        template = self._templates[text]
        plain = _COMRADE.sub(lambda found: "Ông/bà" if found[1] == "Đ" else "ông/bà", template.text)
        return Catalogue({text: template._replace(text=plain)}).render(text, **fields)


def _use_own_wording(templates: dict[TextId, Template], folder: Path) -> None:
    complaints = []
    if (old := folder / "messages.vi.yaml").exists():
        complaints.append(f"{old}: tệp này không còn được đọc; hãy chuyển những câu đã sửa vào messages/ rồi xóa tệp")
    for path in sorted(folder.glob(_FILES)):
        document = load_yaml(path)
        for key in document.data:
            try:
                if key not in templates:
                    raise document.error((key,), unknown_key(str(key), templates))
                templates[TextId(key)] = own_template(document, key, templates[TextId(key)])
            except ConfigError as error:
                complaints.append(str(error))
    if complaints:
        raise ConfigError("\n".join(complaints))


_COMRADE = re.compile("([Đđ])ồng chí(?! Trưởng nhóm)")
"""The form of address `đồng chí` (comrade), except in the title of the leader (Trưởng nhóm)."""
