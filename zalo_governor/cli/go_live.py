"""`zalo-governor go-live`: end the trial, in which only admins get messages, so that everybody gets them."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor.app.context import open_records
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.trial import policy_of
from zalo_governor.config import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.services.messaging.trial import switch_on
from zalo_governor.storage.unit_of_work import SqlUnitsOfWork

_CONFIRMATION = "Từ lúc này Hệ thống gửi tin tới thành viên và Trưởng nhóm theo thiết đặt. Bắt đầu?"


def go_live(
    config: ConfigFile = DEFAULT_CONFIG,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Không hỏi lại.")] = False,
) -> None:
    """Kết thúc chạy thử: từ nay thành viên và Trưởng nhóm nhận tin. Hệ thống đang chạy làm theo trong vài giây."""
    settings = load_settings(config)
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigError("go-live: không có ai để hỏi ở đây; hãy thêm --yes")
        if not Asking(Console()).yes(_CONFIRMATION, default=False):
            typer.echo("Chưa thay đổi gì.")
            return
    records = open_records(settings, system_clock)
    try:
        policy = policy_of(records)
        with SqlUnitsOfWork(records.database, policy.account).begin() as uow:
            switched = switch_on(policy, uow, None)
            if switched:
                note_access(uow, system_clock, "trial.ended")
    finally:
        records.close()
    typer.echo("Đã bật. Quản trị nhóm nhận tin báo khi chương trình đang chạy." if switched else "Đã bật từ trước.")
