"""One transaction of the store as the office sees it, put together from its parts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

from zalo_governor.domain.audit import AuditHead, Opening
from zalo_governor.domain.cases import Case
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.people import GroupSnapshot, Member, Person, Role
from zalo_governor.pipeline.ports import JudgeUnit
from zalo_governor.services.ports.cases import Cases
from zalo_governor.services.ports.deliveries import Deliveries
from zalo_governor.services.ports.group_changes import Changes
from zalo_governor.services.ports.members import Belonging
from zalo_governor.services.ports.statistics import Figures
from zalo_governor.services.ports.trials import Trials


class OfficeUnit(JudgeUnit, Belonging, Cases, Changes, Deliveries, Figures, Trials, Protocol):
    """One transaction, as the office sees it. Everything asked or written here belongs to that transaction."""

    # people
    def person(self, person_id: int) -> Person:
        """The person of that number; KeyError where there is none."""
        ...

    def with_role(self, account: str, *roles: Role) -> list[Person]:
        """The persons who hold any of the roles and have a uid for this bot account, in order of their number."""
        ...

    # messages
    def post(self, notice: Notice, *, withheld: bool = False) -> None:
        """Put a message into the outbox; one that is withheld is kept there to be counted, and never sent."""
        ...

    def last_posted(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        """When a message of that purpose was last put into the outbox for that person, not before `since`.

        With `rule_id`, only messages about cases of that rule count. What was withheld counts while the account is on
        trial, so that it does then what it will do.
        """
        ...

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        """For how many people messages of that purpose about cases of that rule were put into the outbox since then.

        What was withheld counts as in `last_posted`.
        """
        ...

    # what members tell the office
    def add_remark(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        """Keep a remark and give it its number."""
        ...

    def remarks(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        """Those of [start, end), oldest first; for the desk's own list alone."""
        ...

    def untold_remarks(self, group_id: str, kind: RemarkKind) -> list[Remark]:
        """Those that the desk has not been told of, oldest first."""
        ...

    def remarks_told(self, told: Sequence[Remark], at: datetime) -> None:
        """The desk has been told of these."""
        ...

    # records
    def audit(
        self, action: str, *, at: datetime, actor_id: int | None, group_id: str, subject: str, detail: dict[str, Any]
    ) -> None:
        """Append to the audit log. `detail` holds codes and figures, never message text."""
        ...

    def audit_head(self) -> AuditHead:
        """Where the chain of the audit log ends now; reports print it, so that a log put back in time shows."""
        ...

    def openings(self, case: Case) -> list[Opening]:
        """Who has opened a case, and how often, whoever did it last first."""
        ...

    # schedule and sweep
    def first_run(self, job: str, due: datetime) -> bool:
        """Whether this (job, due) is claimed for the first time; claims it."""
        ...

    def has_run(self, job: str, due: datetime) -> bool:
        """Whether this (job, due) has been claimed."""
        ...

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        """The group as the bot account last saw it, with what events have changed since."""
        ...

    def swept_at(self, account: str, group_id: str) -> datetime | None:
        """When `save_group` last remembered the group for the account."""
        ...

    def tie_members(self, account: str, members: Sequence[Member]) -> None:
        """Tie persons to their globalId."""
        ...

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        """Remember the group and who is in it."""
        ...

    def present_uids(self, account: str, group_id: str) -> set[str]:
        """uids of the members of the group, by all that was heard and seen."""
        ...

    def known_names(self, account: str, group_id: str) -> dict[str, str]:
        """uid -> display name as last judged."""
        ...
