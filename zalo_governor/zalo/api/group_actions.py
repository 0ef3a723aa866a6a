"""What the program asks of Zalo about single people: put one out, accept a request, whose account a number is."""

from collections.abc import Mapping
from typing import Any

import structlog

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.domain.people import FoundAccount, FriendRequest
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.errors import SessionExpiredError, ZaloCallError, ZaloError
from zalo_governor.zalo.events.ids import as_id
from zalo_governor.zalo.http.error_codes import Meaning, meaning_of

log = structlog.get_logger(__name__)

_KICK = "https://tt-group-wpa.chat.zalo.me/api/group/kickout"
_FRIEND = "https://tt-friend-wpa.chat.zalo.me/api/friend"
_ACCEPT = f"{_FRIEND}/accept"
_REQUESTS = f"{_FRIEND}/recommendsv2/list"
_BY_PHONE = f"{_FRIEND}/profile/get"
_A_REQUEST = 2
"""recommType of what is a friend request and no mere recommendation (zca-js, getFriendRecommendations)."""
_NOT_TOLD = 216
"""Nobody has the number, or its owner does not let others find the account by it."""
_NOT_ALLOWED = frozenset({165, 166})
_WEB_SEARCH = 40
"""reqSrc of a search by number in Zalo Web (zca-js, findUser)."""


class ZaloGroupActions:
    """Calls about people; each may be repeated."""

    def __init__(self, client: ZaloClient) -> None:
        self._client = client

    def remove_member(self, job: Job) -> JobOutcome:
        """Put somebody out of the group; only its owner and deputies may. Never raises where Zalo or the line fails."""
        answer, outcome = attempt(self._client, job, _KICK, {"grid": job.group_id, "members": [job.task.target]})
        refused = _object(answer).get("errorMembers") or []
        return JobOutcome.NOT_FOUND if job.task.target in map(as_id, refused) else outcome

    def accept_friend(self, job: Job) -> JobOutcome:
        """Accept somebody's friend request. Never raises where Zalo or the line fails."""
        _, outcome = attempt(self._client, job, _ACCEPT, {"fid": job.task.target, "language": "vi"})
        return outcome

    def friend_requests(self) -> list[FriendRequest]:
        """Who waits to be accepted; raises ZaloError where the call failed."""
        items = _object(self._client.read("GET", _REQUESTS, {})).get("recommItems")
        found = [_object(_object(item).get("dataInfo")) for item in items or [] if isinstance(items, list)]
        return [
            FriendRequest(uid=as_id(one.get("userId")), at_ms=_whole(one.get("recommTime")))
            for one in found
            if _whole(one.get("recommType")) == _A_REQUEST and as_id(one.get("userId"))
        ]

    def by_phone(self, phone: str) -> FoundAccount | None:
        """Whose account a number (+84…) is; None where Zalo tells of none.

        Raises:
            ZaloError: the call failed, or Zalo asks to wait (221).
        """
        asked = {"phone": phone.removeprefix("+"), "avatar_size": 240, "language": "vi", "reqSrc": _WEB_SEARCH}
        try:
            found = _object(self._client.read("GET", _BY_PHONE, asked))
        except SessionExpiredError:
            raise
        except ZaloCallError as error:
            if error.code == _NOT_TOLD:
                return None
            raise
        uid = as_id(found.get("uid"))
        return FoundAccount(uid=uid, global_id=as_id(found.get("globalId")) or None) if uid else None


def attempt(client: ZaloClient, job: Job, url: str, params: RawDict) -> tuple[Any, JobOutcome]:
    """Zalo's answer to the call that does a job, and what that makes of it."""
    try:
        return client.read("POST", url, params), JobOutcome.DONE
    except SessionExpiredError:
        return None, JobOutcome.UNKNOWN
    except ZaloCallError as error:
        log.warning("job_refused", job=job.id, kind=job.kind.value, code=error.code)
        if meaning_of(error.code) is Meaning.WAIT:
            return None, JobOutcome.UNKNOWN
        return None, JobOutcome.NOT_ALLOWED if error.code in _NOT_ALLOWED else JobOutcome.REFUSED
    except ZaloError as error:
        log.warning("job_uncertain", job=job.id, kind=job.kind.value, error=type(error).__name__)
        return None, JobOutcome.UNKNOWN


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _whole(value: object) -> int:
    text = as_id(value)
    return int(text) if text.isdecimal() else 0
