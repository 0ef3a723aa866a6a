"""What Zalo is asked where a message is to be pinned, and what is made of its answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.unit.zalo.standin import Answer, Call, StandIn, inner
from tests.unit.zalo.wiring import ACCOUNT, GROUP, MEMBER, message
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.jobs import Job, JobOutcome, PinMessage
from zalo_governor.zalo.api.board import ZaloBoard
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession

LIST, PIN = "/api/board/list", "/api/board/topic/createv2"
HEARD = message(1, "Lịch trực tuần này")
KEY = HEARD["msgId"]
JOB = Job(
    id=1, account=ACCOUNT, group_id=GROUP, task=PinMessage(message_key=KEY), ordered_at=datetime(2026, 1, 5, tzinfo=UTC)
)

MakesBoard = Callable[[RawDict | None], ZaloBoard]


@pytest.fixture
def board(zalo: StandIn, open_session: Callable[..., ZaloSession]) -> MakesBoard:
    """Of a session that is logged in and impatient; nothing is pinned yet."""
    session = open_session(timeout=0.4)
    session.login()
    zalo.answers[LIST] = inner({"items": [], "count": 0})
    zalo.answers[PIN] = inner({"id": "1"})
    return lambda heard: ZaloBoard(ZaloClient(session, system_clock), message=lambda group, key: heard)


@pytest.mark.parametrize(
    ("heard", "title", "message_type"),
    [
        (HEARD, "Lịch trực tuần này", 1),
        (
            message(1, {"title": "bảng phân công"}, msgType="chat.photo"),
            "bảng phân công",
            32,
        ),
        (message(1, {"title": "lich.pdf"}, msgType="share.file"), "lich.pdf", 46),
    ],
)
def test_the_message_is_named_as_it_was_heard(
    zalo: StandIn, board: MakesBoard, heard: RawDict, title: str, message_type: int
) -> None:
    assert board(heard).pin_message(JOB) is JobOutcome.DONE
    asked = zalo.calls[-1].params
    assert (zalo.calls[-1].path, asked["grid"], asked["type"], asked["pinAct"]) == (PIN, GROUP, 2, 1)
    assert json.loads(asked["params"]) == {
        "client_msg_id": heard["cliMsgId"],
        "global_msg_id": KEY,
        "senderUid": MEMBER,
        "senderName": "Nguyễn Văn Mẫu",
        "title": title,
        "msg_type": message_type,
    }


@pytest.mark.parametrize("as_text", [False, True])
def test_what_is_pinned_already_is_not_pinned_again(zalo: StandIn, board: MakesBoard, *, as_text: bool) -> None:
    topic = {"id": "9", "params": json.dumps({"global_msg_id": int(KEY)})}
    data = json.dumps(topic) if as_text else topic
    odd = ["odd", {"data": "odd"}, {"data": {"params": None}}]
    zalo.answers[LIST] = inner({"items": [*odd, {"boardType": 2, "data": data}]})
    assert board(HEARD).pin_message(JOB) is JobOutcome.DONE
    assert PIN not in zalo.paths()


def test_every_page_of_a_long_board_is_read(zalo: StandIn, board: MakesBoard) -> None:
    def pinned(call: Call) -> Answer:
        first = 50 * (call.params["page"] - 1)
        keys = [str(number) for number in range(500, 560)] + [KEY]
        topics = [{"params": json.dumps({"global_msg_id": key})} for key in keys[first : first + call.params["count"]]]
        return inner({"items": [{"boardType": 2, "data": topic} for topic in topics]})

    zalo.answers[LIST] = pinned
    assert board(HEARD).pin_message(JOB) is JobOutcome.DONE
    assert PIN not in zalo.paths()


def test_a_board_that_gives_the_same_page_again_and_again_is_not_read_for_ever(
    zalo: StandIn, board: MakesBoard
) -> None:
    item = {"boardType": 2, "data": {"params": json.dumps({"global_msg_id": "5"})}}
    zalo.answers[LIST] = inner({"items": [item] * 50})
    assert board(HEARD).pin_message(JOB) is JobOutcome.DONE
    assert zalo.paths().count(LIST) == 2


def test_what_was_not_heard_is_not_pinned(zalo: StandIn, board: MakesBoard) -> None:
    assert board(None).pin_message(JOB) is JobOutcome.NOT_FOUND
    assert LIST not in zalo.paths()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (inner(None, 166, "no permission"), JobOutcome.NOT_ALLOWED),
        (inner(None, 114, "invalid"), JobOutcome.REFUSED),
        (inner(None, 221, "too many"), JobOutcome.UNKNOWN),
        (Answer({}, 502), JobOutcome.UNKNOWN),
        (Answer({}, hang=1), JobOutcome.UNKNOWN),
    ],
)
def test_what_became_of_a_pin(zalo: StandIn, board: MakesBoard, answer: Answer, outcome: JobOutcome) -> None:
    zalo.answers[PIN] = answer
    assert board(HEARD).pin_message(JOB) is outcome


def test_without_the_board_nobody_knows_what_is_pinned(zalo: StandIn, board: MakesBoard) -> None:
    zalo.answers[LIST] = Answer({}, 502)
    assert board(HEARD).pin_message(JOB) is JobOutcome.UNKNOWN
    assert PIN not in zalo.paths()
