import socket
from datetime import UTC, datetime

from zalo_governor.domain.events import Attachment, Mention, MessageSent, Quote
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.sandbox.rules.protocol import Question, receive, send


def test_an_event_is_the_same_in_the_other_process() -> None:
    event = MessageSent(
        id=7,
        at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        text="Đã nhận",
        attachment=Attachment(type="share.file", title="bao-cao.docx", other_strings=(("params", "Bảng số"),)),
        quote=Quote(owner_uid="5", key="6", text="Gửi báo cáo"),
        mentions=(Mention(uid="-1", start=0, length=4),),
    )
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(ours, Question([(event, NO_CONTEXT)], {}, {}))
        [(there, _)] = receive(theirs).cases
    assert there == event
    assert there.model_copy(update={"late": True}).late
    assert there.model_dump() == event.model_dump()
