"""The stylesheets and scripts of the pages: read once, served under names that change with their content."""

import gzip
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "static"
PREFIX = "/tinh/"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_DIGITS = 12


class Asset(NamedTuple):
    """A stylesheet, script or image as it is served; `kind` is its media type, such as "text/css"."""

    kind: str
    content: bytes
    packed: bytes
    """The same, compressed by gzip."""


class Assets:
    """All files of `folder`; `served` maps the last part of a URL, such as `0f3c9a5be1d2.panel.css`, to its file."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.served: dict[str, Asset] = {}
        self._address: dict[str, str] = {}
        for file in sorted(folder.iterdir()):
            if file.suffix in _KINDS:
                content = file.read_bytes()
                served = f"{sha256(content).hexdigest()[:_DIGITS]}.{file.name}"
                self.served[served] = Asset(_KINDS[file.suffix], content, gzip.compress(content, mtime=0))
                self._address[file.name] = PREFIX + served

    def address(self, name: str) -> str:
        """Return the URL path of the file `name`, such as "panel.css"; it changes with the file's content."""
        return self._address[name]
