"""`zalo-governor simulate`: run a simulated Zalo server on this machine."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.scenario.scenario import load_scenario
from zalo_governor.simulator.server import Simulator, serve
from zalo_governor.system import logging


def simulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng trên 127.0.0.1; 0 là cổng nào còn trống.")] = 0,
    scenario: Annotated[Path | None, typer.Option(help="Tệp YAML mô tả thành viên và một ngày của Nhóm.")] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.001, help="Tốc độ: mỗi giây thật ứng với bao nhiêu giây của kịch bản.")
    ] = None,
) -> None:
    """Chạy một Zalo mô phỏng trên máy này; xem bước 2 của docs/cai-dat.md."""
    logging.configure(console=sys.stdout.isatty())
    try:
        plan = load_scenario(scenario) if scenario else None
        asyncio.run(serve(Simulator(system_clock, plan, speed), port, lambda url: typer.echo(f"listening on {url}")))
    except SimulatorError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(ExitCode.WRONG_USE) from None
