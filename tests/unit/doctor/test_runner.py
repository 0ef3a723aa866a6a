"""How checks are made, whatever becomes of one of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from zalo_governor.doctor.check import Level, Result, error, good, note, warning
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.doctor.registry import CHECKS
from zalo_governor.doctor.runner import EXIT_CODES, Check, examine, worst
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import GovernorError


def says(*results: Result) -> Check:
    return Check(f"check-{len(results)}", "Mục", lambda _patient: iter(results))


def raises(fault: Exception) -> Check:
    def look(_patient: DoctorContext) -> Iterator[Result]:
        yield good("một phần")
        raise fault

    return Check("raises", "Mục hỏng", look)


def patient(*, offline: bool = False) -> DoctorContext:
    return DoctorContext(Path("governor.yaml"), system_clock, offline=offline, send_test=False)


@pytest.mark.parametrize(
    ("results", "level", "code"),
    [
        ([], Level.GOOD, 0),
        ([good("a"), note("b")], Level.NOTE, 0),
        ([good("a"), warning("b", "c")], Level.WARNING, 1),
        ([error("a", "b"), warning("b", "c")], Level.ERROR, 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst(results: list[Result], level: Level, code: int) -> None:
    found = list(examine(patient(), [says(*results)], lambda _check: None))
    assert worst(found) is level
    assert EXIT_CODES[worst(found)] == code


def test_what_needs_something_broken_is_skipped_and_so_is_what_needs_that() -> None:
    first = raises(GovernorError("không mở được"))
    second = Check("second", "Mục hai", lambda _patient: iter([good("tốt")]), needs=("raises",))
    third = Check("third", "Mục ba", lambda _patient: iter([good("tốt")]), needs=("second",))
    alone = Check("alone", "Mục bốn", lambda _patient: iter([good("tốt")]))
    begun: list[str] = []
    found = list(examine(patient(), [first, second, third, alone], lambda check: begun.append(check.id)))
    assert [(finding.check.id, finding.result.level) for finding in found] == [
        ("raises", Level.GOOD),
        ("raises", Level.ERROR),
        ("second", Level.SKIPPED),
        ("third", Level.SKIPPED),
        ("alone", Level.GOOD),
    ]
    assert "Mục hỏng" in found[2].result.says
    assert begun == ["raises", "second", "third", "alone"]


def test_a_file_that_may_not_be_read_is_a_result_and_no_traceback() -> None:
    [_, refused] = examine(patient(), [raises(PermissionError(13, "Permission denied", "/x/y"))], lambda _check: None)
    assert refused.result.level is Level.ERROR
    assert "/x/y" in refused.result.says


def test_offline_nobody_is_asked() -> None:
    asks = Check("asks", "Hỏi", lambda _patient: iter([good("đã hỏi")]), asks=True)
    [found] = examine(patient(offline=True), [asks], lambda _check: None)
    assert found.result.level is Level.SKIPPED


def test_every_check_has_an_id_of_its_own_and_needs_only_what_is_made_before_it() -> None:
    made: list[str] = []
    for check in CHECKS:
        assert check.id not in made
        assert set(check.needs) <= set(made), check.id
        made.append(check.id)
