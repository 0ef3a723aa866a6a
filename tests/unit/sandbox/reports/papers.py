"""A report with a bit of everything, as a paper."""

from datetime import UTC, date, datetime, timedelta

from tests.unit.services.desk import (
    BAD_NAME,
    CATALOGUE,
    GROUP,
    GROUP_NAME,
    LETTERHEAD,
    NOW,
    REGULATION,
    UNMARKED,
    Desk,
)
from tests.unit.storage.stored import new_directive
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.directives import Assignee
from zalo_governor.domain.documents import ReportDocument
from zalo_governor.domain.reports import ActivityReport, AgencyFigures, ClauseFigures, Period
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.policy import Group
from zalo_governor.services.reports.builder import compose
from zalo_governor.services.reports.document.document import paper_of

VOICE = MessageFormatter(CATALOGUE, REGULATION)
FORMULA = '=HYPERLINK("http://a.example","xem")'
"""Somebody's name, as a spreadsheet would run it."""


SUGGESTED = "@SUM(A1) nên có mẫu báo cáo"


def report(*, words: bool = False) -> ActivityReport:
    """November, with open cases, a gap, agencies, remarks, and a name and words that look like formulas."""
    desk = Desk()
    desk.change("member", full_name=FORMULA)
    desk.say("member", "noi dung", UNMARKED)
    desk.say("stranger", "x", BAD_NAME)
    desk.seal("stranger")
    desk.say("member", "/suco Từ sáng máy không nhận được tin", place="private")
    desk.say("admin_staff", f"/gopy {SUGGESTED}", place="private")
    store = desk.store
    store.by_day = {date(2026, 11, 1) + timedelta(days=number): 10 * number + 5 for number in range(24)}
    store.activity_now = store.activity_now.model_copy(update={"messages": sum(store.by_day.values())})
    store.agency_list = [
        AgencyFigures(agency=agency, messages=900 - 70 * number, senders=5, cases=number)
        for number, agency in enumerate(["Văn phòng UBND tỉnh", "Sở Khoa học và Công nghệ", "+UBND xã Mẫu", ""])
    ]
    store.figures = [
        ClauseFigures(
            clause="3.1", cases=25, open=8, remedied=12, confirmed=2, false_alarms=3, reported=0, approved=0, before=20
        ),
        ClauseFigures(
            clause="4.1", cases=1, open=0, remedied=0, confirmed=1, false_alarms=0, reported=0, approved=0, before=0
        ),
    ]
    store.gap_list = [
        Gap(id=1, group_id=GROUP, began_at=NOW - timedelta(hours=1), ended_at=NOW, cause="x", recovered=5, closed=True)
    ]
    directive = desk.uow.directives.add(new_directive(1, at=NOW - timedelta(days=3)))
    for name, reported in (("Văn phòng UBND tỉnh", NOW), ("+UBND xã Mẫu", None)):
        asked = Assignee(directive_id=directive.id, group_id=GROUP, item=0, name=name, due_at=NOW)
        desk.uow.directives.put_assignee(asked.model_copy(update={"received_at": reported, "reported_at": reported}))
    start = datetime(2026, 10, 31, 17, tzinfo=UTC)
    period = Period(start=start, end=datetime(2026, 11, 30, 17, tzinfo=UTC), label="tháng 11/2026")
    return compose(desk.uow, Group(GROUP, GROUP_NAME), period, VOICE, desk.policy.clock, words=words)


def paper(*, words: bool = False) -> ReportDocument:
    """The same in words and tables; with `words` as the desk gets it."""
    return paper_of(report(words=words), LETTERHEAD, VOICE)
