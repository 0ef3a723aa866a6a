import pytest

from tests.zoo.files import ZooFile, bad_files, clean_files
from tests.zoo.judge import judge

BAD = [file for file in bad_files() if not file.needs]
CLEAN = list(clean_files())


@pytest.mark.parametrize("file", BAD, ids=lambda file: ascii(file.name))
def test_a_bad_file_is_found(file: ZooFile) -> None:
    assert judge(file.content, file.name) == (file.labels, file.not_checked)


@pytest.mark.parametrize("file", CLEAN, ids=lambda file: ascii(file.name))
def test_a_clean_file_is_clean(file: ZooFile) -> None:
    assert judge(file.content, file.name) == (frozenset(), frozenset())


def test_the_zoo_is_large() -> None:
    assert len(BAD) >= 80
    assert len(CLEAN) >= 80
    assert len({file.name for file in [*bad_files(), *CLEAN]}) == len([*bad_files(), *CLEAN])
