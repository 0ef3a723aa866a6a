"""The client of Zalo's HTTP API: sends messages, reads groups, members, histories and pictures, removes messages."""

import json
from collections.abc import Sequence, Set
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import structlog

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.inbound import Element, ElementKind, RawDict, Source, number_of
from zalo_governor.domain.jobs import Job, JobOutcome, RemoveMessage
from zalo_governor.domain.notices import Outgoing, Reception
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.zalo.api.sender import ZaloSender
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import (
    EmptyAnswerError,
    NotInGroupError,
    SessionExpiredError,
    ZaloCallError,
    ZaloError,
)
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.events.ids import as_id, as_object, int_or_none, is_set, settings_of
from zalo_governor.zalo.events.parse_acts import encryption_in
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.http.error_codes import Meaning, as_code, meaning_of
from zalo_governor.zalo.http.rate_limit import TokenBucket

log = structlog.get_logger(__name__)

NEWEST = 2**63
"""Cursor for the newest page of a group's history: higher than any msgId (zalo-protocol.md, 14.7)."""
_PAGE_SIZE = 50
_PROFILES_PER_CALL = 50
_LARGEST_PICTURE = 8 << 20
_PICTURE_SECONDS = 60.0
_REMOVAL_CODES = {
    114: JobOutcome.NOT_FOUND,
    165: JobOutcome.NOT_ALLOWED,
    166: JobOutcome.NOT_ALLOWED,
}

_GROUP = "https://tt-group-wpa.chat.zalo.me/api/group"
_DELETE = f"{_GROUP}/deletemsg"
_GROUP_INFO = f"{_GROUP}/getmg-v2"
_PROFILES = "https://tt-profile-wpa.chat.zalo.me/api/social/friend/getprofiles/v2"
_HISTORY = "https://tt-group-cm.chat.zalo.me/api/cm/getrecentv2"
_OLD_HISTORY = "https://tt-group-cm.chat.zalo.me/api/cm/getoldv2"
_KEEP_ALIVE = "https://tt-chat1-wpa.chat.zalo.me/keepalive"
_LAST_MESSAGES = "https://tt-convers-wpa.chat.zalo.me/api/preloadconvers/get-last-msgs"


class HistoryEnd(StrEnum):
    """Why no older page of a group's history can be fetched."""

    BEGINNING = "beginning"
    """Zalo says that there are no older messages."""
    FILTERED = "filtered"
    """Zalo shows this login no older messages, as they were sent before it (zalo-protocol.md, 14.7)."""
    STUCK = "stuck"
    """Zalo says that there are older messages, but the cursor of the page points no further back."""


class HistoryPage(NamedTuple):
    """One page of a group's message history, as fetched from Zalo."""

    elements: list[Element]
    """Messages and other elements of the page, newest first."""
    cursor: int
    """Cursor for the next, older page: the lowest msgId of this page."""
    end: HistoryEnd | None
    """None if an older page can be asked for."""
    is_old: bool = False
    """Whether older pages must be fetched with `recent(…, old=True)`, which makes another API call."""


