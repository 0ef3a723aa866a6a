"""`zalo-governor init`: set up an installation, interactively or from an answers file; can be repeated."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from zalo_governor.app.context import AppContext, open_records
from zalo_governor.app.policy import seeds
from zalo_governor.app.sessions import log_in
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.cli.init.questions import Conversation, full_names, people_left
from zalo_governor.cli.init.summary import confirm, show_introduction, sum_up, tell_what_is_next, tell_what_was_done
from zalo_governor.cli.login.command import OtherAccount, QrFile
from zalo_governor.cli.login.flow import Ending, SignIn, SignInError, signing_in, standing_still, told
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.prompts import HINT_OF_BACK, Asking
from zalo_governor.cli.wrapping import say
from zalo_governor.config.sections import ZaloSettings
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Member, Role
from zalo_governor.setup.answers_file import AnswerFile, load_answers
from zalo_governor.setup.choices import Choices, ChosenGroup, Holder, with_leader
from zalo_governor.setup.config_copy import REGULATION, OfficeCopy, is_sample, office_values
from zalo_governor.setup.settings_writer import checked_content, write_settings
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.api.groups import OwnGroup, own_groups
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import LoginRefusedError, ZaloError

_CONFIG_DIR = "config"
_REQUIRED_AT_FIRST = (
    "office.province",
    "regulation.number",
    "regulation.issued",
    "groups",
    "people.leader",
    "people.admin",
)


def init(
    config: ConfigFile = DEFAULT_CONFIG,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", help="Tệp YAML ghi sẵn câu trả lời; khi đó không hỏi gì.", dir_okay=False),
    ] = None,
    route_to: Annotated[
        str | None, typer.Option("--route-to", help="Địa chỉ của Zalo mô phỏng trên máy này, để thử mà không cần Zalo.")
    ] = None,
    qr_file: QrFile = None,
    other_account: OtherAccount = False,
) -> None:
    """Khai báo: đăng nhập, chọn Nhóm, người giữ vai trò; ghi governor.yaml, bộ quy tắc và câu chữ riêng của cơ quan.

    Chạy lại được; những gì cơ quan đã sửa được giữ nguyên.
    """
    with signing_in():
        installation = Installation(config, load_answers(answers) if answers else None, route_to)
        try:
            installation.make(qr_file, other_account=other_account)
        except (typer.Abort, KeyboardInterrupt):
            say(f"\n{installation.describe_stop()}", err=True)
            raise typer.Exit(ExitCode.INTERRUPTED) from None


class _GroupData(NamedTuple):
    """What `init` has read from Zalo: the bot account's uid, the groups to watch, and the members of these groups.

    `groups` is None if the answers file does not mention groups: then those in the present settings stay.
    """

    account: str
    groups: Sequence[ChosenGroup] | None
    members: Sequence[Member]


class Installation:
    """One run of `init`: logs in to Zalo, asks the operator (or reads an answers file), then writes what was decided.

    Written are governor.yaml, the configuration folder, and the people with roles in the database.
    """

    def __init__(self, config: Path, answers: AnswerFile | None, route_to: str | None) -> None:
        self._config = config
        self._answers = answers
        self._there = load_settings(config) if config.exists() else None
        # `offices add` writes settings without any group.
        self._first = self._there is None or not self._there.groups
        self._console = Console()
        self._asking = Asking(self._console)
        self._route_to = route_to or (answers.answers.route_to if answers else None)
        if answers and self._first:
            answers.require(*_REQUIRED_AT_FIRST)
        self._settings = self._provisional_settings()
        self._members_seen: dict[str, Sequence[Member]] = {}
        """Group id -> members, as read from Zalo in this run."""

    def make(self, qr_file: Path | None, *, other_account: bool) -> None:
        """Run all steps of `init`; settings and configuration are written only once all decisions are confirmed.

        `qr_file` is where to put the image of the QR code for the login, None for the data folder; `other_account` says
        whether another bot account than before is accepted without asking.

        Raises:
            SignInError: the login failed.
        """
        self._settings.data_dir.parent.mkdir(parents=True, exist_ok=True)
        folder = self._copy_folder()
        with closing(open_records(self._settings, system_clock)) as records:
            self._asking.say(
                "Khai báo Zalo Governor. Cấu hình chỉ được ghi sau khi đồng chí xác nhận ở bước cuối; riêng phiên "
                "đăng nhập được lưu ngay, để lần sau không phải quét mã lại."
            )
            if not self._answers:
                self._asking.say(f"Ở mỗi câu hỏi: {HINT_OF_BACK}; Enter để nhận giá trị trong ngoặc; Ctrl-C để dừng.")
            session = self._open_session(records, qr_file, other_account=other_account)
            try:
                with standing_still(records, session.uid):
                    self._decide_and_write(records, session, folder)
            finally:
                session.close()

    def describe_stop(self) -> str:
        """Return what to tell the operator who stopped before the end: what is stored, and how to go on."""
        data_dir, session = self._settings.data_dir, self._settings.zalo.session_file
        there = [
            name
            for name, path in (
                ("phiên đăng nhập", session),
                ("cơ sở dữ liệu", data_dir / "governor.db"),
                ("khóa mã hóa", self._settings.key_path),
            )
            if path.exists()
        ]
        state = "chưa được ghi" if self._first else "vẫn như trước"
        told = [f"Đã dừng; {self._config.name}, bộ quy tắc và câu chữ riêng của cơ quan {state}."]
        if self._first and there:
            told.append(f"Đã lưu: {', '.join(there)} (thư mục {data_dir}).")
        again = ", không phải quét mã lại" if session.exists() else ""
        return " ".join([*told, f"Chạy lại zalo-governor init để làm tiếp{again}."])

    def _decide_and_write(self, records: AppContext, session: ZaloSession, folder: Path) -> None:
        client = ZaloClient(session, records.clock)
        try:
            there = self._own_groups(client)
            seen, choices = self._asking.converse(lambda: self._decide(client, session.uid, there, folder))
        except ZaloError as error:
            raise told(error) from error
        checked_content(self._config, choices)
        report = OfficeCopy(shipped_config(), folder).bring_up_to_date(choices.regulation)
        write_settings(self._config, choices)
        settings = load_settings(self._config)
        self._store_people(records, settings, seen)
        tell_what_was_done(self._asking, self._config, folder, report)
        show_introduction(self._asking, settings)
        tell_what_is_next(self._asking, self._config, settings)

    def _provisional_settings(self) -> Settings:
        """Return the settings that `init` itself works with until it has written the new ones.

        These are the existing settings (without any: the defaults), changed by --route-to and the answers file.
        """
        settings, base = self._there or Settings(), self._config.resolve().parent
        given = self._answers.answers.data_dir if self._answers else None
        if self._answers and self._there and given:
            raise self._answers.document.error(("data_dir",), "đổi nơi để dữ liệu thì sửa trong governor.yaml")
        data_dir = base / (given or settings.data_dir)
        zalo = settings.zalo.model_dump() | ({"route_to": self._route_to} if self._route_to else {})
        session_file = base / settings.zalo.session_file
        try:
            routed = ZaloSettings.model_validate(zalo | {"session_file": session_file})
        except ValueError:
            raise self._answer_error(
                "route_to", "chỉ nhận địa chỉ của chính máy này, ví dụ http://127.0.0.1:8900"
            ) from None
        return settings.model_copy(update={"data_dir": data_dir, "zalo": routed})

    def _copy_folder(self) -> Path:
        given = self._answers.answers.config_dir if self._answers else None
        folder = self._config.resolve().parent / (given or self._settings.config_dir or _CONFIG_DIR)
        if folder.resolve() == shipped_config().resolve():
            raise self._answer_error(
                "config_dir",
                f"{folder} là bản cấu hình gốc của chương trình. Đề nghị dùng một thư mục riêng của cơ quan.",
            )
        return folder

    def _answer_error(self, answer: str, message: str) -> ConfigError:
        """Return the error for a wrong answer; its text names the line in the answers file or the command line option.

        `answer` is the key of the answer, such as "route_to"; `message` says in Vietnamese what is wrong.
        """
        if self._answers and getattr(self._answers.answers, answer) is not None:
            return self._answers.document.error((answer,), message)
        return ConfigError(f"--{answer.replace('_', '-')}: {message}" if answer == "route_to" else message)

    def _open_session(self, records: AppContext, qr_file: Path | None, *, other_account: bool) -> ZaloSession:
        """Log in with the stored session if Zalo still accepts it, else with a QR code; return the logged-in session.

        `qr_file` and `other_account` are those of `make`.

        Raises:
            SignInError: the login failed.
        """
        # Not for a new installation: the database that its settings name may have the session of another one.
        if not self._first or records.settings.zalo.session_file.exists():
            try:
                with standing_still(records, records.account):
                    session = log_in(records)
            except ConfigError:
                self._asking.say("Chưa có phiên đăng nhập.")
            except LoginRefusedError as error:
                self._asking.say(f"Phiên đăng nhập cũ không dùng được nữa (Zalo trả lời mã {error.code}).")
            except ZaloError as error:
                raise told(error) from error
            else:
                records.keep_account(session.uid)
                self._asking.say(f"Đang dùng phiên đăng nhập của tài khoản uid {session.uid}.")
                return session
        SignIn(records, self._console, qr_file=qr_file, other_account=other_account).run()
        try:
            return log_in(records)
        except ZaloError as error:
            raise told(error) from error

    def _own_groups(self, client: ZaloClient) -> Sequence[OwnGroup]:
        there = own_groups(client)
        if not there:
            raise SignInError(
                Ending.REFUSED,
                "Tài khoản này chưa ở trong Nhóm nào. "
                "Đề nghị trưởng nhóm hoặc phó nhóm trên Zalo thêm tài khoản vào Nhóm, rồi chạy lại lệnh "
                "này.",
            )
        return there

    def _decide(
        self, client: ZaloClient, account: str, there: Sequence[OwnGroup], folder: Path
    ) -> tuple[_GroupData, Choices]:
        """Take all decisions from the answers file, or ask the operator; called anew when the operator goes back.

        Raises:
            typer.Abort: the operator does not want them written.
        """
        conversation = Conversation(self._asking, self._settings, first=self._first)
        known = [ChosenGroup(group.id, group.name) for group in there]
        groups = self._answers.groups(known) if self._answers else conversation.groups(there)
        watched = groups or [ChosenGroup(group.id, group.name) for group in self._settings.groups]
        members = {
            group: [member for member in self._members(client, group.id) if member.uid != account] for group in watched
        }
        everybody = {member.uid: member for of_group in members.values() for member in of_group}
        seen = _GroupData(account, groups, list(everybody.values()))
        named = self._answers.holders(seen.members) if self._answers else conversation.holders(members)
        choices = self._choices(conversation, seen, with_leader(named, first=self._first), folder)
        left = people_left(self._settings, watched)
        if gone := [person for person in self._settings.people if person not in left]:
            self._asking.say(f"Vai trò chỉ ở Nhóm thôi theo dõi sẽ bị bỏ khỏi governor.yaml: {full_names(gone)}.")
        if not self._answers:
            sum_up(self._asking, choices)
            if not confirm(self._asking):
                raise typer.Abort
        return seen, choices

    def _members(self, client: ZaloClient, group_id: str) -> Sequence[Member]:
        if group_id not in self._members_seen:
            snapshot, self._members_seen[group_id] = client.group(group_id)
            if snapshot.members_hidden:
                self._asking.say(
                    f"Nhóm {snapshot.name} ẩn danh sách thành viên: chỉ đọc được {len(snapshot.member_uids)} trên "
                    f"{snapshot.total_members} người. Để đọc đủ, đề nghị đặt tài khoản này làm phó nhóm rồi chạy lại."
                )
        return self._members_seen[group_id]

    def _choices(
        self, conversation: Conversation, seen: _GroupData, holders: dict[Role, list[Holder]], folder: Path
    ) -> Choices:
        base = self._config.resolve().parent
        relative = folder.relative_to(base) if folder.is_relative_to(base) else folder
        top = {} if self._settings.config_dir else {"config_dir": str(relative)}
        zalo = {"route_to": self._route_to} if self._route_to else {}
        if self._answers:
            choices = self._answers.choices(seen.groups, holders, first=self._first)
            return replace(choices, top={**top, **choices.top}, zalo={**choices.zalo, **zalo})
        office = conversation.office()
        regulation = conversation.regulation(_decided_regulation(folder), office["unit"])
        alarm, panel = conversation.alarm(), conversation.panel()
        return Choices(top, zalo, office, alarm, panel, seen.groups, holders, regulation)

    def _store_people(self, records: AppContext, settings: Settings, seen: _GroupData) -> None:
        """Store the people with roles from `settings` in the database, so that the bot obeys their commands at once.

        For a person whom the settings identify only by Zalo's globalId (an id that is the same for every bot account),
        the uid is taken from the group member with this globalId.
        """
        uids = {member.global_id: member.uid for member in seen.members if member.global_id}
        people = [one._replace(uid=one.uid or uids.get(one.global_id or "")) for one in seeds(settings)]
        UnitsOfWork(records.database, seen.account).seed_people(seen.account, people)


def _decided_regulation(folder: Path) -> dict[str, str]:
    """Return number, issued and issuer of the office's regulation; {} if it has none but the sample that is shipped."""
    own = folder / REGULATION
    values = office_values(own) if own.exists() else {}
    return {} if is_sample(values) else values
