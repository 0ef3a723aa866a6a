"""Rules for clauses 6.1 and 6.5: report every change of the group's data, settings, roles or picture.

Whether the group's leader allowed the change is checked elsewhere.
"""

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
    """Parameters of the rule on group data: which kinds of changes an organisation wants reported."""

    watched: tuple[ChangeKind, ...] = tuple(kind for kind in ChangeKind if kind.rule_id == INFO_RULE)
    """Kinds of changes that are reported as findings; other kinds are only recorded. All by default."""


class GroupInfoRule(Rule[GroupInfoParameters]):
    """Rule on changes of a group's data; labels: `name`, `description`, `setting`, `admin`, `owner`, `link`."""

    id: ClassVar[str] = INFO_RULE
    parameters_type: ClassVar[type[Parameters]] = GroupInfoParameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield one finding for each kind of change in the event."""
        return (self.finding(kind.value) for kind in _changed_kinds(event) if kind in self.parameters.watched)


class GroupPictureRule(Rule[Parameters]):
    """Rule on changes of the group's picture. Label of findings: `picture`."""

    id: ClassVar[str] = PICTURE_RULE
    parameters_type: ClassVar[type[Parameters]] = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield one finding if the event changes the group's picture."""
        return (self.finding(kind.value) for kind in _changed_kinds(event) if kind is ChangeKind.PICTURE)


def _changed_kinds(event: EventBase) -> Iterator[ChangeKind]:
    """Yield the kinds of group data (name, picture, settings …) that the event sets, even if to their old values.

    The service for group changes compares the values later and opens cases (breaches under review) only for real
    changes.
    """
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
