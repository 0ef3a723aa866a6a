"""`zalo-governor members`: list the members of the watched groups with their uids, which governor.yaml needs."""

from collections.abc import Iterator
from contextlib import closing
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zalo_governor.app.context import read_records
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.setup.choices import ROLE_NAMES
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork
from zalo_governor.text.alphabet import sort_key

_ROLES = {role.value: name for role, name in ROLE_NAMES.items()}


def members(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Hiện dạng JSON thay cho bảng.")] = False,
) -> None:
    """Liệt kê thành viên của Nhóm theo dữ liệu hiện có: uid, tên hiển thị, vai trò."""
    settings = load_settings(config)
    with (
        closing(read_records(settings, system_clock)) as records,
        UnitsOfWork(records.database, records.account).begin() as uow,
    ):
        found = {group.id: list(_members(uow, records.account, group.id)) for group in settings.groups}
    if as_json:
        typer.echo(orjson.dumps([row for rows in found.values() for row in rows], option=orjson.OPT_INDENT_2))
        return
    if not found:
        typer.echo("Tệp cấu hình chưa có Nhóm nào; hãy thêm mã Nhóm vào mục groups.")
    for group_id, rows in found.items():
        _print_table(f"Nhóm {group_id}: {len(rows)} thành viên, chưa kể tài khoản của Hệ thống", rows)


def _members(uow: UnitOfWork, account: str, group_id: str) -> Iterator[dict[str, Any]]:
    """Yield a table row for each person who is now in the group: keys group, uid, name and roles.

    The rows are sorted by name, in the order of Vietnamese lists. The bot account, whose uid is `account`, is left out.
    """
    names = uow.members.judged_names(account, group_id)
    for uid in sorted(
        uow.members.present_uids(account, group_id) - {account}, key=lambda uid: (sort_key(names.get(uid, "")), uid)
    ):
        person = uow.people.find_or_create(account, uid)
        roles = sorted(role.value for role in person.roles_in(group_id)) if person else []
        yield {"group": group_id, "uid": uid, "name": names.get(uid, ""), "roles": roles}


def _print_table(title: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=title)
    # A truncated uid could not be copied.
    table.add_column("uid", no_wrap=True, min_width=max((len(row["uid"]) for row in rows), default=1))
    table.add_column("Tên hiển thị")
    table.add_column("Vai trò")
    for row in rows:
        table.add_row(row["uid"], Text(row["name"]), ", ".join(_ROLES.get(role, role) for role in row["roles"]))
    Console().print(table)
