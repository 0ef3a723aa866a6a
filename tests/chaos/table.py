"""What a chaos run must have come to, line by line: pure, from what the simulator and the store say afterwards."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

AGAIN = "(gửi lại) "
REMINDER = "đối với những chỉ đạo sau"
_SUMMED_UP = re.compile(r"ghi nhận \d+ vụ việc|qua rà soát, \d+ tên hiển thị")
_AND_MORE = re.compile(r"và (\d+) vụ việc khác")
_SHOWN = 5


class Said(NamedTuple):
    """A message that was said in a group, as the simulator took it."""

    group: str
    key: str
    """Its msgId."""
    violator: str | None
    """uid of the sender where it breaks a rule: each breaks one once, so that each is one case."""
    beyond: bool
    """Zalo itself no longer has it, and nobody heard it: it is in a gap that was made."""


class Ordered(NamedTuple):
    """A directive that the leader gave."""

    group: str
    key: str
    answerer: str
    silent: str
    """uid of the addressee who does not answer."""
    answer_key: str = ""
    """msgId of the answer; "" where none was given before the run ended."""


class Stored(NamedTuple):
    """An entry of the inbox of kind `message`, with its event."""

    group: str
    key: str
    state: str
    at_ms: int
    judged_ms: int | None
    """When, on a clock that was never wrong; None where it was not judged."""
    late: bool


class CaseRow(NamedTuple):
    """A case in the store."""

    code: str
    uid: str
    events: int
    late: bool
    swept: bool
    """Opened by a look at the group, and told of in one message for all that the look found."""
    urgent: bool = False
    """About a secret: somebody has to know of it by its code."""


@dataclass
class Evidence:
    """Everything that the table is made of."""

    said: Sequence[Said]
    stored: Sequence[Stored]
    cases: Sequence[CaseRow]
    misnamed: Counter[str]
    """uids of who came in silently under a wrong name -> into how many groups."""
    desk: Sequence[str]
    """What reached the admin, in order."""
    sent: Sequence[tuple[str, str]]
    """(thread, text) of everything that the bot sent and Zalo took."""
    kills: int
    kills_in_a_send: int
    made: Counter[str]
    """Group -> gaps that were truly made: messages hidden beyond recovery."""
    declared: Counter[str]
    """Group -> gaps in the store that say that something is missing."""
    unsettled: Counter[str] = field(default_factory=Counter)
    """What was not finished when the run ended: entries that wait, messages to send, gaps that go on."""
    orders: Sequence[Ordered] = ()
    registered: Counter[str] = field(default_factory=Counter)
    """msgId of a directive -> entries in the ledger."""
    answers: Counter[str] = field(default_factory=Counter)
    """msgId of an answer -> addressees for whom it counts."""
    traces: Sequence[str] = ()
    """Where a secret was found."""
    unhandled: Sequence[str] = ()
    """Lines of the log that tell of an error that nobody dealt with."""
    bad_exits: Sequence[str] = ()
    broken_audit: Sequence[str] = ()


class Line(NamedTuple):
    """One line of the table."""

    what: str
    wanted: str
    found: str
    holds: bool
    details: Sequence[str] = ()
    """The first of what should not be."""


def judged(evidence: Evidence) -> list[Line]:
    """The table; the run is good if every line holds."""
    repeated = _repeated(evidence)
    return [
        _nothing("messages lost", _lost(evidence)),
        _nothing("judged twice", _twice(evidence)),
        _nothing("violations without a case of their own", _without_case(evidence)),
        _nothing("cases with no notice", _untold(evidence)),
        _nothing("urgent alerts delivered to nobody and said nowhere", _unheard(evidence)),
        Line(
            "repeated notices",
            f"<= {evidence.kills_in_a_send} kills in a send",
            str(len(repeated)),
            len(repeated) <= evidence.kills_in_a_send,
            repeated[:_SHOWN],
        ),
        Line(
            "gaps declared",
            f"= {evidence.made.total()} made",
            str(evidence.declared.total()),
            evidence.declared == evidence.made,
            [
                f"group {group}: {evidence.declared[group]} declared, {evidence.made[group]} made"
                for group in sorted(evidence.declared.keys() | evidence.made.keys())
                if evidence.declared[group] != evidence.made[group]
            ],
        ),
        _nothing("out of order in their group and not marked late", _disorder(evidence.stored)),
        _nothing("directives not registered once", _not_once(evidence)),
        _nothing("answers to directives not counted once", _answers_not_once(evidence)),
        _nothing("reminders twice, or to who has answered", _needless_reminders(evidence)),
        _nothing("secrets found in files", evidence.traces),
        _nothing("errors unhandled in the log", evidence.unhandled),
        _nothing("breaks in the audit log", evidence.broken_audit),
        _nothing("exits not clean", evidence.bad_exits),
        _nothing("left undone at the end", [f"{what}: {count}" for what, count in evidence.unsettled.items() if count]),
    ]


def _nothing(what: str, found: Sequence[str]) -> Line:
    return Line(what, "0", str(len(found)), not found, found[:_SHOWN])


def _not_once(evidence: Evidence) -> list[str]:
    heard = {one.key for one in evidence.said if not one.beyond}
    return [order.key for order in evidence.orders if order.key in heard and evidence.registered[order.key] != 1]


def _answers_not_once(evidence: Evidence) -> list[str]:
    heard = {one.key for one in evidence.said if not one.beyond}
    return [
        order.answer_key
        for order in evidence.orders
        if {order.key, order.answer_key} <= heard and evidence.answers[order.answer_key] != 1
    ]


def _needless_reminders(evidence: Evidence) -> list[str]:
    """Each silent addressee is reminded once at most: on one day, nobody is asked twice; nobody else is asked."""
    reminded = Counter(thread for thread, text in evidence.sent if REMINDER in text and not text.startswith(AGAIN))
    silent = {order.silent for order in evidence.orders}
    heard = {one.key for one in evidence.said if not one.beyond}
    unanswered = {order.answerer for order in evidence.orders if order.answer_key not in heard}
    return [f"{uid}: {count}" for uid, count in reminded.items() if count > 1 or uid not in silent | unanswered]


def _lost(evidence: Evidence) -> list[str]:
    stored = {(row.group, row.key) for row in evidence.stored}
    return [f"{one.group}/{one.key}" for one in evidence.said if not one.beyond and (one.group, one.key) not in stored]


def _twice(evidence: Evidence) -> list[str]:
    """Of one message two entries, or one that was never said."""
    said = {(one.group, one.key) for one in evidence.said}
    times = Counter((row.group, row.key) for row in evidence.stored)
    return [f"{group}/{key}: {count} entries" for (group, key), count in times.items() if count > 1] + [
        f"{group}/{key}: never said" for group, key in times if (group, key) not in said
    ]


def _without_case(evidence: Evidence) -> list[str]:
    stored = {(row.group, row.key) for row in evidence.stored}
    wanted = Counter(one.violator for one in evidence.said if one.violator and (one.group, one.key) in stored)
    wanted += evidence.misnamed
    found: Counter[str | None] = Counter()
    for case in evidence.cases:
        found[case.uid] += case.events
    return [
        f"{uid}: {found[uid]} in cases, {wanted[uid]} said"
        for uid in sorted(filter(None, wanted.keys() | found.keys()))
        if found[uid] != wanted[uid]
    ]


def _untold(evidence: Evidence) -> list[str]:
    """Cases of which the admin was not told by code, and of which no summary counts them.

    A summary names ten cases and counts the others, so those that stand nowhere are compared by number.
    """
    told = {text.removeprefix(AGAIN) for text in evidence.desk}
    codes = {code for text in told for code in re.findall(r"\bVP\d+\b", text)}
    summaries = [text for text in told if _SUMMED_UP.search(text)]
    counted = sum(int(found[1]) for text in summaries if (found := _AND_MORE.search(text)))
    nowhere = [case for case in evidence.cases if case.code not in codes]
    untold = [case.code for case in nowhere if case.urgent or not (case.late or case.swept)]
    if counted < len(nowhere) - len(untold):
        untold.append(
            f"summaries count {counted} more, {len(nowhere) - len(untold)} late cases and names stand nowhere"
        )
    return untold


def _unheard(evidence: Evidence) -> list[str]:
    """Urgent cases whose code stands in nothing that reached anybody."""
    codes = {code for _, text in evidence.sent for code in re.findall(r"\bVP\d+\b", text)}
    return [case.code for case in evidence.cases if case.urgent and case.code not in codes]


def _repeated(evidence: Evidence) -> list[str]:
    times = Counter((thread, text.removeprefix(AGAIN)) for thread, text in evidence.sent)
    return [f"to {thread}, {count} times: {text[:80]}" for (thread, text), count in times.items() if count > 1]


def _disorder(stored: Iterable[Stored]) -> list[str]:
    """Judged after what stands behind it, though neither is marked late. One batch is one moment, ordered in itself."""
    groups: dict[str, dict[int, list[Stored]]] = defaultdict(lambda: defaultdict(list))
    for row in stored:
        if row.judged_ms is not None and not row.late:
            groups[row.group][row.judged_ms].append(row)
    found = []
    for group, moments in groups.items():
        newest = (0, 0, "")
        for moment in sorted(moments):
            places = [(row, (row.at_ms, len(row.key), row.key)) for row in moments[moment]]
            found += [f"{group}/{row.key}" for row, place in places if place < newest]
            newest = max(newest, *(place for _, place in places))
    return found
