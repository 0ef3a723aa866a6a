"""Sends texts, pictures and files. An upload may be repeated freely; the send itself is never retried here."""

import hashlib
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from zalo_governor.domain.documents import ReportFile, ReportFormat
from zalo_governor.domain.errors import (
    SendDeferredError,
    SendRefusedError,
    SendTooLongError,
    SendUncertainError,
    SendWaitsError,
)
from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.notices import Notice, Outgoing, Reception
from zalo_governor.text.fold import fold
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import (
    SessionDeadError,
    SessionExpiredError,
    TooManyRequestsError,
    ZaloCallError,
    ZaloError,
    ZaloUnavailableError,
)
from zalo_governor.zalo.events.ids import as_id, as_object, id_in, is_set
from zalo_governor.zalo.http.error_codes import Meaning, meaning_of

log = structlog.get_logger(__name__)

_WAIT_SECONDS = 15.0
_ONCE_MORE_SECONDS = 120.0
_LAST_IN_TURN_SECONDS = 10.0
"""Seconds that a message refused with code 221 waits beyond the pause, so that others are sent before it."""
_UNKNOWN_CODE_SECONDS = 10.0
_RELOGIN_SECONDS = 1.0
_REFUSED_LOGIN_SECONDS = 60.0
_NO_CONNECTION_SECONDS = 10.0
_UPLOAD_RETRY_SECONDS = 30.0

_TEXT_TO_GROUP = "https://tt-group-wpa.chat.zalo.me/api/group/sendmsg"
_TEXT_TO_USER = "https://tt-chat2-wpa.chat.zalo.me/api/message/sms"
_FILES = "https://tt-files-wpa.chat.zalo.me/api"
_CHUNK = 3 * 1024 * 1024
_UPLOAD_TO_GROUP, _UPLOAD_TO_USER = 11, 2
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_LONGEST_REASON = 60


class ZaloSender:
    """Sender of texts, pictures and files over Zalo's HTTP API; implements `pipeline.ports.Sender`."""

    def __init__(self, session: ZaloSession) -> None:
        self._session = session

    def send(self, outgoing: Outgoing, content: bytes | None = None) -> Reception:
        """Send one message, and return Zalo's confirmation with the message's msgId.

        `content` holds the bytes of the message's file, None for a text. Zalo later sends the message back over the
        socket (its echo); the echo's cliMsgId is the clientId that the message was sent with.

        Raises:
            SendRefusedError: Zalo answered with an error code that is final (`zalo.http.error_codes`).
            SendTooLongError: the message is longer than Zalo accepts.
            SendDeferredError: the message was not sent: no connection, too many requests, an unknown error code, an
                expired session (SendWaitsError if a person must log in), or a failed upload of the file.
            SendUncertainError: the connection broke after the request had been sent, Zalo answered HTTP 5xx, or its
                answer had no msgId; the message may or may not have been sent.
        """
        file = outgoing.notice.file
        if file is None or content is None:
            url, params = self._text_request(outgoing)
        else:
            with self._translate_errors(outgoing, visible=False):
                prepare = self._picture_request if file.face is ReportFormat.PNG else self._document_request
                url, params = prepare(outgoing, file, content)
        with self._translate_errors(outgoing, visible=True):
            answer = self._session.api.call("POST", url, params, nretry=0)
        msg_id = id_in(as_object(answer), "msgId")
        if not msg_id:
            # Zalo answers like this when it silently drops messages to too many strangers.
            raise SendUncertainError("Zalo answered without a msgId")
        return Reception(msg_id=msg_id)

    def _text_request(self, outgoing: Outgoing) -> tuple[str, RawDict]:
        notice = outgoing.notice
        params = {"message": notice.text, "clientId": outgoing.client_id, "ttl": 0, **_recipient(notice)}
        if notice.is_group:
            return _TEXT_TO_GROUP, {**params, "visibility": 0}
        return _TEXT_TO_USER, params

    def _picture_request(self, outgoing: Outgoing, file: ReportFile, content: bytes) -> tuple[str, RawDict]:
        notice = outgoing.notice
        uploaded = self._upload("photo_original", outgoing, file, content)
        width, height = struct.unpack(">II", content[16:24])  # from the header of a PNG
        address = uploaded.get("normalUrl", "")
        return f"{_files_url(notice)}/photo_original/send", {
            "photoId": uploaded.get("photoId"),
            "clientId": outgoing.client_id,
            "desc": file.caption,
            "width": width,
            "height": height,
            "rawUrl": address,
            "hdUrl": uploaded.get("hdUrl", ""),
            "thumbUrl": uploaded.get("thumbUrl", ""),
            "oriUrl" if notice.is_group else "normalUrl": address,
            "hdSize": str(len(content)),
            "zsource": -1,
            "ttl": 0,
            "jcp": '{"sendSource":1,"convertible":"jxl"}',
            **_recipient(notice),
        }

    def _document_request(self, outgoing: Outgoing, file: ReportFile, content: bytes) -> tuple[str, RawDict]:
        file_id = as_id(self._upload("asyncfile", outgoing, file, content).get("fileId"))
        address = self._session.uploads.wait(file_id, self._session.timeout)
        if address is None:
            raise SendDeferredError("Zalo did not say where the file lies", _UPLOAD_RETRY_SECONDS)
        return f"{_files_url(outgoing.notice)}/asyncfile/msg", {
            "fileId": file_id,
            "checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
            "checksumSha": "",
            "extention": file.face.value,  # Zalo's spelling
            "totalSize": len(content),
            "fileName": file.name,
            "clientId": outgoing.client_id,
            "fType": 1,
            "fileCount": 0,
            "fdata": "{}",
            "fileUrl": address,
            "zsource": -1,
            "ttl": 0,
            **_recipient(outgoing.notice),
        }

    def _upload(self, kind: str, outgoing: Outgoing, file: ReportFile, content: bytes) -> RawDict:
        """Upload a file to Zalo in chunks; return Zalo's answer to the last chunk, which identifies the file.

        `kind` is the part of the upload URL for pictures ("photo_original") or other files ("asyncfile").
        """
        notice = outgoing.notice
        chunks = [content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK)]
        answer: Any = None
        for number, chunk in enumerate(chunks, start=1):
            params = {
                "totalChunk": len(chunks),
                "fileName": file.name,
                "clientId": outgoing.client_id,
                "totalSize": len(content),
                "isE2EE": 0,
                "jxl": 0,
                "chunkId": number,
                **_recipient(notice),
            }
            kind_of_upload = _UPLOAD_TO_GROUP if notice.is_group else _UPLOAD_TO_USER
            answer = self._session.api.upload(
                f"{_files_url(notice)}/{kind}/upload", params, file.name, chunk, type=kind_of_upload
            )
        uploaded = as_object(answer)
        if not is_set(uploaded.get("finished")) or id_in(uploaded, "photoId", "fileId") in {"", "-1"}:
            raise SendDeferredError("Zalo did not take the whole file", _UPLOAD_RETRY_SECONDS)
        return uploaded

    @contextmanager
    def _translate_errors(self, outgoing: Outgoing, *, visible: bool) -> Iterator[None]:
        """Return a context manager that turns each ZaloError raised in its block into an error that `send` may raise.

        `visible` is True around the call that sends the message: if its answer is lost, it is uncertain whether people
        got the message. It is False around an upload, which may simply be repeated.
        """
        logins = self._session.logins
        try:
            yield
        except SessionExpiredError as error:
            delay = self._log_in_again(logins)
            waits = SendWaitsError if self._session.life.dead else SendDeferredError
            raise waits("the session had died", delay, error.code) from None
        except ZaloCallError as error:
            raise _error_of_code(error, outgoing.last_code) from error
        except ZaloUnavailableError as error:
            if visible and error.sent:
                raise SendUncertainError(str(error), error.status) from error
            raise SendDeferredError(str(error), _NO_CONNECTION_SECONDS, error.status) from error

    def _log_in_again(self, logins: int) -> float:
        """Log in again after the session expired; return the seconds to wait before the next try to send.

        `logins` is the session's number of logins before the failed call: if it has grown since, another thread has
        logged in already, and this method does not. The wait is longer if the login failed.
        """
        try:
            self._session.renew(logins)
        except SessionDeadError:
            return _REFUSED_LOGIN_SECONDS
        except ZaloError as error:
            log.error("login_failed", error=error)
            return _REFUSED_LOGIN_SECONDS
        return _RELOGIN_SECONDS


