"""The unit of work: one database transaction and the repositories that work in it."""

from contextlib import AbstractContextManager
from typing import Protocol

from zalo_governor.domain.repositories.attachments import FileScans
from zalo_governor.domain.repositories.audit import AuditTrail, Claims
from zalo_governor.domain.repositories.cases import CaseMessages, CaseNotes, Cases, FalseAlarms
from zalo_governor.domain.repositories.directives import Directives
from zalo_governor.domain.repositories.group_changes import GroupChanges, Pictures
from zalo_governor.domain.repositories.jobs import Jobs
from zalo_governor.domain.repositories.message_acts import MessageActs
from zalo_governor.domain.repositories.messaging import Deliveries, Feedback, OutboxEntries, Trials
from zalo_governor.domain.repositories.panel import PanelKeys
from zalo_governor.domain.repositories.people import Members, Outsiders, People, Rosters
from zalo_governor.domain.repositories.statistics import Distributions, Statistics
from zalo_governor.domain.repositories.verdicts import Verdicts


class UnitOfWork(Protocol):
    """One database transaction, with one repository per aggregate; all of them read and write within it."""

    @property
    def people(self) -> People:
        """Repository of persons, known by the uids under which bot accounts see them."""
        ...

    @property
    def members(self) -> Members:
        """Repository of groups as last seen, their members, and the display names already judged by the rules."""
        ...

    @property
    def roster(self) -> Rosters:
        """Repository of the groups' rosters, and of look-ups of telephone numbers."""
        ...

    @property
    def outsiders(self) -> Outsiders:
        """Repository of outsiders: persons who joined a group without being on its roster."""
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
    def message_acts(self) -> MessageActs:
        """Repository of recalls, deletions and reactions: which wait for their message, which withdrew one."""
        ...

    @property
    def case_notes(self) -> CaseNotes:
        """Repository of texts that people wrote about cases, and of the reasons for cases recorded by hand."""
        ...

    @property
    def false_alarms(self) -> FalseAlarms:
        """Repository of content that admins marked as a false alarm."""
        ...

    @property
    def group_changes(self) -> GroupChanges:
        """Repository of changes to groups and of approvals (the leader's permissions for changes)."""
        ...

    @property
    def pictures(self) -> Pictures:
        """Repository of the hashes and thumbnails of group pictures."""
        ...

    @property
    def directives(self) -> Directives:
        """Repository of directives (leaders' orders) with their addressees and answers."""
        ...

    @property
    def file_scans(self) -> FileScans:
        """Repository of the finished scans of attachments."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Durable queue of jobs: work at Zalo that is done after the transaction, such as deleting a message."""
        ...

    @property
    def trials(self) -> Trials:
        """Repository of each bot account's trial period, in which only the admins get messages."""
        ...

    @property
    def outbox(self) -> OutboxEntries:
        """Writer of the outbox, the durable queue of the messages to be sent."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """Repository of the delivery state of the messages in the outbox."""
        ...

    @property
    def feedback(self) -> Feedback:
        """Repository of incidents and suggestions that members sent to the admins."""
        ...

    @property
    def audit(self) -> AuditTrail:
        """Repository of the audit log (who did what, and when)."""
        ...

    @property
    def panel_keys(self) -> PanelKeys:
        """Repository of the links and sessions of the panel, which people see in a browser."""
        ...

    @property
    def claims(self) -> Claims:
        """Repository of claims, by which named work runs only once, in one process."""
        ...

    @property
    def statistics(self) -> Statistics:
        """Queries of a group's totals, for the activity report."""
        ...

    @property
    def distributions(self) -> Distributions:
        """Queries of counts by day, hour, agency and case state, for the activity report."""
        ...

    @property
    def verdicts(self) -> Verdicts:
        """Repository of judged events and the rules' findings on them, written by `pipeline.judge`."""
        ...


class BeginUnitOfWork(Protocol):
    """Callable that begins a database transaction and gives access to its `UnitOfWork`."""

    def __call__(self, *, reading: bool = False) -> AbstractContextManager[UnitOfWork]:
        """Return a context manager that commits at the end of the block, or rolls back if the block raises.

        With `reading`, the block sees everything as of one moment, may write nothing, and keeps no writer waiting.
        """
        ...
