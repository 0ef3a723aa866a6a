"""`zalo-governor rehearse`: an hour with the real Zalo, a spare account and a test group, before an office goes live."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor import __version__
from zalo_governor.app.context import AppContext, open_records
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.cli.login.flow import SignInError, cannot_write, clean_up_when_told_to_end, told
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.rehearse import leads
from zalo_governor.cli.rehearse.acts import Act, Lead, all_acts
from zalo_governor.cli.rehearse.guide import Guide, StoppedError
from zalo_governor.cli.rehearse.hearing import Hearing
from zalo_governor.cli.rehearse.screen import HELP, Screen
from zalo_governor.config import Settings, load_settings
from zalo_governor.config.sections import ZaloSettings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.system import logging
from zalo_governor.system.process import forbid_core_dumps
from zalo_governor.zalo.api.groups import own_groups
from zalo_governor.zalo.errors import LoginRefusedError, ZaloError
from zalo_governor.zalo.recording.rehearsal import FOLDER, RECORDING_FILE, Outcome, Rehearsal, load_rehearsal
from zalo_governor.zalo.recording.structure import Describer

_INTRODUCTION = (
    "Diễn tập với Zalo thật: chừng một giờ, với một tài khoản dự phòng và một Nhóm thử có trưởng nhóm, phó nhóm và "
    "thành viên. Không dùng tài khoản mà Hệ thống đang chạy: đăng nhập ở đây sẽ ngắt phiên của Hệ thống.",
    "Chương trình chỉ ghi cấu trúc của những gì Zalo gửi, không ghi nội dung, tên người hay mã phiên.",
)


def rehearse(
    config: ConfigFile = DEFAULT_CONFIG,
    group: Annotated[str | None, typer.Option(help="Mã của Nhóm thử; bỏ trống thì chọn trên màn hình.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Làm lại từ đầu; bản ghi cũ được giữ với tên khác.")] = False,
    route_to: Annotated[
        str | None, typer.Option(help="Địa chỉ Zalo mô phỏng trên máy này, để làm thử mà không cần Zalo.")
    ] = None,
) -> None:
    """Diễn tập với Zalo thật trước khi sử dụng: dẫn qua từng việc trong Nhóm thử, nói điều gì khác với đã biết.

    Có thể dừng rồi làm tiếp. Mã thoát 0: mọi việc đều thấy và hiểu được; 1: còn việc chưa thấy hoặc không hiểu.
    """
    forbid_core_dumps()
    logging.silence()
    clean_up_when_told_to_end()
    if not sys.stdin.isatty():
        raise GovernorError("Lệnh này cần người trả lời ở màn hình; đề nghị chạy trong một cửa sổ dòng lệnh.")
    screen = Screen(Console())
    try:
        rehearsal = _run(_own_settings(config, route_to), screen, group, anew=anew)
    except SignInError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.ending) from None
    except OSError as error:
        raise cannot_write(error) from None
    except (KeyboardInterrupt, typer.Abort):
        screen.say("\nĐã dừng. Chạy lại lệnh này để làm tiếp.")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    outcomes = {rehearsal.acts[act.id].outcome if act.id in rehearsal.acts else Outcome.NOT_SEEN for act in all_acts()}
    unclear = {Outcome.NOT_UNDERSTOOD, Outcome.NOT_SEEN}
    raise typer.Exit(ExitCode.FAILURE if outcomes & unclear else ExitCode.GOOD)


def _own_settings(config: Path, route_to: str | None) -> Settings:
    """Return the installation's settings, with a data folder and a session of the rehearsal's own.

    Before the office is set up there are none: then the defaults hold.
    """
    settings = load_settings(config) if config.exists() else Settings()
    folder = config.resolve().parent / settings.data_dir / FOLDER
    given = {"session_file": folder / "session.json"} | ({"route_to": route_to} if route_to else {})
    try:
        zalo = ZaloSettings.model_validate(settings.zalo.model_dump() | given)
    except ValueError:
        raise ConfigError("--route-to: chỉ nhận địa chỉ của chính máy này, ví dụ http://127.0.0.1:8900") from None
    return settings.model_copy(update={"data_dir": folder, "database_url": None, "zalo": zalo})


def _run(settings: Settings, screen: Screen, group_id: str | None, *, anew: bool) -> Rehearsal:
    """Lead through the rehearsal until it is finished or stopped; return it as far as it has come."""
    path = settings.data_dir / RECORDING_FILE
    settings.data_dir.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    records = open_records(settings, system_clock)
    try:
        now = records.clock()
        if anew and path.exists():
            path.rename(path.with_stem(f"{path.stem}-{now:%Y%m%d-%H%M%S}"))
        simulated = settings.zalo.route_to is not None
        begun = Rehearsal(program=__version__, simulated=simulated, began_at=now, changed_at=now)
        rehearsal = load_rehearsal(path) or begun
        describer = Describer(rehearsal.next_number)
        guide = Guide(rehearsal, path, describer, screen, records.clock)
        for line in (*_INTRODUCTION, HELP):
            screen.say(line)
        if guide.next_act() is None:
            # All was gone through: ask again for what was not seen.
            rehearsal.acts = {
                act: observed for act, observed in rehearsal.acts.items() if observed.outcome is not Outcome.NOT_SEEN
            }
        try:
            _Session(records, rehearsal, guide, screen, describer, group_id).run()
        except StoppedError:
            screen.say("Đã dừng. Chạy lại lệnh này để làm tiếp.")
        screen.show_summary(rehearsal, all_acts(), path)
        return rehearsal
    finally:
        records.close()


class _Session:
    """One run of the command: the acts in their order, with a line to Zalo that is opened when it is first needed."""

    def __init__(
        self,
        records: AppContext,
        rehearsal: Rehearsal,
        guide: Guide,
        screen: Screen,
        describer: Describer,
        group_id: str | None,
    ) -> None:
        self._records = records
        self._rehearsal = rehearsal
        self._guide = guide
        self._screen = screen
        self._describer = describer
        self._group_id = group_id or ""
        self._hearing: Hearing | None = None

    def run(self) -> None:
        """Ask for one act after the other."""
        try:
            while act := self._guide.next_act():
                self._perform(act)
        finally:
            if self._hearing:
                self._hearing.close()

    def _perform(self, act: Act) -> None:
        console, guide = self._screen.console, self._guide
        if act.lead in {Lead.DECLINE, Lead.LOGIN}:
            guide.show(act)
            does = leads.decline_login if act.lead is Lead.DECLINE else leads.sign_in
            guide.record(act, does(self._records, console))
            return
        hearing = self._open_line()
        guide.show(act)
        if act.lead is Lead.SEND_LONG_TEXTS:
            guide.record(act, leads.send_long_texts(hearing, self._group_id, console, self._records.clock()))
            return
        if act.lead is Lead.GO_OFFLINE:
            hearing.disconnect()
            self._screen.say("  Đã ngắt kết nối. Gõ Enter khi đã đủ thời gian.")
            guide.line(None)
            hearing.connect(wants_old=True)
        guide.wait_for(act, hearing.next)

    def _open_line(self) -> Hearing:
        """Return the line to Zalo; on first use log in, with a new QR code if Zalo no longer takes the session."""
        if self._hearing is None:
            try:
                hearing = Hearing(self._records, self._describer)
            except (ConfigError, LoginRefusedError):
                self._records.settings.zalo.session_file.unlink(missing_ok=True)
                leads.sign_in(self._records, self._screen.console)
                hearing = Hearing(self._records, self._describer)
            except ZaloError as error:
                raise told(error) from error
            self._hearing = hearing
            group = self._chosen_group(hearing)
            self._group_id = group.group_id
            self._rehearsal.client_version = hearing.session.api.client_version
            hearing.watch(group)
        return self._hearing

    def _chosen_group(self, hearing: Hearing) -> GroupSnapshot:
        try:
            there = {group.id: group.name for group in own_groups(hearing.client)}
            if self._group_id not in there and there:
                names = list(there.values())
                chosen = Asking(self._screen.console).one("Chọn Nhóm thử theo số", names, 0 if len(names) == 1 else None)
                self._group_id = list(there)[chosen] if chosen is not None else ""
            if not self._group_id:
                raise GovernorError("Tài khoản dự phòng chưa ở trong Nhóm thử nào; đề nghị thêm vào rồi chạy lại.")
            snapshot, _ = hearing.client.group(self._group_id)
        except ZaloError as error:
            raise told(error) from error
        if not snapshot.co_admin_uids:
            self._screen.say("Nhóm thử chưa có phó nhóm; đề nghị đặt một người, rồi chạy lại lệnh này.")
        return snapshot
