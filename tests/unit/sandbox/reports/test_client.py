"""Printing in a process of its own, within a time, and without a word of the paper in an error."""

from pathlib import Path

import pytest

from tests.unit.sandbox.reports.papers import paper
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.documents import ReportFormat
from zalo_governor.domain.errors import ConfigError, PrintingError
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.system.subprocess_env import environment

TEMPLATE = shipped_config() / "bao-cao.docx"
BEGINS = {ReportFormat.DOCX: b"PK", ReportFormat.XLSX: b"PK", ReportFormat.PNG: b"\x89PNG"}


@pytest.mark.parametrize("face", ReportFormat)
def test_each_face_is_printed(face: ReportFormat) -> None:
    assert ReportRenderer(TEMPLATE).print(paper(), face).startswith(BEGINS[face])


def test_the_other_process_gets_nothing_that_opens_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZALO_GOVERNOR_KEY", "ZALO_GOVERNOR_RECOVERY_CODE", "CREDENTIALS_DIRECTORY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    inherited = environment()
    assert inherited["LANG"] == "vi_VN.UTF-8"
    assert not [name for name in inherited if name.startswith(("ZALO_GOVERNOR_", "CREDENTIALS_"))]


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(PrintingError, match=r"png: quá 0 giây chưa lập xong"):
        ReportRenderer(TEMPLATE, seconds=0.01).print(paper(), ReportFormat.PNG)


def test_a_wrong_template_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"bao-cao.docx: không phải mẫu DOCX"):
        ReportRenderer(tmp_path / "bao-cao.docx").print(paper(), ReportFormat.DOCX)


def test_a_failure_quotes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(PrintingError) as caught:
        ReportRenderer(TEMPLATE).print(paper(), ReportFormat.XLSX)
    assert paper().group not in str(caught.value)