def _error_of_code(error: ZaloCallError, last_code: int | None) -> SendRefusedError | SendDeferredError:
    """Return the error that `send` raises for an error code of Zalo: refused for good, or deferred (to be retried).

    A code that is not in the table is deferred, so that the message is not given up. `last_code` is the error code of
    the previous try to send this message, None if there was none.
    """
    if isinstance(error, TooManyRequestsError):
        code = error.code if error.asked else last_code
        refused = code is not None and meaning_of(code) is Meaning.PAUSE
        delay = error.seconds + (_LAST_IN_TURN_SECONDS if refused else 0.0)
        return SendDeferredError("too many requests", delay, code, paused=True)
    match meaning_of(error.code):
        case Meaning.TOO_LONG:
            return SendTooLongError(error.code, error.message)
        case Meaning.ONCE_MORE if error.code != last_code:
            return SendDeferredError("once more", _ONCE_MORE_SECONDS, error.code)
        case Meaning.ADDRESSEE_REFUSES | Meaning.ONCE_MORE:
            return SendRefusedError(error.code, error.message, addressee_refuses=True)
        case meaning if meaning.final:
            return SendRefusedError(error.code, error.message)
        case Meaning.WAIT | Meaning.SESSION:
            return SendDeferredError("not now", _WAIT_SECONDS, error.code)
        case _:
            # Zalo's text as one word of ASCII, as nothing else may be logged (`system.logging`).
            why = _NO_LETTERS.sub("_", fold(error.message))[:_LONGEST_REASON]
            log.warning("unknown_send_code", code=error.code, why=why)
            return SendDeferredError("a code that nobody knows", _UNKNOWN_CODE_SECONDS, error.code, known=False)


def _files_url(notice: Notice) -> str:
    return f"{_FILES}/{'group' if notice.is_group else 'message'}"


def _recipient(notice: Notice) -> RawDict:
    return {"grid" if notice.is_group else "toid": notice.thread_id}
