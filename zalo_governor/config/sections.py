"""Models of the sections of the settings file governor.yaml, with defaults and limits."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, SecretStr

from zalo_governor.config.web_addresses import split_web_address
from zalo_governor.domain.documents import Letterhead, ReportFormat
from zalo_governor.domain.escalation import QuietHours
from zalo_governor.domain.models import StrictModel, TimeOfDay
from zalo_governor.domain.people import Role
from zalo_governor.system.this_machine import is_this_machine


def _check_loopback_url(url: str) -> str:
    parts = split_web_address(url)
    if not parts:
        raise ValueError("phải là địa chỉ gốc, ví dụ http://127.0.0.1:8900")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("phải là địa chỉ gốc, không kèm đường dẫn phía sau")
    if not is_this_machine(parts.hostname or ""):
        raise ValueError("chỉ nhận địa chỉ trên chính máy này (127.0.0.1, ::1, localhost); dùng Zalo thật thì ghi null")
    return url.rstrip("/")


class Section(StrictModel):
    """Base class of the sections of the settings file. Unknown keys are errors."""


class Duration:
    """Property of a section that returns the number in one of its fields as a timedelta.

    The field's name ends with the unit: `leader_after_minutes`, or only `days`.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._unit = field.rpartition("_")[2]

    def __get__(self, section: Section, kind: type | None = None) -> timedelta:
        return timedelta(**{self._unit: getattr(section, self._field)})


class OfficeSettings(Section):
    """Names of the public bodies and people printed in reports and in the bot's introduction (section `office`)."""

    province: str = "tỉnh Mẫu"
    unit: str = "UBND tỉnh Mẫu"
    """The authority that runs the group (a provincial People's Committee)."""
    desk: str = "Sở Khoa học và Công nghệ"
    """The public body to which the group's admin belongs, named as the sender of reports."""
    place: str = "Mẫu"
    """Place printed before the date in reports."""
    signer: str = "Giám đốc"
    """Job title of the person who signs reports."""
    signer_name: str = ""
    """Name of the person who signs reports; "" leaves the place empty."""
    abbreviation: str = ""
    """Abbreviation of `desk` in the numbers of its documents: `SKHCN` in `15/BC-SKHCN`."""
    addressee: str = "Đồng chí Chủ tịch UBND tỉnh, Trưởng nhóm"
    recipients: tuple[str, ...] = ("Như trên", "Văn phòng UBND tỉnh")

    @property
    def letterhead(self) -> Letterhead:
        """Return sender, place, signer and recipients as printed in reports."""
        return Letterhead(
            superior=self.unit,
            unit=self.desk,
            place=self.place,
            signer=self.signer,
            addressee=self.addressee,
            recipients=self.recipients,
            signer_name=self.signer_name,
            abbreviation=self.abbreviation,
        )


class SendSettings(Section):
    """Limits on how many messages the bot sends; Zalo blocks accounts that send too many."""

    per_second: float = Field(default=2.0, gt=0, le=1000)
    """Maximum number of messages per second, on average."""
    burst: int = Field(default=20, ge=1)
    """How many messages may be sent at once after a quiet time."""
    private_per_day: int = Field(default=400, ge=1)
    """Private messages per day; beyond that, all but alerts and replies wait for the next day."""


class ZaloSettings(Section):
    """The bot's Zalo account and its connection to Zalo."""

    session_file: Path = Path("session.json")
    """JSON {"imei", "user_agent", "cookies": {name: value}} of a logged-in browser; read once, then kept encrypted in
    the database. `zalo-governor login` instead writes a marker file, which refers to the session in the database."""
    route_to: Annotated[str, AfterValidator(_check_loopback_url)] | None = None
    """Base URL of a simulated Zalo on this machine, to which all requests are sent instead; null for the real Zalo."""
    client_version: int | None = Field(default=None, ge=1)
    """Version of Zalo Web that the bot claims to be, in login, calls and socket; null for the newest one it knows. If
    Zalo says that it does not accept the version, the next one known is tried, and kept with the session."""
    timeout_seconds: float = Field(default=20.0, gt=0)
    """How long to wait for an answer of Zalo's API."""
    ping_seconds: float = Field(default=120.0, gt=0)
    """Interval of the pings over the socket."""
    silence_seconds: float = Field(default=300.0, gt=0)
    """After this time without any data over the socket, not even a ping answer, the connection counts as dead."""
    duplicate_pause_seconds: float = Field(default=1800.0, ge=1)
    """How long to wait before reconnecting after close code 3000 or 3003: the account is in use elsewhere."""
    send: SendSettings = SendSettings()


