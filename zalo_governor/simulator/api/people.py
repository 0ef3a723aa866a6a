"""Endpoints of the simulated Zalo API about people's profiles, friends and friend requests."""

from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.world import Person


def own_profile(call: Call) -> RawDict:
    """Answer the API call `me-v2` with the profile of the calling account."""
    return {"profile": profile(call.stage.world.person(call.account.uid))}


def profiles(call: Call) -> RawDict:
    """Answer the API call `getprofiles/v2` with the profiles of the people requested.

    The call names each person as `<uid>_<version>`, whose version is ignored. People who do not exist are left out
    of the answer.
    """
    found = {person.uid: profile(person) for person in _requested_people(call)}
    # The answer is converted to the account's view of uids in its values, not in its keys.
    seen = {call.stage.world.uid_seen(call.account, uid): value for uid, value in found.items()}
    return {"changed_profiles": seen, "unchanged_profiles": {}, "phonebook_version": 1}


def member_names(call: Call) -> RawDict:
    """Answer the API call `group/members`, which zca-js makes, with short profiles of the people requested."""
    found = {
        call.stage.world.uid_seen(call.account, person.uid): {
            "id": person.uid,
            "displayName": person.name,
            "zaloName": person.zalo_name or person.name,
            "avatar": "",
            "accountStatus": 0,
            "type": 1,
            "lastUpdateTime": 0,
            "globalId": person.global_id,
        }
        for person in _requested_people(call)
    }
    return {"profiles": found, "unchangeds_profile": []}


def by_phone(call: Call) -> RawDict:
    """Answer the API call `friend/profile/get`: find a person by phone number and return a short profile.

    Unlike in other answers, the keys are in snake case (`display_name`), as at Zalo.

    Raises:
        AnswerError: Zalo's error 216, nobody has this phone number.
    """
    phone = str(call.params["phone"])
    for person in call.stage.world.people.values():
        if person.phone == phone:
            return {
                "uid": person.uid,
                "zalo_name": person.zalo_name or person.name,
                "display_name": person.name,
                "avatar": "",
                "globalId": person.global_id,
            }
    raise AnswerError(216, "no account with this phone number")


def friends(call: Call) -> list[RawDict]:
    """Answer the API call `getfriends` with one page of the account's friends, with their profiles.

    The simulator returns every person but the caller, whether they are friends or not. Pages are numbered from 1.
    """
    others = [person for person in call.stage.world.people.values() if person.uid != call.account.uid]
    page, count = max(1, int(call.params.get("page", 1))), int(call.params.get("count", len(others)))
    return [profile(person) for person in others[(page - 1) * count : page * count]]


def accept_friend(call: Call) -> str:
    """Answer the API call `friend/accept`: accept the friend request that the person with uid `fid` has sent.

    Does nothing if the two are friends already.

    Raises:
        AnswerError: 222, the person has sent no friend request. This code is invented: Zalo's own is not documented.
    """
    world, uid = call.stage.world, call.stage.meant(call.account, call.params["fid"])
    if world.are_friends(call.account.uid, uid):
        return ""
    asked = [request for request in world.requests_to(call.account.uid) if request.by == uid]
    if not asked:
        raise AnswerError(222, "no such friend request")
    world.friend_requests = [request for request in world.friend_requests if request not in asked]
    call.stage.spawn(call.stage.befriend(call.account.uid, uid))
    return ""


def recommendations(call: Call) -> RawDict:
    """Answer the API call `recommendsv2/list` with the friend requests that the account has received.

    At Zalo the list also contains strangers recommended as friends; the simulator leaves them out. `recommType` 2 marks
    an entry as a friend request.
    """
    items = [
        {
            "recommItemType": 1,
            "dataInfo": {
                "userId": request.by,
                "zaloName": person.zalo_name or person.name,
                "displayName": person.name,
                "avatar": "",
                "phoneNumber": "",
                "status": "",
                "gender": 0,
                "dob": 0,
                "type": 0,
                "recommType": 2,
                "recommSrc": 85,
                "recommTime": request.at_ms,
                "recommInfo": {"suggestWay": 0, "source": 85, "message": request.message, "customText": None},
                "isSeenFriendReq": False,
            },
        }
        for request in call.stage.world.requests_to(call.account.uid)
        for person in (call.stage.world.person(request.by),)
    ]
    return {"expiredDuration": 604_800_000, "collapseMsgListConfig": {}, "recommItems": items}


def profile(person: Person) -> RawDict:
    """Return the JSON object with which Zalo's API describes the profile of `person`."""
    return {
        "userId": person.uid,
        "username": "",
        "displayName": person.name,
        "zaloName": person.zalo_name or person.name,
        "avatar": "",
        "bgavatar": "",
        "cover": "",
        "gender": 0,
        "dob": 0,
        "status": "",
        "phoneNumber": person.phone,
        "isFr": 0,
        "isBlocked": 0,
        "lastActionTime": 0,
        "lastUpdateTime": 0,
        "accountStatus": 0,
        "type": 1,
        "globalId": person.global_id,
        "oaInfo": {"oaId": person.uid} if person.official else None,
    }


_MOST_PEOPLE = 50
"""Most people of whom one call may ask (zalo-protocol.md, 14.10)."""


def _requested_people(call: Call) -> list[Person]:
    asked: list[Any] = call.params["friend_pversion_map"]
    if len(asked) > _MOST_PEOPLE:
        raise AnswerError(114, "invalid params")
    uids = [call.stage.meant(call.account, str(item).partition("_")[0]) for item in asked]
    return [call.stage.world.people[uid] for uid in uids if uid in call.stage.world.people]


ENDPOINTS: dict[str, Endpoint] = {
    "/api/social/profile/me-v2": own_profile,
    "/api/social/friend/getprofiles/v2": profiles,
    "/api/social/group/members": member_names,
    "/api/social/friend/getfriends": friends,
    "/api/friend/profile/get": by_phone,
    "/api/friend/accept": accept_friend,
    "/api/friend/recommendsv2/list": recommendations,
}
