"""Rules for clauses 6.1 and 6.5: report every change to the group; whether a leader allowed it is checked elsewhere."""

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
    """Exceptions that an organisation can allow."""

    watched: tuple[ChangeKind, ...] = tuple(kind for kind in ChangeKind if kind.rule_id == INFO_RULE)
    """Kinds of changes that are reported as findings; other kinds are only recorded."""


class GroupInfoRule(Rule[GroupInfoParameters]):
    """Rule on changes of a group's data and roles.

    Labels: `name`, `description`, `setting`, `admin`, `owner`, `link`.
    """

    id: ClassVar[str] = INFO_RULE
    parameters_type: ClassVar[type[Parameters]] = GroupInfoParameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield one finding for each kind of change in the event."""
        return (self.finding(kind.value) for kind in _changed_kinds(event) if kind in self.parameters.watched)


class GroupPictureRule(Rule[Parameters]):
    """Rule on changes of the group's picture. Label: `picture`."""

    id: ClassVar[str] = PICTURE_RULE
    parameters_type: ClassVar[type[Parameters]] = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield one finding if the event changes the group's picture."""
        return (self.finding(kind.value) for kind in _changed_kinds(event) if kind is ChangeKind.PICTURE)


def _changed_kinds(event: EventBase) -> Iterator[ChangeKind]:
    """Yield the kinds of values that the event sets; the caller compares them with the old values of the group."""
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
