"""Cases: possible breaches of the regulation. A rule's finding opens a case, people move it from state to state."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.models import FrozenModel


class CaseState(StrEnum):
    """State of a case (a possible breach under review); `open` tells whether a decision is still needed."""

    NEW = "new"
    REMINDED = "reminded"
    """The member concerned received a notice asking to correct the breach."""
    REMEDIED = "remedied"
    """The breach was corrected, for example the message recalled."""
    CONFIRMED = "confirmed"
    """An admin decided that it is a breach."""
    REFERRED = "referred"
    """Only for clause 4.1 (state secrets): passed to the authority that alone determines what is secret."""
    FALSE_ALARM = "false_alarm"
    UNDER_REVIEW = "under_review"
    REPORTED = "reported"
    APPROVED = "approved"
    """Only for changes of the group (name, picture …; clauses 6.1, 6.5): the leader approved the change afterwards."""

    @property
    def open(self) -> bool:
        """Return whether a case in this state still needs a decision by a person."""
        return self in {CaseState.NEW, CaseState.REMINDED, CaseState.UNDER_REVIEW}


_ALLOWED_TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
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


UNCHECKED = "unchecked"
"""Label of an element stored without content, as the check for state secrets failed on it; it may be harmless."""
UNSURE_LABEL = "look"
"""Label of a finding that may be about a state secret, so that people have to check it; its content is stored."""


class Case(FrozenModel):
    """A suspected breach of one rule by one person, with everything that happened to it since."""

    id: int
    group_id: str
    rule_id: str
    clause: str
    severity: Severity
    label: str
    level: str | None = None
    sealed: bool = False
    """True where the content is not stored, because it may be a state secret."""
    person_id: int
    state: CaseState
    opened_at: datetime
    """When the program opened the case; aware, UTC."""
    event_at: datetime
    """When the first event happened, by Zalo's clock; aware, UTC."""
    last_event_at: datetime
    count: int = 1
    """Number of events in the case, including the first."""
    first_event_id: int
    message_key: str
    """`EventBase.key` of the first event: its message's id at Zalo (msgId)."""
    late: bool = False
    """True: the first event was fetched from Zalo's history (backfill), or judged after a younger event."""
    state_at: datetime
    state_by: int | None = None
    """Id of the person who set the state; None for the program."""
    reason: str = ""
    same_as: int | None = None
    """Id of an earlier case about the same sealed content, recognised by its keyed hash; None where there is none."""
    nth: int = 1
    """1 for the person's first case under the rule within `Ladder.window_days` days, 2 for the second …"""
    due_at: datetime | None = None
    """When the leader will be told of the case; None where not, as once an admin decided it (unless a secret)."""
    desk_due_at: datetime | None = None
    """When the admins (the desk) get a digest with the case; None where they were told already or never are."""
    remedied_at: datetime | None = None
    """When the breach was first corrected or removed from the group, kept if `state` changes; None for never."""
    leader_told_at: datetime | None = None
    leader_told_by: int | None = None
    """Id of the person who passed the case to the leader; None where the program did, as no admin had acted in time."""
    asked_with: int | None = None
    """Id of another case whose notice to the member also covered this case; None where the member got a notice for this
    case alone, or none."""

    @property
    def code(self) -> str:
        """Return the code by which people refer to the case, such as `VP12`."""
        return f"VP{self.id}"

    @property
    def secret(self) -> bool:
        """Return whether a state secret is suspected: the content is sealed (not stored), or has to be checked."""
        return self.sealed or self.label == UNSURE_LABEL

    def is_for_leader(self, person_id: int) -> bool:
        """Return whether the leader may open the case: a suspected secret, urgent, or one the leader was told of.

        `person_id` is the leader's id: no leader may open a case against himself.
        """
        return (self.secret or self.urgent or self.leader_told_at is not None) and self.person_id != person_id

    @property
    def undecided(self) -> bool:
        """Return whether somebody still has to decide: the case is open, or about a suspected secret that was recalled.

        A recall or deletion of the message is no decision, since people may have seen the message.
        """
        return self.state.open or (self.secret and self.state is CaseState.REMEDIED)

    @property
    def gravity(self) -> Severity:
        """Return the severity that decides who is notified: critical if the case is sealed (not stored), else
        `severity`."""
        return Severity.CRITICAL if self.sealed else self.severity

    @property
    def urgent(self) -> bool:
        """Return whether people must be told at once, even at night (secrets, malware, people not on the roster)."""
        return self.gravity in {Severity.CRITICAL, Severity.MAJOR}

    @property
    def minutes_to_remedy(self) -> int | None:
        """Return the minutes from the first event until the breach was corrected, at least 1; None where it was not."""
        if self.remedied_at is None:
            return None
        return minutes_of(self.remedied_at - self.event_at)

    def moved(self, to: CaseState, *, at: datetime, by: int | None, reason: str = "") -> Self:
        """Return a copy of the case in state `to`, set by person `by` (None for the program).

        If `by` is another person than the one concerned, no notices about the case are due any more (see `answered`).

        Raises:
            IllegalTransitionError: `to` cannot follow the present state, or is CONFIRMED for a suspected state secret
                (see `secret`; only an authority can confirm one), REFERRED for any other case, APPROVED for a case that
                is not about a change of the group, or FALSE_ALARM without a reason.
        """
        if to not in _ALLOWED_TRANSITIONS[self.state]:
            raise IllegalTransitionError(f"{self.code}: {self.state} -> {to}")
        if to is CaseState.CONFIRMED and self.secret:
            raise IllegalTransitionError(f"{self.code}: a suspected state secret is referred, not confirmed")
        if to is CaseState.REFERRED and not self.secret:
            raise IllegalTransitionError(f"{self.code}: only a suspected state secret is referred")
        if to is CaseState.APPROVED and self.rule_id not in CHANGE_RULES:
            raise IllegalTransitionError(f"{self.code}: only a change of the group is approved")
        if to is CaseState.FALSE_ALARM and not reason.strip():
            raise IllegalTransitionError(f"{self.code}: a false alarm needs a reason")
        moved = self.model_copy(update={"state": to, "state_at": at, "state_by": by, "reason": reason})
        if to is CaseState.REMEDIED:
            moved = moved.remedied(at)
        # The person concerned must not be able to stop the escalation to the leader by acting on the own case.
        return moved if by in {None, self.person_id} else moved.answered()

    def taken_back(self, to: CaseState, *, at: datetime, due_at: datetime | None, desk_due_at: datetime | None) -> Self:
        """Return a copy in which a decision is undone: in the state `to` that the case had before the decision.

        Notices that were due before it are due again: to the leader, unless told since, at `due_at`, to the admins at
        `desk_due_at`.
        """
        return self.model_copy(
            update={
                "state": to,
                "state_at": at,
                "state_by": None,
                "reason": "",
                "due_at": None if self.leader_told_at else due_at,
                "desk_due_at": desk_due_at,
            }
        )

    def may_become(self, to: CaseState) -> bool:
        """Return whether the case may move to state `to`, assuming that a reason is given where one is required."""
        try:
            self.moved(to, at=self.state_at, by=None, reason=to.value)
        except IllegalTransitionError:
            return False
        return True

    def remedied(self, at: datetime) -> Self:
        """Return a copy whose breach was corrected at `at`; the unchanged case if an earlier correction is recorded."""
        return self if self.remedied_at else self.model_copy(update={"remedied_at": at})

    def answered(self) -> Self:
        """Return a copy for which admins and leader are no longer to be notified, as an admin has acted on the case."""
        return self.model_copy(update={"due_at": None, "desk_due_at": None})

    def told_desk(self) -> Self:
        """Return a copy recording that the admins (the desk) were told; the leader may still have to be told."""
        return self.model_copy(update={"desk_due_at": None})

    def told_leader(self, *, at: datetime, by: int | None) -> Self:
        """Return a copy recording that person `by` (None: the program) told the leader of the case at `at`."""
        return self.model_copy(update={"due_at": None, "leader_told_at": at, "leader_told_by": by})

    def takes_again(self, severity: Severity, *, seals: bool, revised: bool) -> bool:
        """Return whether one more finding of the same rule on a message that the case has joins it.

        `seals` tells that the finding is one of a possible state secret, `revised` that the message was edited since.

        | the finding | it joins, else it opens a case of its own, if the case |
        | --- | --- |
        | on the message as it was | is in any state |
        | on the message as edited | is open, as what was decided was another text |
        | seals, and is graver than a case to be checked (`is_exceeded_by`) | is undecided and has no other message |
        """
        alone = self.undecided and self.count == 1
        return (self.state.open or not revised) and (alone or not (seals and self.is_exceeded_by(severity)))

    def is_exceeded_by(self, severity: Severity) -> bool:
        """Return whether a finding is graver than the case, if that was only opened for an admin to check (triage)."""
        return self.severity is Severity.TRIAGE and severity.rank > self.severity.rank

    def joined(self, *, at: datetime) -> Self:
        """Return a copy that counts one more event: a repetition of the breach at `at`, which opens no new case."""
        return self.model_copy(update={"count": self.count + 1, "last_event_at": max(at, self.last_event_at)})


