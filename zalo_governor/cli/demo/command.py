"""`zalo-governor demo`: run the bot and a Zalo simulator through a simulated working day of a provincial group."""

import json
import re
import signal
import socket
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.cli.demo.check import Check, Evidence, everything, replies
from zalo_governor.cli.demo.processes import DemoError, Program, SimulatorControl, ask, ask_json, start_simulator
from zalo_governor.cli.demo.screen import Screen
from zalo_governor.cli.language import translated
from zalo_governor.cli.spreadsheets.writer import write_sheet
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.people import Role
from zalo_governor.sandbox.spreadsheets.reader import read_sheet
from zalo_governor.simulator.scenario.scenario import Scenario, load_scenario
from zalo_governor.zalo.auth.browser import USER_AGENT

_BOT = ("Hệ thống", "the bot")
_SIMULATOR = ("Zalo mô phỏng", "the simulator")
_POLL_SECONDS = 0.2
_SAMPLE_ROSTER = "danh-sach-mau.csv"
_OFFICE_NAME = re.compile(r"(?:UBND|Sở|Ban|Văn phòng|Công an|Bộ Chỉ huy|Thanh tra|Trung tâm) .*")
_START_SECONDS = 25.0
"""Time limit in seconds from the start of the bot to the first act of the scenario."""
_LAST_ANSWERS_SECONDS = 12.0
_LAST_SCANS_SECONDS = 60.0
"""Longest wait, after the scenario has ended, for the scans of its files."""


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(help="Thư mục lưu cơ sở dữ liệu, nhật ký chạy, báo cáo; bỏ trống là build/demo/<giờ chạy>."),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Tốc độ: mỗi giây thật ứng với bao nhiêu giây của kịch bản; bỏ trống thì cả ngày mất chừng 70 giây.",
        ),
    ] = None,
    with_panel: Annotated[
        bool, typer.Option("--panel", help="Mở cả bảng điều khiển, và giữ tất cả chạy cho tới khi bấm Ctrl-C.")
    ] = False,
) -> None:
    """Trình diễn: cho Hệ thống chạy qua một ngày làm việc mô phỏng trên máy này; không gửi gì ra ngoài."""
    began = local(system_clock())
    folder = (keep or Path("build") / "demo" / began.strftime("%Y%m%d-%H%M%S")).resolve()
    # SIGTERM acts like Ctrl-C, so that the processes that this command starts are stopped as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        complete = _run(folder, speed, began, with_panel=with_panel)
    except GovernorError as error:
        say(str(error), err=True)
        complete = False
    raise typer.Exit(0 if complete else 1)


