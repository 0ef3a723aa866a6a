"""Clauses 6.1 and 6.5: what somebody changes about the group is a sign; whether the leader allowed it, others know."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from zalo_governor.domain.events import (
    AdminChanged,
    EventBase,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
)
from zalo_governor.domain.findings import Finding
from zalo_governor.domain.group_changes import INFO_RULE, PICTURE_RULE, ChangeKind
from zalo_governor.rules.base import Parameters, Rule, RuleContext


class GroupInfoParameters(Parameters):
    """What an office may loosen."""

    watched: tuple[ChangeKind, ...] = tuple(kind for kind in ChangeKind if kind.rule_id == INFO_RULE)
    """The kinds that are held against whoever made them; the others are recorded only."""


class GroupInfoRule(Rule[GroupInfoParameters]):
    """Labels: `name`, `description`, `setting`, `admin`, `owner`, `link`."""

    id: ClassVar[str] = INFO_RULE
    parameters_type: ClassVar[type[Parameters]] = GroupInfoParameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """One finding for each kind of thing that the event tells of."""
        return (self.finding(kind.value) for kind in _told(event) if kind in self.parameters.watched)


class GroupPictureRule(Rule[Parameters]):
    """Label: `picture`."""

    id: ClassVar[str] = PICTURE_RULE
    parameters_type: ClassVar[type[Parameters]] = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """One finding where the event tells of the group's picture."""
        return (self.finding(kind.value) for kind in _told(event) if kind is ChangeKind.PICTURE)


def _told(event: EventBase) -> Iterator[ChangeKind]:
    """The kinds of which the event tells; whether anything is other than before is known where the group is known."""
    if isinstance(event, GroupInfoChanged):
        told = {
            ChangeKind.NAME: event.name,
            ChangeKind.DESCRIPTION: event.description,
            ChangeKind.PICTURE: event.avatar_url,
            ChangeKind.OWNER: event.owner_uid,
        }
        yield from (kind for kind, value in told.items() if value is not None)
    elif isinstance(event, GroupSettingChanged):
        yield ChangeKind.SETTING
    elif isinstance(event, AdminChanged):
        yield ChangeKind.ADMIN
    elif isinstance(event, InviteLinkChanged):
        yield ChangeKind.LINK
