"""Texts that `zalo-governor init` prints after the last question and after writing the files."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from zalo_governor.app.configuration import load_configuration
from zalo_governor.app.policy import introduction_of
from zalo_governor.cli.init.questions import Section
from zalo_governor.cli.prompts import Asking, is_yes
from zalo_governor.config.settings import Settings
from zalo_governor.config.settings_warnings import shared_roles
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.messaging.introduction import introduction_text
from zalo_governor.setup.choices import OVERSEER_NAME, ROLE_NAMES, Choices, Holder
from zalo_governor.setup.config_copy import CopyReport
from zalo_governor.setup.systemd import NAME, unit_of

_CONFIRMATION = "confirmation"
_PACKAGED_UNIT = Path(f"/usr/lib/systemd/system/{NAME}.service")
"""Present where the program was installed as a Debian package, which brings the service with it."""


def sum_up(asking: Asking, choices: Choices) -> None:
    """Print what the operator has decided in `init` (groups, people, alert …), before the files are written.

    The sections are numbered in the order of `Section`, for `confirm`.
    """
    office, regulation = choices.office, choices.regulation
    names = {group.id: group.name or group.id for group in choices.groups or ()}
    asking.say()
    asking.say("── Nội dung sẽ ghi")
    asking.say(f"  1. Nhóm: {', '.join(names.values())}")
    asking.say("  2. Những người có vai trò")
    for role, chosen in choices.holders.items():
        named = ", ".join(_describe_holder(one, names) for one in chosen)
        asking.say(f"     {ROLE_NAMES.get(role, OVERSEER_NAME)}: {named or 'chưa có'}")
    asking.say(f"  3. Cơ quan: {office['unit']}, {office['province']}; cơ quan lập báo cáo: {office['desk']}")
    signing = ", ".join(filter(None, (office["signer"], office["signer_name"])))
    abbreviation = office["abbreviation"] or "bỏ trống"
    asking.say(f"     Người ký báo cáo: {signing}; chữ viết tắt của cơ quan lập báo cáo: {abbreviation}")
    issued = date.fromisoformat(regulation["issued"])
    asking.say(f"  4. Quy chế: số {regulation['number']} ngày {issued:%d/%m/%Y}, {regulation['issuer']}")
    asking.say(f"  5. Kênh cảnh báo dự phòng: {_describe_alarm(choices.alarm)}")
    asking.say(f"  6. Bảng điều khiển: {'bật' if choices.panel.get('enabled') else 'chưa bật'}")


def _describe_holder(holder: Holder, names: Mapping[str, str]) -> str:
    where = f"; Nhóm {', '.join(names[group] for group in holder.groups)}" if holder.groups else ""
    return f"{holder.written_name} ({holder.written_title or 'chưa ghi chức vụ'}{where})"


def confirm(asking: Asking) -> bool:
    """Ask whether to write what was summed up; return the answer.

    If the operator types the number of a section, its questions are asked again.
    """
    asking.begin_section(_CONFIRMATION)
    while True:
        answer = asking.text("Ghi các nội dung trên? (c: có, k: không; gõ số để sửa một mục)", "c")
        if (agreed := is_yes(answer)) is not None:
            return agreed
        if answer.isdecimal() and 1 <= int(answer) <= len(Section):
            section = [*Section][int(answer) - 1]
            # People are chosen among the members of the groups: other groups, other people.
            anew = (section, Section.PEOPLE) if section is Section.GROUPS else (section,)
            asking.change_section(*anew, _CONFIRMATION)
        asking.say(f"  Đề nghị gõ c (có), k (không) hoặc số từ 1 đến {len(Section)}.")


def _describe_alarm(alarm: Mapping[str, Any]) -> str:
    if smtp := alarm.get("smtp"):
        return f"thư điện tử tới {', '.join(smtp['recipients'])}"
    return str(alarm.get("webhook") or "chưa đặt")


def tell_what_was_done(asking: Asking, config: Path, folder: Path, report: CopyReport) -> None:
    """Print which files `init` has written, and which it left alone because somebody had edited them.

    `config` is the settings file; `folder` is the configuration folder, and `report` says what was changed in it.
    """
    asking.say()
    asking.say(f"Đã ghi {config}.")
    asking.say(
        f"Bộ quy tắc và câu chữ riêng của cơ quan ở {folder}: {len(report.added)} tệp mới, "
        f"{len(report.updated)} tệp được cập nhật."
    )
    for name in report.removed:
        asking.say(f"  Không còn dùng, đã xóa: {name}")
    for name in report.left:
        asking.say(f"  Cơ quan đã sửa, giữ nguyên: {name}")


def show_introduction(asking: Asking, settings: Settings) -> None:
    """Print the text with which the bot will introduce itself to the members of the first group."""
    group_id = settings.groups[0].id if settings.groups else NO_GROUP
    asking.say()
    asking.say("── Lời giới thiệu gửi thành viên")
    asking.say(introduction_text(introduction_of(settings, group_id), load_configuration(settings).voice_of(group_id)))


def tell_what_is_next(asking: Asking, config: Path, settings: Settings) -> None:
    """Print the commands that the operator should run after `init` (`doctor`, `run`, `backup` …).

    With the simulator, backups and the service are left out. A warning about roles that hold in all groups comes first.
    `config` is the settings file.
    """
    asking.say()
    if shared := shared_roles(settings):
        asking.say(f"Lưu ý: {shared}.")
    asking.say("Việc tiếp theo:")
    if unit_of(config) != NAME:
        asking.say(f"  (mỗi lệnh zalo-governor dưới đây gõ thêm: --config {config})")
    asking.say("  zalo-governor doctor               kiểm tra hệ thống trước khi chạy")
    if settings.zalo.route_to:
        asking.say(
            "  zalo-governor run                  chạy Hệ thống với Zalo mô phỏng trên màn hình này; Ctrl-C để dừng"
        )
        asking.say("Thử xong với Zalo mô phỏng thì khai báo với Zalo thật ở một thư mục khác.")
        asking.say("Hướng dẫn từng bước: docs/cai-dat.md")
        return
    asking.say("  zalo-governor backup --new-code    tạo mã khôi phục cho bản sao lưu, cho vào phong bì niêm phong")
    if _PACKAGED_UNIT.exists():
        asking.say(f"  systemctl enable --now {unit_of(config)} {unit_of(config, '-backup')}.timer")
        asking.say("                                     chạy thành dịch vụ, sao lưu mỗi đêm")
    else:
        asking.say("  zalo-governor run                  chạy Hệ thống trên màn hình này; Ctrl-C để dừng")
        asking.say("  zalo-governor install-service      cài thành dịch vụ, tự chạy khi máy khởi động")
    asking.say("Hướng dẫn từng bước: docs/cai-dat.md")
