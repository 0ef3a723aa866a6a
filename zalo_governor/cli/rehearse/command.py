"""`zalo-governor rehearse`: try the program with the real Zalo, a spare account and a test group, before real use."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor.app.context import open_records
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.cli.login.flow import signing_in
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.rehearse.acts import all_acts
from zalo_governor.cli.rehearse.guide import Guide
from zalo_governor.cli.rehearse.screen import Screen
from zalo_governor.config.sections import ZaloSettings
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.zalo.recording.rehearsal import FOLDER, RECORDING_FILE, Outcome


def rehearse(
    config: ConfigFile = DEFAULT_CONFIG,
    group: Annotated[str, typer.Option(help="Mã của Nhóm thử; bỏ trống thì chọn trên màn hình.")] = "",
    anew: Annotated[bool, typer.Option("--anew", help="Làm lại từ đầu; bản ghi cũ được giữ với tên khác.")] = False,
    route_to: Annotated[
        str | None, typer.Option(help="Địa chỉ Zalo mô phỏng trên máy này, để làm thử mà không cần Zalo.")
    ] = None,
) -> None:
    """Diễn tập với Zalo thật trước khi sử dụng: dẫn qua từng việc trong Nhóm thử, nói điều gì khác với đã biết.

    Có thể dừng rồi làm tiếp. Mã thoát 0: mọi việc đều thấy và hiểu được; 1: còn việc chưa thấy hoặc không hiểu.
    """
    if not sys.stdin.isatty():
        raise GovernorError("Lệnh này cần người trả lời ở màn hình; đề nghị chạy trong một cửa sổ dòng lệnh.")
    screen = Screen(Console())
    try:
        with signing_in():
            outcomes = _run(_own_settings(config, route_to), screen, group, anew=anew)
    except (KeyboardInterrupt, typer.Abort):
        screen.say_stopped()
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    unclear = {Outcome.NOT_UNDERSTOOD, Outcome.NOT_SEEN}
    raise typer.Exit(ExitCode.FAILURE if outcomes & unclear else ExitCode.GOOD)


def _own_settings(config: Path, route_to: str | None) -> Settings:
    """Return the settings for a rehearsal: the office's, if any, with a separate data folder and session file."""
    settings = load_settings(config) if config.exists() else Settings()
    folder = config.resolve().parent / settings.data_dir / FOLDER
    given = {"session_file": folder / "session.json"} | ({"route_to": route_to} if route_to else {})
    try:
        zalo = ZaloSettings.model_validate(settings.zalo.model_dump() | given)
    except ValueError:
        raise ConfigError("--route-to: chỉ nhận địa chỉ của chính máy này, ví dụ http://127.0.0.1:8900") from None
    return settings.model_copy(update={"data_dir": folder, "database_url": None, "zalo": zalo})


def _run(settings: Settings, screen: Screen, group_id: str, *, anew: bool) -> set[Outcome]:
    """Carry out the rehearsal until it is finished or stopped; return which outcomes its acts had."""
    path = settings.data_dir / RECORDING_FILE
    settings.data_dir.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(open_records(settings, system_clock)) as records:
        if anew and path.exists():
            path.rename(path.with_stem(f"{path.stem}-{records.clock():%Y%m%d-%H%M%S}"))
        rehearsal = Guide(records, path, screen, group_id).run()
        screen.show_summary(rehearsal, path)
        done = rehearsal.acts
        return {done[act.id].outcome if act.id in done else Outcome.NOT_SEEN for act in all_acts()}
