"""The failure matrix: who learns what, and when, while Zalo fails for some people for some time.

`python -m tests.acceptance.delivery.matrix` writes docs/delivery-matrix.md anew.
"""

import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import structlog

from tests.acceptance.delivery.stage import BEGIN, FALLBACK, Fault, Kind, Played, Stage, make_database
from zalo_governor.storage.engine.database import Database

FOREVER = timedelta(days=9)
LASTS = {timedelta(seconds=45): "45 giây", timedelta(minutes=20): "20 phút", FOREVER: "không chấm dứt"}
WHOM = {
    "member": ("member",),
    "one of the desk": ("admin",),
    "all of the desk": ("admin", "staff"),
    "leader": ("leader",),
}
DOC = Path(__file__).parents[3] / "docs" / "delivery-matrix.md"
REFUSING = {Fault.NOT_FROM_YOU, Fault.STRANGERS, Fault.CODE_127, Fault.NO_ACCOUNT}
"""Zalo says no for good."""
DONE = {Fault.DONE_THEN_500, Fault.DONE_THEN_HANG}
"""It arrives in spite of the error."""
_HEAD = """Dành cho Quản trị Nhóm và cán bộ kỹ thuật; cam kết và mã lỗi: [giao-tin.md](giao-tin.md). Mỗi dòng là kết
quả cho Hệ thống chạy với một Zalo gặp trục trặc đúng như đã nêu (624 trường hợp; người có mã nguồn làm lại
được bằng `python -m tests.acceptance.delivery.matrix`). Thời gian tính từ lúc có sự việc đến lúc người được
nêu tên biết, lâu nhất là bấy nhiêu. Không ai đọc một tin hai lần mà không thấy chữ "(gửi lại)"; tin nào
không đến được thì Hệ thống đều nêu là chưa đến."""
_STEPS = (
    (timedelta(minutes=1), "1 phút"),
    (timedelta(minutes=4), "4 phút"),
    (timedelta(minutes=16), "16 phút"),
    (timedelta(minutes=31), "31 phút"),
    (timedelta(hours=13), "13 giờ"),
    (FOREVER, "một ngày"),
)
_NAMES = {
    "member": "thành viên",
    "one of the desk": "Quản trị Nhóm",
    "all of the desk": "Quản trị Nhóm và cán bộ được giao",
    "leader": "Trưởng nhóm",
    "admin": "Quản trị Nhóm",
    "staff": "cán bộ được giao",
    "reader": "người được xem báo cáo",
    FALLBACK: "thư điện tử, webhook",
}


class Cell(NamedTuple):
    """One square of the matrix."""

    fault: Fault
    whom: str
    lasts: timedelta
    kind: Kind

    @property
    def asker(self) -> str:
        """Who gives the command whose answer is to be delivered; for other kinds it does not matter."""
        return {"member": "member", "leader": "leader"}.get(self.whom, "admin")

    def play(self, database: Database) -> Played:
        """What came of it."""
        return Stage(database, self.fault, WHOM[self.whom], self.lasts).play(self.kind, self.asker)


def cells(kind: Kind | None = None, lasts: timedelta | None = None) -> Iterator[Cell]:
    """All of them, or those of one kind and time."""
    for fault, whom, time, what in product(Fault, WHOM, LASTS, Kind):
        if kind in {None, what} and lasts in {None, time}:
            yield Cell(fault, whom, time, what)


def play_all(database: Database) -> dict[Cell, Played]:
    """What came of each cell. A cell is not played if it cannot differ from one that was: everything is determined by
    the cell, and nothing that sets the two apart has ever mattered.

    Where no send failed at all, the kind of failure and how long it lasts do not matter; nor how long it lasts where
    the last send of an endless one failed before the end of the shorter one.
    """
    played: dict[Cell, Played] = {}
    unharmed: dict[tuple[str, Kind], Played] = {}
    for cell in sorted(cells(), key=lambda cell: -cell.lasts):
        longest = played.get(cell._replace(lasts=FOREVER))
        same = unharmed.get((cell.whom, cell.kind))
        if longest and longest.failed_at and longest.failed_at < BEGIN + cell.lasts:
            same = longest
        came = played[cell] = same or cell.play(database)
        if came.failed_at is None:
            unharmed[cell.whom, cell.kind] = came
    return {cell: played[cell] for cell in cells()}


def outcome(cell: Cell, played: Played) -> str:
    """Who learns it first, and by when, in words short enough for a table."""
    first: dict[str, timedelta] = {}
    for told in played.told:
        first.setdefault(told.who, told.at - BEGIN)
    said = ", ".join(f"{_NAMES[who]} {_within(after)}" for who, after in first.items())
    shown = f"{played.counts.failed} tin được nêu là chưa đến" if played.counts.failed else ""
    return "; ".join(filter(None, (said or "không ai", shown)))


def _within(after: timedelta) -> str:
    if after <= timedelta(seconds=1):
        return "ngay"
    return "≤ " + next(words for limit, words in _STEPS if after <= limit)


def document(outcomes: dict[Cell, str]) -> str:
    """The page: a table for each kind of notice, faults with the same outcome in one row."""
    lines = [
        "# Zalo gặp trục trặc thì ai được biết, sau bao lâu",
        "",
        _HEAD,
    ]
    for kind in Kind:
        rows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for cell, words in outcomes.items():
            if cell.kind is kind:
                rows[cell.whom, LASTS[cell.lasts], words].append(cell.fault.value)
        lines += [
            "",
            f"## Tin: {kind.value}",
            "",
            "| trục trặc với | trong bao lâu | trục trặc gì | ai được biết |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {_NAMES[whom]} | {lasts} | {'mọi kiểu' if len(faults) == len(Fault) else ', '.join(faults)} | {words} |"
            for (whom, lasts, words), faults in rows.items()
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Play all and write the page."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as name:
        database = make_database(Path(name))
        outcomes = {cell: outcome(cell, came) for cell, came in play_all(database).items()}
        DOC.write_text(document(outcomes), "utf-8")


if __name__ == "__main__":
    main()