class SmtpSettings(Section):
    """The mail server and recipients of alarm mails."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    starttls: bool = True
    user: str | None = None
    password: SecretStr | None = None
    """Better set by ZALO_GOVERNOR_ALARM__SMTP__PASSWORD or the systemd credential smtp-password than in the file."""
    sender: str
    recipients: tuple[str, ...] = Field(min_length=1)


class AlarmSettings(Section):
    """Settings of alarms by mail or webhook, sent when nothing comes from Zalo, or when alerts over Zalo fail."""

    after_minutes: int = Field(default=10, ge=1)
    """Minutes without receiving anything after which the alarm is sent."""
    smtp: SmtpSettings | None = None
    webhook: str | None = Field(default=None, pattern=r"^https?://")
    """URL to which the alarm is posted as JSON {"subject", "text"}; null for none."""


class LogSettings(Section):
    """The log files that are written in addition to the log on standard output."""

    file: bool = True
    """Whether to write the log to data_dir/logs as well as to standard output."""
    most_mb: float = Field(default=20.0, gt=0)
    """Size in MB at which a new log file is begun before the end of the day (UTC)."""
    files: int = Field(default=60, ge=1)
    """How many old log files are kept."""
    kept_days: int = Field(default=90, ge=1, le=365_000)
    """How many days old log files are kept."""


class VigilSettings(Section):
    """Intervals of the checks for missed messages, group syncs (reading a group's members) and keep-alive calls."""

    look_minutes: float = Field(default=5.0, gt=0)
    """Minutes between two liveness checks: was each group's newest message at Zalo received over the socket?"""
    round_minutes: float = Field(default=60.0, gt=0)
    """Minutes between two reconciliations, which compare pages of the groups' histories with the received messages."""
    round_pages: int = Field(default=20, ge=1)
    """Maximum number of history pages (50 messages each) that one reconciliation fetches, for all groups together."""
    keep_alive_minutes: float = Field(default=5.0, gt=0)
    """Minutes between two calls that tell Zalo that the session is in use."""
    sweep_again_minutes: float = Field(default=2.0, ge=0)
    """Minimum minutes between two syncs of a group (reading its members) after reconnects or changed display names."""


class EscalationSettings(Section):
    """Waiting times and quiet hours for notices about cases; escalation.yaml says who gets them."""

    remind_members: bool = True
    """Whether members get private notices about their breaches that are not critical (always if critical)."""
    repeat_window_minutes: int = Field(default=60, ge=1)
    """A breach that the same member repeats within this time joins the open case; the admins are not notified again."""
    repeat_window: ClassVar[Duration] = Duration("repeat_window_minutes")
    member_cooldown_hours: int = Field(default=24, ge=0)
    """Minimum hours between two notices to a member about breaches of the same rule."""
    member_cooldown: ClassVar[Duration] = Duration("member_cooldown_hours")
    leader_after_minutes: float = Field(default=15.0, gt=0)
    """After this time without an action of an admin, the leader is told of a critical case, marked as not verified."""
    leader_after: ClassVar[Duration] = Duration("leader_after_minutes")
    digest_minutes: float = Field(default=30.0, gt=0)
    """How long cases that a person must check first are collected into one message to the admins."""
    digest_after: ClassVar[Duration] = Duration("digest_minutes")
    quiet_hours: QuietHours | None = QuietHours(start=time(22, 0), end=time(6, 0))
    """When notices about minor cases are held back until the morning; Asia/Ho_Chi_Minh time; null for never."""
    code_minutes: float = Field(default=5.0, gt=0)
    """How long the one-time code is valid that an admin must type to have a member or message removed."""
    code_valid: ClassVar[Duration] = Duration("code_minutes")


class RosterSettings(Section):
    """What the bot may do by itself with the roster, such as look up phone numbers."""

    remove_outsiders: bool = False
    """Whether the bot removes people who join but are not on the roster, if its account has the right to."""
    accept_friends: bool = True
    """Whether the bot accepts friend requests of members, so that its private messages reach them."""
    lookups_per_day: int = Field(default=40, ge=0, le=500)
    """How many of the roster's phone numbers the bot looks up on Zalo per day, to find the accounts; 0 for none."""
    lookup_seconds: float = Field(default=30.0, gt=0)
    """Minimum seconds between two lookups of phone numbers."""
    lookup_every: ClassVar[Duration] = Duration("lookup_seconds")


class ApprovalSettings(Section):
    """Who may permit changes of the group (clause 6.1; command /duyet, approve), and how long approvals are valid."""

    roles: tuple[Role, ...] = Field(default=(Role.LEADER,), min_length=1)
    valid_hours: float = Field(default=24.0, gt=0, le=720)
    """Hours for which an approval given in advance without a time is valid; it covers one change."""
    valid: ClassVar[Duration] = Duration("valid_hours")
    afterwards_hours: float = Field(default=48.0, ge=0)
    """Hours after a change in which it can still be approved, by naming the case about the change."""
    afterwards: ClassVar[Duration] = Duration("afterwards_hours")


class NameSettings(Section):
    """How the bot asks members to correct display names that break clause 3.2 (full name and job title required)."""

    longest: int = Field(default=40, ge=20)
    """If the name that the bot proposes has more characters than this, it proposes a shorter form too."""
    remind_days: int = Field(default=7, ge=1, le=365_000)
    """Days after which a member whose display name is still wrong is asked again."""
    remind_after: ClassVar[Duration] = Duration("remind_days")
    reminders: int = Field(default=3, ge=0)
    """How many times at most a member is asked again to correct the display name."""
    asked_per_day: int = Field(default=30, ge=1)
    """How many members of a group are asked per day at most; the others are asked on the following days."""


class RetentionSettings(Section):
    """How many days each kind of content is kept; metadata without text (times, rules) and counts are kept forever."""

    bodies_days: int = Field(default=365, ge=1, le=365_000)
    """Group and private messages that belong to no case."""
    cases_days: int = Field(default=1825, ge=30, le=365_000)
    """Messages, explanations and notes of a case, from its closing; also incidents and suggestions of members."""
    notices_days: int = Field(default=365, ge=1, le=365_000)
    """Messages that the bot sent."""
    dead_letters_days: int = Field(default=90, ge=1, le=365_000)
    """Dead letters: received elements that could not be parsed."""
    names_days: int = Field(default=365, ge=1, le=365_000)
    """Display names of members who have left."""
    people_days: int = Field(default=1825, ge=30, le=365_000)
    """Who caused an event; afterwards the event is anonymous. Persons of cases are kept with the case."""
    readers_days: int = Field(default=90, ge=1, le=365_000)
    """Receipts, which tell who received or saw a message of a case."""
    readers_kept: ClassVar[Duration] = Duration("readers_days")


class TrialSettings(Section):
    """The trial: a first period in which only the admin gets messages, so that people can see what the bot would do."""

    days: int = Field(default=14, ge=0, le=365)
    """Days from the account's first start until the admin gets the trial's summary; 0 for no trial. The trial ends only
    when an admin sends `/batdau` (begin) or somebody runs `zalo-governor go-live`."""
    lasts: ClassVar[Duration] = Duration("days")


class IntroductionSettings(Section):
    """Whether the bot introduces itself to the groups."""

    post_in_group: bool = False
    """Whether the bot posts one message about itself in each group when the trial ends."""


class ScheduleSettings(Section):
    """Times of day (Asia/Ho_Chi_Minh) at which tasks run; null switches a task off."""

    daily_report: TimeOfDay | None = time(17, 0)
    weekly_report: TimeOfDay | None = time(16, 30)
    weekly_day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "fri"
    monthly_report: TimeOfDay | None = time(8, 0)
    """Sent on the first day of a month, about the preceding month."""
    quarterly_report: TimeOfDay | None = time(8, 15)
    """Sent on the first day of a quarter, about the preceding quarter."""
    report_files: tuple[ReportFormat, ...] = (ReportFormat.DOCX, ReportFormat.PNG)
    """Formats of the files sent in addition to the text of a monthly or quarterly report."""
    name_sweep: TimeOfDay | None = time(7, 30)
    """Sync of all groups, and reminders to members whose display names break the regulation."""
    hints_digest: TimeOfDay | None = time(16, 0)
    """Daily list for the admins of messages that talk about state secrets but open no case."""
    suggestions_digest: TimeOfDay | None = time(16, 15)
    """Daily list for the admins of members' suggestions (command /gopy, suggest)."""
