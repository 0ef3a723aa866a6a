"""The sections of governor.yaml: what an office decides, and what holds where it does not say."""

import ipaddress
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from zalo_governor.domain.documents import Letterhead, ReportFormat
from zalo_governor.domain.escalation import QuietHours
from zalo_governor.domain.people import Role


def _loopback_only(url: str) -> str:
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
    """The body of the admin, which writes the report."""
    place: str = "Mẫu"
    """Where reports are dated."""
    signer: str = "Giám đốc"
    addressee: str = "Đồng chí Chủ tịch UBND tỉnh, Trưởng nhóm"
    recipients: tuple[str, ...] = ("Như trên", "Văn phòng UBND tỉnh")

    @property
    def letterhead(self) -> Letterhead:
        """What stands above and below a report on paper."""
        return Letterhead(
            superior=self.unit,
            unit=self.desk,
            place=self.place,
            signer=self.signer,
            addressee=self.addressee,
            recipients=self.recipients,
        )


class SendSettings(_Section):
    """How fast and how much the bot may write; Zalo blocks accounts that write too much."""

    per_second: float = Field(default=2.0, gt=0, le=1000)
    burst: int = Field(default=20, ge=1)
    private_per_day: int = Field(default=400, ge=1)


class ZaloSettings(_Section):
    """The bot's Zalo account and the line to Zalo."""

    session_file: Path = Path("session.json")
    """JSON {"imei", "user_agent", "cookies": {name: value}} of a logged-in browser; read once, then kept encrypted.
    `zalo-governor login` puts a slip there that marks the session it made."""
    route_to: Annotated[str, AfterValidator(_loopback_only)] | None = None
    """Base URL of a simulator on this machine; every request goes there instead of Zalo."""
    client_version: int | None = Field(default=None, ge=1)
    """The version of Zalo Web to speak as; null for that of the client whose way of logging in is used."""
    timeout_seconds: float = Field(default=20.0, gt=0)
    ping_seconds: float = Field(default=120.0, gt=0)
    silence_seconds: float = Field(default=300.0, gt=0)
    """With nothing at all received for so long, not even a ping answer, the line is taken for dead."""
    duplicate_pause_seconds: float = Field(default=1800.0, ge=1)
    """After 3000 or 3003: how long to leave the account to whoever took it. The bot never fights for it."""
    send: SendSettings = SendSettings()


class GroupSettings(_Section):
    """A group that the bot watches."""

    id: str = Field(pattern=r"^\d+$")
    name: str = ""


class PersonSettings(_Section):
    """A person with a role. uid or global_id says who it is; never the name."""

    full_name: str
    title: str = ""
    uid: str | None = None
    global_id: str | None = None
    phone: str | None = None
    roles: tuple[Role, ...]

    @model_validator(mode="after")
    def _identified(self) -> "PersonSettings":
        if not (self.uid or self.global_id):
            raise ValueError(
                "phải có uid hoặc global_id (xem bằng lệnh zalo-governor members); họ tên không đủ để nhận ra ai"
            )
        return self


class SmtpSettings(_Section):
    """A mail server for the alarm."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    starttls: bool = True
    user: str | None = None
    password: SecretStr | None = None
    """Better given as ZALO_GOVERNOR_ALARM__SMTP__PASSWORD, or as the credential smtp-password of a service."""
    sender: str
    recipients: tuple[str, ...] = Field(min_length=1)


class AlarmSettings(_Section):
    """Who is told, past Zalo, that the bot hears nothing."""

    after_minutes: int = Field(default=10, ge=1)
    smtp: SmtpSettings | None = None
    webhook: str | None = Field(default=None, pattern=r"^https?://")
    """Gets a POST of {"subject", "text"} as JSON."""


class LogSettings(_Section):
    """The log on disk; what stands in it besides is in `journal`."""

    file: bool = True
    """Whether it is written to data_dir/logs as well as to standard output."""
    most_mb: float = Field(default=20.0, gt=0)
    """A file that grows beyond it is put aside; otherwise each is one day's (UTC)."""
    files: int = Field(default=60, ge=1)
    kept_days: int = Field(default=90, ge=1)


class HealthSettings(_Section):
    """What monitoring asks, on this machine alone."""

    port: int | None = Field(default=8377, ge=1, le=65535)
    """Of /healthz and /metrics on 127.0.0.1; null for none."""


class VigilSettings(_Section):
    """How often the bot looks whether it has missed anything, and tells Zalo that its session is in use."""

    look_minutes: float = Field(default=5.0, gt=0)
    round_minutes: float = Field(default=60.0, gt=0)
    """How often pages of the groups' histories are compared with what was heard."""
    round_pages: int = Field(default=20, ge=1)
    """Pages of 50 messages in one round, of all groups together."""
    keep_alive_minutes: float = Field(default=5.0, gt=0)
    sweep_again_minutes: float = Field(default=2.0, ge=0)
    """After a gap the members are compared again, but not more often than this."""


