"""The links that people must be warned of, each with its kind and with whether the member is asked."""

from pathlib import Path

import pytest

from tests.unit.rules.checks.test_links import SHIPPED, findings
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.findings import Severity
from zalo_governor.rules.loader import read_lines

LINES = read_lines(Path(__file__).parent / "dangerous_links.tsv")


@pytest.mark.parametrize("line", LINES)
def test_a_dangerous_link_is_found(line: str) -> None:
    label, asked, text = line.split("\t")
    (finding,) = findings(MessageSent.model_validate({"at": "2026-01-01T00:00:00Z", "text": text}))
    assert (finding.label, finding.severity is Severity.MAJOR) == (label, asked == "sure")


def test_every_kind_has_its_lines() -> None:
    assert len(set(LINES)) >= 100
    assert {line.partition("\t")[0] for line in LINES} >= set(SHIPPED.parameters.kinds)
