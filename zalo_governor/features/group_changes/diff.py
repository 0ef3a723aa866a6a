"""Functions that find out, from the stored state (snapshot) of a group, what an event changes in the group."""

from collections.abc import Callable, Iterator
from typing import Any

from zalo_governor.domain.events import (
    AdminChanged,
    BoardChanged,
    EventBase,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
    MessageSent,
)
from zalo_governor.domain.group_changes import Change, ChangeKind
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import GroupSnapshot, picture_name
from zalo_governor.text.fold import skeleton

BOARD_MESSAGES = frozenset({"group.poll", "chat.todo"})
"""Zalo's types of messages that add a poll or a to-do to the board of the group."""
_REMOVING_ACTS = frozenset({"unpin_topic", "remove_board", "remove_topic"})

PersonNumber = Callable[[str], str]
"""Function converting a Zalo uid, which differs per bot account, to the id of the person in the database, as text."""


def concerns_group(event: EventBase) -> bool:
    """Return whether the event is of a type that may change data of the group, such as its name, picture or admins."""
    if type(event) is MessageSent:
        return event.message_type in BOARD_MESSAGES
    return isinstance(event, GroupInfoChanged | GroupSettingChanged | AdminChanged | InviteLinkChanged | BoardChanged)


def changes_of(event: EventBase, group: GroupSnapshot | None, number: PersonNumber) -> list[Change]:
    """Return the changes of the group's data (name, picture, settings …) that the event makes.

    Args:
        group: the group before the event; if None (unknown), all data that the event mentions count as changed.
        number: converts a uid to a person id.
    """
    match event:
        case GroupInfoChanged():
            return list(_group_data_changes(event, group, number))
        case GroupSettingChanged():
            return list(_setting_changes(event, group))
        case AdminChanged():
            return list(_admin_changes(event, group, number))
        case InviteLinkChanged():
            return [Change(kind=ChangeKind.LINK, after=event.link)]
        case BoardChanged():
            kind = ChangeKind.PIN if "pin_topic" in event.act else ChangeKind.BOARD
            gone = event.act in _REMOVING_ACTS
            before, after = (event.title, "") if gone else (None, event.title)
            return [Change(kind=kind, item=event.act, before=before, after=after)]
        case MessageSent() if event.message_type in BOARD_MESSAGES:
            title = next((text for field, text in event.strings() if field in {"poll_question", "todo"}), "")
            return [Change(kind=ChangeKind.BOARD, item=event.message_type, after=title)]
        case _:
            return []


def group_after(event: EventBase, group: GroupSnapshot) -> GroupSnapshot:
    """Return the state (snapshot) of the group after the event, given the state before; the same if nothing changes."""
    now: dict[str, Any] = {}
    match event:
        case GroupInfoChanged():
            told = {"name": event.name, "description": event.description, "avatar_url": event.avatar_url}
            now = {field: value for field, value in told.items() if value is not None}
            if event.avatar_url == "" and event.source is not Source.SWEEP:
                now["avatar_url"] = None  # The picture was changed, but its address is not in the event.
            if event.owner_uid:
                now["owner_uid"] = event.owner_uid
        case GroupSettingChanged():
            now = {"settings": group.settings | event.settings}
        case AdminChanged():
            admins = set(group.co_admin_uids).symmetric_difference(_changed_admin_uids(event, group))
            now = {"co_admin_uids": tuple(sorted(admins))}
        case InviteLinkChanged():
            now = {"link_opened_at": event.at, "link_expires_at": event.expires_at}
        case _:
            pass
    return group.model_copy(update=now) if now else group


def _group_data_changes(event: GroupInfoChanged, group: GroupSnapshot | None, number: PersonNumber) -> Iterator[Change]:
    if event.name and (group is None or event.name != group.name):
        before = group.name if group and group.name else None
        yield Change(kind=ChangeKind.NAME, item=skeleton(event.name), before=before, after=event.name)
    if event.description is not None and (group is None or event.description != group.description):
        before = group.description if group else None
        yield Change(kind=ChangeKind.DESCRIPTION, before=before, after=event.description)
    if event.avatar_url is not None and not _same_picture(event.avatar_url, group):
        before = group.avatar_url if group else None
        yield Change(kind=ChangeKind.PICTURE, before=before, after=event.avatar_url)
    # Every such event names the owner, so it is a change only if another owner is known.
    if event.owner_uid and group and group.owner_uid and event.owner_uid != group.owner_uid:
        owner = number(event.owner_uid)
        yield Change(kind=ChangeKind.OWNER, item=owner, before=number(group.owner_uid), after=owner)


def _same_picture(address: str, group: GroupSnapshot | None) -> bool:
    """Return whether the picture at URL `address` is the present picture of the group; False if a URL is unknown."""
    there = group.avatar_url if group else None
    return bool(address and there) and picture_name(address) == picture_name(there or "")


def _setting_changes(event: GroupSettingChanged, group: GroupSnapshot | None) -> Iterator[Change]:
    if group is None or not group.settings:
        yield Change(kind=ChangeKind.SETTING)
        return
    for flag, value in sorted(event.settings.items()):
        before = group.settings.get(flag)
        if before is not None and before != value:
            yield Change(kind=ChangeKind.SETTING, item=flag, before=str(before), after=str(value))


def _admin_changes(event: AdminChanged, group: GroupSnapshot | None, number: PersonNumber) -> Iterator[Change]:
    moved = _changed_admin_uids(event, group)
    for member in event.members:
        if member.uid in moved:
            before, after = ("0", "1") if event.granted else ("1", "0")
            yield Change(kind=ChangeKind.ADMIN, item=number(member.uid), before=before, after=after)


def _changed_admin_uids(event: AdminChanged, group: GroupSnapshot | None) -> set[str]:
    """Return the uids of the members whom the event makes co-admins of the group, or whom it strips of that role."""
    uids = {member.uid for member in event.members}
    if group is None:
        return uids
    there = set(group.co_admin_uids)
    return uids - there if event.granted else uids & there