class EscalationSettings(_Section):
    """How long is waited, and when the desk rests; who is told stands in escalation.yaml."""

    remind_members: bool = True
    """Whether members get a private request when they break a light rule."""
    repeat_window_minutes: int = Field(default=60, ge=1)
    """Repeats of one member under one rule within this time join the open case without a new message to the admin."""
    member_cooldown_hours: int = Field(default=24, ge=0)
    """A member is not reminded again of the same rule within this time."""
    leader_after_minutes: float = Field(default=15.0, gt=0)
    """With no answer of the desk for so long, a grave case goes to the leader, marked as not verified."""
    digest_minutes: float = Field(default=30.0, gt=0)
    """What a person has to look at first is gathered for so long and told to the desk in one message."""
    quiet_hours: QuietHours | None = QuietHours(start=time(22, 0), end=time(6, 0))
    """When light findings wait for the morning's digest; times of Asia/Ho_Chi_Minh. `null` for never."""
    code_minutes: float = Field(default=5.0, gt=0)
    """How long the one-time code of a removal counts."""

    @property
    def repeat_window(self) -> timedelta:
        """As a duration."""
        return timedelta(minutes=self.repeat_window_minutes)

    @property
    def member_cooldown(self) -> timedelta:
        """As a duration."""
        return timedelta(hours=self.member_cooldown_hours)

    @property
    def leader_after(self) -> timedelta:
        """As a duration."""
        return timedelta(minutes=self.leader_after_minutes)

    @property
    def digest_after(self) -> timedelta:
        """As a duration."""
        return timedelta(minutes=self.digest_minutes)

    @property
    def code_valid(self) -> timedelta:
        """As a duration."""
        return timedelta(minutes=self.code_minutes)


class RosterSettings(_Section):
    """What the bot does by the list of members."""

    remove_outsiders: bool = False
    """Whether it puts who came in from outside the list out of the group by itself, where its account may."""
    accept_friends: bool = True
    """Whether it accepts the friend requests of members."""
    lookups_per_day: int = Field(default=40, ge=0, le=500)
    """How many telephone numbers of the list it looks up on Zalo a day; 0 for none."""
    lookup_seconds: float = Field(default=30.0, gt=0)
    """The least time between two of them."""

    @property
    def lookup_every(self) -> timedelta:
        """As a duration."""
        return timedelta(seconds=self.lookup_seconds)


class ApprovalSettings(_Section):
    """Whose word allows a change of the group (clause 6.1), and for how long."""

    roles: tuple[Role, ...] = Field(default=(Role.LEADER,), min_length=1)
    valid_hours: float = Field(default=24.0, gt=0, le=720)
    """An approval for which no time was said waits so long for its one use."""
    afterwards_hours: float = Field(default=48.0, ge=0)
    """So long after a change it may still be allowed by the code of its case."""


class NameSettings(_Section):
    """Display names (clause 3.2)."""

    longest: int = Field(default=40, ge=20)
    """For a longer name a short form is proposed as well."""
    remind_days: int = Field(default=7, ge=1)
    """A member whose name is still not right is asked again after so many days."""
    reminders: int = Field(default=3, ge=0)
    """How many times at most."""
    asked_per_day: int = Field(default=30, ge=1)
    """A sweep asks so many members on one day; the others on the days that follow."""


class RetentionSettings(_Section):
    """How many days data are kept; what stays for good are facts and figures without words."""

    bodies_days: int = Field(default=365, ge=1)
    """What was said in the group and in private, where it is under no case."""
    cases_days: int = Field(default=1825, ge=30)
    """What was said under a case, from when that was closed; explanations, notes, incidents, suggestions."""
    notices_days: int = Field(default=365, ge=1)
    """What the program wrote."""
    dead_letters_days: int = Field(default=90, ge=1)
    """What it could not read."""
    names_days: int = Field(default=365, ge=1)
    """Names shown by those who have left."""
    people_days: int = Field(default=1825, ge=30)
    """Who it was that wrote or did something; after that only that it was written or done. Cases keep it."""
    readers_days: int = Field(default=90, ge=1)
    """Who has received or seen a message under a case."""


class BackupSettings(_Section):
    """Where backups go when no place is named, how many stay, and when people are told that there is none."""

    folder: Path = Path("sao-luu")
    """Relative to data_dir; better a disk of another machine."""
    keep: int = Field(default=14, ge=1)
    """So many of the youngest stay in the folder."""
    remind_days: float | None = Field(default=2.0, gt=0)
    """With no backup for so long, the desk is told; `null` for never."""

    @property
    def remind_after(self) -> timedelta | None:
        """As a duration."""
        return None if self.remind_days is None else timedelta(days=self.remind_days)


class TrialSettings(_Section):
    """The time in which only the admin gets anything."""

    days: int = Field(default=14, ge=0, le=365)
    """From the first start of the account until the admin gets the page about it; 0 for no trial at all. It goes on
    until `/batdau` or `zalo-governor bat-dau`."""

    @property
    def lasts(self) -> timedelta:
        """As a duration."""
        return timedelta(days=self.days)


class IntroductionSettings(_Section):
    """What the program says of itself."""

    post_in_group: bool = False
    """Whether it introduces itself in each group, once, when it is switched on."""


class ScheduleSettings(_Section):
    """When the bot acts by itself; times of Asia/Ho_Chi_Minh. `null` switches one off."""

    daily_report: time | None = time(17, 0)
    weekly_report: time | None = time(16, 30)
    weekly_day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "fri"
    monthly_report: time | None = time(8, 0)
    """On the first day of the month, on the month before."""
    quarterly_report: time | None = time(8, 15)
    """On the first day of the quarter, on the quarter before."""
    report_files: tuple[ReportFormat, ...] = (ReportFormat.DOCX, ReportFormat.PNG)
    """Beside the text of a monthly or quarterly report."""
    name_sweep: time | None = time(7, 30)
    hints_digest: time | None = time(16, 0)
    """What speaks of state secrets without being a case."""
    suggestions_digest: time | None = time(16, 15)
    """What members suggested with /gopy."""
