"""Endpoints of the simulated Zalo API that read groups and change their members and settings."""

import json

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.pictures import address
from zalo_governor.simulator.world import Account, Group, World


def group_info(call: Call) -> RawDict:
    """Answer the API call `getmg-v2` with the details of the requested groups.

    The call's parameter `gridVerMap` maps the id of each requested group to the version of its details that the client
    already has. If that is the current version, the group is listed in `unchangedsGroup` without details, as on the
    real server. Groups of which the account is not a member are listed in `removedsGroup`.
    """
    asked = json.loads(call.params["gridVerMap"])
    found: RawDict = {}
    unchanged: list[str] = []
    removed: list[str] = []
    for group_id, version in asked.items():
        group = call.stage.world.groups.get(str(group_id).removeprefix("g"))
        if group is None or call.account.uid not in group.members:
            removed.append(str(group_id))
        elif int(version) == group.version:
            unchanged.append(str(group_id))
        else:
            found[group.id] = describe(call.stage.world, call.account, group)
    return {"gridInfoMap": found, "removedsGroup": removed, "unchangedsGroup": unchanged}


def all_groups(call: Call) -> RawDict:
    """Answer the API call `getlg/v4` with the ids and version numbers of all groups of the calling account."""
    groups = call.stage.world.groups_of(call.account)
    return {"version": "1", "gridVerMap": {group.id: str(group.version) for group in groups}}


def pending(call: Call) -> RawDict:
    """Answer the API call `pending-mems/list` with the people who have asked to join a group and wait for admission."""
    group, world = call.managed_group(), call.stage.world
    users = [{"uid": uid, "dpn": world.person(uid).name, "avatar": "", "user_submit": ""} for uid in group.pending]
    return {"time": world.now_ms(), "users": users}


def review(call: Call) -> RawDict:
    """Answer the API call `pending-mems/review`: admit or reject people who have asked to join a group.

    The call's parameter `isApprove` is 1 to admit them and 0 to reject them.

    Returns:
        uid -> result code: 0, done; 170, the person has not asked to join; 178, the person is a member already.
    """
    group = call.managed_group()
    codes: RawDict = {}
    admitted: list[str] = []
    for uid in call.uids("members"):
        if uid not in group.pending:
            codes[uid] = 178 if uid in group.members else 170
            continue
        group.pending.remove(uid)
        codes[uid] = 0
        if int(call.params["isApprove"]):
            group.members.append(uid)
            admitted.append(uid)
    if admitted:
        call.stage.spawn(call.stage.group_act(group, "join", call.account.uid, admitted))
    return {call.stage.world.uid_seen(call.account, uid): code for uid, code in codes.items()}


def kick(call: Call) -> RawDict:
    """Answer the API call `kickout`: remove members from a group.

    People who cannot be removed (the group's owner, and people who are not members) are returned in `errorMembers`.
    """
    group = call.managed_group()
    asked = call.uids("members")
    gone = [uid for uid in asked if uid in group.members and uid != group.owner]
    for uid in gone:
        group.members.remove(uid)
    if gone:
        call.stage.spawn(call.stage.group_act(group, "remove_member", call.account.uid, gone))
    return {"errorMembers": [uid for uid in asked if uid not in gone]}


def change_settings(call: Call) -> str:
    """Answer the API call `setting/update`: set those of a group's settings (0 or 1) that are among the parameters.

    The members are notified of the change; the data of the answer is always "".
    """
    group = call.managed_group()
    group.settings.update({key: int(call.params[key]) for key in group.settings if key in call.params})
    call.stage.spawn(call.stage.group_act(group, "update_setting", call.account.uid))
    return ""


def describe(world: World, account: Account, group: Group) -> RawDict:
    """Return the JSON object with which Zalo's API describes `group` to `account`.

    With the group setting `lockViewMember`, an ordinary member sees only the owner, the deputies and itself in the
    member list.
    """
    shown = group.members
    if group.settings.get("lockViewMember") and not group.manages(account.uid):
        shown = [uid for uid in group.members if group.manages(uid) or uid == account.uid]
    return {
        "groupId": group.id,
        "name": group.name,
        "desc": group.description,
        "type": 1,
        "creatorId": group.owner,
        "version": str(group.version),
        "avt": address(group.picture),
        "fullAvt": address(group.picture),
        "memberIds": [],
        "adminIds": list(group.admins),
        "memVerList": [f"{world.uid_seen(account, uid)}_1" for uid in shown],
        "currentMems": [],
        "updateMems": [],
        "admins": [],
        "hasMoreMember": int(len(shown) < len(group.members)),
        "subType": 1,
        "totalMember": len(group.members),
        "maxMember": 1000,
        "setting": dict(group.settings),
        "createdTime": 1_700_000_000_000,
        "visibility": 0,
        "globalId": f"g{group.id}",
        "e2ee": int(group.encrypted),
        "extraInfo": {"enable_media_store": 0},
        "pendingApprove": {"time": 0, "uids": list(group.pending) or None},
    }


ENDPOINTS: dict[str, Endpoint] = {
    "/api/group/getmg-v2": group_info,
    "/api/group/getlg/v4": all_groups,
    "/api/group/pending-mems/list": pending,
    "/api/group/pending-mems/review": review,
    "/api/group/kickout": kick,
    "/api/group/setting/update": change_settings,
}