class CaseMessage(FrozenModel):
    """A message that belongs to a case, and whether it is still visible in the group; holds no content."""

    account: str
    """uid of the bot account that received the message."""
    key: str
    """Zalo's id of the message (msgId)."""
    cli_key: str | None
    """The id given by the sender's client (cliMsgId). None: unknown, and the bot cannot delete the message."""
    owner_uid: str
    """uid of the sender."""
    at: datetime
    gone_at: datetime | None = None
    """When the message was recalled or deleted; None while it is visible."""
    gone_by: int | None = None
    """Id of the person who recalled or deleted it; None where Zalo does not say."""
    deleted: bool = False
    """True: deleted by a Zalo administrator of the group. False: recalled by its sender, or not gone."""


class Withdrawal(FrozenModel):
    """A recall or deletion of a message, as Zalo reported it to a bot account."""

    account: str
    """uid of the bot account that received the report."""
    by_uid: str
    """uid, as that account sees it, of who recalled or deleted the message."""
    at: datetime
    deleted: bool
    """True: deleted by a Zalo administrator of the group. False: recalled by its sender."""


class Reader(FrozenModel):
    """A person who received or saw messages of a case, according to Zalo's receipts."""

    person_id: int
    seen: bool
    """True: seen. False: delivered to the person's device, and not known to be seen."""


class NoteKind(StrEnum):
    """Kind of a text that a person wrote about a case: explanation, request for review, or note of an admin."""

    EXPLANATION = "explanation"
    """By the person concerned, explaining the event to the admins (command /giaitrinh, explain)."""
    REVIEW = "review"
    """By the person concerned: why the admins should review their decision (command /xemlai, review)."""
    NOTE = "note"
    """By an admin, for the admins only (command /ghichu, note)."""
    OPINION = "opinion"
    """By the leader, for the admins (command /ghichu, note)."""
    PASSED_ON = "passed_on"
    """By an admin, for the leader, with the case that the admin passes on to the leader (command /chuyen, pass on)."""


class CaseNote(FrozenModel):
    """A text that a person wrote about a case (a possible breach); stored encrypted."""

    kind: NoteKind
    person_id: int
    at: datetime
    text: str


class Recorded(NamedTuple):
    """What person `by` (id) wrote when recording a case by hand: why (`words`), and where it happened ("": unknown)."""

    by: int
    words: str
    place: str = ""
