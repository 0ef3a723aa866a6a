"""The group's board: a message is pinned, once (protocol page 4)."""

import json
from collections.abc import Callable

import structlog

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.api.group_actions import attempt
from zalo_governor.zalo.errors import ZaloError
from zalo_governor.zalo.events.ids import as_id, json_object, uid_of
from zalo_governor.zalo.events.text_fields import string_of

log = structlog.get_logger(__name__)

_BOARD = "https://groupboard-wpa.chat.zalo.me/api/board"
_LIST = f"{_BOARD}/list"
_PIN = f"{_BOARD}/topic/createv2"
_PINS = 2
_LISTED = 50
_LOOKS: RawDict = {
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
"""The integer that stands for a msgType (protocol page 6.3); 1 for all others."""


class ZaloBoard:
    """Pins messages.

    Args:
        message: (group, msgId) -> the message as it was heard; None where there is none that may be shown.
    """

    def __init__(self, client: ZaloClient, *, message: Callable[[str, str], RawDict | None]) -> None:
        self._client = client
        self._message = message

    def pin_message(self, job: Job) -> JobOutcome:
        """Pin the message that the job names; one that is pinned already is not pinned again.

        Never raises where Zalo or the line fails.
        """
        raw = self._message(job.group_id, job.task.target)
        if raw is None:
            return JobOutcome.NOT_FOUND
        try:
            if job.task.target in self._pinned(job.group_id):
                return JobOutcome.DONE
        except ZaloError as error:
            log.warning("board_not_read", job=job.id, error=type(error).__name__)
            return JobOutcome.UNKNOWN
        params = {"grid": job.group_id, **_LOOKS, "params": json.dumps(_named(job, raw), ensure_ascii=False)}
        _, outcome = attempt(self._client, job, _PIN, params)
        return outcome

    def _pinned(self, group_id: str) -> set[str]:
        """msgIds of what is pinned."""
        asked = {"group_id": group_id, "board_type": _PINS, "page": 1, "count": _LISTED, "last_id": 0, "last_type": 0}
        answer = self._client.read("GET", _LIST, asked)
        items = answer.get("items") if isinstance(answer, dict) else None
        return {key for item in items or [] if (key := _key(item))}


def _key(item: object) -> str:
    try:
        topic = json_object(json_object(item).get("data"))
        return as_id(json_object(topic.get("params")).get("global_msg_id"))
    except ValueError:
        return ""


def _named(job: Job, raw: RawDict) -> RawDict:
    """The message as a pin names it."""
    content = raw.get("content")
    return {
        "client_msg_id": as_id(raw.get("cliMsgId")),
        "global_msg_id": job.task.target,
        "senderUid": uid_of(raw.get("uidFrom"), job.account),
        "senderName": string_of(raw, "sender_name"),
        "title": string_of(raw, "text") if isinstance(content, str) else string_of(raw, "title"),
        "msg_type": _MESSAGE_TYPES.get(str(raw.get("msgType")), 1),
    }
