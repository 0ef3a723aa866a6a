"""A case: what people handle. One finding opens it, more may join it, people move it from state to state."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.group_changes import CHANGE_RULES


class CaseState(StrEnum):
    """Where a case stands."""

    NEW = "new"
    REMINDED = "reminded"
    REMEDIED = "remedied"
    CONFIRMED = "confirmed"
    REFERRED = "referred"
    """Only for clause 4.1: given to the competent body, which alone determines what is secret."""
    FALSE_ALARM = "false_alarm"
    UNDER_REVIEW = "under_review"
    REPORTED = "reported"
    APPROVED = "approved"
    """Only for changes of the group (clauses 6.1, 6.5): the leader has allowed it afterwards."""

    @property
    def open(self) -> bool:
        """Whether somebody still has to look at the case."""
        return self in {CaseState.NEW, CaseState.REMINDED, CaseState.UNDER_REVIEW}


_NEXT: dict[CaseState, frozenset[CaseState]] = {
    CaseState.NEW: frozenset(set(CaseState) - {CaseState.NEW}),
    CaseState.REMINDED: frozenset(set(CaseState) - {CaseState.NEW, CaseState.REMINDED}),
    CaseState.REMEDIED: frozenset(
        {CaseState.CONFIRMED, CaseState.REFERRED, CaseState.FALSE_ALARM, CaseState.UNDER_REVIEW, CaseState.REPORTED}
    ),
    CaseState.CONFIRMED: frozenset(
        {CaseState.UNDER_REVIEW, CaseState.REPORTED, CaseState.FALSE_ALARM, CaseState.APPROVED}
    ),
    CaseState.REFERRED: frozenset({CaseState.UNDER_REVIEW, CaseState.REPORTED, CaseState.FALSE_ALARM}),
    CaseState.FALSE_ALARM: frozenset({CaseState.UNDER_REVIEW}),
    CaseState.UNDER_REVIEW: frozenset(set(CaseState) - {CaseState.NEW, CaseState.REMINDED, CaseState.UNDER_REVIEW}),
    CaseState.REPORTED: frozenset({CaseState.UNDER_REVIEW, CaseState.APPROVED}),
    CaseState.APPROVED: frozenset({CaseState.UNDER_REVIEW}),
}


class Case(BaseModel):
    """One case. `code` is what people type."""

    model_config = ConfigDict(frozen=True)

    id: int
    group_id: str
    rule_id: str
    clause: str
    severity: Severity
    label: str
    level: str | None = None
    sealed: bool = False
    person_id: int
    state: CaseState
    opened_at: datetime
    """When it was opened here; aware, UTC."""
    event_at: datetime
    """When the first event happened, by Zalo's clock."""
    last_event_at: datetime
    count: int = 1
    """How many events joined it."""
    first_event_id: int
    message_key: str
    """msgId of the first event."""
    late: bool = False
    """Found in backfill or after its turn."""
    state_at: datetime
    state_by: int | None = None
    """Person who moved it, None for the program."""
    reason: str = ""
    same_as: int | None = None
    """Number of an earlier case with the same sealed content, by its keyed hash."""
    nth: int = 1
    """Which case of that person under that rule it is, of those in the ladder's window when it was opened."""
    due_at: datetime | None = None
    """When the leader is told unless somebody answers before; None where nothing is due."""
    desk_due_at: datetime | None = None
    """When the desk hears of it in a digest; None where it has heard, or never does."""
    remedied_at: datetime | None = None
    """When what it is about was set right or gone from the group, whatever became of the case afterwards."""
    leader_told_at: datetime | None = None
    leader_told_by: int | None = None
    """Person who passed it on to the leader, None for the program, which found no answer."""
    asked_with: int | None = None
    """Number of the case under which one message asked the member about this one, too; None where it was asked alone
    or not at all."""

    @property
    def code(self) -> str:
        """What people type and read: `VP12`."""
        return f"VP{self.id}"

    @property
    def gravity(self) -> Severity:
        """How grave it is for whoever has to be told: what is sealed is always critical."""
        return Severity.CRITICAL if self.sealed else self.severity

    @property
    def urgent(self) -> bool:
        """Whether people have to know at once, at night too: secrets, malware, outsiders."""
        return self.gravity in {Severity.CRITICAL, Severity.MAJOR}

    @property
    def minutes_to_remedy(self) -> int | None:
        """From the first event until it was set right, at least 1; None where it was not."""
        if self.remedied_at is None:
            return None
        return minutes_of(self.remedied_at - self.event_at)

    def moved(self, to: CaseState, *, at: datetime, by: int | None, reason: str = "") -> Self:
        """The case in another state.

        Raises:
            IllegalTransitionError: that state cannot be reached from the present one, a case of clause 4.1 would be
                "confirmed" (only the competent body determines that), something else than a change of the group would
                be "approved", or a false alarm has no reason.
        """
        if to not in _NEXT[self.state]:
            raise IllegalTransitionError(f"{self.code}: {self.state} -> {to}")
        if to is CaseState.CONFIRMED and self.sealed:
            raise IllegalTransitionError(f"{self.code}: a sealed case is referred, not confirmed")
        if to is CaseState.REFERRED and not self.sealed:
            raise IllegalTransitionError(f"{self.code}: only a sealed case is referred")
        if to is CaseState.APPROVED and self.rule_id not in CHANGE_RULES:
            raise IllegalTransitionError(f"{self.code}: only a change of the group is approved")
        if to is CaseState.FALSE_ALARM and not reason.strip():
            raise IllegalTransitionError(f"{self.code}: a false alarm needs a reason")
        moved = self.model_copy(update={"state": to, "state_at": at, "state_by": by, "reason": reason})
        if to is CaseState.REMEDIED:
            moved = moved.remedied(at)
        # Nobody takes a case on himself out of the leader's sight.
        return moved if by in {None, self.person_id} else moved.answered()

    def may_become(self, to: CaseState) -> bool:
        """Whether it can be moved there; a reason would be given."""
        try:
            self.moved(to, at=self.state_at, by=None, reason=to.value)
        except IllegalTransitionError:
            return False
        return True

    def remedied(self, at: datetime) -> Self:
        """The case with the moment at which it was first set right."""
        return self if self.remedied_at else self.model_copy(update={"remedied_at": at})

    def answered(self) -> Self:
        """The case after somebody of the desk has acted on it: nothing is due any more."""
        return self.model_copy(update={"due_at": None, "desk_due_at": None})

    def told_desk(self) -> Self:
        """The case after the desk has heard of it; the leader may still be due."""
        return self.model_copy(update={"desk_due_at": None})

    def told_leader(self, *, at: datetime, by: int | None) -> Self:
        """The case after the leader was told of it."""
        return self.model_copy(update={"due_at": None, "leader_told_at": at, "leader_told_by": by})

    def joined(self, *, at: datetime) -> Self:
        """The case with one more event."""
        return self.model_copy(update={"count": self.count + 1, "last_event_at": max(at, self.last_event_at)})


