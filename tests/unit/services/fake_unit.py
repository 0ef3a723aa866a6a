"""A transaction in memory that fits OfficeUnit, and the makers of what tests need around it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.unit.services.fake_belonging import FakeBelonging
from tests.unit.services.fake_changes import FakeChanges
from tests.unit.services.fake_deliveries import FakeDeliveries
from tests.unit.services.fake_trial import FakeTrial
from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.audit import AuditHead
from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, CaseState, Reader
from zalo_governor.domain.connection import Gap, LineState
from zalo_governor.domain.delivery import NOTHING_OUTGOING
from zalo_governor.domain.directives import Statement
from zalo_governor.domain.documents import Letterhead
from zalo_governor.domain.escalation import Ladder
from zalo_governor.domain.events import EventBase, MessageSent, SealedHeard
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.domain.inbound import Admitted
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.people import GroupSnapshot, Member, Person, Role
from zalo_governor.domain.regulation import Clause, Enforcement, Regulation
from zalo_governor.domain.removals import CodeCheck, Removal, RemovalOutcome
from zalo_governor.domain.reports import (
    Activity,
    AgencyFigures,
    ChangeFigures,
    ClauseFigures,
    Coverage,
    Handling,
    Membership,
    MembersVoice,
    StateFigures,
    StatementFigures,
)
from zalo_governor.services.facade import Office
from zalo_governor.services.group_changes.vocabulary import ChangeWords
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.messaging.delivery import DeliveryFollowUp
from zalo_governor.services.policy import LineStatus, OfficePolicy
from zalo_governor.services.reports.directive_quality import ClarityPolicy
from zalo_governor.storage.repositories.directory import Directory

THREE_WAIT = NOTHING_OUTGOING._replace(waiting=3)
BOT = "7000000000000000001"
GROUP = "8000000000000000001"
GROUP_NAME = "Nhóm Zalo điều hành tỉnh Mẫu"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
"""14:05 on 24/11/2026, a Tuesday, in Viet Nam."""
CONFIG = Path(__file__).parents[3] / "config"
CATALOGUE = Catalogue.load(CONFIG / "messages.vi.yaml")
CLARITY = ClarityPolicy.load(CONFIG / "y-kien.yaml")
LETTERHEAD = Letterhead(
    superior="UBND tỉnh Mẫu",
    unit="Sở Mẫu",
    place="Mẫu",
    signer="Giám đốc",
    addressee="Đồng chí Trưởng nhóm",
    recipients=("Như trên",),
)
LADDER = validate(Ladder, load_yaml(CONFIG / "escalation.yaml"))
REGULATION = Regulation(
    title="Quy chế quản lý và sử dụng Nhóm Zalo",
    number="01/QĐ-UBND",
    issued="2026-02-01",
    issuer="UBND tỉnh Mẫu",
    clauses=(
        Clause(number="QĐ.1.1", summary="Chủ tịch UBND tỉnh là Trưởng nhóm.", enforced=Enforcement.ROLE),
        Clause(number="3.1", summary="Dùng tiếng Việt có dấu, bộ mã Unicode.", enforced=Enforcement.RULE),
        Clause(number="3.2", summary="Tên thành viên ghi đủ họ tên, chức vụ.", enforced=Enforcement.RULE),
        Clause(number="4.1", summary="Không đăng thông tin thuộc danh mục bí mật.", enforced=Enforcement.RULE),
        Clause(number="4.5", summary="Không thêm người không thuộc thành phần vào Nhóm.", enforced=Enforcement.RULE),
        Clause(
            number="4.6",
            summary="Không chuyển tin tự động ra ngoài Nhóm.",
            enforced=Enforcement.NOT_VISIBLE,
            note="Quản trị nhập vụ việc bằng tay",
        ),
        Clause(number="6.1", summary="Không tự ý thay đổi thông tin Nhóm.", enforced=Enforcement.RULE),
        Clause(number="6.5", summary="Ảnh của Nhóm phản ánh đúng tính chất.", enforced=Enforcement.RULE),
    ),
)

PEOPLE: dict[str, tuple[str, str, frozenset[Role]]] = {
    "leader": ("Lò Văn Chủ", "Chủ tịch UBND tỉnh", frozenset({Role.LEADER})),
    "leadership": ("Vàng Thị Phó", "Phó Chủ tịch UBND tỉnh", frozenset({Role.LEADERSHIP})),
    "admin": ("Nguyễn Văn Quản", "Giám đốc Sở Mẫu", frozenset({Role.ADMIN})),
    "admin_staff": ("Trần Thị Cán", "chuyên viên", frozenset({Role.ADMIN_STAFF})),
    "report_reader": ("Đỗ Văn Phòng", "Chánh Văn phòng", frozenset({Role.REPORT_READER})),
    "member": ("Giàng A Viên", "Chủ tịch UBND xã Mẫu", frozenset({Role.MEMBER})),
    "stranger": ("", "", frozenset()),
}
UIDS = {name: str(7000000000000000002 + index) for index, name in enumerate(PEOPLE)}

SENTENCES = {"hop luc may gio": "họp lúc mấy giờ"}
"""What the marks of these sentences are."""


@dataclass
class FakeUnit(FakeChanges, FakeBelonging, FakeTrial, FakeDeliveries):
    """Everything in lists; figures are what a test puts there."""

    tied: list[tuple[int, int]] = field(default_factory=list)
    """(case, event)"""
    events: dict[int, EventBase] = field(default_factory=dict)
    remarked: list[Remark] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    """Codes of remarks that the desk was told of."""
    marks: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(case, by what its content is known again)"""
    taught: set[tuple[str, str, bytes, int]] = field(default_factory=set)
    """(group, rule, content, case)"""
    passed_over: list[tuple[int, int]] = field(default_factory=list)
    """(event, case by which it was taken back)"""
    said: list[tuple[int, CaseNote]] = field(default_factory=list)
    audited: list[dict[str, Any]] = field(default_factory=list)
    runs: set[tuple[str, datetime]] = field(default_factory=set)
    excerpts: dict[int, str] = field(default_factory=dict)
    suggestions: dict[int, str] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    gone: dict[str, CaseMessage] = field(default_factory=dict)
    """msgId -> the message as it is after it was recalled or deleted"""
    has_read: dict[tuple[str, int], bool] = field(default_factory=dict)
    """(msgId, person) -> whether it was seen"""
    forgotten_before: datetime | None = None
    codes: dict[tuple[int, int], tuple[str, datetime, int]] = field(default_factory=dict)
    """(case, person) -> code, when it expires, wrong tries"""
    ordered: list[Removal] = field(default_factory=list)
    outcomes: dict[int, RemovalOutcome] = field(default_factory=dict)
    retried: dict[int, datetime] = field(default_factory=dict)
    hinted: list[tuple[datetime, int | None]] = field(default_factory=list)
    figures: list[ClauseFigures] = field(default_factory=list)
    gap_list: list[Gap] = field(default_factory=list)
    coverage_now: Coverage = field(
        default_factory=lambda: Coverage(
            heard=120, judged=120, waiting=0, sealed=1, dead_letters=0, recovered=5, late=2, rule_failures=0
        )
    )
    first_heard_at: datetime | None = datetime(2020, 1, 1, tzinfo=UTC)
    activity_now: Activity = field(
        default_factory=lambda: Activity(messages=100, senders=20, joined=2, left=1, recalled=3, changes=4, calls=0)
    )

    by_day: dict[date, int] = field(default_factory=lambda: {date(2026, 11, 23): 60, date(2026, 11, 24): 40})
    agency_list: list[AgencyFigures] = field(default_factory=list)
    stated: list[Statement] = field(default_factory=list)
    handled: Handling = field(default_factory=lambda: Handling(taken_back=1, repeated=0))
    members: Membership = field(
        default_factory=lambda: Membership(present=118, approved=120, both=116, outsiders=2, missing=4)
    )

    def sender(self, account: str, uid: str) -> Person | None:
        if not uid:
            return None
        if uid not in self.people:
            self.people[uid] = Person(id=len(self.people) + 1, uid=uid)
        return self.people[uid]

    def record(self, admitted: Admitted, event: EventBase, verdict: Verdict, judged_at: datetime) -> None:
        raise AssertionError("the judge records, not the office")

    def bury(self, admitted: Admitted, reason: str, judged_at: datetime) -> None:
        raise AssertionError("the judge buries, not the office")

    def person(self, person_id: int) -> Person:
        person = {person.id: person for person in self.people.values()}[person_id]
        holders = self.with_role(BOT, *Role)
        rosters = {GROUP: self.matched(BOT, GROUP)} if self.entries else {}
        return Directory(holders, rosters, lambda uid: {GROUP}).placed(person)

    def with_role(self, account: str, *roles: Role) -> list[Person]:
        return [person for person in self.people.values() if person.has(*roles)]

    def open_case(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        return self._youngest(
            case
            for case in self.book.values()
            if (case.group_id, case.rule_id, case.person_id) == (group_id, rule_id, person_id)
            and label in {None, case.label}
            and case.last_event_at >= since
        )

    def sealed_case(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        holding = {
            case_id
            for case_id, event_id in self.tied
            if isinstance(event := self.events.get(event_id), SealedHeard) and event.mac == mac
        }
        return self._youngest(
            case
            for case in self.book.values()
            if case.id in holding
            and (case.group_id, case.person_id) == (group_id, person_id)
            and case.last_event_at >= since
        )

    def _youngest(self, cases: Any) -> Case | None:
        return max((case for case in cases if case.state.open), key=lambda case: case.id, default=None)

    def case_of_message(self, group_id: str, message_key: str) -> list[Case]:
        ids = {
            case_id
            for case_id, event_id in self.tied
            if event_id in self.events and self.events[event_id].key == message_key
        }
        return [case for case in self.book.values() if case.id in ids and case.group_id == group_id]

    def case(self, case_id: int) -> Case | None:
        return self.book.get(case_id)

    def cases(self, group_id: str | None, *, start: datetime, end: datetime, open_only: bool = False) -> list[Case]:
        return [
            case
            for case in self.book.values()
            if group_id in {None, case.group_id}
            and start <= case.opened_at < end
            and (case.state.open or not open_only)
        ]

    def add_case(self, case: Case, *, mark: bytes | None = None) -> Case:
        case = case.model_copy(update={"id": len(self.book) + 1})
        self.book[case.id] = case
        self.marks.append((case.id, mark))
        self.tied.append((case.id, case.first_event_id))
        return case

    def save_case(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        self.book[case.id] = case
        self.marks.append((case.id, mark))
        if joined_event_id is not None:
            self.tied.append((case.id, joined_event_id))

    def excerpt(self, case: Case) -> str | None:
        return self.excerpts.get(case.id)

    def suggestion(self, case: Case) -> str | None:
        return self.suggestions.get(case.id)

    def reason_of(self, case: Case) -> str | None:
        return self.reasons.get(case.id)

    def cases_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        return sum(
            (case.group_id, case.person_id, case.rule_id) == (group_id, person_id, rule_id)
            and case.opened_at >= since
            and case.state is not CaseState.FALSE_ALARM
            for case in self.book.values()
        )

    def add_note(self, case: Case, note: CaseNote) -> None:
        self.said.append((case.id, note))

    def notes(self, case: Case) -> list[CaseNote]:
        return [note for case_id, note in self.said if case_id == case.id]

    def mark_of_text(self, text: str) -> bytes:
        return text.encode()

    def mark_of_all(self, event_id: int) -> bytes:
        event = self.events[event_id]
        return event.mac if isinstance(event, SealedHeard) else repr(list(event.strings())).encode()

    def false_alarm(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        taught = [case_id for *known, case_id in self.taught if tuple(known) == (group_id, rule_id, mark)]
        return min(taught, default=None)

    def learn_false_alarm(self, case: Case) -> None:
        marks = {mark for case_id, mark in self.marks if case_id == case.id and mark is not None}
        self.taught |= {(case.group_id, case.rule_id, mark, case.id) for mark in marks}

    def unlearn_false_alarm(self, case: Case) -> None:
        self.taught = {row for row in self.taught if row[-1] != case.id}

    def note_false_alarm(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        self.passed_over.append((event_id, case_id))

    def gathered_cases(self, group_id: str) -> list[Case]:
        waiting = [case for case in self.book.values() if case.desk_due_at and case.group_id == group_id]
        return sorted(waiting, key=lambda case: (case.desk_due_at, case.id))

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        due = {case.group_id for case in self.book.values() if case.desk_due_at and case.desk_due_at <= now}
        return sorted(due.intersection(group_ids))

    def due_cases(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        due = [case for case in self.book.values() if case.due_at and case.due_at <= now]
        return [case for case in due if case.group_id in group_ids]

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        return min((at for case in self.book.values() for at in (case.due_at, case.desk_due_at) if at), default=None)

    def case_with_content(self, mac: bytes) -> Case | None:
        holding = (
            self.book[case_id]
            for case_id, event_id in self.tied
            if isinstance(event := self.events.get(event_id), SealedHeard) and event.mac == mac
        )
        return min(holding, key=lambda case: case.id, default=None)

    def messages_of(self, case: Case) -> list[CaseMessage]:
        found = {}
        for case_id, event_id in self.tied:
            event = self.events[event_id]
            if case_id == case.id and isinstance(event, MessageSent | SealedHeard):
                plain = CaseMessage(
                    account=BOT, key=event.key, cli_key=f"c{event.key}", owner_uid=event.sender_uid, at=event.at
                )
                found[event.key] = self.gone.get(event.key, plain)
        return list(found.values())

    def mark_gone(self, group_id: str, message_key: str, at: datetime, by: int | None, *, deleted: bool) -> bool:
        for case in self.case_of_message(group_id, message_key):
            for message in self.messages_of(case):
                if message.key == message_key and message.gone_at is None:
                    values = {"gone_at": at, "gone_by": by, "deleted": deleted}
                    self.gone[message_key] = message.model_copy(update=values)
                    return True
        return False

    def note_readers(
        self, group_id: str, message_key: str, *, seen: Iterable[int], delivered: Iterable[int], at: datetime
    ) -> None:
        for person_id in delivered:
            self.has_read.setdefault((message_key, person_id), False)
        for person_id in seen:
            self.has_read[message_key, person_id] = True

    def readers(self, case: Case) -> list[Reader]:
        keys = {message.key for message in self.messages_of(case)}
        people = sorted({person for key, person in self.has_read if key in keys})
        return [
            Reader(person_id=person, seen=any(self.has_read.get((key, person), False) for key in keys))
            for person in people
        ]

    def forget_readers(self, before: datetime) -> int:
        self.forgotten_before = before
        return 0

    def issue_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        self.codes[case.id, person_id] = (code, expires, 0)

    def check_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        right, expires, wrong = self.codes.get((case.id, person_id), ("", now, 0))
        if expires <= now:
            return CodeCheck.EXPIRED
        if code == right:
            del self.codes[case.id, person_id]
            return CodeCheck.ACCEPTED
        self.codes[case.id, person_id] = (right, expires, wrong + 1)
        return CodeCheck.WRONG

    def order_removals(self, case: Case, messages: Sequence[CaseMessage], by: int, now: datetime) -> int:
        for message in messages:
            removal = Removal(
                id=len(self.ordered) + 1,
                account=message.account,
                group_id=case.group_id,
                case_id=case.id,
                message_key=message.key,
                cli_key=message.cli_key or "",
                owner_uid=message.owner_uid,
                sent_at=message.at,
                ordered_by=by,
            )
            self.ordered.append(removal)
        return len(messages)

    def due_removals(self, account: str, now: datetime) -> list[Removal]:
        open_ = [removal for removal in self.ordered if removal.id not in self.outcomes]
        return [removal for removal in open_ if self.retried.get(removal.id, now) <= now]

    def removals_waiting(self, case: Case) -> list[Removal]:
        return [removal for removal in self.ordered if removal.case_id == case.id and removal.id not in self.outcomes]

    def next_removal(self, account: str) -> datetime | None:
        open_ = [removal for removal in self.ordered if removal.id not in self.outcomes]
        return min((self.retried.get(removal.id, NOW) for removal in open_), default=None)

    def try_again(self, removal: Removal, at: datetime) -> None:
        self.retried[removal.id] = at
        self.ordered[removal.id - 1] = removal.model_copy(update={"attempts": removal.attempts + 1})

    def settle_removal(self, removal: Removal, outcome: RemovalOutcome) -> bool:
        return self.outcomes.setdefault(removal.id, outcome) is outcome

    def last_posted(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        times = [
            notice.created_at
            for notice in self._reaching()
            if (notice.person_id, notice.purpose, notice.group_id) == (person_id, purpose, group_id)
            and notice.created_at >= since
            and (rule_id is None or rule_id in self._rules_of(notice))
        ]
        return max(times, default=None)

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        asked = {
            notice.person_id
            for notice in self._reaching()
            if notice.purpose == purpose
            and notice.group_id in group_ids
            and notice.created_at >= since
            and rule_id in self._rules_of(notice)
        }
        return len(asked)

    def _rules_of(self, notice: Notice) -> set[str]:
        return {case.rule_id for case in self.book.values() if notice.case_id in {case.id, case.asked_with}}

    def _reaching(self) -> list[Notice]:
        live = self.trial_now is not None and self.trial_now.live_at is not None
        return self.posted if live else self.posted + self.held

    def add_remark(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        number = sum(remark.kind is kind for remark in self.remarked) + 1
        self.remarked.append(Remark(kind=kind, number=number, group_id=group_id, person_id=person_id, at=at, text=text))
        return self.remarked[-1]

    def remarks(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        return [
            said for said in self.remarked if (said.group_id, said.kind) == (group_id, kind) and start <= said.at < end
        ]

    def untold_remarks(self, group_id: str, kind: RemarkKind) -> list[Remark]:
        return [
            said
            for said in self.remarked
            if (said.group_id, said.kind) == (group_id, kind) and said.code not in self.told
        ]

    def remarks_told(self, told: Sequence[Remark], at: datetime) -> None:
        self.told |= {said.code for said in told}

    def audit(
        self, action: str, *, at: datetime, actor_id: int | None, group_id: str, subject: str, detail: dict[str, Any]
    ) -> None:
        self.audited.append({"action": action, "actor": actor_id, "group": group_id, "subject": subject, **detail})

    def audit_head(self) -> AuditHead:
        return AuditHead(len(self.audited), b"\x0f" * 32)

    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        return self.coverage_now

    def first_heard(self, group_id: str) -> datetime | None:
        return self.first_heard_at

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        return self.activity_now

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        return list(self.figures)

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        return 7

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        return [(at, person_id) for at, person_id in self.hinted if start <= at < end]

    def undelivered_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        return 0

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        return [gap for gap in self.gap_list if gap.group_id == group_id]

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        return [gap for gap in self.gap_list if gap.group_id == BOT]

    def rhythm(self, group_id: str, start: datetime, end: datetime) -> tuple[dict[date, int], list[int]]:
        return self.by_day, [0] * 8 + [sum(self.by_day.values())] + [0] * 15

    def agencies(self, group_id: str, start: datetime, end: datetime) -> list[AgencyFigures]:
        return self.agency_list

    def case_states(self, group_id: str, start: datetime, end: datetime) -> list[StateFigures]:
        counted = Counter(case.state for case in self.book.values())
        return [StateFigures(state=state, cases=counted[state]) for state in counted]

    def handling(self, group_id: str, start: datetime, end: datetime) -> Handling:
        return self.handled

    def membership(self, group_id: str) -> Membership:
        return self.members

    def changes(self, group_id: str, start: datetime, end: datetime) -> list[ChangeFigures]:
        return [ChangeFigures(kind="pin_changed", count=3), ChangeFigures(kind="group_info_changed", count=1)]

    def note_statement(self, event: EventBase, statement: Statement) -> None:
        self.stated.append(statement)

    def statements(self, group_id: str, start: datetime, end: datetime) -> list[StatementFigures]:
        return [
            StatementFigures(kind="directive", count=9, long=1, no_deadline=4, no_addressee=2),
            StatementFigures(kind="report", count=14, long=3, no_deadline=0, no_addressee=0),
        ]

    def members_voice(self, group_id: str, start: datetime, end: datetime) -> MembersVoice:
        said = Counter(remark.kind for remark in self.remarked if start <= remark.at < end)
        return MembersVoice(incidents=said[RemarkKind.INCIDENT], suggestions=said[RemarkKind.SUGGESTION])

    def first_run(self, job: str, due: datetime) -> bool:
        first = (job, due) not in self.runs
        self.runs.add((job, due))
        return first

    def has_run(self, job: str, due: datetime) -> bool:
        return (job, due) in self.runs

    def swept_at(self, account: str, group_id: str) -> datetime | None:
        return None

    def tie_members(self, account: str, members: Sequence[Member]) -> None:
        raise AssertionError("the sweep's caller ties members, not the office")

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        raise AssertionError("the sweep's caller saves groups, not the office")

    def known_names(self, account: str, group_id: str) -> dict[str, str]:
        return {}


class Desk:
    """An office with its unit and a clock that tests turn."""

    def __init__(self, **policy: Any) -> None:
        self.now = NOW
        self.looked_at: list[str] = []
        """The groups that the office wanted looked at."""
        self.looked_for: list[tuple[str, str]] = []
        """(group, uid) for which it wanted that at once."""
        self.unit = FakeUnit()
        for index, (key, (name, title, roles)) in enumerate(PEOPLE.items(), 1):
            self.unit.people[UIDS[key]] = Person(
                id=index, uid=UIDS[key], full_name=name, title=title, roles=roles, display_name="Tên ở Zalo"
            )
        values: dict[str, Any] = {
            "account": BOT,
            "groups": {GROUP: GROUP_NAME},
            "regulation": REGULATION,
            "ladder": LADDER,
            "catalogue": CATALOGUE,
            "clock": lambda: self.now,
            "status": lambda: LineStatus(LineState.UP, NOW, NOW, THREE_WAIT),
            "look_at": self.looked_at.append,
            "look_for": lambda group_id, uid: self.looked_for.append((group_id, uid)),
            "draw_code": lambda: "482913",
            "letterhead": LETTERHEAD,
            "changes": ChangeWords.load(CONFIG / "thay-doi-nhom.yaml"),
            "clarity": CLARITY,
            "with_marks": lambda sentence: [SENTENCES.get(sentence, sentence)],
        }
        self.policy = OfficePolicy(**(values | policy))
        self.office = Office(self.policy)
        self.fallback: list[tuple[str, str]] = []
        """(subject, text) of what was sent past Zalo."""
        self.delivery = DeliveryFollowUp(
            self.policy,
            tell=lambda subject, text: self.fallback.append((subject, text)),
            unit=self.transaction,
            on_posted=lambda: None,
        )
        self._next = 0
        self._taken = 0

    def person(self, who: str) -> Person:
        return self.unit.people[UIDS[who]]

    def change(self, who: str, **values: Any) -> None:
        self.unit.people[UIDS[who]] = self.person(who).model_copy(update=values)

    def hear(self, event: EventBase, *findings: Finding | SealedFinding, **verdict: Any) -> EventBase:
        """Number the event, let the office react, and give the event as numbered."""
        self._next += 1
        event = event.model_copy(update={"id": self._next, "key": event.key or f"m{self._next}"})
        self.unit.events[event.id] = event
        judged = self.office.excused(self.unit, event, Verdict(findings=findings, **verdict))
        self.office.react(self.unit, event, judged)
        self.deliver()
        return event

    def deliver(self) -> None:
        """What was posted arrives, and the office follows it up."""
        self.delivery.act(self.now)

    def say(
        self, who: str, text: str, *findings: Finding | SealedFinding, place: str = "group", **more: Any
    ) -> EventBase:
        """Somebody writes a message, in the group or privately to the bot."""
        return self.hear(self.message(who, text, place=place, **more), *findings)

    def message(self, who: str, text: str, *, place: str = "group", **more: Any) -> MessageSent:
        in_group = place == "group"
        values: dict[str, Any] = {
            "account": BOT,
            "thread_id": GROUP if in_group else UIDS[who],
            "is_group": in_group,
            "sender_uid": UIDS[who],
            "at": self.now,
            "text": text,
        }
        return MessageSent(**(values | more))

    def seal(self, who: str, mac: bytes = b"mac", **more: Any) -> EventBase:
        """Something of which nothing may be kept is heard from somebody in the group."""
        values: dict[str, Any] = {
            "account": BOT,
            "thread_id": GROUP,
            "sender_uid": UIDS[who],
            "at": self.now,
            "mac": mac,
            "size": 40,
        }
        return self.hear(SealedHeard(**(values | more)), SEALED)

    @contextmanager
    def transaction(self) -> Iterator[FakeUnit]:
        """The one unit, as whoever opens transactions gets it."""
        yield self.unit

    def tick(self, **duration: float) -> None:
        """Time goes by, and the program acts on what is due by then."""
        self.later(**duration)
        due = self.office.duties.next_due(self.unit)
        if due and due <= self.now:
            self.office.duties.on_cases(self.unit)

    def later(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def take(self) -> list[Notice]:
        """What was posted since the last call."""
        posted = self.unit.posted[self._taken :]
        self._taken = len(self.unit.posted)
        return posted

    def states(self) -> list[str]:
        return [case.state.value for case in self.unit.book.values()]

    def actions(self) -> list[str]:
        return [row["action"] for row in self.unit.audited]


UNMARKED = Finding(
    rule_id="3.1-tieng-viet-co-dau",
    clause="3.1",
    severity=Severity.MINOR,
    label="no_diacritics",
    spans=((0, 3),),
    excerpt="trich dan cua tin nhan",
)
BAD_NAME = Finding(
    rule_id="3.2-ho-ten-chuc-vu",
    clause="3.2",
    severity=Severity.MINOR,
    label="invalid",
    field="name",
    suggestion="Giàng A Viên - Chủ tịch UBND xã Mẫu",
)
SEALED = SealedFinding(
    rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat"
)


def to(notices: Sequence[Notice], who: str) -> list[str]:
    """The private texts that went to somebody."""
    return [notice.text for notice in notices if notice.thread_id == UIDS[who]]
