"""/vipham, /xem, /xacnhan, /baonham: the desk works the cases."""

from datetime import date, datetime, timedelta
from enum import Enum
from typing import ClassVar

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.people import Person, Role
from zalo_governor.office.commands.command import Answer, Call, Command
from zalo_governor.office.commands.parsing import case_number, folded
from zalo_governor.office.messages import Text
from zalo_governor.office.periods import midnight, today
from zalo_governor.office.policy import Group
from zalo_governor.office.voice import moment, number

DESK = frozenset({Role.ADMIN, Role.ADMIN_STAFF})
QUOTABLE = frozenset({"3.1", "3.2"})
"""The clauses whose cases may show what was written."""

_ROWS = 10
_EXCERPT = 80
_REASON = 300
_RECENT = timedelta(days=30)


class Which(Enum):
    """What /vipham lists."""

    OPEN = Text.CASES_OPEN
    ALL = Text.CASES_ALL
    TODAY = Text.CASES_TODAY


class ListCases(Command[Which]):
    """/vipham [mở | tất cả | hôm nay]"""

    word = "vipham"
    usage = Text.USAGE_CASES
    roles = DESK
    _FILTERS: ClassVar[dict[str, Which]] = {
        "": Which.OPEN,
        "mo": Which.OPEN,
        "dang mo": Which.OPEN,
        "tat ca": Which.ALL,
        "tatca": Which.ALL,
        "hom nay": Which.TODAY,
        "homnay": Which.TODAY,
    }

    def understand(self, rest: str, today: date) -> Which | None:
        """A filter; nothing means those that are open."""
        return self._FILTERS.get(folded(rest).strip(" ."))

    def answer(self, call: Call, argument: Which) -> Answer:
        """The youngest cases of each group, and how many there are."""
        if not call.groups:
            return Answer([self.voice.say(Text.NOT_GOVERNED, who=self.voice.who(call.person))])
        return Answer([self._list(call, group, argument) for group in call.groups])

    def _list(self, call: Call, group: Group, which: Which) -> str:
        now = self.policy.clock()
        start = {Which.OPEN: from_ms(0), Which.ALL: now - _RECENT, Which.TODAY: midnight(today(now))}[which]
        cases = call.unit.cases(group.id, start=start, end=_beyond(now), open_only=which is Which.OPEN)
        named = {"which": self.voice.say(which.value), "group": self.voice.group(group)}
        if not cases:
            return self.voice.say(Text.CASES_NONE, **named)
        youngest = cases[::-1][:_ROWS]
        rows = [self._row(case, call.unit.person(case.person_id)) for case in youngest]
        if len(cases) > _ROWS:
            rows.append(self.voice.say(Text.MORE, count=number(len(cases) - _ROWS)))
        return self.voice.say(Text.CASES, count=number(len(cases)), rows="\n".join(rows), **named)

    def _row(self, case: Case, person: Person) -> str:
        return self.voice.say(
            Text.CASE_ROW,
            code=case.code,
            when=moment(case.event_at),
            who=self.voice.who(person),
            citation=self.voice.citation(case.clause),
            state=self.voice.state(case.state),
            times=self.voice.times(case),
        )


