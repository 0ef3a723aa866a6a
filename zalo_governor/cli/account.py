"""`zalo-governor account`: replace a lost or blocked bot account by a new one."""

from typing import Annotated

import typer
from rich.console import Console

from zalo_governor.app.context import AppContext, open_records
from zalo_governor.app.sessions import open_session
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.terminal import Terminal
from zalo_governor.cli.wrapping import print_rows, say
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.setup.account_matching import Acquainted, acquaint
from zalo_governor.storage.engine.lock_owner import refuse_while_running
from zalo_governor.storage.engine.transaction import OFFICE_LOCK
from zalo_governor.storage.maintenance.account_replacement import (
    KnownPerson,
    accounts_of,
    acquaintances,
    may_follow,
    succeed,
)
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.api.group_actions import ZaloGroupActions

account = Terminal(help="Tài khoản Zalo của Hệ thống.", no_args_is_help=True)


@account.callback()
def _group() -> None:
    """Tài khoản Zalo của Hệ thống."""


@account.command()
def replace(
    config: ConfigFile = DEFAULT_CONFIG,
    old: Annotated[
        str | None, typer.Option(help="uid của tài khoản bị mất, khi cơ sở dữ liệu có nhiều tài khoản.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Không hỏi lại; khi đó không nhận diện người chỉ giống nhau ở tên.")
    ] = False,
) -> None:
    """Thay tài khoản bị mất, sau khi đăng nhập tài khoản mới; giữ nguyên vai trò, vụ việc và lịch sử."""
    records = open_records(load_settings(config), system_clock)
    session, asking = open_session(records), Asking(Console())
    try:
        refuse_while_running(records.database, panel=True)
        session.login()
        lost = _find_old_account(records, old, session.uid)
        may_follow(records.database, lost, session.uid)
        client = ZaloClient(session, system_clock)
        seen = [client.group(group.id) for group in records.settings.groups]
        known = acquaintances(records.database, lost)
        members = [member for _, found in seen for member in found if member.uid != session.uid]
        found = acquaint(known, members, ZaloGroupActions(client).by_phone)
        _print_matches(known, found)
        again = found.known_again | ({} if yes else _ask_for_matches(found, asking))
        if not yes and not asking.yes(f"Thay tài khoản {lost} bằng tài khoản {session.uid}?", default=False):
            say("Chưa thay đổi gì.")
            return
        _replace_account(records, lost, session.uid, again, [snapshot for snapshot, _ in seen])
        _print_unmatched(known, again)
    finally:
        session.close()
        records.close()


def _find_old_account(records: AppContext, stated: str | None, new: str) -> str:
    there = [uid for uid in accounts_of(records.database) if uid != new]
    if stated is None and len(there) == 1:
        return there[0]
    if stated in there:
        return stated
    if not there:
        raise ConfigError("Cơ sở dữ liệu chưa có tài khoản nào khác để thay.")
    raise ConfigError(f"--old: đề nghị nêu tài khoản bị mất: {', '.join(there)}")


def _ask_for_matches(found: Acquainted, asking: Asking) -> dict[int, str]:
    """Ask the operator, for each known person and group member with similar names, whether they are the same person.

    Similar names alone prove nothing. Return the confirmed matches: id of the known person -> uid for the new account.
    """
    return {
        one.known.person_id: one.uid
        for one in found.suggestions
        if asking.yes(
            f"{one.known.name} ({one.known.title}) có phải là tài khoản {one.shown!r} (uid {one.uid})?", default=False
        )
    }


def _replace_account(records: AppContext, old: str, new: str, again: dict[int, str], seen: list[GroupSnapshot]) -> None:
    database = records.database
    with UnitsOfWork(database, new).begin() as uow:
        connection = uow.tx.connection
        database.lock(connection, OFFICE_LOCK)
        carried = succeed(
            connection,
            database.keys,
            old=old,
            new=new,
            known_again={uid: person_id for person_id, uid in again.items()},
            seen=seen,
            at=system_clock(),
        )
        note_access(uow, system_clock, "account.replaced", old=old, new=new, people=carried.people)
    database.persons.forget()
    records.forget_account(old)
    records.keep_account(new)
    say(f"Đã thay tài khoản {old} bằng {new}: {carried.people} người được nhận ra.")
    if carried.notices or carried.notices_lost:
        say(
            f"Tin đang chờ gửi: {carried.notices} tin sẽ do tài khoản mới gửi, {carried.notices_lost} tin không còn "
            "người nhận."
        )
    say(
        "Vai trò, vụ việc và lịch sử được giữ nguyên. Thời gian từ khi tài khoản cũ mất kết nối đến lúc khởi động được "
        "ghi là gián đoạn, và tin được lấy lại từ lịch sử của Nhóm nếu Zalo còn giữ; tin nhắn riêng gửi tài khoản cũ "
        "không lấy lại được. Thành viên cần kết bạn với tài khoản mới để nhận tin riêng."
    )


def _print_matches(known: list[KnownPerson], found: Acquainted) -> None:
    say(
        f"Tài khoản cũ biết {len(known)} người. Nhận ra theo mã chung (global_id): {found.by_global_id}; theo số điện "
        f"thoại: {found.by_phone}; giống tên, cần xác nhận: {len(found.suggestions)}."
    )
    strangers = [(member.zalo_name or member.display_name, member.uid) for member in found.strangers]
    print_rows("Trong Nhóm, chưa nhận ra là ai", ("Tên", "uid"), strangers)


def _print_unmatched(known: list[KnownPerson], again: dict[int, str]) -> None:
    lost = [one for one in known if one.person_id not in again and (one.matters or one.groups)]
    if not lost:
        say("Mọi người đều đã được nhận ra.")
        return
    rows = [(one.name or one.uid, _why_it_matters(one)) for one in lost]
    print_rows("Chưa nhận ra được (rời Nhóm, hoặc Zalo chưa cho biết)", ("Tên", "Vai trò"), rows)
    say(
        "Người có vai trò chưa được nhận ra thì chưa dùng lệnh được: đề nghị ghi uid hoặc global_id mới của người đó "
        "vào mục people của governor.yaml (xem bằng zalo-governor members sau khi khởi động)."
    )


def _why_it_matters(one: KnownPerson) -> str:
    parts = [", ".join(sorted(role.value for role in one.roles))]
    if one.open_cases:
        parts.append(f"{one.open_cases} vụ việc đang xử lý")
    return "; ".join(filter(None, parts)) or "thành viên"
