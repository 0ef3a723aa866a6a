"""Directives: orders of the leadership in the group, who has to answer them by when, and who has (clauses 3.3, 7.3)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.models import FrozenModel
from zalo_governor.domain.people import Role

CODE_PREFIX = "CĐ"
"""Prefix of the codes by which people cite directives: CĐ1, CĐ2 …"""
GIVERS = frozenset({Role.LEADER, Role.LEADERSHIP})
"""Roles that give directives."""


class DirectiveState(StrEnum):
    """State of a directive in the ledger."""

    PROPOSED = "proposed"
    """The program is unsure whether the message is a directive; the admins decide."""
    OPEN = "open"
    DONE = "done"
    """All addressees have answered as they must, or somebody closed the directive with /xong."""
    DROPPED = "dropped"
    """It was no directive, or it is no longer to be followed."""
    WITHDRAWN = "withdrawn"
    """The message was recalled or deleted."""


class AnswerKind(StrEnum):
    """What an answer to a directive says."""

    RECEIVED = "received"
    """Only that the directive was received or will be carried out (đã nhận)."""
    REPORTED = "reported"
    """A result, figures, a file (đã báo cáo)."""
    DELAYED = "delayed"
    """A reason for a delay, or a request for more time."""


class AnswerWay(StrEnum):
    """How an answer was found to belong to its directive."""

    QUOTE = "quote"
    CODE = "code"
    """The message names the directive's code."""
    MENTION = "mention"
    """The message mentions the leader who gave the directive."""
    FOLLOWING = "following"
    """A later message of an addressee, matched by its content."""
    REACTION = "reaction"
    BY_HAND = "by_hand"
    """Somebody entered it with /xong."""


class Progress(StrEnum):
    """How far an addressee has come with a directive, as the ledger shows it."""

    UNSEEN = "unseen"
    SEEN = "seen"
    RECEIVED = "received"
    DELAYED = "delayed"
    REPORTED = "reported"
    OVERDUE = "overdue"


class DirectiveItem(FrozenModel):
    """One order of a directive: what is to be done, by whom, and by when."""

    text: str
    names: tuple[str, ...] = ()
    """The addressees as named in the message."""
    due_at: datetime | None = None
    missed_at: datetime | None = None
    """A deadline that was over when the message set it: it is shown, and nobody is late because of it."""

    def with_deadline(self, deadline: datetime | None, at: datetime) -> "DirectiveItem":
        """Return the item with the deadline that a message of the time `at` sets; a past one becomes `missed_at`."""
        missed = deadline is not None and deadline <= at
        return self.model_copy(update={"missed_at" if missed else "due_at": deadline})


class Deadlines(FrozenModel):
    """The deadlines of several addressees of a directive."""

    due_at: datetime | None = None
    """The earliest; None if nobody has one."""
    last_due_at: datetime | None = None
    undated: bool = False
    """Whether any of the addressees has none."""
    missed_at: datetime | None = None
    """The earliest deadline that had passed when it was set, of addressees without another one; None for none."""


class Directive(FrozenModel):
    """An order of the leadership, registered in the ledger."""

    id: int = 0
    group_id: str
    account: str
    """uid of the bot account that registered the directive, and reminds its addressees."""
    message_key: str = ""
    """Zalo's id (msgId) of the message; "" for a directive that was entered by hand without quoting a message."""
    given_by: int
    """Id of the person who gave the directive."""
    place: str = ""
    """Where the directive was given, if outside the group and somebody has entered that; else ""."""
    entered_by: int | None = None
    """Id of the person who relayed the directive, or entered it by hand; None if the giver wrote it."""
    at: datetime
    state: DirectiveState
    items: tuple[DirectiveItem, ...]
    mentioned_uids: tuple[str, ...] = ()
    """uids, as the account sees them, of the members mentioned in the message, or of the author of a quoted message.

    An item that names nobody is for these members. The author of a quoted message counts only if nobody is named or
    mentioned, or only a `xã` (commune) without its name.
    """
    changed_at: datetime
    """When the directive came into its present state."""
    reason: str = ""
    """Why it was dropped."""
    closing_words: Mapping[str, str] = {}
    """`message_key` of each answer entered by hand (/xong) -> the reason that was typed with it."""
    unconfirmed: bool = False
    """Whether the program entered it without asking, and no person has treated it as a directive since."""

    @property
    def code(self) -> str:
        """Return the code by which people cite the directive: `CĐ12`."""
        return f"{CODE_PREFIX}{self.id}"

    @property
    def open(self) -> bool:
        """Return whether answers are still awaited."""
        return self.state is DirectiveState.OPEN

    @property
    def text(self) -> str:
        """Return the texts of all items, one a line."""
        return "\n".join(item.text for item in self.items)

    def deadlines(self, unmet: Collection[tuple[int, datetime | None]] = ()) -> Deadlines:
        """Sum up the deadlines `unmet`, pairs (index of the item, deadline or None); if empty, those of all items."""
        of = set(unmet) or {(place, item.due_at) for place, item in enumerate(self.items)}
        known = sorted(due for _, due in of if due is not None)
        missed = [item.missed_at for place, item in enumerate(self.items) if (place, None) in of and item.missed_at]
        return Deadlines(
            due_at=known[0] if known else None,
            last_due_at=known[-1] if known else None,
            undated=any(due is None for _, due in unmet),
            missed_at=min(missed, default=None),
        )

    def with_missed(self, assignee: "Assignee") -> "Assignee":
        """Return a copy of the assignee with its item's `missed_at`; None if the assignee has another deadline."""
        undated = assignee.due_at is None and assignee.item < len(self.items)
        return assignee.model_copy(update={"missed_at": self.items[assignee.item].missed_at if undated else None})


