"""Questions in a person's own words: the commands that they mean. Only commands that read something are ever meant."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from zalo_governor.domain.people import Person
from zalo_governor.services.commands.base import AnyCommand
from zalo_governor.services.commands.directives import Wanted as WantedDirective
from zalo_governor.services.commands.parsing import code_within, folded
from zalo_governor.services.commands.report import Wanted as WantedReport
from zalo_governor.services.directives.reading import reader_for
from zalo_governor.services.messaging.formatter import MessageFormatter, plain
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.reports.periods import Span, as_period, named_in, today
from zalo_governor.text.questions import Intent, read_question

_COMMANDS: Mapping[Intent, tuple[str, ...]] = {
    Intent.REPORT_TODAY: ("baocao",),
    Intent.REPORT_WEEK: ("baocao",),
    Intent.REPORT_MONTH: ("baocao",),
    Intent.DIRECTIVES_OPEN: ("giaoviec",),
    Intent.DIRECTIVE_ONE: ("giaoviec",),
    Intent.CASES_OPEN: ("vipham", "baocao"),
    Intent.STATUS: ("trangthai",),
    Intent.MEMBERS: ("thanhvien",),
    Intent.HELP: ("trogiup",),
}
"""Intent -> the words of the commands that answer it: of these, the first one that the person may use."""
_PERIODS = {Intent.REPORT_TODAY: "", Intent.REPORT_WEEK: "tuan", Intent.REPORT_MONTH: "thang"}
_LINES = {
    "giaoviec": MessageId.MENU_DIRECTIVES,
    "vipham": MessageId.MENU_CASES,
    "trangthai": MessageId.MENU_STATUS,
    "thanhvien": MessageId.MENU_MEMBERS,
    "trogiup": MessageId.USAGE_HELP,
    "baocao": MessageId.MENU_REPORT,
}
_MOST_LISTED = 3
_MOST_CHARACTERS = 300
_NAME_LENGTH = 60


class Meant(NamedTuple):
    """The command that a question means."""

    command: AnyCommand
    argument: Any


class QuestionReader:
    """Reader of the questions of people who hold a role."""

    def __init__(self, policy: ServicePolicy, commands: Mapping[str, AnyCommand]) -> None:
        self._policy = policy
        self._commands = commands
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)

    def read(self, person: Person, text: str) -> Meant | str:
        """Return the command that a text means; a menu of the likeliest ones if unsure; "" if it asks for none."""
        reading = read_question(text)
        if not reading.sure:
            return self._menu(person, text, reading.likeliest)
        intent = reading.likeliest[0]
        if intent is Intent.NONE:
            return ""
        command = self._command(person, intent)
        return Meant(command, self._argument(command, intent, text))

    def _command(self, person: Person, intent: Intent) -> AnyCommand:
        able = [self._commands[word] for word in _COMMANDS[intent]]
        return next((command for command in able if command.allowed(person)), able[0])

    def _argument(self, command: AnyCommand, intent: Intent, text: str) -> Any:
        if intent in _PERIODS:
            return WantedReport(self._span(intent, text), None)
        if intent is Intent.DIRECTIVE_ONE:
            return WantedDirective(code_within(text), plain(text, _MOST_CHARACTERS), asked=True)
        return command.understand("", today(self._policy.clock()))

    def _span(self, intent: Intent, text: str) -> Span:
        return named_in(folded(text), today(self._policy.clock()), _PERIODS[intent])

    def _menu(self, person: Person, text: str, likeliest: tuple[Intent, ...]) -> str:
        rows = list(dict.fromkeys(self._rows(person, text, likeliest)))[:_MOST_LISTED]
        listed = "\n".join(self._voice.render(MessageId.HELP_ROW, usage=row) for row in rows)
        return self._voice.render_for(person, MessageId.QUESTION_MENU, rows=listed) if rows else ""

    def _rows(self, person: Person, text: str, likeliest: tuple[Intent, ...]) -> Iterator[str]:
        for intent in likeliest:
            command = self._command(person, intent) if intent is not Intent.NONE else None
            if command is None or not command.allowed(person):
                continue
            if intent in _PERIODS:
                period = as_period(self._span(intent, text), self._voice)
                yield self._voice.render(MessageId.QUESTION_REPORT, period=period.command, label=period.label)
            elif intent is Intent.DIRECTIVE_ONE and (name := self._name(text)):
                yield self._voice.render(MessageId.QUESTION_DIRECTIVE, name=name)
            else:
                yield self._voice.render(_LINES[command.word])

    def _name(self, text: str) -> str:
        named = reader_for(self._policy.directives.skip_holidays).addressees(text)
        return plain(named[0], _NAME_LENGTH) if named and not named[0].startswith("@") else ""
