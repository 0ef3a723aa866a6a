"""What people read about directives fits on a phone, whatever the ledger holds."""

from datetime import timedelta

import pytest

from tests.unit.features.desk import GROUP, GROUP_NAME, NOW, to
from tests.unit.features.directives.ledger import LedgerDesk
from tests.unit.storage.stored import new_directive
from zalo_governor.domain.directives import Assignee, Directive, DirectiveItem, LedgerPage, OwedDirective
from zalo_governor.domain.people import Group
from zalo_governor.features.directives.pages import PAGE_LIMIT, DirectivePages

LONG = "Yêu cầu các đơn vị rà soát, tổng hợp, báo cáo đầy đủ số liệu theo từng nội dung của kế hoạch năm. " * 6
NAMES = [f"Ban Quản lý dự án đầu tư xây dựng công trình khu vực miền núi số {number}" for number in range(200)]


@pytest.fixture
def desk() -> LedgerDesk:
    """Twenty long directives to 200 addressees each, some late, some silent, some unknown, some absent."""
    desk = LedgerDesk()
    for number in range(20):
        item = DirectiveItem(text=LONG, due_at=NOW - timedelta(hours=number - 10))
        directive = desk.uow.directives.add(new_directive(1, at=NOW - timedelta(days=1), items=(item,)))
        for place, name in enumerate(NAMES):
            desk.uow.directives.put_assignees(
                [
                    Assignee(
                        directive_id=directive.id,
                        group_id=GROUP,
                        item=0,
                        name=name,
                        known=place % 7 > 0,
                        person_ids=(desk.person("member").id,) if place % 3 else (),
                        due_at=item.due_at,
                        received_at=NOW if place % 4 == 1 else None,
                        assumed=place % 4 == 1,
                    )
                ]
            )
    return desk


def test_every_page_is_one_page(desk: LedgerDesk) -> None:
    for line in ("/giaoviec", "CĐ1", "CĐ15"):
        desk.take()
        desk.say("leader", line, place="private")
        [page] = to(desk.take(), "leader")
        assert len(page) <= PAGE_LIMIT, page
    desk.say("member", "/giaoviec", place="private")
    [page] = to(desk.take(), "member")
    assert len(page) <= PAGE_LIMIT
    assert "… và" in page


def test_what_is_sent_unasked_is_one_page_too(desk: LedgerDesk) -> None:
    pages = DirectivePages(desk.policy)
    asked = desk.uow.directives.assignees(1)
    directives = desk.store.directives
    pairs = [(directive, one) for directive in directives for one in asked[:3]]
    texts = [
        pages.reminder(desk.person("member"), pairs),
        pages.at_deadline(directives[0], asked, NOW),
        pages.proposals(desk.uow, GROUP, directives),
        pages.not_reminded(asked),
        pages.acknowledgement(directives[0], asked),
        pages.entered(directives[0], asked),
    ]
    assert [len(text) for text in texts if len(text) > PAGE_LIMIT] == []


def test_an_empty_ledger_says_so(desk: LedgerDesk) -> None:
    pages = DirectivePages(desk.policy)
    assert "không có chỉ đạo nào" in pages.overview(Group(GROUP, GROUP_NAME), LedgerPage([], 0, 0))
    owed = OwedDirective(_settled(desk), [], 1)
    assert "không có chỉ đạo nào đang chờ đồng chí" in pages.mine(desk.person("member"), [owed])


def test_who_reads_the_own_list_is_not_told_that_it_was_not_seen(desk: LedgerDesk) -> None:
    pages = DirectivePages(desk.policy)
    waiting = [one for one in desk.uow.directives.assignees(1) if not one.settled][:1]
    page = pages.mine(desk.person("member"), [OwedDirective(desk.store.directives[0], waiting, 1)])
    assert "(chưa trả lời; " in page
    assert "chưa báo đã xem" not in page


def test_overdue_directives_stand_first(desk: LedgerDesk) -> None:
    desk.say("leader", "/giaoviec", place="private")
    [page] = to(desk.take(), "leader")
    head, first, *_ = page.splitlines()
    assert head.endswith("20, quá hạn 9")
    assert first.startswith("CĐ20: QUÁ HẠN")


def _settled(desk: LedgerDesk) -> Directive:
    return desk.store.directives[0]