def _run(folder: Path, speed: float | None, began: datetime, *, with_panel: bool) -> bool:
    if folder.exists() and any(folder.iterdir()):
        raise DemoError(
            translated(
                f"{folder} không trống; đề nghị chọn thư mục khác bằng --keep",
                f"{folder} is not empty; name another folder with --keep",
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    files = shipped_config() / "demo"
    day = load_scenario(files / "ngay-lam-viec.yaml")
    seconds = (day.play[-1].at - day.start) / (speed or day.speed)
    simulator, control = start_simulator(files / "ngay-lam-viec.yaml", speed, folder / "simulator.log")
    try:
        settings = _write_settings(folder, files, control.base_url, with_panel=with_panel)
        config = ["--config", str(folder / "governor.yaml")]
        screen = Screen({person.uid: person.full_name for person in settings.people if person.uid})
        screen.say(
            translated(
                f"Zalo mô phỏng ở {control.base_url}; mọi tệp của lần chạy này ở {folder}",
                f"simulator at {control.base_url}; everything of this run lies in {folder}",
            )
        )
        screen.explain()
        _import_roster(folder, day, config)
        bot = Program(["run", *config], folder / "bot.log")
        panel = None
        try:
            events = _watch(bot, simulator, control, screen, seconds)
            checks = _check(events, settings, folder, config, began)
            saved = _save_files(events, control, folder)
            if with_panel:
                panel = Program(["panel", *config], folder / "panel.log")
                _invite(panel, settings, screen, config)
        finally:
            if panel is not None:
                panel.stop()
            bot_code = bot.stop()
    finally:
        simulator_code = simulator.stop()
        control.close()
    checks += [_check_exit_code(_BOT, bot_code), _check_exit_code(_SIMULATOR, simulator_code)]
    screen.verdict(checks)
    _print_summary(screen, settings, folder, checks, saved)
    return all(check.ok for check in checks)


def _invite(panel: Program, settings: Settings, screen: Screen, config: list[str]) -> None:
    """Print a link into the panel for the admin and one for the leader, and keep everything running until Ctrl-C."""
    panel.wait_for("Bảng điều khiển: ")
    for role in (Role.ADMIN, Role.LEADER):
        person = next(one for one in settings.people if role in one.roles)
        link = ask(["panel", "link", person.uid or person.full_name, *config]).strip()
        screen.say(f"{person.full_name}, {person.title}: {link}")
    screen.say(
        translated(
            "Mỗi đường dẫn dùng một lần, trong 10 phút; bấm Ctrl-C để kết thúc",
            "each link works once, within 10 minutes; Ctrl-C ends",
        )
    )
    with suppress(KeyboardInterrupt):
        while panel.running:
            time.sleep(_POLL_SECONDS)


def _write_settings(folder: Path, files: Path, base_url: str, *, with_panel: bool) -> Settings:
    port = base_url.rpartition(":")[2]
    text = (files / "governor.yaml").read_text(encoding="utf-8").replace("PORT", port)
    if with_panel:
        with socket.create_server(("127.0.0.1", 0)) as free:
            text += f"\npanel:\n  enabled: true\n  port: {free.getsockname()[1]}\n"
    (folder / "governor.yaml").write_text(text, encoding="utf-8")
    session = {"imei": "demo-00000000", "user_agent": USER_AGENT, "cookies": {"zpw_sek": "demo"}}
    (folder / "session.json").write_text(json.dumps(session), encoding="utf-8")
    return load_settings(folder / "governor.yaml")


def _import_roster(folder: Path, day: Scenario, config: list[str]) -> None:
    """Import the roster of the demonstration with the command `roster import`.

    It has the people of the shipped sample and those whom the scenario `day` names. `config` are the command line
    options that name the settings file. Must run before the bot reads the group's members for the first time.
    """
    file = folder / "danh-sach.csv"
    heading, *sample = (row.cells for row in read_sheet(shipped_config() / _SAMPLE_ROSTER))
    fields = ("Họ và tên", "Chức vụ", "Cơ quan", "Zalo uid")
    name_at, title_at, agency_at, uid_at = (heading.index(field) for field in fields)
    listed = {cells[uid_at] for cells in sample}
    rows = [list(cells) for cells in sample]
    for name, uid in day.roster:
        if uid not in listed:
            row = [""] * len(heading)
            row[name_at], row[title_at] = name.split(" - ", 1)
            row[agency_at] = _agency(row[title_at])
            row[uid_at] = uid
            rows.append(row)
    write_sheet(file, heading, rows)
    ask(["roster", "import", str(file), "--yes", *config])


def _agency(title: str) -> str:
    """Return the public body named in a Vietnamese job title ("Sở Y tế" in "Giám đốc Sở Y tế"); "" if there is none."""
    found = _OFFICE_NAME.search(title)
    return found[0] if found else ""


def _watch(
    bot: Program, simulator: Program, control: SimulatorControl, screen: Screen, seconds: float
) -> list[RawDict]:
    """Print what happens in simulator and bot until the scenario has ended and all expected replies came.

    The scenario takes `seconds`; waiting ends some time after this, even if replies are missing. Return all events of
    the simulator: what the simulated people did, and the bot's messages.

    Raises:
        DemoError: bot or simulator ended early.
    """
    events: list[RawDict] = []
    deadline = time.monotonic() + _START_SECONDS + seconds
    ended = False
    while time.monotonic() < deadline:
        fresh = control.new_events()
        events += fresh
        screen.show(fresh, bot.new_lines())
        if not bot.running or not simulator.running:
            name = _SIMULATOR if bot.running else _BOT
            raise DemoError(
                translated(
                    f"{name[0]} dừng giữa chừng; xem nhật ký chạy trong {bot.log.parent}",
                    f"{name[1]} ended early; see its log in {bot.log.parent}",
                )
            )
        if not ended and any(event["kind"] == "end" for event in fresh):
            ended = True
            deadline = time.monotonic() + _LAST_ANSWERS_SECONDS
        if ended and not fresh and all(check.ok for check in replies(_acts(events), _sent(events))):
            break
        time.sleep(_POLL_SECONDS)
    return events


def _check(events: list[RawDict], settings: Settings, folder: Path, config: list[str], began: datetime) -> list[Check]:
    days = ["--from", began.date().isoformat(), "--to", local(system_clock()).date().isoformat()]
    report = ["report", *days, *config, "--format"]
    figures = ask_json([*report, "json"])
    deadline = time.monotonic() + _LAST_SCANS_SECONDS
    while figures["attachments"]["waiting"] and time.monotonic() < deadline:
        time.sleep(1.0)
        figures = ask_json([*report, "json"])
    (folder / "report.txt").write_text(ask([*report, "text"]), encoding="utf-8")

    def holders(*roles: Role) -> frozenset[str]:
        return frozenset(person.uid for person in settings.people if person.uid and {*roles}.intersection(person.roles))

    evidence = Evidence(
        acts=_acts(events),
        sent=_sent(events),
        cases=ask_json(["cases", "--json", *config]),
        report=figures,
        admins=holders(Role.ADMIN, Role.ADMIN_STAFF),
        leaders=holders(Role.LEADER),
        folder=folder,
    )
    return everything(evidence)


def _save_files(events: list[RawDict], control: SimulatorControl, folder: Path) -> list[Path]:
    """Save the files and pictures that the bot sent in the demonstration into `folder`; return their paths.

    `events` are the simulator's events; the contents of the files are fetched through `control`.
    """
    saved = []
    for number, message in enumerate((row for row in _sent(events) if row["file_id"]), start=1):
        picture = message["msg_type"] == "chat.photo"
        path = folder / (f"bao-cao-{number}.png" if picture else message["text"].rpartition("/")[2])
        path.write_bytes(control.file(message["file_id"]))
        saved.append(path)
    return saved


def _acts(events: list[RawDict]) -> list[RawDict]:
    return [event for event in events if "expect" in event]


def _sent(events: list[RawDict]) -> list[RawDict]:
    return [event for event in events if event["kind"] == "sent"]


def _check_exit_code(name: tuple[str, str], code: int) -> Check:
    expected = translated(f"{name[0]} dừng bằng SIGTERM, mã thoát 0", f"{name[1]} ends on SIGTERM with 0")
    return Check(expected, str(code), code == 0)


def _print_summary(screen: Screen, settings: Settings, folder: Path, checks: list[Check], files: list[Path]) -> None:
    missing = sum(not check.ok for check in checks)
    done = len(checks) - missing
    screen.say(
        translated(f"{done} trên {len(checks)} kết quả đúng như kịch bản", f"{done} of {len(checks)} as expected")
    )
    rows = [
        (translated("cơ sở dữ liệu", "database"), f"{settings.data_dir / 'governor.db'}"),
        (translated("nhật ký chạy", "logs"), f"{folder / 'bot.log'}, {folder / 'simulator.log'}"),
        (translated("báo cáo", "report"), f"{folder / 'report.txt'}"),
        *((translated("đã gửi Trưởng nhóm", "sent to the leader"), str(file)) for file in files),
        (
            translated("xem tiếp bằng", "look on with"),
            f"{sys.executable} -m zalo_governor cases --config {folder / 'governor.yaml'}",
        ),
    ]
    for name, place in rows:
        screen.say(f"{name:18} {place}")
