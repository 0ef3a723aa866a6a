"""What a feature is: one thing that the program does, with what it reacts to and what people may type."""

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.messaging.commands import AnyCommand
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.storage.unit_of_work import UnitOfWork


class EventHandler(Speaker):
    """Base class of what acts on events (messages, acts …) after the rules have judged them.

    Every method does nothing unless a subclass says otherwise. The class attributes say of which events it hears.
    """

    governed: ClassVar[bool] = True
    """True: only events of the groups named in the settings. False: also of private and other conversations."""
    own: ClassVar[bool] = False
    """True: also events caused by the bot account itself. False: only events caused by others."""
    remarkable: ClassVar[bool] = False
    """True: messages only if a rule has found something in them, or has failed; events of other types always."""
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
        """Tell the admins of what else was found in missed messages that were fetched later from Zalo."""

    def after_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins what a group sync, which reads the group's members and names from Zalo, found."""


class Feature(NamedTuple):
    """A part of the program, such as cases or reports: what it does about events, and its chat commands.

    `features.registry.FEATURES` lists them.
    """

    name: str
    """Name of its folder in `features/`, and of its file of texts in config/messages/."""
    handlers: Callable[[ServicePolicy], Sequence[EventHandler]] = lambda _policy: ()
    """Makes its handlers, in the order in which they hear of an event."""
    commands: tuple[type[AnyCommand], ...] = ()
    """The classes of its chat commands, in the order in which `/trogiup` (help) shows them."""