class CaseMessage(BaseModel):
    """A message under a case, as the group shows it or no longer shows it; nothing of what it says."""

    model_config = ConfigDict(frozen=True)

    account: str
    """The bot account that heard it."""
    key: str
    """msgId."""
    cli_key: str | None
    """cliMsgId; None where Zalo gave none, and then it cannot be removed by a command."""
    owner_uid: str
    """Who posted it."""
    at: datetime
    gone_at: datetime | None = None
    """When it was recalled or deleted; None while it is still to be seen."""
    gone_by: int | None = None
    """Person who did that; None where Zalo does not say."""
    deleted: bool = False
    """Deleted by an administrator of the group, not recalled by its sender."""


class Reader(BaseModel):
    """Who has received or seen messages of a case, by Zalo's receipts."""

    model_config = ConfigDict(frozen=True)

    person_id: int
    seen: bool
    """False: delivered to the person's device, and no more is known."""


class NoteKind(StrEnum):
    """What somebody's words about a case are."""

    EXPLANATION = "explanation"
    """Of the person concerned, to the desk."""
    REVIEW = "review"
    """Why the case should be looked at again."""
    NOTE = "note"
    """Of the desk, for itself."""
    PASSED_ON = "passed_on"
    """Of the desk, to the leader."""


class CaseNote(BaseModel):
    """What somebody said of a case. Kept encrypted."""

    model_config = ConfigDict(frozen=True)

    kind: NoteKind
    person_id: int
    at: datetime
    text: str
