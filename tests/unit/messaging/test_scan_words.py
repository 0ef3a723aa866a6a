"""Results of scans in Vietnamese."""

from datetime import UTC, datetime

import pytest

from tests.unit.features.desk import CATALOGUE, REGULATION
from zalo_governor.domain.attachments import FileScan, NotChecked, ScanResult, ScanTools
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.scan_words import reasons_in_words, scan_line

VOICE = MessageFormatter(CATALOGUE, REGULATION)
DATE = datetime(2026, 11, 1, 3, tzinfo=UTC)


def line(result: ScanResult) -> str:
    scan = FileScan(
        event_id=1, group_id="8", account="7", message_key="m", sent_at=DATE, scanned_at=DATE, result=result
    )
    return scan_line(VOICE, scan)


@pytest.mark.parametrize("reason", list(NotChecked))
def test_every_reason_has_words(reason: NotChecked) -> None:
    words = reasons_in_words(VOICE, [reason])
    assert words
    assert words != reason.value


def test_a_scan_says_type_size_tools_and_date() -> None:
    tools = ScanTools(readers="zalo-governor 1", antivirus="ClamAV 1.4", signatures_at=DATE)
    told = line(ScanResult(type="application/pdf", size=2048, tools=tools))
    assert "application" not in told
    for piece in ("tệp PDF", "zalo-governor 1", "ClamAV 1.4", "01/11/2026"):
        assert piece in told


def test_a_missing_antivirus_is_said_once() -> None:
    told = line(ScanResult(type="application/pdf", not_checked=(NotChecked.NO_ANTIVIRUS, NotChecked.ENCRYPTED)))
    missing = reasons_in_words(VOICE, [NotChecked.ENCRYPTED])
    assert missing in told
    assert reasons_in_words(VOICE, [NotChecked.NO_ANTIVIRUS]) not in told.partition(missing)[2]


def test_what_was_never_seen_has_no_type() -> None:
    assert "application" not in line(ScanResult(not_checked=(NotChecked.GONE,)))
