"""Sends messages: texts, pictures, files. Uploading may be repeated at will; the send itself never is, here."""

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from zalo_governor.domain.documents import ReportFile, ReportFormat
from zalo_governor.domain.errors import SendDeferredError, SendRefusedError, SendUncertainError
from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.notices import Notice, Outgoing, Reception
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import SessionExpiredError, ZaloCallError, ZaloError, ZaloUnavailableError
from zalo_governor.zalo.events.ids import as_id
from zalo_governor.zalo.http.error_codes import RETRY_LIMIT, Meaning, meaning_of

log = structlog.get_logger(__name__)

_TOO_MANY_SECONDS = 60.0
_RETRY_LIMIT_SECONDS = 15.0
_UNKNOWN_CODE_SECONDS = 10.0
_RELOGIN_SECONDS = 1.0
_REFUSED_LOGIN_SECONDS = 60.0
_NO_LINE_SECONDS = 10.0
_NO_ADDRESS_SECONDS = 30.0

_TEXT_TO_GROUP = "https://tt-group-wpa.chat.zalo.me/api/group/sendmsg"
_TEXT_TO_USER = "https://tt-chat2-wpa.chat.zalo.me/api/message/sms"
_FILES = "https://tt-files-wpa.chat.zalo.me/api"
_CHUNK = 3 * 1024 * 1024
_UPLOAD_TO_GROUP, _UPLOAD_TO_USER = 11, 2


class ZaloSender:
    """Fits pipeline.ports.Sender."""

    def __init__(self, session: ZaloSession) -> None:
        self._session = session

    def send(self, outgoing: Outgoing, content: bytes | None = None) -> Reception:
        """Send one message; its clientId comes back as the echo's cliMsgId. `content` is that of its file.

        Raises:
            SendRefusedError: Zalo answered with an error code that means no for good (`zalo.http.error_codes`).
            SendDeferredError: it did not go out: no connection, too many requests, a code that nobody knows, the
                session had died, or the file could not be brought to Zalo.
            SendUncertainError: the line broke after the request had left, HTTP 5xx, or an answer without a msgId.
        """
        file = outgoing.notice.file
        if file is None or content is None:
            url, params = self._text(outgoing)
        else:
            with self._typed(visible=False):
                prepare = self._picture if file.face is ReportFormat.PNG else self._document
                url, params = prepare(outgoing, file, content)
        with self._typed(visible=True):
            answer = self._session.api.call("POST", url, params, nretry=0)
        msg_id = as_id(answer.get("msgId")) if isinstance(answer, dict) else ""
        if not msg_id:
            # Seen where Zalo drops messages to too many strangers without saying so.
            raise SendUncertainError("Zalo answered without a msgId")
        return Reception(msg_id=msg_id)

    def _text(self, outgoing: Outgoing) -> tuple[str, RawDict]:
        notice = outgoing.notice
        params = {"message": notice.text, "clientId": outgoing.client_id, "ttl": 0, **_addressed(notice)}
        if notice.is_group:
            return _TEXT_TO_GROUP, {**params, "visibility": 0}
        return _TEXT_TO_USER, params

    def _picture(self, outgoing: Outgoing, file: ReportFile, content: bytes) -> tuple[str, RawDict]:
        notice = outgoing.notice
        uploaded = self._upload("photo_original", outgoing, file, content)
        width, height = _size_of_png(content)
        address = uploaded.get("normalUrl", "")
        return f"{_place(notice)}/photo_original/send", {
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
            **_addressed(notice),
        }

    def _document(self, outgoing: Outgoing, file: ReportFile, content: bytes) -> tuple[str, RawDict]:
        file_id = as_id(self._upload("asyncfile", outgoing, file, content).get("fileId"))
        address = self._session.uploads.wait(file_id, self._session.timeout)
        if address is None:
            raise SendDeferredError("Zalo did not say where the file lies", _NO_ADDRESS_SECONDS)
        return f"{_place(outgoing.notice)}/asyncfile/msg", {
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
            **_addressed(outgoing.notice),
        }

    def _upload(self, kind: str, outgoing: Outgoing, file: ReportFile, content: bytes) -> RawDict:
        """Bring the content to Zalo in chunks; gives the answer to the last one."""
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
                **_addressed(notice),
            }
            kind_of_upload = _UPLOAD_TO_GROUP if notice.is_group else _UPLOAD_TO_USER
            answer = self._session.api.upload(
                f"{_place(notice)}/{kind}/upload", params, file.name, chunk, type=kind_of_upload
            )
        if not isinstance(answer, dict) or not answer.get("finished"):
            raise SendDeferredError("Zalo did not take the whole file", _NO_ADDRESS_SECONDS)
        return answer

    @contextmanager
    def _typed(self, *, visible: bool) -> Iterator[None]:
        """Errors of a call as what became of the send; what is not `visible` to anybody may be done again."""
        logins = self._session.logins
        try:
            yield
        except SessionExpiredError as error:
            raise SendDeferredError("the session had died", self._renewed_within(logins), error.code) from None
        except ZaloCallError as error:
            raise _of_code(error) from error
        except ZaloUnavailableError as error:
            if visible and error.sent:
                raise SendUncertainError(str(error), error.status) from error
            raise SendDeferredError(str(error), _NO_LINE_SECONDS, error.status) from error

    def _renewed_within(self, logins: int) -> float:
        """Log in again, so that the next try finds a session; gives in how many seconds that may be."""
        try:
            self._session.renew(logins)
        except ZaloError as error:
            log.error("login_failed", error=error)
            return _REFUSED_LOGIN_SECONDS
        return _RELOGIN_SECONDS


def _of_code(error: ZaloCallError) -> SendRefusedError | SendDeferredError:
    """What an error code makes of the send; what nobody knows is no refusal."""
    meaning = meaning_of(error.code)
    if meaning.final:
        refuses = meaning is Meaning.ADDRESSEE_REFUSES
        return SendRefusedError(error.code, error.message, addressee_refuses=refuses)
    if meaning is Meaning.UNKNOWN:
        log.warning("unknown_send_code", code=error.code)
        return SendDeferredError("a code that nobody knows", _UNKNOWN_CODE_SECONDS, error.code, known=False)
    pause = _RETRY_LIMIT_SECONDS if error.code == RETRY_LIMIT else _TOO_MANY_SECONDS
    return SendDeferredError("not now", pause, error.code)


def _place(notice: Notice) -> str:
    return f"{_FILES}/{'group' if notice.is_group else 'message'}"


def _addressed(notice: Notice) -> RawDict:
    return {"grid" if notice.is_group else "toid": notice.thread_id}


def _size_of_png(content: bytes) -> tuple[int, int]:
    """Width and height in pixels, which stand in the first chunk of every PNG."""
    width, height = struct.unpack(">II", content[16:24])
    return width, height
