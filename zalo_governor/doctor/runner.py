"""Makes the checks one after the other; none of them can end the others."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from zalo_governor.doctor.check import Check, Level, Result
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.error_text import of_system

_OFFLINE = Result(Level.SKIPPED, "không kiểm tra vì --offline")
EXIT_CODES = {Level.GOOD: 0, Level.NOTE: 0, Level.SKIPPED: 0, Level.WARNING: 1, Level.ERROR: 2}
"""For monitoring. What is skipped because of an error before it is counted by that error."""


class Diagnosis(NamedTuple):
    """A result and the check that gave it."""

    check: Check
    result: Result


def examine(patient: DoctorContext, checks: Sequence[Check], begin: Callable[[Check], None]) -> Iterator[Diagnosis]:
    """Every result as it is found; `begin` is told of each check before it is made."""
    unfit: set[str] = set()
    titles = {check.id: check.title for check in checks}
    for check in checks:
        begin(check)
        lacking = [titles[need] for need in check.needs if need in unfit]
        if lacking:
            results = [Result(Level.SKIPPED, f"chưa kiểm tra được, vì: {', '.join(lacking)}")]
        elif check.asks and patient.offline:
            results = [_OFFLINE]
        else:
            results = _looked(check, patient)
        if any(result.level in {Level.ERROR, Level.SKIPPED} for result in results):
            unfit.add(check.id)
        yield from (Diagnosis(check, result) for result in results)


def worst(findings: Sequence[Diagnosis]) -> Level:
    """The worst level of all."""
    order = list(Level)
    return max((finding.result.level for finding in findings), key=order.index, default=Level.GOOD)


def _looked(check: Check, patient: DoctorContext) -> list[Result]:
    results: list[Result] = []
    try:
        results.extend(check.look(patient))
    except GovernorError as failed:
        results.append(Result(Level.ERROR, str(failed), "Xem bảng lỗi trong docs/van-hanh.md."))
    except OSError as failed:
        results.append(
            Result(
                Level.ERROR,
                f"{failed.filename or ''}: {of_system(failed)}",
                "Chạy lệnh này dưới người dùng của chương trình.",
            )
        )
    return results
