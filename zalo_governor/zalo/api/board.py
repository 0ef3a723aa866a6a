"""Pins messages on the boards of groups, Zalo's lists of pinned messages and notes (zalo-protocol.md, 4)."""

import json
from collections.abc import Callable, Iterator

import structlog

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.api.group_actions import attempt
from zalo_governor.zalo.errors import ZaloError
from zalo_governor.zalo.events.ids import as_id, as_object, uid_of
from zalo_governor.zalo.events.text_fields import string_of

log = structlog.get_logger(__name__)

_BOARD = "https://groupboard-wpa.chat.zalo.me/api/board"
_LIST = f"{_BOARD}/list"
_PIN = f"{_BOARD}/topic/createv2"
_PINS = 2
_PAGE_SIZE, _MOST_PAGES = 50, 20
_PIN_STYLE: RawDict = {
    "type": _PINS,
    "color": -14540254,
    "emoji": "📌",
    "startTime": -1,
    "duration": -1,
    "repeat": 0,
    "src": -1,
    "pinAct": 1,
}
_MESSAGE_TYPES = {
    "chat.voice": 31,
    "chat.photo": 32,
    "chat.sticker": 36,
    "chat.doodle": 37,
    "chat.recommended": 38,
    "chat.link": 38,
    "chat.location.new": 43,
    "chat.video.msg": 44,
    "share.file": 46,
    "chat.gif": 49,
}
"""Zalo's number for each type of message (zalo-protocol.md, 6.3); all other types have the number 1."""


class ZaloBoard:
    """Client of Zalo's calls about the boards of groups; a group's board is its list of pinned messages and notes.

    Args:
        client: makes the API calls.
        message: returns the message as Zalo sent it, for (group id, msgId); None if it is not stored or its content was
            removed.
    """

    def __init__(self, client: ZaloClient, *, message: Callable[[str, str], RawDict | None]) -> None:
        self._client = client
        self._message = message

    def pin_message(self, job: Job) -> JobOutcome:
        """Carry out a job (queued call to Zalo) that pins a message on its group's board; return the outcome.

        The outcome is DONE also if the message is pinned already, and NOT_FOUND if its content is not in the database.
        Failures of Zalo or the connection are returned as an outcome, never raised.
        """
        raw = self._message(job.group_id, job.task.target)
        if raw is None:
            return JobOutcome.NOT_FOUND
        try:
            if any(job.task.target in ids for ids in self._pinned_ids(job.group_id)):
                return JobOutcome.DONE
        except ZaloError as error:
            log.warning("board_not_read", job=job.id, error=type(error).__name__)
            return JobOutcome.UNKNOWN
        params = {"grid": job.group_id, **_PIN_STYLE, "params": json.dumps(_pin_params(job, raw), ensure_ascii=False)}
        _, outcome = attempt(self._client, job, _PIN, params)
        return outcome

    def _pinned_ids(self, group_id: str) -> Iterator[set[str]]:
        """Fetch the group's board; yield, page by page, the msgIds of the messages pinned on it."""
        asked = {"group_id": group_id, "board_type": _PINS, "count": _PAGE_SIZE, "last_id": 0, "last_type": 0}
        before = None
        for page in range(1, _MOST_PAGES + 1):
            answer = self._client.read("GET", _LIST, asked | {"page": page})
            items = answer.get("items") if isinstance(answer, dict) else None
            yield {key for item in items or [] if (key := _pinned_message_id(item))}
            if len(items or []) < _PAGE_SIZE or items == before:
                return
            before = items


def _pinned_message_id(item: object) -> str:
    topic = as_object(as_object(item).get("data"))
    return as_id(as_object(topic.get("params")).get("global_msg_id"))


def _pin_params(job: Job, raw: RawDict) -> RawDict:
    """Return the parameters of Zalo's pin call that describe the message; `raw` is the message as Zalo sent it."""
    content = raw.get("content")
    return {
        "client_msg_id": as_id(raw.get("cliMsgId")),
        "global_msg_id": job.task.target,
        "senderUid": uid_of(raw.get("uidFrom"), job.account),
        "senderName": string_of(raw, "sender_name"),
        "title": string_of(raw, "text") if isinstance(content, str) else string_of(raw, "title"),
        "msg_type": _MESSAGE_TYPES.get(str(raw.get("msgType")), 1),
    }
