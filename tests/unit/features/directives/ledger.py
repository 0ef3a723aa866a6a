"""An office whose group has a roster of agencies, for tests of the directive ledger."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.unit.features.desk import BOT, GROUP, UIDS, Desk
from zalo_governor.domain.directives import Assignee, Directive, DirectiveState
from zalo_governor.domain.events import MessageSent, Quote
from zalo_governor.domain.jobs import AskAboutDirectives, Job, JobKind
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.directives.reminders import AbsenceHandler, AskHandler, DeadlineHandler, RemindHandler
from zalo_governor.pipeline.jobs import JobRunner

AGENCIES = {
    "y_te": ("Lò Thị Mẫu", "Giám đốc", "Sở Y tế"),
    "y_te_pho": ("Vàng A Thử", "Phó Giám đốc", "Sở Y tế"),
    "tai_chinh": ("Lý Thị Tỉ", "Giám đốc", "Sở Tài chính"),
    "giao_duc": ("Hoàng Văn Ví", "Giám đốc", "Sở Giáo dục và Đào tạo"),
    "noi_vu": ("Đỗ Mạnh Nội", "Giám đốc", "Sở Nội vụ"),
    "muong_gia": ("Tẩn Văn Sáng", "Chủ tịch", "UBND xã Mường Giả"),
}
ABSENT = ("Điêu Văn Chiều", "Chủ tịch", "UBND phường Thử Nghiệm")

ORDER = "Giao Sở Y tế, Sở Tài chính báo cáo số liệu tiêm chủng về UBND tỉnh trước 17h ngày 26/11."
SECOND = (
    "Đề nghị Sở Y tế và Sở Giáo dục và Đào tạo kiểm tra an toàn thực phẩm bếp ăn trường học, "
    "báo cáo trước 17h ngày 27/11."
)
DUE = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


class LedgerDesk(Desk):
    """The office; everybody of the roster but one is in the group."""

    def __init__(self, **policy: Any) -> None:
        super().__init__(**policy)
        for number, (key, (name, title, agency)) in enumerate(AGENCIES.items()):
            uid = str(7100000000000000000 + number)
            UIDS[key] = uid
            self.store.entries.append(RosterEntry(full_name=name, title=title, agency=agency, uid=uid))
            person = self.uow.people.find_or_create(BOT, uid)
            assert person is not None
            self.store.people[uid] = person.model_copy(update={"full_name": name, "title": title})
        name, title, agency = ABSENT
        self.store.entries.append(RosterEntry(full_name=name, title=title, agency=agency))
        self.store.present = set(UIDS.values())
        self.jobs = JobRunner(
            BOT,
            handlers={
                JobKind.REMIND_OF_DIRECTIVES: RemindHandler(self.policy),
                JobKind.REPORT_DEADLINE: DeadlineHandler(self.policy),
                JobKind.ASK_ABOUT_DIRECTIVES: AskHandler(self.policy),
                JobKind.NOTICE_ABSENCE: AbsenceHandler(self.policy),
            },
            begin=self.transaction,
            on_settled=lambda: None,
        )

    def order(self, text: str, who: str = "leader", **more: Any) -> MessageSent:
        """A leader writes in the group."""
        heard = self.say(who, text, **more)
        assert isinstance(heard, MessageSent)
        return heard

    def reply(self, who: str, to: MessageSent, text: str, **more: Any) -> MessageSent:
        """Somebody quotes a message."""
        quote = Quote(owner_uid=to.sender_uid, key=to.key, text=to.text)
        heard = self.say(who, text, quote=quote, **more)
        assert isinstance(heard, MessageSent)
        return heard

    def directive(self, number: int = 1) -> Directive:
        return self.store.directives[number - 1]

    def make_unsure(self, number: int = 1) -> None:
        """Turn a directive into one of which the program is unsure, and about which it asks at once."""
        self.store.directives[number - 1] = self.directive(number).model_copy(update={"state": DirectiveState.PROPOSED})
        self.store.assignees.clear()
        self.store.jobs.clear()
        self.store.due.clear()
        question = Job(account=BOT, group_id=GROUP, task=AskAboutDirectives(), ordered_at=self.now, due_at=self.now)
        self.uow.jobs.enqueue(question)

    def entries(self, number: int = 1) -> dict[str, Assignee]:
        """The addressees by name."""
        return {one.name: one for one in self.uow.directives.assignees(number)}

    def until(self, end: datetime) -> None:
        """Time goes by; what is due is done when it is due."""
        while (due := self.jobs.next_due()) is not None and due <= end:
            self.now = max(self.now, due)
            self.jobs.act(self.now)
        self.now = end

    def pass_days(self, days: float) -> None:
        self.until(self.now + timedelta(days=days))

    @property
    def group_lines(self) -> list[str]:
        return [notice.text for notice in self.store.posted if notice.thread_id == GROUP]


def act(desk: LedgerDesk, who: str, kind: type, **fields: object) -> None:
    """Somebody does something in the group besides writing."""
    desk.hear(kind(account=BOT, thread_id=GROUP, sender_uid=UIDS[who], at=desk.now, **fields))
