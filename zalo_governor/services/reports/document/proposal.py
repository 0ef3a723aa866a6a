"""The section on proposals: key figures by which the leader can judge whether something has to change."""

from collections.abc import Sequence
from datetime import timedelta

from zalo_governor.domain.documents import Cell, Section
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.services.messaging.formatter import number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.reports.document.draft import Draft
from zalo_governor.services.reports.sentences import compared, length_in_words

_OFFICE_HOURS = range(7, 18)
_MOST_CODES = 5
_FEWEST_MESSAGES = 1000
"""From this number of messages on, the number of cases for each 1,000 messages means something."""


def proposal(draft: Draft) -> Section:
    """Return the section on proposals: a table of key figures for the leader, compared with the preceding period.

    Some figures are shown as a share instead.
    """
    report, say = draft.report, draft.render
    out_of_hours = sum(count for hour, count in enumerate(report.hours) if hour not in _OFFICE_HOURS)
    minutes = report.handling.longest_remedy_minutes
    messages = report.activity.messages
    per_thousand = 1000 * draft.cases / messages if messages >= _FEWEST_MESSAGES else None
    rows: list[Sequence[Cell]] = [
        (
            say(MessageId.PROPOSAL_CASES),
            number(draft.cases) + compared(report, draft.cases, draft.cases_before, draft.voice),
        ),
        (
            say(MessageId.PROPOSAL_CLAUSE),
            _most(draft, [(draft.voice.named_clause(row.clause), row.cases) for row in report.clauses]),
        ),
        (
            say(MessageId.PROPOSAL_PER_THOUSAND),
            say(MessageId.COUNTED_OF_THOUSAND) if per_thousand is None else f"{per_thousand:.1f}".replace(".", ","),
        ),
        (say(MessageId.PROPOSAL_REMEDIED), draft.share(sum(row.remedied for row in report.clauses), draft.cases)),
        (
            say(MessageId.PROPOSAL_MINUTES),
            say(MessageId.COUNTED_OF_NO_REMEDY)
            if minutes is None
            else length_in_words(timedelta(minutes=minutes), draft.voice),
        ),
        (say(MessageId.PROPOSAL_REPEATED), report.handling.repeated),
        (say(MessageId.PROPOSAL_FALSE), draft.share(sum(row.false_alarms for row in report.clauses), draft.cases)),
        (
            say(MessageId.PROPOSAL_OUT_OF_HOURS),
            draft.share(out_of_hours, sum(report.hours), MessageId.COUNTED_OF_NO_MESSAGES)
            if report.listened_a_day
            else say(MessageId.COUNTED_OF_A_DAY),
        ),
        (say(MessageId.PROPOSAL_SUGGESTIONS), _suggestions(draft)),
    ]
    return draft.section(
        "proposal", MessageId.SECTION_PROPOSAL, [], draft.table("proposal", MessageId.TABLE_PROPOSAL, rows)
    )


def _most(draft: Draft, counted: Sequence[tuple[str, int]]) -> str:
    """Return a text naming the clauses with the most cases, with their number and share of all cases.

    `counted` holds (name of clause, number of cases). All that share the first place are named; without
    cases, or where none stands out, the text says so.
    """
    if not any(cases for _, cases in counted):
        return draft.render(MessageId.COUNTED_OF_NO_CASES)
    most = draft.most(counted)
    if most is None:
        return draft.render(MessageId.PROPOSAL_EQUAL)
    share = draft.share(most.value, draft.cases)
    text = MessageId.PROPOSAL_MOST if most.shared_by == 1 else MessageId.PROPOSAL_MOST_EACH
    return draft.render(text, name=most.names, cases=number(most.value), share=share)


def _suggestions(draft: Draft) -> Cell:
    count = draft.report.voice.suggestions
    if count is None:
        return draft.render(MessageId.NOT_COUNTED)
    codes = [remark.code for remark in draft.report.remarks if remark.kind is RemarkKind.SUGGESTION]
    if not codes:
        return count
    listed = ", ".join(codes[:_MOST_CODES]) + (", …" if len(codes) > _MOST_CODES else "")
    return draft.render(MessageId.PROPOSAL_CODES, count=number(count), codes=listed)
