"""The sections of governor.yaml, with their defaults and limits."""

import ipaddress
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from zalo_governor.domain.documents import Letterhead, ReportFormat
from zalo_governor.domain.escalation import QuietHours
from zalo_governor.domain.people import Role


def _check_loopback_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("phải là địa chỉ gốc, ví dụ http://127.0.0.1:8900")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("phải là địa chỉ gốc, không kèm đường dẫn phía sau")
    try:
        loopback = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(
            "chỉ địa chỉ trên chính máy này (127.0.0.1, ::1, localhost) được thay cho Zalo; dùng Zalo thật thì ghi null"
        )
    return url.rstrip("/")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfficeSettings(_Section):
    """The office that runs the group."""

    province: str = "tỉnh Mẫu"
    unit: str = "UBND tỉnh Mẫu"
    desk: str = "Sở Khoa học và Công nghệ"
    """The public body of the group's admin, which writes the reports."""
    place: str = "Mẫu"
    """Place name in the date line of reports."""
    signer: str = "Giám đốc"
    addressee: str = "Đồng chí Chủ tịch UBND tỉnh, Trưởng nhóm"
    recipients: tuple[str, ...] = ("Như trên", "Văn phòng UBND tỉnh")

    @property
    def letterhead(self) -> Letterhead:
        """Return the letterhead and signature data of reports."""
        return Letterhead(
            superior=self.unit,
            unit=self.desk,
            place=self.place,
            signer=self.signer,
            addressee=self.addressee,
            recipients=self.recipients,
        )


class SendSettings(_Section):
    """Rate limits for the bot's messages; Zalo blocks accounts that send too much."""

    per_second: float = Field(default=2.0, gt=0, le=1000)
    burst: int = Field(default=20, ge=1)
    private_per_day: int = Field(default=400, ge=1)


class ZaloSettings(_Section):
    """The bot's Zalo account and its connection to Zalo."""

    session_file: Path = Path("session.json")
    """JSON {"imei", "user_agent", "cookies": {name: value}} of a logged-in browser; read once, then kept encrypted.
    `zalo-governor login` writes a file there that only refers to the session stored encrypted."""
    route_to: Annotated[str, AfterValidator(_check_loopback_url)] | None = None
    """Base URL of a simulator on this machine, to which every request is sent instead of to Zalo."""
    client_version: int | None = Field(default=None, ge=1)
    """Zalo Web version sent in requests; null for the version of the client whose login method is used."""
    timeout_seconds: float = Field(default=20.0, gt=0)
    ping_seconds: float = Field(default=120.0, gt=0)
    silence_seconds: float = Field(default=300.0, gt=0)
    """After this time without receiving anything, not even a ping answer, the connection counts as dead."""
    duplicate_pause_seconds: float = Field(default=1800.0, ge=1)
    """Waiting time before reconnecting after close code 3000 or 3003 (the account is in use elsewhere)."""
    send: SendSettings = SendSettings()


class GroupSettings(_Section):
    """A Zalo group that the bot watches."""

    id: str = Field(pattern=r"^\d+$")
    name: str = ""


class PersonSettings(_Section):
    """A person with roles, identified by uid or global_id, never by name."""

    full_name: str
    title: str = ""
    uid: str | None = None
    global_id: str | None = None
    phone: str | None = None
    roles: tuple[Role, ...]

    @model_validator(mode="after")
    def _check_has_id(self) -> "PersonSettings":
        if not (self.uid or self.global_id):
            raise ValueError(
                "phải có uid hoặc global_id (xem bằng lệnh zalo-governor members); họ tên không đủ để nhận ra ai"
            )
        return self


