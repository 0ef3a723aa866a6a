"""Parses Zalo's notices of group acts (joining, renaming, pinning …) and friend acts (friend requests …) into events.

Both come in socket frames of command 601; the names of the acts are those that Zalo Web's own client uses.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.events import (
    AdminChanged,
    BoardChanged,
    EventBase,
    FriendAct,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
    JoinRequested,
    MemberRemoved,
    MembersJoined,
    MembersLeft,
    NamedUid,
    PinChanged,
    Unrecognised,
)
from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.events.ids import as_id, json_object, settings_of
from zalo_governor.zalo.events.text_fields import FIELDS, string_of

Shared = dict[str, Any]
"""Keyword arguments that the constructors of all events take, such as id, sender and time."""

_PINS = frozenset({"new_pin_topic", "update_pin_topic", "unpin_topic", "reorder_pin_topic"})
_BOARD = frozenset(
    {
        "update_board",
        "remove_board",
        "update_topic",
        "remove_topic",
        "accept_remind",
        "reject_remind",
        "remind_topic",
    }
)
_MEMBERS_ACTS: dict[str, Callable[..., EventBase]] = {
    "join": MembersJoined,
    "leave": MembersLeft,
    "remove_member": MemberRemoved,
    "block_member": partial(MemberRemoved, blocked=True),
    "add_admin": partial(AdminChanged, granted=True),
    "remove_admin": partial(AdminChanged, granted=False),
}
"""Name of an act that only concerns members -> constructor of its event."""
_MEMBER_NAME = FIELDS["member_name"].path[-1]
_LATEST_MS = 253_402_300_799_000
"""The end of the year 9999 in ms since 1970, the latest time that a datetime can hold."""
_DIGIT_LIMIT = 5
_BOARD_TITLES = ("pin_title", "topic_title", "topic_plain_title", "reminder")


def group_act(raw: RawDict, shared: Shared) -> EventBase:
    """Parse a notice of a change in a group (joining, renaming, pinning …) into an event; `Unrecognised` if unknown.

    `raw` is the notice as Zalo sent it, `shared` the fields that events of all types have (id, sender, time …).
    """
    content = json_object(raw.get("content"))
    data = json_object(content.get("data"))
    act = str(content["act"])
    shared = {**shared, "encrypted": encryption_in(data)}
    if act in _PINS:
        return PinChanged(act=act, title=_board_title(raw), board=_board_type(data), **shared)
    if act in _BOARD:
        return BoardChanged(act=act, title=_board_title(raw), board=_board_type(data), **shared)
    if make_event := _MEMBERS_ACTS.get(act):
        return make_event(members=_members(data), **shared)
    reader = _ACTS.get(act)
    return reader(raw, data, shared) if reader else Unrecognised(act=act, **shared)


def encryption_in(data: RawDict) -> bool | None:
    """Return whether a group is end-to-end encrypted, from Zalo's data of the group or of an act in it.

    None if `e2ee` (0 or 1) is not given.
    """
    given = as_id(data.get("e2ee"))
    return bool(int(given)) if given.isdecimal() else None


def friend_act(raw: RawDict, shared: Shared) -> EventBase:
    """Parse a notice about friendship with the bot account, such as a friend request, into an event.

    `raw` is the notice as Zalo sent it, `shared` the fields that events of all types have (id, sender, time …).
    """
    return FriendAct(act=str(json_object(raw.get("content"))["act"]), **shared)


def _requested(raw: RawDict, data: RawDict, shared: Shared) -> EventBase:
    uids = tuple(filter(None, map(as_id, data.get("uids") or [])))
    return JoinRequested(uids=uids, pending=int(as_id(data.get("totalPending")) or 0), **shared)


def _info(raw: RawDict, data: RawDict, shared: Shared) -> EventBase:
    return GroupInfoChanged(
        name=string_of(raw, "group_name") or None,
        description=string_of(raw, "group_description") or None,
        avatar_url=_avatar(data),
        owner_uid=as_id(data.get("creatorId")) or None,
        **shared,
    )


def _picture(raw: RawDict, data: RawDict, shared: Shared) -> EventBase:
    # Ignore the unchanged name in `data`. Record a changed picture even if its URL is missing.
    return GroupInfoChanged(avatar_url=_avatar(data) or "", **shared)


def _settings(raw: RawDict, data: RawDict, shared: Shared) -> EventBase:
    return GroupSettingChanged(settings=settings_of(json_object(data.get("groupSetting") or {})), **shared)


def _link(raw: RawDict, data: RawDict, shared: Shared) -> EventBase:
    expires = as_id(json_object(data.get("info") or {}).get("link_expired_time"))
    return InviteLinkChanged(
        link=string_of(raw, "invite_link"),
        expires_at=from_ms(int(expires)) if expires.isdecimal() and 0 < int(expires) <= _LATEST_MS else None,
        **shared,
    )


def _members(data: RawDict) -> tuple[NamedUid, ...]:
    """Return the members who joined, left, were removed … as `data` of a group act lists them (objects or bare uids).

    Raises:
        ValueError: no member is listed.
    """
    members = []
    for given in data.get("updateMembers") or []:
        uid = as_id(given.get("id")) if isinstance(given, dict) else as_id(given)
        if uid:
            name = given.get(_MEMBER_NAME) if isinstance(given, dict) else None
            members.append(NamedUid(uid=uid, name=name if isinstance(name, str) else ""))
    if not members:
        raise ValueError("concerns nobody")
    return tuple(members)


def _avatar(data: RawDict) -> str | None:
    return next((str(data[name]) for name in ("fullAvt", "avt") if data.get(name)), None)


def _board_type(data: RawDict) -> int | None:
    """Return Zalo's type number of the board item (pin, note …) that a group act changed; None if Zalo gives none."""
    for name in ("topic", "groupTopic"):
        topic = data.get(name)
        kind = as_id(topic.get("type")) if isinstance(topic, dict) else ""
        if kind.isdecimal() and len(kind) < _DIGIT_LIMIT:
            return int(kind)
    return None


def _board_title(raw: RawDict) -> str:
    return next(filter(None, (string_of(raw, field) for field in _BOARD_TITLES)), "")


_ACTS: dict[str, Callable[[RawDict, RawDict, Shared], EventBase]] = {
    "join_request": _requested,
    "update": _info,
    "update_avatar": _picture,
    "update_setting": _settings,
    "new_link": _link,
}
