"""Lists the groups of the bot account, so that a person can choose which of them to watch."""

import json
from typing import NamedTuple

from zalo_governor.domain.inbound import RawDict
from zalo_governor.text.fold import fold
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.events.ids import as_id, group_id_of, json_object

_GROUPS = "https://tt-group-wpa.chat.zalo.me/api/group/getlg/v4"
_GROUP_INFO = "https://tt-group-wpa.chat.zalo.me/api/group/getmg-v2"
_GROUPS_PER_CALL = 50


class OwnGroup(NamedTuple):
    """A group in which the bot account is a member; `members` is the number of its members."""

    id: str
    name: str
    members: int


def own_groups(client: ZaloClient) -> list[OwnGroup]:
    """Fetch all groups of the bot account, sorted by name, without those of which Zalo gives no details.

    Raises:
        ZaloError: a call failed.
    """
    ids = list(_object(_object(client.read("GET", _GROUPS, {})).get("gridVerMap")))
    found: list[OwnGroup] = []
    for start in range(0, len(ids), _GROUPS_PER_CALL):
        # Version 0 requests all details; for the current version Zalo would answer without details.
        asked = {"gridVerMap": json.dumps(dict.fromkeys(ids[start : start + _GROUPS_PER_CALL], 0))}
        for group_id, info in _object(_object(client.read("POST", _GROUP_INFO, asked)).get("gridInfoMap")).items():
            told = _object(info)
            members = as_id(told.get("totalMember"))
            count = int(members) if members.isdecimal() else 0
            found.append(OwnGroup(group_id_of(group_id), str(told.get("name") or ""), count))
    return sorted(found, key=lambda group: (fold(group.name), group.id))


def _object(value: object) -> RawDict:
    try:
        return json_object(value)
    except ValueError:
        return {}