class Assignee(FrozenModel):
    """An agency or person who has to answer one item of a directive."""

    id: int = 0
    directive_id: int
    group_id: str
    item: int
    """Index of the item in the directive's `items`."""
    name: str
    """The agency, or the person's full name; as typed where nobody of that name is known."""
    known: bool = True
    """Whether the name was found on the roster, among the members, or was mentioned."""
    person_ids: tuple[int, ...] = ()
    """Ids of the people in the group who can answer: the person, or all people of the agency; the first is reminded."""
    due_at: datetime | None = None
    missed_at: datetime | None = None
    """`DirectiveItem.missed_at`, where there is no other deadline; set by `Directive.with_missed`, not stored."""
    removed: bool = False
    """Whether somebody took the addressee off the directive."""
    seen_at: datetime | None = None
    received_at: datetime | None = None
    """When the first answer of any kind was sent."""
    reported_at: datetime | None = None
    delayed_at: datetime | None = None
    """When more time was last asked for, or a delay explained."""
    assumed: bool = False
    """Whether the answers might belong to another directive: nothing told them apart, so the newest was taken."""

    @property
    def in_group(self) -> bool:
        """Return whether anybody in the group can answer."""
        return bool(self.person_ids)

    @property
    def silent(self) -> bool:
        """Return whether there is no answer of any kind."""
        return self.received_at is None

    @property
    def absent(self) -> bool:
        """Return whether there is no answer as nobody of the addressee is in the group."""
        return self.silent and not self.in_group

    @property
    def settled(self) -> bool:
        """Return whether nothing more is awaited of the addressee: it has reported, or was taken off the directive.

        Where no deadline was set and no more time asked for, an answer of any kind is enough.
        """
        if self.removed or self.reported_at is not None:
            return True
        return not (self.silent or self.due_at or self.missed_at or self.delayed_at)

    def is_overdue(self, now: datetime) -> bool:
        """Return whether the deadline has passed without a report; never where nobody in the group can answer."""
        return not self.settled and not self.absent and self.due_at is not None and self.due_at < now

    def is_late(self) -> bool:
        """Return whether the report came after the deadline."""
        return bool(self.due_at and self.reported_at and self.reported_at > self.due_at)

    def may_be_reminded(self, now: datetime) -> bool:
        """Return whether somebody may have the addressee reminded: it is silent, or the time for its report is over."""
        over = self.is_overdue(now) or (self.due_at is None and self.missed_at is not None and not self.settled)
        return not self.removed and (self.silent or over)

    def progress(self, now: datetime) -> Progress:
        """Return how far the addressee has come."""
        if self.reported_at is not None:
            return Progress.REPORTED
        if self.is_overdue(now):
            return Progress.OVERDUE
        if self.delayed_at is not None:
            return Progress.DELAYED
        if self.received_at is not None:
            return Progress.RECEIVED
        return Progress.SEEN if self.seen_at is not None else Progress.UNSEEN

    def answered(self, answers: "Sequence[DirectiveAnswer]") -> "Assignee":
        """Return a copy whose times of answers are computed anew from `answers`, all answers of the assignee."""

        def times(*kinds: AnswerKind) -> list[datetime]:
            return [answer.at for answer in answers if answer.kind in kinds]

        return self.model_copy(
            update={
                "received_at": min(times(*AnswerKind), default=None),
                "reported_at": min(times(AnswerKind.REPORTED), default=None),
                "delayed_at": max(times(AnswerKind.DELAYED), default=None),
                "assumed": bool(answers) and all(answer.assumed for answer in answers),
            }
        )


class DirectiveAnswer(FrozenModel):
    """A message or reaction that answers a directive; its text is not stored."""

    group_id: str
    directive_id: int | None = None
    """None while no directive is known for the message that was answered (`target_key`)."""
    assignee_id: int | None = None
    target_key: str = ""
    """Zalo's id (msgId) of the quoted message, or of the one reacted to; "" if the answer quotes none."""
    message_key: str
    """Zalo's id (msgId) of the answer; of a reaction `reaction <msgId of the directive> <person id>`."""
    person_id: int
    at: datetime
    kind: AnswerKind
    way: AnswerWay
    assumed: bool = False


class OwedDirective(NamedTuple):
    """An open directive that a person can answer."""

    directive: Directive
    assignees: "list[Assignee]"
    """The addressees for which the person can answer."""
    addressees: int
    """Number of all addressees of the directive."""


class DirectiveOverview(NamedTuple):
    """One directive as a line of the ledger, with the number of its addressees and of their answers."""

    directive: Directive
    addressees: int
    answered: int
    reported: int
    overdue: int
    deadlines: Deadlines
    """The addressees' deadlines that are not met yet."""

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Return the sort key: earliest deadline first, also a missed one; those without come last, newest first."""
        moments = (self.deadlines.due_at, self.deadlines.missed_at) if self.reported < self.addressees else ()
        first = min(filter(None, moments), default=None)
        return (first is None, first.timestamp() if first else -self.directive.id, self.directive.id)


class LedgerPage(NamedTuple):
    """The first open directives of a group's ledger (list of all directives), by `DirectiveOverview.rank`."""

    lines: list[DirectiveOverview]
    total: int
    """Number of all open directives."""
    overdue: int
    """How many of them are overdue with any addressee."""
    missed: tuple[str, ...] = ()
    """Codes of open directives with a deadline that had passed when it was set, and a report still awaited."""
