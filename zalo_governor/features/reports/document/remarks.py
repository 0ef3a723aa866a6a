"""The sections "Nhận xét" (remarks) and "Kiến nghị" (requests): sentences chosen by the figures.

The admins may edit them. They name signs and figures and draw no conclusion about anybody.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.connection import silence
from zalo_governor.domain.documents import Section
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.features.reports.document.draft import Draft
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.templates import TextId

_SECRETS = frozenset({ClauseTopic.SECRETS, ClauseTopic.CLASSIFIED_WORK})
_MOST_CODES = 5
_FEWEST_CASES = 3
"""From this number of cases on, shares and the most frequent clause mean something."""
_MANY_FALSE_ALARMS = 5
"""A remark is made if at least one case in this number is a false alarm."""
_LONG_SILENCE = timedelta(hours=1)


def remarks(draft: Draft) -> Section:
    """Return the section with remarks on the period: trend, secrets, clauses, false alarms, gaps."""
    return draft.section("remarks", TextId("section_remarks"), list(_remarks(draft)))


def requests(draft: Draft) -> Section:
    """Return the section with requests to the leader, the gravest first, or a sentence that there are none."""
    asked = list(_requests(draft)) or [draft.render(TextId("request_none"))]
    return draft.section("requests", TextId("section_requests"), asked)


def _remarks(draft: Draft) -> Iterator[str]:
    report, say = draft.report, draft.render
    if report.heard_nothing:
        yield say(TextId("comment_unknown"))
        return
    yield _trend(draft)
    if secrets := _of_secrets(draft, report.grave_cases):
        yield say(TextId("comment_secrets"), count=number(len(secrets)))
    most = draft.most([(draft.voice.named_clause(row.clause), row.cases) for row in report.clauses if row.cases])
    if most and draft.cases >= _FEWEST_CASES:
        yield say(TextId("comment_most"), clauses=most.names)
    false_alarms = sum(row.false_alarms for row in report.clauses)
    if draft.cases >= _FEWEST_CASES and false_alarms * _MANY_FALSE_ALARMS >= draft.cases:
        yield say(TextId("comment_false_alarms"), count=number(false_alarms), cases=number(draft.cases))
    if report.coverage.gaps:
        length = draft.voice.lasted(_silence(draft))
        if unfinished := sum(not gap.closed for gap in report.coverage.gaps):
            yield say(TextId("comment_silent"), length=length, count=number(unfinished))
        else:
            yield say(TextId("comment_silent_whole"), length=length)


def _trend(draft: Draft) -> str:
    report, before = draft.report, draft.cases_before
    if not draft.cases:
        return draft.render(TextId("comment_no_cases"))
    if not report.comparable:
        text = TextId("comment_first_period")
    elif draft.cases == before:
        text = TextId("comment_same")
    else:
        text = TextId("comment_more") if draft.cases > before else TextId("comment_fewer")
    return draft.render(text, cases=number(draft.cases))


def _requests(draft: Draft) -> Iterator[str]:
    report, say = draft.report, draft.render
    grave = [case for case in report.grave_cases if case.undecided]
    secrets = _of_secrets(draft, grave)
    others = [case for case in grave if case not in secrets]
    for text, cases in ((TextId("request_secrets"), secrets), (TextId("request_grave"), others)):
        if cases:
            yield say(text, count=number(len(cases)), codes=_codes([case.code for case in cases]))
    outsiders = report.membership.outsiders if report.membership.approved else 0
    if outsiders:
        yield say(TextId("request_outsiders"), count=number(outsiders))
    if report.directives.overdue_now:
        yield say(TextId("request_overdue"), count=number(report.directives.overdue_now))
    most = draft.most([(_demand(draft, row.clause), row.cases) for row in report.clauses if row.cases], "; ")
    if most and draft.cases >= _FEWEST_CASES:
        yield say(TextId("request_clause"), clauses=most.names)
    if _silence(draft) >= _LONG_SILENCE:
        yield say(TextId("request_line"))
    suggested = [remark.code for remark in report.remarks if remark.kind is RemarkKind.SUGGESTION]
    if suggested:
        yield say(TextId("request_suggestions"), count=number(len(suggested)), codes=_codes(suggested))


def _of_secrets(draft: Draft, cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.sealed or draft.voice.regulation.topic_of(case.clause) in _SECRETS]


def _demand(draft: Draft, clause: str) -> str:
    """Return what the clause demands, with its citation; of the clause on writing, only what the program checks."""
    writing = draft.voice.regulation.topic_of(clause) is ClauseTopic.WRITING
    demand = draft.render(TextId("demand_writing")) if writing else draft.voice.clause(clause)
    return demand + draft.voice.in_brackets(draft.voice.citation(clause))


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(codes[:_MOST_CODES]) + (", …" if len(codes) > _MOST_CODES else "")


def _silence(draft: Draft) -> timedelta:
    period = draft.report.period
    return silence(draft.report.coverage.gaps, period.start, period.end)