class ShowCase(Command[int]):
    """/xem VP12"""

    word = "xem"
    usage = Text.USAGE_SHOW
    roles = DESK
    by_code = True

    def understand(self, rest: str, today: date) -> int | None:
        """The number of a case and nothing else."""
        return _only_number(rest)

    def answer(self, call: Call, argument: int) -> Answer:
        """What is known of the case; of a sealed one, that nothing is kept."""
        case = call.unit.case(argument)
        if case is None:
            return self._unknown(argument)
        text = self.voice.say(
            Text.CASE,
            code=case.code,
            group=self.voice.group(self.policy.group(case.group_id)),
            when=moment(case.event_at),
            who=self.voice.who(call.unit.person(case.person_id)),
            signs=self._signs(case),
            state=self.voice.state(case.state),
            times=self.voice.times(case),
            content="\n".join(self._content(call, case)),
        )
        return Answer([text], subject=case.code)

    def _signs(self, case: Case) -> str:
        citation = self.voice.citation(case.clause)
        if case.sealed:
            return self.voice.say(Text.CASE_SIGNS_SEALED, citation=citation)
        return self.voice.say(Text.CASE_SIGNS, citation=citation, clause=self.voice.clause(case.clause))

    def _content(self, call: Call, case: Case) -> list[str]:
        lines = []
        if case.sealed:
            lines.append(self.voice.say(Text.CASE_SEALED))
        else:
            quotable = case.clause in QUOTABLE
            if quotable and (excerpt := call.unit.excerpt(case)):
                lines.append(self.voice.say(Text.CASE_EXCERPT, excerpt=_one_line(excerpt, _EXCERPT)))
            else:
                lines.append(self.voice.say(Text.CASE_NO_EXCERPT))
            if quotable and (suggestion := call.unit.suggestion(case)):
                lines.append(self.voice.say(Text.CASE_SUGGESTION, suggestion=_one_line(suggestion, _EXCERPT)))
        if case.reason:
            lines.append(self.voice.say(Text.CASE_REASON, reason=case.reason))
        return lines

    def _unknown(self, case_id: int) -> Answer:
        return Answer([self.voice.say(Text.CASE_UNKNOWN, code=f"VP{case_id}")], "unknown_case", f"VP{case_id}")


class ConfirmCase(Command[int]):
    """/xacnhan VP12"""

    word = "xacnhan"
    usage = Text.USAGE_CONFIRM
    roles = DESK
    by_code = True

    def understand(self, rest: str, today: date) -> int | None:
        """The number of a case and nothing else."""
        return _only_number(rest)

    def answer(self, call: Call, argument: int) -> Answer:
        """Confirmed; a sealed case is referred, since only the competent body determines what is secret."""
        case = call.unit.case(argument)
        to = CaseState.REFERRED if case and case.sealed else CaseState.CONFIRMED
        return _move(self, call, argument, case, to, "")


class FalseAlarm(Command[tuple[int, str]]):
    """/baonham VP12 lý do"""

    word = "baonham"
    usage = Text.USAGE_FALSE_ALARM
    roles = DESK
    by_code = True

    def understand(self, rest: str, today: date) -> tuple[int, str] | None:
        """The number of a case and the reason, "" where none is given."""
        found = case_number(rest)
        return (found[0], _one_line(found[1], _REASON)) if found else None

    def answer(self, call: Call, argument: tuple[int, str]) -> Answer:
        """Taken back, with the reason."""
        case_id, reason = argument
        if not reason:
            code = f"VP{case_id}"
            return Answer([self.voice.say(Text.REASON_MISSING, code=code)], "no_reason", code)
        return _move(self, call, case_id, call.unit.case(case_id), CaseState.FALSE_ALARM, reason)


def _move(
    command: Command[int] | Command[tuple[int, str]],
    call: Call,
    case_id: int,
    case: Case | None,
    to: CaseState,
    reason: str,
) -> Answer:
    voice, code = command.voice, f"VP{case_id}"
    if case is None:
        return Answer([voice.say(Text.CASE_UNKNOWN, code=code)], "unknown_case", code)
    now = command.policy.clock()
    try:
        moved = case.moved(to, at=now, by=call.person.id, reason=reason)
    except IllegalTransitionError:
        return Answer([voice.say(Text.CASE_CANNOT_MOVE, code=code, state=voice.state(case.state))], "cannot_move", code)
    call.unit.save_case(moved)
    call.unit.audit(
        "case.moved",
        at=now,
        actor_id=call.person.id,
        group_id=case.group_id,
        subject=code,
        detail={"rule": case.rule_id, "from": case.state.value, "to": to.value},
    )
    return Answer([voice.say(Text.CASE_MOVED, code=code, state=voice.state(to))], subject=code)


def _only_number(rest: str) -> int | None:
    found = case_number(rest)
    return found[0] if found and not found[1] else None


def _one_line(text: str, limit: int) -> str:
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _beyond(now: datetime) -> datetime:
    return now + timedelta(seconds=1)
