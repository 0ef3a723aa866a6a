"""The unit of work: one database transaction and the repositories that work in it."""

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
    """One transaction with a repository per aggregate; all that they read or write belongs to it."""

    @property
    def people(self) -> People:
        """Repository of persons, known by the uids under which bot accounts see them."""
        ...

    @property
    def members(self) -> Members:
        """Repository of groups as last seen, their members, and display names already judged."""
        ...

    @property
    def roster(self) -> Rosters:
        """Repository of the groups' rosters and of look-ups of their telephone numbers."""
        ...

    @property
    def outsiders(self) -> Outsiders:
        """Repository of persons who joined a group without being in its roster."""
        ...

    @property
    def cases(self) -> Cases:
        """Repository of cases and of the events that belong to them."""
        ...

    @property
    def case_messages(self) -> CaseMessages:
        """Repository of the messages of cases, their readers, and codes that confirm a removal."""
        ...

    @property
    def case_notes(self) -> CaseNotes:
        """Repository of notes on cases, and of the reasons for cases recorded by hand."""
        ...

    @property
    def false_alarms(self) -> FalseAlarms:
        """Repository of content known to be a false alarm."""
        ...

    @property
    def group_changes(self) -> GroupChanges:
        """Repository of changes to groups and of the leader's approvals."""
        ...

    @property
    def pictures(self) -> Pictures:
        """Repository of the hashes and thumbnails of group pictures."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Durable queue of jobs."""
        ...

    @property
    def trials(self) -> Trials:
        """Repository of each bot account's trial mode."""
        ...

    @property
    def outbox(self) -> OutboxEntries:
        """Outbox of the messages to be sent."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """Repository of the delivery state of the outbox's notices."""
        ...

    @property
    def feedback(self) -> Feedback:
        """Repository of incidents and suggestions reported by members."""
        ...

    @property
    def audit(self) -> AuditTrail:
        """Repository of the audit log."""
        ...

    @property
    def claims(self) -> Claims:
        """Repository of claims, by which named work runs only once."""
        ...

    @property
    def statistics(self) -> Statistics:
        """Totals for the activity report."""
        ...

    @property
    def distributions(self) -> Distributions:
        """Counts by day, hour, agency and case state for the activity report."""
        ...

    @property
    def verdicts(self) -> Verdicts:
        """Repository of judged events and the rules' findings, written by `pipeline.judge`."""
        ...


class BeginUnitOfWork(Protocol):
    """Callable that begins a transaction."""

    def __call__(self) -> AbstractContextManager[UnitOfWork]:
        """Return a context manager that commits at the end of the block and rolls back if the block raises."""
        ...
