"""Scans files of tests by the whole scan, in this process, with the rules and signatures that are shipped."""

from functools import cache
from pathlib import Path

from zalo_governor.domain.attachments import NotChecked, ScanResult
from zalo_governor.domain.findings import Severity
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.sandbox.attachments.scan import FileScanner
from zalo_governor.sandbox.attachments.signatures import load_signatures

CONFIG = Path(__file__).parents[2] / "config"
_MACHINE = frozenset({NotChecked.NO_TEXT_RECOGNITION, NotChecked.NO_ANTIVIRUS})
"""Reasons that hang on what is installed on a machine, not on the file."""


@cache
def scanner() -> FileScanner:
    """Return a scanner, made once."""
    return FileScanner(load_rulebook(CONFIG).engine, load_signatures([CONFIG / "yara"]), seconds=60.0)


def scan(content: bytes, name: str) -> ScanResult:
    """Return what the whole scan finds in a file."""
    return scanner().scan(content, name)


def labels(result: ScanResult) -> frozenset[str]:
    """Return the labels of a result's findings; those that only an admin is asked about end with "?"."""
    return frozenset(
        finding.label + ("?" if finding.severity in {Severity.TRIAGE, Severity.SUSPECT} else "")
        for finding in result.findings
    )


def not_checked(result: ScanResult) -> frozenset[NotChecked]:
    """Return what was not checked for a reason that lies in the file."""
    return frozenset(result.not_checked) - _MACHINE
