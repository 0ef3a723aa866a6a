"""What the office does about notices that did not get through."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from itertools import count
from typing import Any

import pytest

from tests.unit.features.desk import BOT, GROUP, NOW, UNMARKED, Desk, escalation, to
from zalo_governor.app.due_work import WorkGroup
from zalo_governor.domain.cases import Case
from zalo_governor.domain.delivery import DeliveryState, Undelivered
from zalo_governor.domain.escalation import QuietHours
from zalo_governor.domain.notices import Purpose
from zalo_governor.features.reports.scheduled import CaseDeadlines
from zalo_governor.messaging.delivery_words import sights_in_words
from zalo_governor.storage.unit_of_work import UnitOfWork


def undelivered(desk: Desk, who: str, purpose: Purpose, **values: Any) -> Undelivered:
    about = Undelivered(
        id=1, account=BOT, person_id=desk.person(who).id, case_id=1, group_id=GROUP, purpose=purpose, urgent=True,
        created_at=NOW - timedelta(minutes=4), final=False, code=123,
    )  # fmt: skip
    return about._replace(**values)


def test_an_alert_that_nobody_of_the_desk_got_goes_to_the_leaders_office_and_past_zalo_once() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    for _ in range(2):
        desk.store.unheard = [[undelivered(desk, who, Purpose.ADMIN_ALERT) for who in ("admin", "admin_staff")]]
        desk.deliver()
    [told] = to(desk.take(), "report_reader")
    assert "VP1, có dấu hiệu liên quan khoản 1 Điều 4" in told
    [(subject, text)] = desk.fallback
    assert "VP1" in subject
    assert "Mã lỗi của Zalo: 123" in text
    assert desk.actions().count("alert.unheard") == 1


def test_where_nobody_reads_the_reports_it_goes_to_the_leader() -> None:
    desk = Desk()
    desk.change("report_reader", grants={})
    desk.seal("member")
    desk.take()
    desk.store.unheard = [[undelivered(desk, "admin", Purpose.ADMIN_ALERT)]]
    desk.deliver()
    assert len(to(desk.take(), "leader")) == 1


def test_a_state_says_whether_the_member_was_reached() -> None:
    desk = Desk()
    desk.store.deliveries[1] = DeliveryState.PENDING
    desk.say("member", "trich dan", UNMARKED)
    for delivery, words in (
        (DeliveryState.PENDING, "mới, tin nhắc đang gửi"),
        (DeliveryState.FAILED, "mới, tin nhắc chưa gửi được"),
        (DeliveryState.DELIVERED, "đã nhắc"),
    ):
        desk.store.deliveries[1] = delivery
        desk.deliver()
        desk.take()
        desk.say("admin", "/xem VP1", place="private")
        assert words in to(desk.take(), "admin")[0]


@pytest.mark.parametrize(("hour", "told"), [(14, 1), (23, 0)], ids=["day", "night"])
def test_whom_a_light_request_does_not_reach_the_desk_hears_by_day(hour: int, told: int) -> None:
    desk = Desk(escalation=escalation(quiet_hours=QuietHours(start=time(22), end=time(6))))
    desk.say("member", "trich dan", UNMARKED)
    desk.take()
    desk.now = desk.now.replace(hour=hour - 7)
    desk.store.unreached = [undelivered(desk, "member", Purpose.MEMBER_REQUEST, urgent=False, final=True)]
    desk.deliver()
    assert len(to(desk.take(), "admin")) == told


def test_whoever_can_be_reached_again_hears_what_was_lost_the_gravest_first() -> None:
    desk = Desk()
    lost = [
        undelivered(desk, "admin", Purpose.ADMIN_ALERT, id=1, case_id=4, urgent=False),
        undelivered(desk, "admin", Purpose.ADMIN_ALERT, id=2, case_id=9),
        undelivered(desk, "admin", Purpose.REPORT, id=3, case_id=None, urgent=False),
        undelivered(desk, "member", Purpose.REPORT, id=4, case_id=None),
    ]
    desk.store.lost = lost
    desk.deliver()
    posted = desk.take()
    [told] = to(posted, "admin")
    assert "có 3 tin chưa gửi được đến đồng chí: VP9, VP4, 1 tin khác" in told
    assert to(posted, "member") == []
    assert desk.store.lost == []


def test_what_follows_is_done_at_once_also_beside_other_work_and_while_the_clock_goes_on() -> None:
    ticks = count()
    desk = Desk(clock=lambda: NOW + timedelta(microseconds=next(ticks)))
    desk.store.deliveries[1] = DeliveryState.PENDING
    desk.say("member", "trich dan", UNMARKED)
    assert desk.states() == ["new"]
    desk.store.deliveries[1] = DeliveryState.DELIVERED
    desk.delivery.sent("sent")
    work = WorkGroup(CaseDeadlines(desk.office.duties_by_office, begin=desk.transaction), desk.delivery)
    due, now = work.next_due(), desk.policy.clock()
    assert due is not None
    assert due <= now
    work.act(now)
    assert desk.states() == ["reminded"]


def test_a_try_that_ends_while_the_next_check_is_asked_for_does_no_harm() -> None:
    desk = Desk()
    desk.say("member", "trich dan", UNMARKED)
    desk.delivery.act(desk.policy.clock())

    @contextmanager
    def while_the_outbox_ends_a_try(*, reading: bool = False) -> Iterator[UnitOfWork]:
        with desk.transaction() as uow:
            desk.delivery.sent("sent")
            yield uow

    desk.delivery._begin = while_the_outbox_ends_a_try
    assert desk.delivery.next_due() is not None


def test_a_list_says_of_a_grave_case_whether_its_message_is_still_in_the_group() -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.say("stranger", "noi dung", UNMARKED)
    secret, light = desk.store.book.values()

    def sight(case: Case) -> str:
        return sights_in_words(desk.uow, desk.policy.voice, [case]).get(case.id, "")

    assert (sight(secret), sight(light)) == ("tin còn trên Nhóm", "")
    desk.delete("admin", key)
    assert sight(desk.store.book[secret.id]).startswith("tin đã thu hồi hoặc xóa lúc ")
