"""The parts of a scan are put together: the download, the antivirus, the reader."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.zoo.scanning import CONFIG
from zalo_governor.app.attachments import FileCheck
from zalo_governor.app.file_fetcher import FileFetcher
from zalo_governor.domain.attachments import NotChecked, ScanFinding, ScanResult, ScanTools
from zalo_governor.domain.findings import Severity
from zalo_governor.features.attachments.scan_jobs import NotFetchedError
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.sandbox.attachments.antivirus import Antivirus, AntivirusVerdict
from zalo_governor.zalo.http.file_download import FetchError, FileDownload

MD5 = "0" * 32
READ = ScanResult(type="text/plain", not_checked=(NotChecked.LIMIT,), tools=ScanTools(readers="zalo-governor 1"))
DATE = datetime(2026, 11, 1, tzinfo=UTC)


class Downloads:
    """Gives what a test put there: address and expected checksum -> content or why not."""

    def __init__(self, answers: dict[tuple[str, str], bytes | FetchError]) -> None:
        self.answers = answers

    def fetch(
        self, address: str, *, size: int | None = None, checksum: str = "", seconds: float | None = None
    ) -> bytearray:
        answer = self.answers[(address, checksum)]
        if isinstance(answer, FetchError):
            raise answer
        return bytearray(answer)


class Fixed:
    """An antivirus or reader that always says the same."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def scan(self, content: bytes | bytearray, name: str = "") -> Any:
        return self.answer


def fetcher(answers: dict[tuple[str, str], bytes | FetchError]) -> FileFetcher:
    return FileFetcher(cast("FileDownload", Downloads(answers)))


def check(verdict: AntivirusVerdict | None) -> FileCheck:
    engine = load_rulebook(CONFIG).engine
    return FileCheck(cast("Antivirus", Fixed(verdict)), Fixed(READ).scan, lambda: engine)


def failure(reason: NotChecked, *, retry: bool = False) -> FetchError:
    return FetchError(reason, "x", retry=retry)


def test_the_next_address_is_tried_when_one_fails() -> None:
    fetch = fetcher({("a", MD5): failure(NotChecked.GONE), ("b", MD5): b"x"})
    assert fetch(["a", "b"], size=1, checksum=MD5, hurry=False) == (bytearray(b"x"), True)


def test_a_file_with_another_checksum_is_had_all_the_same() -> None:
    fetch = fetcher({("a", MD5): failure(NotChecked.CHECKSUM), ("a", ""): b"x"})
    assert fetch(["a"], size=1, checksum=MD5, hurry=False) == (bytearray(b"x"), False)


def test_a_file_without_checksum_is_as_announced() -> None:
    assert fetcher({("a", ""): b"x"})(["a"], size=None, checksum="", hurry=False).as_announced


def test_what_fails_at_the_second_download_is_told() -> None:
    fetch = fetcher({("a", MD5): failure(NotChecked.CHECKSUM), ("a", ""): failure(NotChecked.NOT_FETCHED, retry=True)})
    with pytest.raises(NotFetchedError) as told:
        fetch(["a"], size=1, checksum=MD5, hurry=False)
    assert (told.value.reason, told.value.retry) == (NotChecked.NOT_FETCHED, True)


def test_no_address_is_told() -> None:
    with pytest.raises(NotFetchedError) as told:
        fetcher({})([], size=None, checksum="", hurry=True)
    assert (told.value.reason, told.value.retry) == (NotChecked.NO_ADDRESS, False)


def test_without_an_antivirus_the_file_counts_as_not_checked_by_one() -> None:
    result = check(None)(bytearray(b"x"), "a.txt")
    assert result.not_checked == (NotChecked.LIMIT, NotChecked.NO_ANTIVIRUS)
    assert result.tools.antivirus is None


def test_the_antivirus_is_named_with_the_date_of_its_signatures() -> None:
    result = check(AntivirusVerdict(None, "ClamAV 1", DATE))(bytearray(b"x"), "a.txt")
    assert (result.findings, result.not_checked) == ((), (NotChecked.LIMIT,))
    assert result.tools == ScanTools(readers="zalo-governor 1", antivirus="ClamAV 1", signatures_at=DATE)


def test_a_virus_is_a_grave_finding() -> None:
    [finding] = check(AntivirusVerdict("Mau.Thu-1", "ClamAV 1", None))(bytearray(b"x"), "a.txt").findings
    assert finding == ScanFinding(rule_id="4.4-tep-dinh-kem", clause="4.4", severity=Severity.MAJOR, label="virus")
