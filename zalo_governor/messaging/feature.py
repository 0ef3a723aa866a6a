"""Definition of a feature, a part of the program: its handlers of events and its chat commands."""

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.messaging.commands import AnyCommand
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.storage.unit_of_work import UnitOfWork


class EventHandler(Speaker):
    """Base class of handlers, which act on events (messages, recalls …) after the rules have judged them.

    Every method does nothing unless a subclass overrides it. The class attributes say which events a handler gets.
    """

    governed: ClassVar[bool] = True
    """True: only events of the groups named in the settings. False: also of private and other conversations."""
    own: ClassVar[bool] = False
    """True: also events caused by the bot account itself. False: only events caused by others."""
    remarkable: ClassVar[bool] = False
    """True: a message only if a rule has found something in it, or has failed on it; events of other types always."""
    sealed: ClassVar[bool] = True
    """True: also sealed events (content not stored because it may be a state secret)."""

    def filter_findings(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """Return the verdict (findings of the rules) without those that need no case; called before `handle_event`."""
        return verdict

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Act on one event and its verdict (the findings of the rules), inside the transaction that stores both."""

    def tell_urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of urgent findings in the group's events that were received late, such as after an outage."""

    def tell_recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of all findings in missed messages of the group that were fetched later from Zalo."""

    def after_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins what a group sync, which reads the group's members and names from Zalo, found."""


class Feature(NamedTuple):
    """A part of the program, such as cases or reports: its handlers of events and its chat commands.

    `features.registry.FEATURES` lists them.
    """

    name: str
    """Name of its folder in `features/`, and of its file of texts in config/messages/."""
    handlers: Callable[[ServicePolicy], Sequence[EventHandler]] = lambda _policy: ()
    """Function that makes its event handlers, in the order in which they are called for an event."""
    commands: tuple[type[AnyCommand], ...] = ()
    """The classes of its chat commands, in the order in which `/trogiup` (help) shows them."""
