"""Understanding of private messages that are no commands: questions in own words, and one-word answers.

A question is only answered by a command that reads and changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zalo_governor.domain.clock import today
from zalo_governor.domain.people import DESK, Group, Person
from zalo_governor.features.directives.commands import AcceptDirective, RejectDirective
from zalo_governor.features.directives.commands import Wanted as WantedDirective
from zalo_governor.features.directives.reminders import asked_alone
from zalo_governor.features.reports.commands import Wanted as WantedReport
from zalo_governor.messaging.command_parsing import code_within, folded, yes_or_no
from zalo_governor.messaging.commands import Answer, AnyCommand, Call
from zalo_governor.messaging.formatter import plain
from zalo_governor.messaging.periods import Span, as_period, named_in
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.text.questions import Intent, read_question

_COMMANDS: Mapping[Intent, tuple[str, ...]] = {
    **dict.fromkeys((Intent.REPORT_TODAY, Intent.REPORT_WEEK, Intent.REPORT_MONTH), ("baocao",)),
    Intent.DIRECTIVES_OPEN: ("giaoviec",),
    Intent.DIRECTIVE_ONE: ("giaoviec",),
    Intent.CASES_OPEN: ("vipham", "baocao"),
    Intent.STATUS: ("trangthai",),
    Intent.MEMBERS: ("thanhvien",),
    Intent.HELP: ("trogiup",),
}
"""Intent (what a question asks for) -> words of the commands that answer it; the first one allowed is used."""
DECISIONS = {True: AcceptDirective.word, False: RejectDirective.word}
"""Answer (True: yes) to the question whether a message is a directive -> word of the command that decides so."""
_PERIODS = {Intent.REPORT_TODAY: "", Intent.REPORT_WEEK: "tuan", Intent.REPORT_MONTH: "thang"}
_MOST_LISTED = 3
_MOST_CHARACTERS = 300


class QuestionReader(Speaker):
    """Reader of messages without a command from people who hold a role: questions, and `đúng` (yes) or `không` (no)."""

    def __init__(self, policy: ServicePolicy, commands: Mapping[str, AnyCommand]) -> None:
        super().__init__(policy)
        self._commands = commands

    def decide(self, call: Call) -> tuple[AnyCommand, Answer] | None:
        """Take an admin's `đúng` (yes) or `không` (no) as the answer to the question whether a message is a directive.

        Returns (command `/dung` or `/khong`, its reply); the reply asks for a code if it is unclear which message is
        meant. Returns None if the text is no such answer, or nothing was asked.
        """
        call = call.of_holder(*DESK)
        said = yes_or_no(call.event.text) if call.groups else None
        proposed = [one for group in call.groups for one in call.uow.directives.proposed(group.id)] if said else []
        if said is None or not proposed:
            return None
        command = self._commands[DECISIONS[said[0]]]
        alone = asked_alone(call.uow, self._policy, call.person, proposed, call.event.at)
        if alone is not None:
            return command, command.answer(call, WantedDirective(alone.id))
        codes = {"codes": ", ".join(one.code for one in proposed), "code": proposed[0].code}
        return command, Answer([self._voice.render_for(call.person, TextId("directive_which"), **codes)], "needs_code")

    def read(self, person: Person, groups: Sequence[Group], text: str) -> tuple[AnyCommand, Any] | str:
        """Return (command, argument) that a text asks for; if unsure, a text that lists likely commands; "" if none."""
        likeliest, sure = read_question(text)
        if not sure:
            return self._menu(person, groups, text, likeliest)
        if likeliest[0] is Intent.NONE:
            return ""
        command = self._command(person, groups, likeliest[0])
        if command is None:
            return ""
        return command, self._argument(command, likeliest[0], text)

    def _command(self, person: Person, groups: Sequence[Group], intent: Intent) -> AnyCommand | None:
        able = [self._commands[word] for word in _COMMANDS[intent] if word in self._commands]
        return next((command for command in able if command.allowed(person, groups)), able[0] if able else None)

    def _argument(self, command: AnyCommand, intent: Intent, text: str) -> Any:
        if intent in _PERIODS:
            return WantedReport(self._span(intent, text), None)
        if intent is Intent.DIRECTIVE_ONE:
            return WantedDirective(code_within(text), plain(text, _MOST_CHARACTERS), asked=True)
        return command.understand("", today(self._policy.clock()))

    def _span(self, intent: Intent, text: str) -> Span:
        return named_in(folded(text), today(self._policy.clock()), _PERIODS[intent])

    def _menu(self, person: Person, groups: Sequence[Group], text: str, likeliest: list[Intent]) -> str:
        able = [(intent, self._command(person, groups, intent)) for intent in likeliest if intent is not Intent.NONE]
        rows = dict.fromkeys(
            self._row(intent, command, text) for intent, command in able if command and command.allowed(person, groups)
        )
        listed = "\n".join(self._voice.render(TextId("help_row"), usage=row) for row in list(rows)[:_MOST_LISTED])
        return self._voice.render_for(person, TextId("question_menu"), rows=listed) if rows else ""

    def _row(self, intent: Intent, command: AnyCommand, text: str) -> str:
        if intent not in _PERIODS:
            return self._voice.render(command.usage)
        period = as_period(self._span(intent, text), self._voice)
        return self._voice.render(TextId("question_report"), period=period.command, label=period.label)
