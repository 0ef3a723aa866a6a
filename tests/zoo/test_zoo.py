import sys
from collections.abc import Iterator

import pytest

from tests.zoo.files import ZooFile, bad_files, clean_files
from tests.zoo.scanning import CONFIG, labels, not_checked, scan
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.client import AttachmentScanner

BAD, CLEAN = list(bad_files()), list(clean_files())
SAMPLE = [*BAD[::12], *CLEAN[33:48], *CLEAN[::12]]
"""Some of each kind, and all pictures."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[AttachmentScanner]:
    scanner = AttachmentScanner([sys.executable, "-m", "zalo_governor.sandbox.attachments", str(CONFIG), "60"])
    yield scanner
    scanner.close()


@pytest.mark.parametrize("file", BAD, ids=lambda file: ascii(file.name))
def test_a_bad_file_is_found(file: ZooFile) -> None:
    result = scan(file.content, file.name)
    assert (labels(result), not_checked(result)) == (file.labels, file.not_checked)


@pytest.mark.parametrize("file", CLEAN, ids=lambda file: ascii(file.name))
def test_a_clean_file_is_clean(file: ZooFile) -> None:
    result = scan(file.content, file.name)
    assert (labels(result), not_checked(result)) == (frozenset(), file.not_checked)


def test_the_sandboxed_process_says_the_same(sandbox: AttachmentScanner) -> None:
    for file in SAMPLE:
        result = sandbox.scan(file.content, file.name)
        assert (file.name, labels(result), not_checked(result)) == (file.name, file.labels, file.not_checked)
        assert NotChecked.CRASHED not in result.not_checked


def test_the_zoo_is_large() -> None:
    assert len(BAD) >= 80
    assert len(CLEAN) >= 80
    assert len({file.name for file in [*BAD, *CLEAN]}) == len([*BAD, *CLEAN])
