"""Base class of the chat commands, with the call that a command receives and the answer that it returns."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from zalo_governor.domain.cases import Case
from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Group, Person, Role
from zalo_governor.messaging.command_parsing import named_group
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

ArgumentT = TypeVar("ArgumentT")


class Call(NamedTuple):
    """One use of a chat command, passed to `Command.answer`: who typed it, in which message, for which groups."""

    uow: UnitOfWork
    """The database transaction in which the command is carried out."""
    person: Person
    """The person who typed the command."""
    groups: list[Group]
    """The governed groups that the command is about: the one in which it was typed or which it names; in private, the
    one that the person has chosen, else all in which the person may use the command."""
    event: MessageSent
    """The message that contains the command, with its @mentions and the message that it quotes (replies to)."""
    codes: int = 1
    """How many codes (`VP12`) were typed; the command is carried out for each."""
    reach: Sequence[Group] = ()
    """The groups in which the person may use the command; cases and directives of others are treated as unknown."""

    def case(self, number: int) -> Case | None:
        """Return the case with that number; None if there is none, or if its group is not in `reach`.

        The two look the same to the person, who must not learn which codes exist in other groups.
        """
        case = self.uow.cases.get(number)
        return case if case is not None and self.reaches(case.group_id) else None

    def reaches(self, group_id: str) -> bool:
        """Return whether the person may use the command in that group."""
        return any(group.id == group_id for group in self.reach)

    def of_holder(self, *roles: Role) -> "Call":
        """Return a copy of the call whose `groups` are only those in which the person holds any of the roles."""
        return self._replace(groups=[group for group in self.groups if self.person.holds(group.id, *roles)])


class Answer(NamedTuple):
    """What a command returns: texts and files to send to the caller in private, and facts for the audit log."""

    texts: list[str]
    outcome: str = "done"
    """For the audit log: `done`, or one word for what happened instead, such as `unknown_case` or `code_issued`."""
    subject: str = ""
    """For the audit log: what the command was about, such as a case code or a clause number; "" for nothing."""
    purpose: Purpose = Purpose.REPLY
    files: Sequence[ReportFile] = ()
    """Files to send to the caller after the texts."""
    group_line: str | None = None
    """If the command was typed in the group: the one line posted there; None for the default, "answered in private"."""


class Command(ABC, Generic[ArgumentT]):
    """Base class of a chat command; `ArgumentT` is the type of its parsed argument.

    Subclasses parse the argument in `understand` and do the work in `answer`. The caller, `CommandDesk`, checks the
    person's role beforehand and sends the `Answer` afterwards.
    """

    word: ClassVar[str]
    """The command's word without slash, diacritics and spaces: `baocao` (report)."""
    usage: ClassVar[TextId]
    """Catalogue message with the command's syntax and purpose in one line, shown by `/trogiup` (help)."""
    roles: ClassVar[frozenset[Role] | None]
    """Roles that may use the command; None for everybody."""
    forgiving: ClassVar[bool] = False
    """Whether a typing error in the command's word is corrected silently. Only for harmless commands: a command that
    changes a case, removes a message or notifies somebody must be typed exactly, or else is only suggested."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other words for the command; those of at most two letters have to be typed exactly."""
    suggested_for: ClassVar[tuple[str, ...]] = ()
    """Words, in the form of `word`, that are no commands; this command is suggested to people who type one of them."""
    reading: ClassVar[bool] = False
    """Whether `answer` reads much and writes nothing. It is then called before the transaction that stores the message,
    as that transaction keeps other writers waiting."""
    in_help: ClassVar[bool] = True
    """Whether `/trogiup` (help) lists the command; False if the reply of another command names it."""
    several: ClassVar[bool] = False
    """Whether several case codes may be typed, so that the command is carried out for each of them."""
    by_code: ClassVar[bool] = False
    """Whether the argument starts with a case code. Such a command typed without a slash needs a full code (`VP12`): a
    bare number may be ordinary talk, as in "báo nhầm 12 tin" ("reported 12 messages by mistake")."""

    takes_group: ClassVar[bool] = True
    """Whether the name of a group in a private command says which group it is about; False for free text."""

    def __init__(self, policy: ServicePolicy) -> None:
        self.policy = policy
        self.voice = policy.voice
        self._of: dict[int, Self] = {}

    def of(self, group_id: str) -> Self:
        """Return this command, made with the policy (settings, regulation) of that group if the group has its own."""
        office = self.policy.of(group_id)
        if office is self.policy:
            return self
        if id(office) not in self._of:
            self._of[id(office)] = type(self)(office)
        return self._of[id(office)]

    def allowed_in(self, person: Person, group_id: str) -> bool:
        """Return whether the person has a role in the group that may use the command there."""
        return self.roles is None or person.holds(group_id, *self.roles)

    def allowed(self, person: Person, groups: Iterable[Group]) -> bool:
        """Return whether the person may use the command in any of the groups."""
        return self.roles is None or any(self.allowed_in(person, group.id) for group in groups)

    def group_named(self, rest: str, groups: Sequence[Group]) -> tuple[Group | None, str]:
        """Return (the group that the command is about by its name at the end of `rest`, `rest` without the name)."""
        return named_group(rest, groups)

    def say(self, call: Call, text: TextId, outcome: str = "done", subject: str = "", /, **fields: object) -> Answer:
        """Return a reply with one text, addressed to the caller; `outcome` and `subject` as in `Answer`."""
        return Answer([self.voice.render_for(call.person, text, **fields)], outcome, subject)

    def say_of(self, case: Case, text: TextId, outcome: str = "done", **fields: object) -> Answer:
        """Return a reply about the case, with its code and `fields` filled into the text; `outcome` as in `Answer`."""
        return Answer([self.voice.render(text, code=case.code, **fields)], outcome, case.code)

    def overview(self, call: Call, said: Callable[[Group], str]) -> Answer:
        """Return the reply for a call about several groups: a line for each, and how to ask about one.

        `said` returns what the line says of a group.
        """
        rows = [
            self.voice.render(TextId("overview_row"), group=self.voice.group(group), said=said(group))
            for group in call.groups
        ]
        command = f"/{self.word} {call.groups[0].name}"
        return self.say(
            call, TextId("overview"), "overview", count=number(len(rows)), rows="\n".join(rows), command=command
        )

    @abstractmethod
    def understand(self, rest: str, today: date) -> ArgumentT | None:
        """Parse `rest`, the text typed after the command's word; return None if it is not a valid argument.

        `today` is the date in Viet Nam, needed for arguments such as "yesterday"; most commands do not use it.
        """

    @abstractmethod
    def answer(self, call: Call, argument: ArgumentT) -> Answer:
        """Carry out the command with the argument that `understand` returned, and return the reply."""

    def answer_each(self, call: Call, arguments: Sequence[ArgumentT]) -> Answer:
        """Carry out the command for each argument (code); return one reply, a text with a paragraph for each."""
        answers = [self.answer(call, argument) for argument in arguments]
        if len(answers) == 1:
            return answers[0]
        outcomes = dict.fromkeys(answer.outcome for answer in answers)
        return answers[0]._replace(
            texts=["\n".join(text for answer in answers for text in answer.texts)],
            outcome=", ".join(outcomes),
            subject=", ".join(answer.subject for answer in answers),
        )


class BareCommand(Command[bool]):
    """Base class of commands that take no argument; their parsed argument is always True."""

    def understand(self, rest: str, today: date) -> bool | None:
        """Return True if nothing was typed after the command's word, else None (wrong usage)."""
        return True if not rest.strip(" .?") else None


AnyCommand = Command[Any]
