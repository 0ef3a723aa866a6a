"""Pictures and files on their way to somebody: uploaded first, then sent once."""

import hashlib
import struct
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.unit.zalo.standin import Answer, Call, StandIn, inner
from tests.unit.zalo.wiring import GROUP, MEMBER, NOW_MS, control
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.documents import Letterhead, ReportDocument, ReportFile, ReportFormat
from zalo_governor.domain.errors import SendDeferredError, SendError, SendRefusedError, SendUncertainError
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.notices import Notice, Outgoing, Purpose
from zalo_governor.zalo.api.sender import ZaloSender
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.events.extract import elements_of, uploads_done
from zalo_governor.zalo.frames.decrypt import Frame

Open = Callable[..., ZaloSession]
UPLOAD, SEND = "/api/message/asyncfile/upload", "/api/message/asyncfile/msg"
PICTURE, SHOW = "/api/group/photo_original/upload", "/api/group/photo_original/send"
DONE = {"finished": 1, "clientFileId": 1, "chunkId": 1}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 1080, 2400) + b"rest"


def outgoing(face: ReportFormat, *, is_group: bool = False) -> Outgoing:
    """A report on its way out as a file."""
    head = Letterhead(superior="", unit="", place="", signer="", addressee="", recipients=())
    paper = ReportDocument(
        head=head, title="", subject="", group="", period="", made_at=datetime(2026, 11, 24, tzinfo=UTC), summary="",
        highlights=(), sections=(), remark="", trace="",
    )  # fmt: skip
    notice = Notice(
        account="1",
        thread_id=GROUP if is_group else MEMBER,
        is_group=is_group,
        text="chưa lập được tệp",
        file=ReportFile(name=f"bao-cao.{face.value}", face=face, caption="Báo cáo tháng", paper=paper),
        purpose=Purpose.REPORT,
        group_id=GROUP,
        created_at=from_ms(NOW_MS),
    )
    return Outgoing(id=1, client_id=1_790_000_000_123, attempts=1, repeated=False, notice=notice)


@pytest.fixture
def session(open_session: Open) -> ZaloSession:
    session = open_session(timeout=0.4)
    session.login()
    return session


def test_a_file_is_uploaded_then_sent_under_the_address_that_the_socket_names(
    zalo: StandIn, session: ZaloSession
) -> None:
    def upload(_call: Call) -> Answer:
        session.uploads.done("77", "https://file.zdn.vn/77")
        return inner({**DONE, "fileId": 77})

    zalo.answers |= {UPLOAD: upload, SEND: inner({"msgId": 5})}
    assert ZaloSender(session).send(outgoing(ReportFormat.DOCX), b"noi dung").msg_id == "5"
    first, second = zalo.calls[-2:]
    assert first.query["type"] == ["2"]
    assert b"noi dung" in first.upload
    assert first.params["fileName"] == "bao-cao.docx"
    assert (first.params["totalChunk"], first.params["chunkId"], first.params["totalSize"]) == (1, 1, 8)
    assert second.params["toid"] == MEMBER
    assert second.params["clientId"] == 1_790_000_000_123
    assert second.params["fileUrl"] == "https://file.zdn.vn/77"
    assert second.params["extention"] == "docx"
    assert second.params["checksum"] == hashlib.md5(b"noi dung", usedforsecurity=False).hexdigest()


def test_a_large_file_goes_up_in_chunks(zalo: StandIn, session: ZaloSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.zalo.api.sender._CHUNK", 5)

    def upload(call: Call) -> Answer:
        session.uploads.done("77", "x")
        return inner({**DONE, "finished": int(call.params["chunkId"] == 2), "fileId": 77})

    zalo.answers |= {UPLOAD: upload, SEND: inner({"msgId": 5})}
    ZaloSender(session).send(outgoing(ReportFormat.XLSX), b"12345678")
    chunks = [call for call in zalo.calls if call.path == UPLOAD]
    assert [call.params["chunkId"] for call in chunks] == [1, 2]
    assert [call.params["totalChunk"] for call in chunks] == [2, 2]


def test_a_picture_goes_out_with_its_size_and_caption(zalo: StandIn, session: ZaloSession) -> None:
    urls = {"normalUrl": "https://a/n", "hdUrl": "https://a/h", "thumbUrl": "https://a/t"}
    zalo.answers |= {PICTURE: inner({**DONE, "photoId": 9, **urls}), SHOW: inner({"msgId": 6})}
    assert ZaloSender(session).send(outgoing(ReportFormat.PNG, is_group=True), PNG).msg_id == "6"
    sent = zalo.calls[-1].params
    assert (sent["width"], sent["height"], sent["hdSize"]) == (1080, 2400, str(len(PNG)))
    assert (sent["desc"], sent["grid"], sent["photoId"]) == ("Báo cáo tháng", GROUP, 9)
    assert (sent["oriUrl"], sent["hdUrl"], sent["thumbUrl"]) == ("https://a/n", "https://a/h", "https://a/t")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (inner(None, 102), SendDeferredError),
        (inner(None, 221, "quá nhiều"), SendDeferredError),
        (inner(None, 122, "không nhận"), SendRefusedError),
        (Answer({}, 500), SendDeferredError),
        (inner({"finished": 0, "fileId": "-1"}), SendDeferredError),
        (inner({**DONE, "finished": "0", "fileId": "77"}), SendDeferredError),
        (inner({**DONE, "fileId": -1}), SendDeferredError),
        (inner({**DONE, "fileId": 78}), SendDeferredError),
    ],
    ids=["dead session", "too many", "refused", "5xx", "not whole", "not whole as text", "no id yet", "no address"],
)
def test_what_happens_before_the_send_leaves_no_doubt(
    zalo: StandIn, session: ZaloSession, answer: Answer, error: type[SendError]
) -> None:
    session.uploads.done("-1", "x")
    session.uploads.done("77", "x")
    zalo.answers[UPLOAD] = answer
    with pytest.raises(error):
        ZaloSender(session).send(outgoing(ReportFormat.DOCX), b"x")
    assert SEND not in zalo.paths()


def test_only_the_send_itself_may_be_uncertain(zalo: StandIn, session: ZaloSession) -> None:
    session.uploads.done("77", "x")
    zalo.answers |= {UPLOAD: inner({**DONE, "fileId": 77}), SEND: Answer({}, 500)}
    with pytest.raises(SendUncertainError):
        ZaloSender(session).send(outgoing(ReportFormat.DOCX), b"x")
    assert zalo.paths().count(SEND) == 1


@pytest.mark.parametrize("none", [0, "0", "", None])
def test_an_answer_without_an_id_leaves_it_open_whether_anything_was_sent(
    zalo: StandIn, session: ZaloSession, none: object
) -> None:
    zalo.answers |= {PICTURE: inner({**DONE, "photoId": 9}), SHOW: inner({"msgId": none})}
    with pytest.raises(SendUncertainError):
        ZaloSender(session).send(outgoing(ReportFormat.PNG, is_group=True), PNG)


@pytest.mark.parametrize("data", [{"url": "https://file.zdn.vn/77"}, '{"url": "https://file.zdn.vn/77"}'])
def test_the_word_that_an_upload_is_done_is_no_element_of_the_group(data: object) -> None:
    done = control("file_done", data, act_type="file_done")
    done["content"]["fileId"] = 77
    frame = Frame(601, 0, {"data": {"controls": [done]}})
    assert uploads_done(frame) == [("77", "https://file.zdn.vn/77")]
    assert elements_of(frame, account="1", source=Source.LIVE, now_ms=1) == []
