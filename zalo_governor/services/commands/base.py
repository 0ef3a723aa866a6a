"""Base class of chat commands, with the call that a command receives and the answer that it returns."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Person, Role
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Group, ServicePolicy
from zalo_governor.services.ports import UnitOfWork

ArgumentT = TypeVar("ArgumentT")


class Call(NamedTuple):
    """One use of a command: who typed it, in which message, and the groups it is about (in private: all of them)."""

    uow: UnitOfWork
    person: Person
    groups: list[Group]
    event: MessageSent
    """The message that contains the command, with its mentions and its quote."""


class Answer(NamedTuple):
    """Reply of a command: texts and files for the person in private, and what is written to the audit log."""

    texts: list[str]
    outcome: str = "done"
    """For the audit log: `done`, or one word for why the command was not carried out."""
    subject: str = ""
    """For the audit log: code of the case, clause or other object of the command."""
    purpose: Purpose = Purpose.REPLY
    files: Sequence[ReportFile] = ()
    """Files to send after the texts."""
    group_line: str | None = None
    """The one line posted in the group if the command was typed there; None for the default line."""


class Command(ABC, Generic[ArgumentT]):
    """Base class of a chat command, which works through `call.uow`; its `Answer` is sent by the caller."""

    word: ClassVar[str]
    """The command's word without slash, diacritics and spaces: `baocao`."""
    usage: ClassVar[MessageId]
    roles: ClassVar[frozenset[Role] | None]
    """Roles that may use the command; None for everybody."""
    forgiving: ClassVar[bool] = False
    """Whether a typing error in the word is corrected silently. Only for harmless commands: one that changes a case,
    removes a message or notifies somebody must be typed exactly, else the person is asked whether it was meant."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other words for the command, to be typed exactly."""
    by_code: ClassVar[bool] = False
    """Whether the argument starts with a case code. Typed without a slash, the command then needs a full code (`VP12`):
    a bare number may be ordinary talk, as in "báo nhầm 12 tin" ("reported 12 messages by mistake")."""

    def __init__(self, policy: ServicePolicy) -> None:
        self.policy = policy
        self.voice = MessageFormatter(policy.catalogue, policy.regulation)

    def allowed(self, person: Person) -> bool:
        """Return whether the person may use the command."""
        return self.roles is None or person.has(*self.roles)

    @abstractmethod
    def understand(self, rest: str, today: date) -> ArgumentT | None:
        """Parse the text after the command's word; return None if it is not a valid argument."""

    @abstractmethod
    def answer(self, call: Call, argument: ArgumentT) -> Answer:
        """Carry out the command and return the reply."""


AnyCommand = Command[Any]
