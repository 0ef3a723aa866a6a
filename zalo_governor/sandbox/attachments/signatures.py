"""Searches files for signs of malware by YARA rules: those shipped in `config/yara/`, and an office's own."""

import re
from collections.abc import Iterable
from pathlib import Path

import yara_x

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.text.file_names.danger import Danger, merge

LABEL = "signature"
"""Label of a danger that a rule found, where its metadata name no other."""
_PLACE = re.compile(r"^error\[(E\d+)\].*?^\s*--> .*?:(\d+):\d+", re.M | re.S)
_KNOWN_LABEL = re.compile(r"[a-z][a-z_]{0,40}")
_MATCHES = 10
"""Most matches that are kept for each pattern; one is enough, and hostile files may have millions."""


class Signatures:
    """Compiled YARA rules. A rule's metadata may say `label` (kind of danger) and `certain` (true or false).

    Compile before forking: the compiled rules are shared with the child processes.
    """

    def __init__(self, rules: yara_x.Rules) -> None:
        self._rules = rules

    def scan(self, content: bytes) -> list[Danger]:
        """Return the dangers that the rules find in the content, each kind once."""
        scanner = yara_x.Scanner(self._rules)
        scanner.max_matches_per_pattern(_MATCHES)
        dangers = []
        for rule in scanner.scan(content).matching_rules:
            metadata = dict(rule.metadata)
            label = metadata.get("label")
            named = isinstance(label, str) and _KNOWN_LABEL.fullmatch(label)
            dangers.append(Danger(str(label) if named else LABEL, certain=metadata.get("certain") is True))
        return merge(dangers)


def signature_folders(config_dir: Path) -> list[Path]:
    """Return the folders of the YARA rules: the shipped ones, then those of the office's `config_dir`, if another."""
    return list(dict.fromkeys((shipped_config() / "yara", config_dir / "yara")))


def load_signatures(folders: Iterable[Path]) -> Signatures:
    """Compile the `*.yar` files of the folders; a folder that does not exist has no rules.

    Each file has a namespace of its own, so that an office's rule may have the name of a shipped one.

    Raises:
        ConfigError: a file cannot be read or has an error; the message names file and line.
    """
    compiler = yara_x.Compiler(includes_enabled=False)
    for folder in folders:
        for path in sorted(folder.glob("*.yar")):
            _add_file(compiler, path)
    return Signatures(compiler.build())


def _add_file(compiler: yara_x.Compiler, path: Path) -> None:
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path}: không đọc được; hãy kiểm tra quyền đọc và bộ mã UTF-8 của tệp") from None
    compiler.new_namespace(str(path))
    try:
        compiler.add_source(source, origin=path.name)
    except yara_x.CompileError as error:
        found = _PLACE.search(str(error))
        code, line = found.groups() if found else ("?", "1")
        raise ConfigError(f"{path}:{line}: luật YARA sai (mã {code}); hãy sửa dòng này hoặc bỏ tệp đi") from None
