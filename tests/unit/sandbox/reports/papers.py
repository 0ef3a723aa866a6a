"""A report with a bit of everything, as a paper."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from tests.unit.features.desk import (
    BAD_NAME,
    CATALOGUE,
    CONFIG,
    GROUP,
    GROUP_NAME,
    LETTERHEAD,
    NOW,
    REGULATION,
    UNMARKED,
    Desk,
)
from tests.unit.storage.stored import new_directive
from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.attachments import ScanFigures
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.directives import Assignee
from zalo_governor.domain.documents import Letterhead, ReportDocument
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.people import Group
from zalo_governor.domain.regulation import Regulation
from zalo_governor.domain.reports import Activity, ActivityReport, AgencyFigures, ClauseFigures, Handling, Period
from zalo_governor.features.reports.builder import compose
from zalo_governor.features.reports.document.document import paper_of
from zalo_governor.messaging.formatter import MessageFormatter

SHIPPED = validate(Regulation, load_yaml(CONFIG / "quy-che.yaml"))
VOICE, SHIPPED_VOICE = MessageFormatter(CATALOGUE, REGULATION), MessageFormatter(CATALOGUE, SHIPPED)
FORMULA = '=HYPERLINK("http://a.example","xem")'
"""Somebody's name, as a spreadsheet would run it."""


SUGGESTED = "@SUM(A1) nên có mẫu báo cáo"
PERIOD_LABEL = "24 giờ tính đến 14:05 ngày 24/11/2026"


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
        desk.uow.directives.put_assignees([asked.model_copy(update={"received_at": reported, "reported_at": reported})])
    start = datetime(2026, 10, 31, 17, tzinfo=UTC)
    period = Period(
        start=start, end=datetime(2026, 11, 30, 17, tzinfo=UTC), label="tháng 11/2026", command="tháng 11/2026"
    )
    return compose(desk.uow, Group(GROUP, GROUP_NAME), period, VOICE, desk.policy.clock, words=words)


def bad(days: int) -> ActivityReport:
    """A period of so many days in which everything that can go wrong did, by the regulation that is shipped."""
    quiet = report(words=True)
    end = NOW
    start = end - timedelta(days=days)
    [secret] = [case for case in quiet.open_cases if case.sealed]
    number = count(101)
    grave = [
        secret.model_copy(
            update={"id": next(number), "clause": clause, "sealed": clause == "4.1", "severity": Severity.MAJOR}
        )
        for clause in ("4.1", "4.5", "4.4")
        for _ in range(15)
    ]
    clauses = [
        ClauseFigures(
            clause=clause, cases=41 - place, open=9, remedied=12, confirmed=5, false_alarms=8, reported=2, before=20
        )
        for place, clause in enumerate(["4.1", "4.5", "6.1", "6.5", "4.4", "3.1", "3.2", "4.2", "4.6", "5.3"])
    ]
    gaps = [
        Gap(id=hour, group_id=GROUP, began_at=end - timedelta(hours=hour), ended_at=None, cause="x")
        for hour in range(1, 13)
    ]
    return quiet.model_copy(
        update={
            "period": Period(start=start, end=end, label=PERIOD_LABEL, command="24/11/2026"),
            "first_heard": start - timedelta(days=days),
            "activity": Activity(
                messages=12345, senders=432, joined=23, left=12, recalled=34, changes=45, calls=56
            ),
            "clauses": tuple(clauses),
            "open_cases": tuple(grave) * 4,
            "grave_cases": tuple(grave),
            "suspects": 45,
            "handling": Handling(taken_back=80, passed_over=17, repeated=21, longest_remedy_minutes=1234),
            "coverage": quiet.coverage.model_copy(
                update={"gaps": tuple(gaps), "waiting": 12, "dead_letters": 3, "rule_failures": 4}
            ),
            "private_gaps": tuple(gaps),
            "undelivered_notices": 11,
            "withheld_notices": 12,
            "directives": quiet.directives.model_copy(
                update={
                    "given": 23, "asked": 99, "answered": 50, "in_time": 20, "late": 12, "overdue": 18, "silent": 17,
                    "open_now": 21, "overdue_now": 12, "absent": 4, "assumed": 3, "proposed": 2,
                }
            ),
            "attachments": ScanFigures(attachments=345, found=12, waiting=4, not_checked={"encrypted": 12}),
            "remarks": quiet.remarks * 10,
            "cannot_check": tuple(clause.number for clause in SHIPPED.not_visible),
        }
    )  # fmt: skip


def bad_paper(days: int) -> ReportDocument:
    """The same in words and tables, for an office with long names."""
    head = Letterhead(
        superior="Ủy ban nhân dân tỉnh Mẫu",
        unit="Sở Khoa học và Công nghệ",
        place="Mẫu",
        signer="Giám đốc",
        signer_name="Nguyễn Văn Mẫu",
        abbreviation="SKHCN",
        addressee="Đồng chí Chủ tịch Ủy ban nhân dân tỉnh, Trưởng nhóm",
        recipients=("Như trên", "Văn phòng Ủy ban nhân dân tỉnh", "Các đồng chí Lãnh đạo Sở"),
    )
    return paper_of(bad(days), head, SHIPPED_VOICE)


def paper(*, words: bool = False) -> ReportDocument:
    """The same in words and tables; with `words` as the desk gets it."""
    return paper_of(report(words=words), LETTERHEAD, VOICE)
