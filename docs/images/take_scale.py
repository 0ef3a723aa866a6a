"""Draw the curves of docs/quy-mo.md from build/bench.json, which `python -m tests.bench scale` writes: quy-mo.svg."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

_STEPS = {"1": "1 Nhóm", "10": "10 Nhóm", "100": "100 Nhóm", "100_10m": "100 Nhóm", "1000_10m": "1.000 Nhóm"}
"""Step of the benchmark -> words below the curves; rows are added, and steps that were not run left out."""
_COLOURS = ("#1f5fa8", "#b4532a", "#3d7a3d", "#7a5195")
_WIDTH, _HEIGHT = 400, 210
_LEFT, _TOP, _BOTTOM, _RIGHT = 46, 44, 40, 14


class Curve(NamedTuple):
    """One line of a chart: its words, and the figure of the benchmark that it shows."""

    words: str
    figure: str


_CHARTS: tuple[tuple[str, float, Sequence[Curve]], ...] = (
    (
        "Bộ nhớ của một tài khoản (MB)",
        1,
        (
            Curve("chương trình chính", "bot_pss_mb"),
            Curve("tiến trình quy tắc", "rules_pss_mb"),
            Curve("tiến trình đọc tệp", "scan_pss_mb"),
        ),
    ),
    (
        "Giây bộ xử lý cho 1.000 tin",
        1,
        (
            Curve("tất cả", "cpu_seconds"),
            Curve("đọc tệp (3% số tin)", "cpu_seconds_scan"),
            Curve("PostgreSQL", "cpu_seconds_server"),
        ),
    ),
    (
        "Thời gian trả lời (mili giây)",
        1000,
        (Curve("/baocao tuần", "report_seconds"), Curve("/vipham", "cases_seconds")),
    ),
    (
        "Độ trễ p99 giờ cao điểm (mili giây)",
        1,
        (Curve("từ lúc gửi đến lúc lưu", "stored_ms_p99"), Curve("đến lúc xét xong", "judged_ms_p99")),
    ),
)
"""Title, factor, and curves of each chart."""


def main() -> None:
    """Read the figures and write the picture."""
    figures = json.loads(Path("build/bench.json").read_text())
    drawn = [
        "".join([f'<g transform="translate({number % 2 * _WIDTH} {number // 2 * _HEIGHT})">', *lines, "</g>"])
        for number, lines in enumerate(_chart(figures, *chart) for chart in _CHARTS)
    ]
    size = f"{2 * _WIDTH} {(len(_CHARTS) + 1) // 2 * _HEIGHT}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif" font-size="10">'
    picture = "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *drawn, "</svg>\n"])
    Path(__file__).with_name("quy-mo.svg").write_text(picture, encoding="utf-8")


def _chart(figures: dict[str, float], title: str, factor: float, curves: Sequence[Curve]) -> Iterator[str]:
    steps = [step for step in _STEPS if f"scale_{step}_rows" in figures]
    values = [[factor * figures[f"scale_{step}_{curve.figure}"] for step in steps] for curve in curves]
    most = max(max(line) for line in values) * 1.1
    down = _HEIGHT - _BOTTOM

    def across(place: int) -> float:
        return _LEFT + 18 + place * (_WIDTH - _LEFT - _RIGHT - 36) / max(len(steps) - 1, 1)

    def high(value: float) -> float:
        return down - value / most * (down - _TOP)

    yield _text(_LEFT, 14, title, weight="bold", anchor="start")
    yield f'<path d="M{_LEFT} {_TOP - 6}V{down}H{_WIDTH - _RIGHT}" fill="none" stroke="#888"/>'
    for place, step in enumerate(steps):
        rows = f"{_number(figures[f'scale_{step}_rows'] / 1e6).removesuffix(',0')} triệu tin"
        for number, word in enumerate((_STEPS[step], rows)):
            yield _text(across(place), down + 14 + 12 * number, word)
    at = float(_LEFT)
    for number, (curve, line) in enumerate(zip(curves, values, strict=True)):
        colour = _COLOURS[number]
        points = [(across(place), high(value)) for place, value in enumerate(line)]
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for (x, y), value in zip(points, line, strict=True):
            yield f'<circle cx="{x:.0f}" cy="{y:.0f}" r="2.5" fill="{colour}"/>'
            yield _text(x, y - 5, _number(value), colour=colour)
        yield _text(at, 28, f"● {curve.words}", colour=colour, anchor="start")
        at += 18 + 5.6 * len(curve.words)


def _text(
    x: float, y: float, words: str, *, colour: str = "#222", anchor: str = "middle", weight: str = "normal"
) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-weight="{weight}">{escape(words)}</text>'


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".replace(".", ",")


if __name__ == "__main__":
    main()
