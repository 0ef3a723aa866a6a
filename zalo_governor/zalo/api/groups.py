"""Lists the groups of the bot account, so that a person can choose which of them to watch."""

import json
from typing import NamedTuple

from zalo_governor.text.fold import fold
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.events.ids import as_object, group_id_of, int_or_none

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
    ids = list(as_object(as_object(client.read("GET", _GROUPS, {})).get("gridVerMap")))
    found: list[OwnGroup] = []
    for start in range(0, len(ids), _GROUPS_PER_CALL):
        # Version 0 requests all details; for the current version Zalo would answer without details.
        asked = {"gridVerMap": json.dumps(dict.fromkeys(ids[start : start + _GROUPS_PER_CALL], 0))}
        answer = as_object(client.read("POST", _GROUP_INFO, asked))
        for group_id, info in as_object(answer.get("gridInfoMap")).items():
            told = as_object(info)
            count = int_or_none(told.get("totalMember")) or 0
            found.append(OwnGroup(group_id_of(group_id), str(told.get("name") or ""), count))
    return sorted(found, key=lambda group: (fold(group.name), group.id))
