"""API calls about single people: remove a member, accept a friend request, find an account by telephone number."""

from collections.abc import Mapping
from typing import Any

import structlog

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.domain.people import FoundAccount, FriendRequest
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.errors import SessionExpiredError, ZaloCallError, ZaloError
from zalo_governor.zalo.events.ids import as_id, as_object, int_or_none
from zalo_governor.zalo.http.error_codes import Meaning, meaning_of

log = structlog.get_logger(__name__)

_KICK = "https://tt-group-wpa.chat.zalo.me/api/group/kickout"
_FRIEND = "https://tt-friend-wpa.chat.zalo.me/api/friend"
_ACCEPT = f"{_FRIEND}/accept"
_REQUESTS = f"{_FRIEND}/recommendsv2/list"
_BY_PHONE = f"{_FRIEND}/profile/get"
_FRIEND_REQUEST = 2
"""Zalo's type number of a friend request, as opposed to a recommendation (zca-js, getFriendRecommendations)."""
_NOT_FOUND = 216
"""Error code: no account has the telephone number, or its owner does not allow being found by it."""
_CODES: Mapping[int, JobOutcome] = {165: JobOutcome.NOT_ALLOWED, 166: JobOutcome.NOT_ALLOWED}
_CODES_OF_REMOVAL = {**_CODES, 165: JobOutcome.NOT_FOUND}
"""In answers to the call kickout, 165 means that the member is not in the group (zalo-protocol.md, 3)."""
_WEB_SEARCH = 40
"""Value of the parameter `reqSrc` for a search by telephone number in Zalo Web (zca-js, findUser)."""


class ZaloGroupActions:
    """Client of the API calls that remove a member, accept a friend request or find an account; all may be repeated."""

    def __init__(self, client: ZaloClient) -> None:
        self._client = client

    def remove_member(self, job: Job) -> JobOutcome:
        """Remove the member whom the job (queued call to Zalo) names from the job's group; return the outcome.

        The bot account must be the group's owner or a deputy. Failures are returned as an outcome, never raised.
        """
        params = {"grid": job.group_id, "members": [job.task.target]}
        answer, outcome = attempt(self._client, job, _KICK, params, _CODES_OF_REMOVAL)
        refused = as_object(answer).get("errorMembers") or []
        return JobOutcome.NOT_FOUND if job.task.target in map(as_id, refused) else outcome

    def accept_friend(self, job: Job) -> JobOutcome:
        """Accept the friend request of the person whom the job (queued call to Zalo) names; return the outcome.

        Failures of Zalo or the connection are returned as an outcome, never raised.
        """
        _, outcome = attempt(self._client, job, _ACCEPT, {"fid": job.task.target, "language": "vi"})
        return outcome

    def friend_requests(self) -> list[FriendRequest]:
        """Fetch the friend requests that the bot account has not answered yet; raises ZaloError if the call failed."""
        items = as_object(self._client.read("GET", _REQUESTS, {})).get("recommItems")
        found = [as_object(as_object(item).get("dataInfo")) for item in items or [] if isinstance(items, list)]
        return [
            FriendRequest(uid=as_id(one.get("userId")), at_ms=int_or_none(one.get("recommTime")) or 0)
            for one in found
            if int_or_none(one.get("recommType")) == _FRIEND_REQUEST and as_id(one.get("userId"))
        ]

    def by_phone(self, phone: str) -> FoundAccount | None:
        """Find the Zalo account of a telephone number (+84…); return None if Zalo reports none.

        Raises:
            ZaloError: the call failed, or Zalo asks to wait (code 221, too many requests).
        """
        asked = {"phone": phone.removeprefix("+"), "avatar_size": 240, "language": "vi", "reqSrc": _WEB_SEARCH}
        try:
            found = as_object(self._client.read("GET", _BY_PHONE, asked))
        except ZaloCallError as error:
            if error.code == _NOT_FOUND:
                return None
            raise
        uid = as_id(found.get("uid"))
        return FoundAccount(uid=uid, global_id=as_id(found.get("globalId")) or None) if uid else None


def attempt(
    client: ZaloClient, job: Job, url: str, params: RawDict, codes: Mapping[int, JobOutcome] = _CODES
) -> tuple[Any, JobOutcome]:
    """Make the API call that carries out a job (queued call to Zalo); return Zalo's answer and the outcome.

    On failure the answer is None; no ZaloError is raised. `codes` maps Zalo's error codes to outcomes; other codes
    give REFUSED, or UNKNOWN if the call may succeed later.
    """
    try:
        return client.read("POST", url, params), JobOutcome.DONE
    except SessionExpiredError:
        return None, JobOutcome.UNKNOWN
    except ZaloCallError as error:
        log.warning("job_refused", job=job.id, kind=job.kind.value, code=error.code)
        if meaning_of(error.code) in {Meaning.WAIT, Meaning.PAUSE}:
            return None, JobOutcome.UNKNOWN
        return None, codes.get(error.code, JobOutcome.REFUSED)
    except ZaloError as error:
        log.warning("job_uncertain", job=job.id, kind=job.kind.value, error=type(error).__name__)
        return None, JobOutcome.UNKNOWN
