"""`zalo-governor go-live`: end the trial, in which only admins get messages, so that everybody gets them."""

import sys
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor.app.context import open_records
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.trial import policy_of
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.features.trial.service import switch_on
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

_CONFIRMATION = (
    "Từ lúc này Hệ thống gửi tin cho thành viên và Trưởng nhóm theo cấu hình. Chuyển sang hoạt động chính thức?"
)


def go_live(
    config: ConfigFile = DEFAULT_CONFIG,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Không hỏi lại.")] = False,
) -> None:
    """Kết thúc chạy thử: từ nay thành viên và Trưởng nhóm nhận tin. Hệ thống đang chạy thì vài giây sau áp dụng."""
    settings = load_settings(config)
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigError("go-live: lệnh không được gõ trực tiếp nên không hỏi lại được; hãy thêm --yes")
        if not Asking(Console()).yes(_CONFIRMATION, default=False):
            say("Chưa thay đổi gì.")
            return
    with closing(open_records(settings, system_clock)) as records:
        policy = policy_of(records)
        with UnitsOfWork(records.database, policy.account).begin() as uow:
            done = _end_trial(policy, uow)
    say(done)


def _end_trial(policy: ServicePolicy, uow: UnitOfWork) -> str:
    """End the trial in all groups, even where it has not begun; return a Vietnamese text for the operator."""
    groups = [group for group in policy.governed if policy.of(group.id).trial]
    if not groups:
        return "Cấu hình không có thời gian chạy thử (trial.days: 0); Hệ thống hoạt động chính thức từ lần chạy đầu."
    trials = [uow.trials.get(policy.account, group.id) for group in groups]
    live = [trial.live_at for trial in trials if trial and trial.live_at]
    if len(live) == len(groups):
        since = local(max(live))
        return f"Hệ thống đã hoạt động chính thức từ {since:%H:%M ngày %d/%m/%Y}; không có gì thay đổi."
    for group in groups:
        # Otherwise the first start of the bot would begin the trial.
        uow.trials.begin(policy.account, group.id, system_clock())
    switch_on(policy, uow, groups, None)
    note_access(uow, system_clock, "trial.ended")
    if not any(trials):
        return "Đã ghi nhận: Hệ thống hoạt động chính thức ngay từ lần chạy đầu tiên, không qua chạy thử."
    return "Đã chuyển sang hoạt động chính thức. Chương trình đang chạy sẽ báo cho Quản trị Nhóm trong vài giây."
