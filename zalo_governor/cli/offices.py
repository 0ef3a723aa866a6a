"""`zalo-governor offices`: list the offices that share a PostgreSQL server; `offices add`: add a further one."""

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.text import Text

from zalo_governor.cli import words
from zalo_governor.cli.options import OfficesFolder
from zalo_governor.cli.terminal import Terminal
from zalo_governor.cli.wrapping import folding_table, say
from zalo_governor.doctor.running import MEANING
from zalo_governor.domain.clock import local
from zalo_governor.setup.offices import new_address, stated_address, write_office_settings
from zalo_governor.setup.systemd import NAME, OFFICES_ETC, office_installation, tmpfiles_rules, write
from zalo_governor.storage.maintenance.offices import OfficeRow, State, add_office, check_name
from zalo_governor.storage.maintenance.offices import offices as all_offices

_ADMINISTRATOR = "postgres"
AdminUrl = Annotated[
    str,
    typer.Option(
        "--admin-url",
        envvar="ZALO_GOVERNOR_ADMIN_URL",
        help="Địa chỉ của cơ sở dữ liệu chung, bằng tài khoản quản trị PostgreSQL.",
    ),
]
_DEFAULT_URL = f"postgresql://{_ADMINISTRATOR}@/zalo_governor"
_HEADINGS = "Cơ quan|Tình trạng|Phiên bản|Kết nối Zalo|Chờ xét|Gián đoạn hôm nay|Tin không gửi được|Sao lưu|Ổ đĩa còn"
_STATES = {
    State.RUNNING: "đang chạy",
    State.STARTING: "đang khởi động",
    State.STOPPED: "đã dừng",
    State.NEVER_RUN: "chưa chạy lần nào",
    State.BROKEN: "CÓ LỖI",
}

offices = Terminal(help="Nhiều cơ quan trên một máy chủ PostgreSQL.")


@offices.callback(invoke_without_command=True)
def list_offices(
    context: typer.Context,
    admin_url: AdminUrl = _DEFAULT_URL,
    as_json: Annotated[bool, typer.Option("--json", help="Hiện dạng JSON thay cho bảng.")] = False,
) -> None:
    """Liệt kê các cơ quan dùng chung PostgreSQL và tình trạng từng cơ quan. Mã thoát 1: có cơ quan đang có lỗi."""
    if context.invoked_subcommand is not None:
        return
    with _as_administrator(admin_url):
        found = all_offices(admin_url)
    if as_json:
        told = [row._asdict() | {"figures": row.figures and row.figures.model_dump(mode="json")} for row in found]
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        table = folding_table(*_HEADINGS.split("|"))
        for row in found:
            table.add_row(*(Text(cell, "bold red" if row.state is State.BROKEN else "") for cell in _cells(row)))
        Console().print(table)
    raise typer.Exit(any(row.state is State.BROKEN for row in found))


@offices.command()
def add(
    name: Annotated[str, typer.Argument(metavar="TÊN", help="Tên ngắn, không dấu, ví dụ so-noi-vu.")],
    admin_url: AdminUrl = _DEFAULT_URL,
    etc: OfficesFolder = OFFICES_ETC,
    units: Annotated[Path, typer.Option("--etc", help="Thư mục để ghi quy tắc của systemd-tmpfiles.")] = Path("/etc"),
) -> None:
    """Thêm một cơ quan: tài khoản và vùng dữ liệu riêng trên PostgreSQL, governor.yaml riêng. Chạy lại được."""
    check_name(name)
    made = office_installation(name, Path(sys.executable), Path(sys.base_prefix), etc=etc)
    known = stated_address(made.config, name)
    address = known or new_address(admin_url, name)
    is_new = not made.config.exists()
    if is_new:
        write_office_settings(made, address, etc)
    write({f"tmpfiles.d/{made.unit()}.conf": tmpfiles_rules(made)}, units)
    with _as_administrator(admin_url):
        add_office(admin_url, name, str(address.password))
    say(f"Cơ quan {name}: đã có tài khoản và vùng dữ liệu riêng trên PostgreSQL.")
    if is_new:
        say(f"đã ghi {made.config} (có mật khẩu: chỉ root và tài khoản {NAME} đọc được)")
    elif known is None:
        say(f"{made.config} đã có mà chưa có database_url; hãy ghi dòng này vào (mật khẩu chỉ hiện lần này):")
        typer.echo(f"database_url: {address.render_as_string(hide_password=False)}")
    say("Việc tiếp theo:")
    for command in (
        f"sudo zalo-governor init --config {made.config}",
        f"sudo zalo-governor doctor --config {made.config}",
        f"sudo systemctl enable --now {made.unit()}.service {made.unit('-backup')}.timer",
    ):
        typer.echo(f"  {command}")


@contextmanager
def _as_administrator(admin_url: str) -> Iterator[None]:
    """Context manager that runs the block as the system user `postgres`, if root uses the default URL.

    That URL is the local socket, where PostgreSQL accepts an administrator only from the system user of that name.
    """
    if os.geteuid() != 0 or admin_url != _DEFAULT_URL:
        yield
        return
    with suppress(KeyError):  # No PostgreSQL is installed on this machine; the error of connecting says so.
        os.seteuid(pwd.getpwnam(_ADMINISTRATOR).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def _cells(row: OfficeRow) -> list[str]:
    known, state = row.figures, _STATES[row.state]
    if row.state is State.BROKEN:
        says, _ = MEANING.get(known.condition if known else "", ("không còn báo tình trạng", ""))
        state += f": {says}"
    if row.since:
        state += f", từ {local(row.since):%H:%M %d/%m/%Y}"
    if known is None:
        return [row.name, state]
    numbers = (known.waiting, known.gaps_today, known.undelivered)
    backup = f"{local(known.backed_up_at):%H:%M %d/%m/%Y}" if known.backed_up_at else "chưa có"
    return [
        row.name,
        state,
        f"{known.version} ({known.form})",
        words.value(known.line),
        *("" if number is None else str(number) for number in numbers),
        f"{backup} (quá hạn)" if known.backup_overdue else backup,
        f"{known.free_mb / 1000:.0f} GB",
    ]
