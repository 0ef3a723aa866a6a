"""What a command is: a word, the roles that may use it, how its rest is understood, and its answer."""

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
    """Who asks, and about which groups: the one in which it was asked, or in private all of them."""

    uow: UnitOfWork
    person: Person
    groups: list[Group]
    event: MessageSent
    """The message that it stands in: whom it mentions, what it quotes."""


class Answer(NamedTuple):
    """What the person gets in private, and what the audit log says of it."""

    texts: list[str]
    outcome: str = "done"
    """`done`, or in a word why not."""
    subject: str = ""
    """Code of the case or the like that it was about."""
    purpose: Purpose = Purpose.REPLY
    files: Sequence[ReportFile] = ()
    """Go out after the texts."""
    group_line: str | None = None
    """The one line for the group if it was asked there; None for the usual one."""


class Command(ABC, Generic[ArgumentT]):
    """One command. Handlers read and write through `call.uow`; they post nothing themselves."""

    word: ClassVar[str]
    """As it is typed, without marks and blanks: `baocao`."""
    usage: ClassVar[MessageId]
    roles: ClassVar[frozenset[Role] | None]
    """Who may use it; None for everybody."""
    forgiving: ClassVar[bool] = False
    """A slip of the finger in the word is overlooked. Only where nothing can be done wrongly by it: what moves a case,
    removes a message or tells somebody has to be typed as it is, and who mistypes it is asked whether it was meant."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other words for it, typed as they are."""
    by_code: ClassVar[bool] = False
    """It is about a case. Without the slash only a whole code is understood, `VP12`: people write "báo nhầm 12 tin"."""

    def __init__(self, policy: ServicePolicy) -> None:
        self.policy = policy
        self.voice = MessageFormatter(policy.catalogue, policy.regulation)

    def allowed(self, person: Person) -> bool:
        """Whether the person may use it."""
        return self.roles is None or person.has(*self.roles)

    @abstractmethod
    def understand(self, rest: str, today: date) -> ArgumentT | None:
        """What follows the word, understood; None where it makes no sense."""

    @abstractmethod
    def answer(self, call: Call, argument: ArgumentT) -> Answer:
        """Carry it out."""


AnyCommand = Command[Any]