class ZaloClient:
    """Client of Zalo's HTTP API, using the session of the bot account.

    If the session has expired, the client logs in and repeats the call once, but never repeats a send.
    """

    def __init__(self, session: ZaloSession, clock: Clock) -> None:
        self._session = session
        self.send = ZaloSender(session).send
        """Sends a message once, and returns Zalo's confirmation."""
        self._profile_pace = TokenBucket(per_second=0.5, burst=5)
        self._pictures = session.downloads(most_bytes=_LARGEST_PICTURE, seconds=_PICTURE_SECONDS)
        self._clock = clock

    def find_sent(self, outgoing: Outgoing) -> Reception | None:
        """Return Zalo's confirmation of a message that may or may not have been sent; None if no trace of it is found.

        The message is searched by its clientId (the id that the bot gave it): first among the echoes (own messages that
        Zalo sent back over the socket), then among the newest messages of the conversation, fetched from Zalo. Of a
        private conversation Zalo returns the last message only, so None does not prove that the message was not sent.

        Raises:
            ZaloError: the call failed.
        """
        notice = outgoing.notice
        heard = self._session.echoes.find(notice.thread_id, str(outgoing.client_id))
        if heard is not None:
            return Reception(msg_id=heard)
        shown = self.recent(notice.thread_id).elements if notice.is_group else self.last_messages()
        for element in shown:
            if element.own and element.thread_id == notice.thread_id and element.cli_key == str(outgoing.client_id):
                return Reception(msg_id=element.key)
        return None

    def remove_message(self, job: Job) -> JobOutcome:
        """Delete the group message that the job (queued call to Zalo) names, for all members; return the outcome.

        Failures of Zalo or the connection are returned as an outcome, never raised. Only the group's owner and its
        deputies may delete messages (zalo-protocol.md, 4). The call may be repeated. If its answer is missing, the
        history is read: a message shown there was not deleted; absence proves nothing (zalo-protocol.md, 14.1).
        """
        if not isinstance(job.task, RemoveMessage):
            raise TypeError(job.kind)
        named = {
            "cliMsgId": job.task.cli_key,
            "globalMsgId": job.task.message_key,
            "ownerId": job.task.owner_uid,
            "destId": job.group_id,
        }
        params = {"grid": job.group_id, "cliMsgId": to_ms(self._clock()), "msgs": [named], "onlyMe": 0}
        try:
            self.read("POST", _DELETE, params)
        except SessionExpiredError:
            return JobOutcome.UNKNOWN
        except ZaloCallError as error:
            log.warning("removal_refused", job=job.id, code=error.code)
            if meaning_of(error.code) in {Meaning.WAIT, Meaning.PAUSE}:
                return JobOutcome.UNKNOWN
            return _REMOVAL_CODES.get(error.code, JobOutcome.REFUSED)
        except ZaloError as error:
            log.warning("removal_uncertain", job=job.id, error=type(error).__name__)
            return JobOutcome.NOT_DONE if self._shows(job.group_id, job.task.message_key) else JobOutcome.UNKNOWN
        return JobOutcome.DONE

    def _shows(self, group_id: str, key: str) -> bool:
        """Return whether the group's history at Zalo has the message with msgId `key`; False if the call fails."""
        number = number_of(key)
        try:
            page = self.recent(group_id, NEWEST if number is None else number + 1)
        except ZaloError:
            return False
        return any(element.key == key for element in page.elements)

    def group(self, group_id: str) -> tuple[GroupSnapshot, list[Member]]:
        """Fetch a group's properties and those of its members whom Zalo lists (not always all).

        A member's name is "" if Zalo does not give it.

        Raises:
            NotInGroupError: the bot account is not in the group.
            ZaloError: the call failed.
        """
        asked = {"gridVerMap": json.dumps({group_id: 0})}
        answer = self._answer_with({"gridInfoMap", "removedsGroup"}, "POST", _GROUP_INFO, asked)
        groups = as_object(answer.get("gridInfoMap"))
        info = groups.get(group_id) or groups.get(f"g{group_id}")
        if not isinstance(info, dict):
            raise NotInGroupError(f"group {group_id}: Zalo does not show it to this account")
        members = self._members(info, _member_uids(info))
        return _to_snapshot(group_id, info, members), members

    def picture(self, address: str) -> bytes:
        """Download a picture from a URL that Zalo gave; return its bytes.

        Raises:
            FetchError: the host of the URL is not Zalo's, the picture is larger than 8 MB, or the download failed.
        """
        return bytes(self._pictures.fetch(address))

    def recent(self, group_id: str, cursor: int = NEWEST, *, old: bool = False) -> HistoryPage:
        """Fetch a page of a group's history: at most 50 messages, those before msgId `cursor`, by default the newest.

        `old` makes the API call for older messages, which Zalo requires after a page with `is_old`.

        Raises:
            ZaloError: the call failed, or the page holds an error code.
        """
        url = _OLD_HISTORY if old else _HISTORY
        source = 1 if cursor == NEWEST else 3
        asked = {"groupId": group_id, "globalMsgId": str(cursor), "count": _PAGE_SIZE, "msgIds": [], "src": source}
        answer = as_object(self.read("GET", url, asked, nretry=0))
        path = urlsplit(url).path
        if error := as_code(answer.get("error") or 0):
            raise ZaloCallError(error, "error of the page", path)
        if "groupMsgs" not in answer:
            raise EmptyAnswerError(path)
        elements = self._elements(answer)
        elements.sort(key=_msg_number, reverse=True)
        numbers = [number for element in elements if (number := number_of(element.key)) is not None]
        oldest = number_of(as_id(answer.get("lastMsgId"))) or min(numbers, default=cursor)
        end: HistoryEnd | None = None
        if not elements and is_set(answer.get("isFiltered")):
            end = HistoryEnd.FILTERED
        elif not is_set(answer.get("hasMore")):
            end = HistoryEnd.BEGINNING
        elif not elements or oldest >= cursor:
            end = HistoryEnd.STUCK
        return HistoryPage(elements, oldest, end, is_set(answer.get("isOld")))

    def last_messages(self) -> list[Element]:
        """Fetch the last message of every conversation of the account, groups included; raises ZaloError on failure."""
        asked = {"threadIdLocalMsgId": "{}"}
        return self._elements(self._answer_with({"msgs", "groupMsgs"}, "GET", _LAST_MESSAGES, asked))

    def read(self, method: str, url: str, params: RawDict, **query: object) -> Any:
        """Make an API call that may safely be repeated, and return the data of Zalo's answer.

        If the session has expired, log in and repeat the call once. `params` are sent encrypted, `query` is added to
        the URL as it is.

        Raises:
            ZaloError: the login or the call failed; for its subclasses see `GovernorApi.call`.
        """
        logins = self._session.logins
        try:
            return self._session.api.call(method, url, params, **query)
        except SessionExpiredError:
            self._session.renew(logins)
            return self._session.api.call(method, url, params, **query)

    def keep_alive(self) -> None:
        """Tell Zalo that the session is in use (zalo-protocol.md, 2.7); if it has expired, log in again.

        Raises:
            ZaloError: Zalo did not answer, or the login failed.
        """
        logins = self._session.logins
        try:
            self._session.api.ping(_KEEP_ALIVE)
        except SessionExpiredError:
            self._session.renew(logins)

    def newest(self) -> dict[str, Element]:
        """Fetch the newest message of each of the bot account's groups, by group id; raises ZaloError on failure."""
        newest: dict[str, Element] = {}
        for element in self.last_messages():
            if element.is_group and element.kind is ElementKind.MESSAGE:
                there = newest.get(element.thread_id, element)
                newest[element.thread_id] = max(there, element, key=_msg_number)
        return newest

    def _answer_with(self, names: Set[str], method: str, url: str, params: RawDict) -> RawDict:
        """Make an API call as `read` does, and return its answer, which must have one of the fields `names`.

        Raises:
            EmptyAnswerError: the answer has none of them, so that it proves nothing about what was requested.
        """
        answer = as_object(self.read(method, url, params))
        if names.isdisjoint(answer):
            raise EmptyAnswerError(urlsplit(url).path)
        return answer

    def _elements(self, answer: RawDict) -> list[Element]:
        return elements_of(
            Frame(0, 0, {"data": answer}),
            account=self._session.uid,
            source=Source.BACKFILL,
            now_ms=to_ms(self._clock()),
        )

    def _members(self, info: RawDict, uids: Sequence[str]) -> list[Member]:
        profiles: RawDict = {
            as_id(member.get("id")): member for member in info.get("currentMems") or [] if isinstance(member, dict)
        }
        for start in range(0, len(uids), _PROFILES_PER_CALL):
            self._profile_pace.take()
            profiles |= self._profiles(uids[start : start + _PROFILES_PER_CALL])
        return [_to_member(uid, as_object(profiles.get(uid))) for uid in uids]

    def _profiles(self, uids: Sequence[str]) -> RawDict:
        params = {
            "phonebook_version": to_ms(self._clock()) // 1000,
            "friend_pversion_map": [f"{uid}_0" for uid in uids],
            "avatar_size": 120,
            "language": "vi",
            "show_online_status": 1,
        }
        answer = as_object(self.read("POST", _PROFILES, params))
        found = as_object(answer.get("unchanged_profiles")) | as_object(answer.get("changed_profiles"))
        return {uid.split("_")[0]: profile for uid, profile in found.items()}


