"""The section on proposals: key figures by which the leader can judge whether something has to change."""

from collections.abc import Sequence
from datetime import timedelta

from zalo_governor.domain.documents import Cell, Section
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.features.reports.document.draft import Draft
from zalo_governor.features.reports.sentences import compared
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.templates import TextId

_OFFICE_HOURS = range(7, 18)
_MOST_CODES = 5
_FEWEST_MESSAGES = 1000
"""From this number of messages on, the number of cases for each 1,000 messages means something."""


def proposal(draft: Draft) -> Section:
    """Return the section on proposals: a table of key figures for the leader, such as cases per 1,000 messages.

    The number of cases is compared with the preceding period, others are shares of the cases or messages.
    """
    report, say = draft.report, draft.render
    out_of_hours = sum(count for hour, count in enumerate(report.hours) if hour not in _OFFICE_HOURS)
    minutes = report.handling.longest_remedy_minutes
    messages = report.activity.messages
    per_thousand = 1000 * draft.cases / messages if messages >= _FEWEST_MESSAGES else None
    rows: list[Sequence[Cell]] = [
        (
            say(TextId("proposal_cases")),
            number(draft.cases) + compared(report, draft.cases, draft.cases_before, draft.voice),
        ),
        (
            say(TextId("proposal_clause")),
            _most(draft, [(draft.voice.named_clause(row.clause), row.cases) for row in report.clauses]),
        ),
        (
            say(TextId("proposal_per_thousand")),
            say(TextId("counted_of_thousand")) if per_thousand is None else f"{per_thousand:.1f}".replace(".", ","),
        ),
        (say(TextId("proposal_remedied")), draft.share(sum(row.remedied for row in report.clauses), draft.cases)),
        (
            say(TextId("proposal_minutes")),
            say(TextId("counted_of_no_remedy")) if minutes is None else draft.voice.lasted(timedelta(minutes=minutes)),
        ),
        (say(TextId("proposal_repeated")), report.handling.repeated),
        (say(TextId("proposal_false")), draft.share(sum(row.false_alarms for row in report.clauses), draft.cases)),
        (
            say(TextId("proposal_out_of_hours")),
            draft.share(out_of_hours, sum(report.hours), TextId("counted_of_no_messages"))
            if report.listened_a_day
            else say(TextId("counted_of_a_day")),
        ),
        (say(TextId("proposal_suggestions")), _suggestions(draft)),
    ]
    table = draft.table("proposal", TextId("table_proposal"), rows)
    return draft.section("proposal", TextId("section_proposal"), [], table, about=(ClauseTopic.PROPOSALS,))


def _most(draft: Draft, counted: Sequence[tuple[str, int]]) -> str:
    """Return a text naming the clauses with the most cases, with their number and share of all cases.

    `counted` holds (name of clause, number of cases). All that share the first place are named; without cases, or
    where none stands out, the text says so.
    """
    if not any(cases for _, cases in counted):
        return draft.render(TextId("counted_of_no_cases"))
    most = draft.most(counted)
    if most is None:
        return draft.render(TextId("proposal_equal"))
    share = draft.share(most.value, draft.cases)
    text = TextId("proposal_most") if most.shared_by == 1 else TextId("proposal_most_each")
    return draft.render(text, name=most.names, cases=number(most.value), share=share)


def _suggestions(draft: Draft) -> Cell:
    count = draft.report.voice.suggestions
    if count is None:
        return draft.render(TextId("not_counted"))
    codes = [remark.code for remark in draft.report.remarks if remark.kind is RemarkKind.SUGGESTION]
    if not codes:
        return count
    listed = ", ".join(codes[:_MOST_CODES]) + (", …" if len(codes) > _MOST_CODES else "")
    return draft.render(TextId("proposal_codes"), count=number(count), codes=listed)