class SmtpSettings(_Section):
    """The mail server and recipients of alarm mails."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    starttls: bool = True
    user: str | None = None
    password: SecretStr | None = None
    """Better set by ZALO_GOVERNOR_ALARM__SMTP__PASSWORD or the systemd credential smtp-password than in the file."""
    sender: str
    recipients: tuple[str, ...] = Field(min_length=1)


class AlarmSettings(_Section):
    """Alarms by mail or webhook, not by Zalo, when the bot receives nothing from Zalo for some time."""

    after_minutes: int = Field(default=10, ge=1)
    smtp: SmtpSettings | None = None
    webhook: str | None = Field(default=None, pattern=r"^https?://")
    """URL to which an alarm is sent by POST, as JSON {"subject", "text"}."""


class LogSettings(_Section):
    """The log files on disk, beside the log on standard output."""

    file: bool = True
    """Whether to write the log to data_dir/logs as well as to standard output."""
    most_mb: float = Field(default=20.0, gt=0)
    """Maximum size of a log file in MB: a larger one is rotated before the end of its day (UTC)."""
    files: int = Field(default=60, ge=1)
    kept_days: int = Field(default=90, ge=1)


class HealthSettings(_Section):
    """The HTTP endpoints for monitoring, on the loopback interface only."""

    port: int | None = Field(default=8377, ge=1, le=65535)
    """Port of /healthz and /metrics on 127.0.0.1; null switches them off."""


class VigilSettings(_Section):
    """Intervals of the checks for missed messages, and of the requests that keep the Zalo session alive."""

    look_minutes: float = Field(default=5.0, gt=0)
    """Minutes between two comparisons of each group's newest message at Zalo with the newest received message."""
    round_minutes: float = Field(default=60.0, gt=0)
    """Minutes between two reconciliations of the groups' histories with the received messages."""
    round_pages: int = Field(default=20, ge=1)
    """Maximum number of history pages (50 messages each) per reconciliation, for all groups together."""
    keep_alive_minutes: float = Field(default=5.0, gt=0)
    sweep_again_minutes: float = Field(default=2.0, ge=0)
    """Minimum minutes between two group syncs triggered by a gap or by a changed display name."""


class EscalationSettings(_Section):
    """Waiting times and quiet hours of notifications; escalation.yaml defines who is notified."""

    remind_members: bool = True
    """Whether members get a private notice about breaches that are not critical."""
    repeat_window_minutes: int = Field(default=60, ge=1)
    """A member's repeated breach of a rule within this time joins the open case, without notifying the admins again."""
    member_cooldown_hours: int = Field(default=24, ge=0)
    """Minimum time between two notices to a member about the same rule."""
    leader_after_minutes: float = Field(default=15.0, gt=0)
    """After this time without a reaction of the admins, a grave case is sent to the leader, marked as not verified."""
    digest_minutes: float = Field(default=30.0, gt=0)
    """How long cases that a person must check first are collected into one message to the admins."""
    quiet_hours: QuietHours | None = QuietHours(start=time(22, 0), end=time(6, 0))
    """When cases of light severity wait for the morning's digest; in Asia/Ho_Chi_Minh time. `null` for never."""
    code_minutes: float = Field(default=5.0, gt=0)
    """Validity of the one-time code that confirms the removal of a member or message."""

    @property
    def repeat_window(self) -> timedelta:
        """Return `repeat_window_minutes` as a timedelta."""
        return timedelta(minutes=self.repeat_window_minutes)

    @property
    def member_cooldown(self) -> timedelta:
        """Return `member_cooldown_hours` as a timedelta."""
        return timedelta(hours=self.member_cooldown_hours)

    @property
    def leader_after(self) -> timedelta:
        """Return `leader_after_minutes` as a timedelta."""
        return timedelta(minutes=self.leader_after_minutes)

    @property
    def digest_after(self) -> timedelta:
        """Return `digest_minutes` as a timedelta."""
        return timedelta(minutes=self.digest_minutes)

    @property
    def code_valid(self) -> timedelta:
        """Return `code_minutes` as a timedelta."""
        return timedelta(minutes=self.code_minutes)


class RosterSettings(_Section):
    """What the bot does automatically on the basis of the roster."""

    remove_outsiders: bool = False
    """Whether to remove newcomers who are not in the roster, where the bot account has the right to."""
    accept_friends: bool = True
    """Whether to accept members' friend requests to the bot account."""
    lookups_per_day: int = Field(default=40, ge=0, le=500)
    """Maximum number of the roster's phone numbers to look up on Zalo per day; 0 for none."""
    lookup_seconds: float = Field(default=30.0, gt=0)
    """Minimum seconds between two lookups."""

    @property
    def lookup_every(self) -> timedelta:
        """Return `lookup_seconds` as a timedelta."""
        return timedelta(seconds=self.lookup_seconds)