def _msg_number(element: Element) -> int:
    return number_of(element.key) or 0


def _member_uids(info: RawDict) -> list[str]:
    # Of Zalo's two lists of members only memVerList is always filled; its entries are "<uid>_<version>".
    listed = [as_id(entry).split("_")[0] for entry in info.get("memVerList") or info.get("memberIds") or []]
    return list(dict.fromkeys(filter(None, listed)))


def _to_snapshot(group_id: str, info: RawDict, members: Sequence[Member]) -> GroupSnapshot:
    description = info.get("desc")
    # Zalo may say that there are more without saying how many.
    least = len(members) + is_set(info.get("hasMoreMember"))
    return GroupSnapshot(
        group_id=group_id,
        name=str(info.get("name") or ""),
        owner_uid=as_id(info.get("creatorId")),
        co_admin_uids=tuple(filter(None, map(as_id, info.get("adminIds") or []))),
        member_uids=tuple(member.uid for member in members),
        total_members=max(int_or_none(info.get("totalMember")) or 0, least),
        settings=settings_of(as_object(info.get("setting"))),
        description=description if isinstance(description, str) else None,
        avatar_url=_avatar_url(info),
        official_uids=tuple(member.uid for member in members if member.official),
        encrypted=encryption_in(info),
    )


def _avatar_url(info: RawDict) -> str | None:
    """Return the URL of the group's picture; "" for Zalo's default picture; None if Zalo sent no such field."""
    named = [info[name] for name in ("fullAvt", "avt") if name in info]
    return next((str(address) for address in named if address), "" if named else None)


def _to_member(uid: str, profile: RawDict) -> Member:
    shown = next((profile[name] for name in ("displayName", "dName", "zaloName") if profile.get(name)), "")
    return Member(
        uid=uid,
        display_name=str(shown),
        zalo_name=str(profile.get("zaloName") or ""),
        global_id=as_id(profile.get("globalId")) or None,
        official=bool(profile.get("oaInfo")),
    )
