"""`zalo-governor doctor`: run all checks of an installation and print what is wrong and how to repair it."""

from collections.abc import Mapping
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, OfficesFolder
from zalo_governor.cli.wrapping import folding_table, say
from zalo_governor.doctor.check import Level
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.doctor.registry import CHECKS
from zalo_governor.doctor.runner import EXIT_CODES, Check, Diagnosis, examine, worst
from zalo_governor.domain.clock import system_clock
from zalo_governor.setup.offices import settings_files
from zalo_governor.setup.systemd import OFFICES_ETC
from zalo_governor.system import logging

_LEVEL_STYLES = {
    Level.GOOD: ("TỐT", "green"),
    Level.NOTE: ("LƯU Ý", "cyan"),
    Level.SKIPPED: ("BỎ QUA", "bright_black"),
    Level.WARNING: ("CẢNH BÁO", "yellow"),
    Level.ERROR: ("LỖI", "bold red"),
}


def doctor(
    config: ConfigFile = DEFAULT_CONFIG,
    offline: Annotated[bool, typer.Option("--offline", help="Không kết nối mạng, không hỏi Zalo.")] = False,
    send_test: Annotated[bool, typer.Option("--send-test", help="Gửi thử một tin qua kênh cảnh báo dự phòng.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Hiện dạng JSON.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Kiểm tra mọi cơ quan của máy chủ này, mỗi cơ quan một dòng.")
    ] = False,
    offices_dir: OfficesFolder = OFFICES_ETC,
) -> None:
    """Kiểm tra hệ thống, không thay đổi gì. Mã thoát 0: tốt, 1: có cảnh báo, 2: có lỗi."""
    logging.silence()
    console = Console()
    pretty = console.is_terminal and not as_json

    def examined(config: Path) -> list[Diagnosis]:
        with (
            closing(DoctorContext(config, system_clock, offline=offline, send_test=send_test)) as context,
            console.status("Đang kiểm tra") if pretty else nullcontext() as status,
        ):

            def begin(check: Check) -> None:
                if status:
                    status.update(f"Đang kiểm tra: {check.title}")

            return list(examine(context, CHECKS, begin))

    if every:
        of_offices = {path.parent.name: examined(path) for path in settings_files(offices_dir)}
        if as_json:
            told = {name: _as_json(found) for name, found in of_offices.items()}
            typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        else:
            _print_offices(of_offices, console)
        raise typer.Exit(max(EXIT_CODES[worst(found)] for found in of_offices.values()))
    findings = examined(config)
    if as_json:
        typer.echo(orjson.dumps(_as_json(findings), option=orjson.OPT_INDENT_2))
    elif pretty:
        console.print(_table(findings))
    else:
        for finding in findings:
            row = (_LEVEL_STYLES[finding.result.level][0], finding.check.title, *finding.result[1:])
            typer.echo("\t".join(row).rstrip())
    if not as_json:
        say(_summary(findings, offline=offline))
    raise typer.Exit(EXIT_CODES[worst(findings)])


def _print_offices(of_offices: Mapping[str, list[Diagnosis]], console: Console) -> None:
    """Print a table of the offices with their worst level and the results that are warnings or errors."""
    table = folding_table("", "Cơ quan", "Mục chưa tốt")
    for name, findings in of_offices.items():
        word, style = _LEVEL_STYLES[worst(findings)]
        lacking = [found for found in findings if found.result.level in {Level.WARNING, Level.ERROR}]
        says = "; ".join(f"{found.check.title}: {found.result.says}" for found in lacking)
        table.add_row(Text(word if lacking else "TỐT", style if lacking else "green"), Text(name), Text(says))
    console.print(table)
    say("Xem việc nên làm: zalo-governor doctor --config TỆP, với governor.yaml của cơ quan ấy.")


def _as_json(findings: list[Diagnosis]) -> dict[str, object]:
    checks = [
        {"id": found.check.id, "level": found.result.level, "says": found.result.says, "mend": found.result.mend}
        for found in findings
    ]
    return {"level": worst(findings), "checks": checks}


def _table(findings: list[Diagnosis]) -> Table:
    table = folding_table("", "Mục", "Kết quả và việc nên làm", title="Kiểm tra hệ thống")
    for check, result in findings:
        word, style = _LEVEL_STYLES[result.level]
        told = Text(result.says)
        if result.mend:
            told.append(f"\n→ {result.mend}", style="italic")
        table.add_row(Text(word, style), Text(check.title), told)
    return table


def _summary(findings: list[Diagnosis], *, offline: bool) -> str:
    count = {level: sum(found.result.level is level for found in findings) for level in Level}
    skipped = f", {count[Level.SKIPPED]} mục bỏ qua" if count[Level.SKIPPED] else ""
    unasked = " Chưa kiểm tra gì qua mạng, vì lệnh có --offline." if offline else ""
    return f"{count[Level.ERROR]} lỗi, {count[Level.WARNING]} cảnh báo, {count[Level.GOOD]} mục tốt{skipped}.{unasked}"