class ApprovalSettings(_Section):
    """Who may approve changes of the group (clause 6.1), and how long an approval is valid."""

    roles: tuple[Role, ...] = Field(default=(Role.LEADER,), min_length=1)
    valid_hours: float = Field(default=24.0, gt=0, le=720)
    """Hours within which an approval without a stated time must be used; it then covers one change."""
    afterwards_hours: float = Field(default=48.0, ge=0)
    """Hours after a change within which it can still be approved, by the code of its case."""

    @property
    def valid(self) -> timedelta:
        """Return `valid_hours` as a timedelta."""
        return timedelta(hours=self.valid_hours)

    @property
    def afterwards(self) -> timedelta:
        """Return `afterwards_hours` as a timedelta."""
        return timedelta(hours=self.afterwards_hours)


class NameSettings(_Section):
    """Checks of members' display names (clause 3.2)."""

    longest: int = Field(default=40, ge=20)
    """Maximum length of a proposed name in characters; for a longer one, a short form is proposed too."""
    remind_days: int = Field(default=7, ge=1)
    """Days after which a member whose name still breaks the rule is asked again."""
    reminders: int = Field(default=3, ge=0)
    """Maximum number of times a member is asked again."""
    asked_per_day: int = Field(default=30, ge=1)
    """Maximum number of members asked per day; the others are asked on the following days."""

    @property
    def remind_after(self) -> timedelta:
        """Return `remind_days` as a timedelta."""
        return timedelta(days=self.remind_days)


class RetentionSettings(_Section):
    """How many days data are kept; facts and counts without message text are kept forever."""

    bodies_days: int = Field(default=365, ge=1)
    """Messages in groups and private ones that belong to no case."""
    cases_days: int = Field(default=1825, ge=30)
    """Messages of a case, from its closing; also explanations, notes, incidents and suggestions."""
    notices_days: int = Field(default=365, ge=1)
    """Messages sent by the program."""
    dead_letters_days: int = Field(default=90, ge=1)
    """Dead letters: received elements that could not be parsed."""
    names_days: int = Field(default=365, ge=1)
    """Display names of members who have left."""
    people_days: int = Field(default=1825, ge=30)
    """The person of each event; then only the anonymous event is kept. Persons of cases are kept with the case."""
    readers_days: int = Field(default=90, ge=1)
    """Receipts: who received or saw a message of a case."""

    @property
    def readers_kept(self) -> timedelta:
        """Return `readers_days` as a timedelta."""
        return timedelta(days=self.readers_days)


class BackupSettings(_Section):
    """Default folder of backups, how many are kept, and after which time a missing backup is reported."""

    folder: Path = Path("sao-luu")
    """Relative to data_dir; preferably on another machine."""
    keep: int = Field(default=14, ge=1)
    """Number of newest backups kept in the folder."""
    remind_days: float | None = Field(default=2.0, gt=0)
    """Days without a backup after which the admins are notified; `null` for never."""

    @property
    def remind_after(self) -> timedelta | None:
        """Return `remind_days` as a timedelta; None for never."""
        return None if self.remind_days is None else timedelta(days=self.remind_days)


class TrialSettings(_Section):
    """The trial period, in which the bot sends messages to the admin only."""

    days: int = Field(default=14, ge=0, le=365)
    """Days from the account's first start until the admin gets the trial's summary; 0 for no trial. The trial ends only
    with the command `/batdau` or `zalo-governor bat-dau`."""

    @property
    def lasts(self) -> timedelta:
        """Return `days` as a timedelta."""
        return timedelta(days=self.days)


class IntroductionSettings(_Section):
    """The bot's introduction of itself to the groups."""

    post_in_group: bool = False
    """Whether the bot posts one message introducing itself in each group when its trial ends."""


class ScheduleSettings(_Section):
    """Times of the scheduled tasks, in Asia/Ho_Chi_Minh time; `null` switches a task off."""

    daily_report: time | None = time(17, 0)
    weekly_report: time | None = time(16, 30)
    weekly_day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "fri"
    monthly_report: time | None = time(8, 0)
    """On the first day of a month, about the preceding month."""
    quarterly_report: time | None = time(8, 15)
    """On the first day of a quarter, about the preceding quarter."""
    report_files: tuple[ReportFormat, ...] = (ReportFormat.DOCX, ReportFormat.PNG)
    """Files sent beside the text of a monthly or quarterly report."""
    name_sweep: time | None = time(7, 30)
    hints_digest: time | None = time(16, 0)
    """Daily digest for the admins of messages that mention state secrets but open no case."""
    suggestions_digest: time | None = time(16, 15)
    """Daily digest for the admins of members' suggestions (command /gopy)."""
