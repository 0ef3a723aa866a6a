"""One transaction as the services see it."""

from contextlib import AbstractContextManager
from typing import Protocol

from zalo_governor.pipeline.ports import Verdicts
from zalo_governor.services.ports.audit import AuditTrail, Claims
from zalo_governor.services.ports.cases import CaseMessages, CaseNotes, Cases, FalseAlarms
from zalo_governor.services.ports.group_changes import GroupChanges, Pictures
from zalo_governor.services.ports.jobs import Jobs
from zalo_governor.services.ports.messaging import Deliveries, Feedback, OutboxEntries, Trials
from zalo_governor.services.ports.people import Members, Outsiders, People, Rosters
from zalo_governor.services.ports.statistics import Distributions, Statistics


class UnitOfWork(Protocol):
    """A repository for each aggregate. Everything that is read or written through them belongs to one transaction."""

    @property
    def people(self) -> People:
        """Persons, known by the uids under which bot accounts see them."""
        ...

    @property
    def members(self) -> Members:
        """Groups as they were last seen, who is in them, and their judged display names."""
        ...

    @property
    def roster(self) -> Rosters:
        """The roster of each group, and the telephone numbers of it that were looked up."""
        ...

    @property
    def outsiders(self) -> Outsiders:
        """Who came into a group from outside the roster."""
        ...

    @property
    def cases(self) -> Cases:
        """Cases, and the events that belong to them."""
        ...

    @property
    def case_messages(self) -> CaseMessages:
        """The messages under a case: which are gone, who has read them, and codes that confirm a removal."""
        ...

    @property
    def case_notes(self) -> CaseNotes:
        """What people say of cases, and why a case was written down by hand."""
        ...

    @property
    def false_alarms(self) -> FalseAlarms:
        """Content that was taken back as a false alarm."""
        ...

    @property
    def group_changes(self) -> GroupChanges:
        """What was changed about groups, and what the leader allowed."""
        ...

    @property
    def pictures(self) -> Pictures:
        """Pictures of groups."""
        ...

    @property
    def jobs(self) -> Jobs:
        """The durable queue of work."""
        ...

    @property
    def trials(self) -> Trials:
        """The trial of each bot account."""
        ...

    @property
    def outbox(self) -> OutboxEntries:
        """Messages to be sent."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """What became of the notices in the outbox."""
        ...

    @property
    def feedback(self) -> Feedback:
        """Incidents and suggestions that members told the office."""
        ...

    @property
    def audit(self) -> AuditTrail:
        """The audit log."""
        ...

    @property
    def claims(self) -> Claims:
        """Runs of named work, each claimed once."""
        ...

    @property
    def statistics(self) -> Statistics:
        """Counts for the activity report."""
        ...

    @property
    def distributions(self) -> Distributions:
        """Counts by day, hour, agency and state."""
        ...

    @property
    def verdicts(self) -> Verdicts:
        """What was heard and what the rules found; the judge writes it."""
        ...


class BeginUnitOfWork(Protocol):
    """Begins a transaction."""

    def __call__(self) -> AbstractContextManager[UnitOfWork]:
        """A transaction that commits at the end of the block and rolls back if the block raises."""
        ...
