"""`zalo-governor trial`: show what the bot withheld during the trial, and the share of false alarms of each rule.

The trial is the first period of use, in which only the admins get messages.
"""

from contextlib import closing
from datetime import timedelta
from typing import Annotated, Any

import orjson
import typer

from zalo_governor.app.context import AppContext, read_records
from zalo_governor.app.policy import office_policy
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.features.trial.service import TrialPage
from zalo_governor.messaging.policy import LineStatus, ServicePolicy
from zalo_governor.messaging.trial_filter import by_addressee, on_trial
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork


def trial(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Hiện dạng JSON.")] = False,
) -> None:
    """Xem kết quả chạy thử: lẽ ra đã gửi tin cho ai, nếu đang hoạt động chính thức; số báo nhầm theo từng khoản."""
    with closing(read_records(load_settings(config), system_clock)) as records:
        policy = policy_of(records)
        with UnitsOfWork(records.database, policy.account).begin() as uow:
            note_access(uow, system_clock, "trial.shown")
            shown = (
                orjson.dumps([_as_json(policy, uow, group.id) for group in policy.governed]).decode()
                if as_json
                else "\n\n".join(TrialPage(policy.of(group.id)).text(uow, group.id) for group in policy.governed)
            )
    say(shown)


def policy_of(records: AppContext) -> ServicePolicy:
    """Build the ServicePolicy (settings that the services need) for a command that does not connect to Zalo.

    Raises:
        ConfigError: no bot account has ever logged in in this installation.
    """
    if not records.account:
        raise ConfigError("Trên máy này chưa có tài khoản nào đăng nhập; đề nghị chạy zalo-governor init trước.")
    return office_policy(
        records.configuration.current,
        records.account,
        clock=records.clock,
        status=lambda: LineStatus(None),
    )


def _as_json(policy: ServicePolicy, uow: UnitOfWork, group_id: str) -> dict[str, Any]:
    state = uow.trials.get(policy.account, group_id)
    length = policy.of(group_id).trial
    figures = uow.trials.figures(policy.account, [group_id], state.began_at if state else policy.clock())
    return {
        "group": group_id,
        "on_trial": on_trial(policy, uow, group_id),
        "began_at": state and state.began_at,
        "page_due": state and state.began_at + length if length > timedelta() else None,
        "live_at": state and state.live_at,
        "withheld": [
            {"addressee": kind, "rule": row.rule_id, "clause": row.clause, "notices": row.notices}
            for kind, rows in by_addressee(uow, figures.withheld)
            for row in rows
        ],
        "rules": [row.model_dump() | {"false_share": row.false_share} for row in figures.outcomes],
        "shadow": [row.model_dump() for row in figures.shadow],
    }
