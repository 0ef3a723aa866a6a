"""An office for tests, on a storage in memory, and the makers of what tests need around it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.memory.store import MemoryStore
from tests.memory.unit_of_work import MemoryUnitOfWork
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.connection import LineState
from zalo_governor.domain.delivery import NOTHING_OUTGOING
from zalo_governor.domain.documents import Letterhead
from zalo_governor.domain.escalation import Ladder
from zalo_governor.domain.events import (
    DeletionScope,
    EventBase,
    MessageDeleted,
    MessageRef,
    MessageSent,
    SealedHeard,
)
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.people import EVERYWHERE, GroupSnapshot, Person, Role
from zalo_governor.domain.regulation import Clause, ClauseTopic, Enforcement, Regulation
from zalo_governor.features.cases.delivery import DeliveryFollowUp
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary
from zalo_governor.messaging.directive_quality import ClarityPolicy
from zalo_governor.messaging.policy import LineStatus, ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork

THREE_WAIT = NOTHING_OUTGOING._replace(waiting=3)
BOT = "7000000000000000001"
GROUP = "8000000000000000001"
GROUP_NAME = "Nhóm Zalo điều hành tỉnh Mẫu"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
"""14:05 on 24/11/2026, a Tuesday, in Viet Nam."""
CONFIG = Path(__file__).parents[3] / "config"
CATALOGUE = Catalogue.load(CONFIG)
CHANGES = ChangeVocabulary.load(CONFIG / "thay-doi-nhom.yaml")
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
        Clause(
            number="3.1",
            topic=ClauseTopic.WRITING,
            name="Có dấu, Unicode",
            summary="Dùng tiếng Việt có dấu, bộ mã Unicode.",
            enforced=Enforcement.RULE,
            by=("3.1-tieng-viet-co-dau",),
        ),
        Clause(
            number="3.2",
            topic=ClauseTopic.NAMES,
            name="Tên hiển thị",
            summary="Tên thành viên ghi đủ họ tên, chức vụ.",
            enforced=Enforcement.RULE,
        ),
        Clause(
            number="4.1",
            topic=ClauseTopic.SECRETS,
            name="Bí mật nhà nước",
            summary="Không đăng thông tin thuộc danh mục bí mật.",
            enforced=Enforcement.RULE,
        ),
        Clause(
            number="4.3",
            topic=ClauseTopic.CLASSIFIED_WORK,
            summary="Không gọi, nhắn chỉ đạo thuộc phạm vi bí mật nhà nước.",
            enforced=Enforcement.RULE,
        ),
        Clause(
            number="4.5",
            topic=ClauseTopic.OUTSIDERS,
            name="Người ngoài thành phần",
            summary="Không thêm người không thuộc thành phần vào Nhóm.",
            enforced=Enforcement.RULE,
        ),
        Clause(
            number="4.6",
            topic=ClauseTopic.FORWARDING,
            name="Chuyển tin ra ngoài",
            summary="Không chuyển tin tự động ra ngoài Nhóm.",
            enforced=Enforcement.NOT_VISIBLE,
            note="Quản trị Nhóm tự ghi nhận vụ việc",
        ),
        Clause(
            number="6.1",
            topic=ClauseTopic.GROUP_CHANGES,
            name="Thay đổi thông tin Nhóm",
            summary="Không tự ý thay đổi thông tin Nhóm.",
            enforced=Enforcement.RULE,
        ),
        Clause(
            number="6.5",
            topic=ClauseTopic.GROUP_CHANGES,
            name="Ảnh của Nhóm",
            summary="Ảnh của Nhóm phản ánh đúng tính chất.",
            enforced=Enforcement.RULE,
        ),
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


def escalation(**changes: Any) -> EscalationSettings:
    """Settings without quiet hours; limits that the settings file must keep may be broken, such as windows of zero."""
    plain = EscalationSettings(quiet_hours=None)
    return plain.model_copy(update=changes)


class Desk:
    """An office with its uow and a clock that tests turn."""

    def __init__(self, **policy: Any) -> None:
        self.now = NOW
        self.looked_at: list[str] = []
        """The groups that the office wanted looked at."""
        self.looked_for: list[tuple[str, str]] = []
        """(group, uid) for which it wanted that at once."""
        self.store = MemoryStore()
        self.uow = MemoryUnitOfWork(self.store)
        for index, (key, (name, title, roles)) in enumerate(PEOPLE.items(), 1):
            self.store.people[UIDS[key]] = Person(
                id=index,
                uid=UIDS[key],
                full_name=name,
                title=title,
                grants={EVERYWHERE: roles} if roles else {},
                display_name="Tên ở Zalo",
            )
        values: dict[str, Any] = {
            "account": BOT,
            "groups": {GROUP: GROUP_NAME},
            "regulation": REGULATION,
            "ladder": LADDER,
            "catalogue": CATALOGUE,
            "clock": lambda: self.now,
            "status": lambda: LineStatus(LineState.UP, NOW, NOW, THREE_WAIT),
            "sync_soon": self.looked_at.append,
            "sync_now": lambda group_id, uid: self.looked_for.append((group_id, uid)),
            "words_of": self.words_of,
            "draw_code": lambda: "482913",
            "letterhead": LETTERHEAD,
            "escalation": escalation(),
            "changes": CHANGES,
            "clarity": CLARITY,
            "with_marks": lambda sentence: [SENTENCES.get(sentence, sentence)],
        }
        self.policy = ServicePolicy(**(values | policy))
        self.office = FeatureFacade(self.policy)
        self.fallback: list[tuple[str, str]] = []
        """(subject, text) of what was sent past Zalo."""
        self.delivery = DeliveryFollowUp(
            self.policy,
            tell=lambda subject, text: self.fallback.append((subject, text)),
            begin=self.transaction,
            on_posted=lambda: None,
        )
        self._next = 0
        self._taken = 0

    def words_of(self, _group: str, key: str) -> str:
        """What a message says, as the store in memory has it."""
        return next((e.text for e in self.store.events.values() if isinstance(e, MessageSent) and e.key == key), "")

    def person(self, who: str) -> Person:
        return self.store.people[UIDS[who]]

    def change(self, who: str, **values: Any) -> None:
        self.store.people[UIDS[who]] = self.person(who).model_copy(update=values)

    def hear(self, event: EventBase, *findings: Finding | SealedFinding, **verdict: Any) -> EventBase:
        """Number the event, let the office react, and give the event as numbered."""
        self._next += 1
        event = event.model_copy(update={"id": self._next, "key": event.key or f"m{self._next}"})
        self.store.events[event.id] = event
        judged = self.office.filter_findings(self.uow, event, Verdict(findings=findings, **verdict))
        self.store.findings[event.id] = judged.findings
        self.office.react(self.uow, event, judged)
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

    def delete(self, who: str, *keys: str, deputy: bool = True, **more: Any) -> EventBase:
        """Somebody deletes messages of the group, as a deputy for all, unless told otherwise."""
        uid = UIDS.get(who, BOT)
        group = self.store.group or GroupSnapshot(group_id=GROUP, name="", owner_uid=UIDS["leader"])
        self.store.group = group.model_copy(update={"co_admin_uids": (BOT, uid) if deputy else (BOT,)})
        values: dict[str, Any] = {
            "account": BOT,
            "thread_id": GROUP,
            "sender_uid": uid,
            "at": self.now,
            "targets": tuple(MessageRef(key=key) for key in keys),
            "scope": DeletionScope.MESSAGE,
            "type": 3,
            "action_type": 1,
        }
        return self.hear(MessageDeleted(**(values | more)))

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[UnitOfWork]:
        """The one uow, as whoever opens transactions gets it."""
        yield self.uow

    def tick(self, **duration: float) -> None:
        """Time goes by, and the program acts on what is due by then."""
        self.later(**duration)
        due = self.office.duties.next_due(self.uow)
        if due and due <= self.now:
            self.office.duties.on_cases(self.uow)

    def later(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def take(self) -> list[Notice]:
        """What was posted since the last call."""
        posted = self.store.posted[self._taken :]
        self._taken = len(self.store.posted)
        return posted

    def states(self) -> list[str]:
        return [case.state.value for case in self.store.book.values()]

    def actions(self) -> list[str]:
        return [row["action"] for row in self.store.audited]


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
