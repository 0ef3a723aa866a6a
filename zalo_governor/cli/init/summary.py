"""Texts that `zalo-governor init` prints after the last question and after writing the files."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from zalo_governor.app.policy import introduction_of
from zalo_governor.cli.prompts import Asking
from zalo_governor.config import Settings
from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.regulation import Regulation
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.introduction import introduction_text
from zalo_governor.setup.choices import ROLE_NAMES, Choices
from zalo_governor.setup.config_copy import CopyReport


def sum_up(asking: Asking, choices: Choices) -> None:
    """Print what the operator has decided in `init` (groups, people, alert …), before the files are written."""
    asking.say()
    asking.say("── Sẽ ghi")
    asking.say(f"  Nhóm: {', '.join(group.name or group.id for group in choices.groups or ())}")
    for role, chosen in choices.holders.items():
        named = ", ".join(f"{one.written_name} ({one.written_title or 'chưa ghi chức vụ'})" for one in chosen)
        asking.say(f"  {ROLE_NAMES[role]}: {named or 'chưa có'}")
    asking.say(f"  Cơ quan: {choices.office['unit']}, {choices.office['province']}; báo cáo: {choices.office['desk']}")
    issued = date.fromisoformat(choices.regulation["issued"])
    asking.say(f"  Quy chế: số {choices.regulation['number']} ngày {issued:%d/%m/%Y}, {choices.regulation['issuer']}")
    asking.say(f"  Báo khi Hệ thống không nghe được Zalo: {_describe_alarm(choices.alarm)}")


def _describe_alarm(alarm: Mapping[str, Any]) -> str:
    if smtp := alarm.get("smtp"):
        return f"thư điện tử tới {', '.join(smtp['recipients'])}"
    return str(alarm.get("webhook") or "không báo ai")


def tell_what_was_done(asking: Asking, config: Path, folder: Path, report: CopyReport) -> None:
    """Print which files `init` has written, and which it left alone because somebody had edited them.

    `config` is the settings file; `folder` is the configuration folder, and `report` says what was changed in it.
    """
    asking.say()
    asking.say(f"Đã ghi {config}.")
    asking.say(f"Bản cấu hình của cơ quan ở {folder}: {len(report.added)} tệp mới, {len(report.updated)} tệp cập nhật.")
    for name in report.removed:
        asking.say(f"  Không còn dùng, đã bỏ: {name}")
    for name in report.left:
        asking.say(f"  Cơ quan đã sửa, giữ nguyên: {name}")


def show_introduction(asking: Asking, settings: Settings) -> None:
    """Print the text with which the bot will introduce itself to the members of the group."""
    catalogue = Catalogue.load(settings.rules_dir / "messages.vi.yaml")
    regulation = validate(Regulation, load_yaml(settings.rules_dir / "quy-che.yaml"))
    asking.say()
    asking.say("── Lời giới thiệu mà thành viên sẽ đọc")
    asking.say(introduction_text(introduction_of(settings), MessageFormatter(catalogue, regulation)))


def tell_what_is_next(asking: Asking) -> None:
    """Print the commands that the operator should run after `init` (`doctor`, `run`, `backup` …)."""
    asking.say()
    asking.say("Việc tiếp theo:")
    asking.say("  zalo-governor doctor               kiểm tra mọi thứ trước khi chạy")
    asking.say("  zalo-governor run                  chạy Hệ thống ở màn hình này; Ctrl-C để dừng")
    asking.say("  zalo-governor backup --new-code    tạo mã khôi phục cho bản sao lưu, cất vào phong bì")
    asking.say("  zalo-governor install-service      chạy thành dịch vụ của máy")
    asking.say("Hướng dẫn từng bước: docs/cai-dat.md")
