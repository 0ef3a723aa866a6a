"""Running the checks of `doctor` one after the other; an exception in one does not stop the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zalo_governor.doctor.check import Level, Result
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.error_text import of_system

_OFFLINE = Result(Level.SKIPPED, "không kiểm tra, vì lệnh có --offline (không kết nối mạng)")
EXIT_CODES = {Level.GOOD: 0, Level.NOTE: 0, Level.SKIPPED: 0, Level.WARNING: 1, Level.ERROR: 2}
"""Worst level of all results -> exit code of `doctor`, for monitoring. SKIPPED counts as 0: where an earlier check
failed, that check's error decides."""


@dataclass(frozen=True)
class Check:
    """One of the checks that `doctor` runs: id, title, the function that does it, and which checks must pass before."""

    id: str
    """Identifier of the check for monitoring systems, which must never change."""
    title: str
    """Vietnamese name of the check, shown to the operator."""
    look: Callable[[DoctorContext], Iterator[Result]]
    """Function that does the check and yields its results; a GovernorError or OSError that it raises becomes an error
    result."""
    needs: tuple[str, ...] = ()
    """Ids of earlier checks; if one of them failed or was skipped, this check is skipped."""
    asks: bool = False
    """Whether the check uses the network; with --offline it is skipped."""


class Diagnosis(NamedTuple):
    """One result of `doctor` together with the check that yielded it."""

    check: Check
    result: Result


def examine(context: DoctorContext, checks: Sequence[Check], begin: Callable[[Check], None]) -> Iterator[Diagnosis]:
    """Run the checks in order and yield each result; a check whose needed checks failed is skipped.

    `begin` is called with each check before it runs, for a progress display.
    """
    unfit: set[str] = set()
    titles = {check.id: check.title for check in checks}
    for check in checks:
        begin(check)
        lacking = [titles[need] for need in check.needs if need in unfit]
        if lacking:
            results = [
                Result(
                    Level.SKIPPED,
                    f"chưa kiểm tra được, vì mục {', '.join(lacking)} chưa đạt hoặc chưa được kiểm tra",
                )
            ]
        elif check.asks and context.offline:
            results = [_OFFLINE]
        else:
            results = _run(check, context)
        if any(result.level in {Level.ERROR, Level.SKIPPED} for result in results):
            unfit.add(check.id)
        yield from (Diagnosis(check, result) for result in results)


def worst(findings: Sequence[Diagnosis]) -> Level:
    """Return the worst severity of all results, which decides the exit code; GOOD if there are no results."""
    order = list(Level)
    return max((finding.result.level for finding in findings), key=order.index, default=Level.GOOD)


def _run(check: Check, context: DoctorContext) -> list[Result]:
    results: list[Result] = []
    try:
        results.extend(check.look(context))
    except GovernorError as failed:
        results.append(Result(Level.ERROR, str(failed), "Xem bảng lỗi trong docs/loi.md."))
    except OSError as failed:
        results.append(
            Result(
                Level.ERROR,
                f"{failed.filename or ''}: {of_system(failed)}",
                "Chạy lệnh này bằng tài khoản của dịch vụ: sudo -u zalo-governor.",
            )
        )
    return results
