import contextlib
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from random import Random

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from tests.unit.zalo.conftest import USER_AGENT
from tests.unit.zalo.standin import LOGIN, Answer, StandIn, login_answer
from tests.unit.zalo.wiring import ACCOUNT, KEY_FRAME, MEMBER, MemoryCursors, frame_bytes, message
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.domain.inbound import Element
from zalo_governor.simulator.frames import Encoding, plain_frame, read_client_frame
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.http.echoes import Echoes
from zalo_governor.zalo.socket import listener as listener_module
from zalo_governor.zalo.socket.listener import Listener
from zalo_governor.zalo.socket.missed_queues import MissedQueues

JITTER = Random(1)  # noqa: S311 - spreads retries, keeps no secret
Script = Callable[[ServerConnection, int], None]


class Sockets:
    """A socket server whose behaviour a test writes: `script(connection, number of the connection)`."""

    def __init__(self) -> None:
        self.script: Script = stay
        self.refuse: Callable[[int], int | None] = lambda _number: None
        self.handshakes: list[Request] = []
        self._server = serve(self._serve, "127.0.0.1", 0, process_request=self._gate, compression=None)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/ws/"

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._thread.join()

    def _gate(self, connection: ServerConnection, request: Request) -> Response | None:
        self.handshakes.append(request)
        status = self.refuse(len(self.handshakes))
        return Response(status, "no", Headers([("Content-Length", "0")]), b"") if status else None

    def _serve(self, connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            self.script(connection, len(self.handshakes))


def stay(connection: ServerConnection, _number: int) -> None:
    """Give the key and say nothing more."""
    connection.send(KEY_FRAME)
    wait(connection)


def wait(connection: ServerConnection) -> None:
    """Say nothing more until the other side ends it."""
    while True:
        connection.recv()


def say_once(text: str) -> Script:
    """Give the key, say one thing, and stay."""

    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(say(text))
        wait(connection)

    return script


class Heard:
    """What a listener handed on."""

    def __init__(self) -> None:
        self.batches: list[list[Element]] = []
        self.reports: list[LineReport] = []
        self.taken = threading.Event()
        self.may_take = threading.Event()
        self.may_take.set()
        self.wants_old = False
        self.old: list[list[str]] = []
        self.strange: list[Frame] = []
        self.echoes = Echoes()
        self.cursors = MemoryCursors()
        self.queues = MissedQueues(self.cursors, newest=lambda: 7, take=self.take_old)

    def take_old(self, elements: Sequence[Element], on_stored: Callable[[], None]) -> None:
        self.old.append([element.key for element in elements])
        on_stored()

    def take(self, elements: list[Element], on_stored: Callable[[], None] | None) -> None:
        self.taken.set()
        self.may_take.wait(60)
        self.batches.append(elements)
        if on_stored:
            on_stored()

    @property
    def texts(self) -> list[object]:
        return [element.raw["content"] for batch in self.batches for element in batch]

    @property
    def states(self) -> list[LineState]:
        return [report.state for report in self.reports]


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what must come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def sockets(zalo: StandIn) -> Iterator[Sockets]:
    """A socket server that the login leads to."""
    server = Sockets()
    zalo.answers[LOGIN] = login_answer(zpw_ws=[server.url])
    yield server
    server.stop()


@pytest.fixture
def heard() -> Heard:
    """What the listener hands on."""
    return Heard()


@pytest.fixture
def listen(
    open_session: Callable[..., ZaloSession], sockets: Sockets, heard: Heard
) -> Iterator[Callable[..., Listener]]:
    """Starts a listener in a thread of its own; it must end within a second when the test does."""
    running: list[tuple[Listener, threading.Thread]] = []

    def start(ping: float = 60.0, silence: float = 60.0, pause: float = 60.0) -> Listener:
        session = open_session(timeout=3.0)
        heard.echoes = session.echoes
        listener = Listener(
            session,
            on_elements=heard.take,
            on_line=heard.reports.append,
            queues=heard.queues,
            wants_old=lambda: heard.wants_old,
            on_unknown_frame=heard.strange.append,
            clock=system_clock,
            ping_seconds=ping,
            silence_seconds=silence,
            duplicate_pause_seconds=pause,
            random=JITTER,
        )
        thread = threading.Thread(target=listener.run)
        thread.start()
        running.append((listener, thread))
        return listener

    yield start
    for listener, thread in running:
        listener.stop()
        thread.join(1.0)
        assert not thread.is_alive()


Listen = Callable[..., Listener]


def say(*texts: str, cmd: int = 521) -> bytes:
    """A frame with one message for each text."""
    return frame_bytes({"groupMsgs": [message(zlib.crc32(text.encode()), text) for text in texts]}, cmd=cmd)


def test_it_logs_in_connects_like_one_browser_and_hands_on_what_is_said(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send("văn bản thì bỏ qua")
        connection.send(KEY_FRAME)
        connection.send(say("một", "hai", cmd=524))
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: len(heard.texts) == 2)
    assert heard.texts == ["một", "hai"]
    assert heard.states == [LineState.UP]
    assert heard.batches[0][0].account == ACCOUNT
    (request,) = sockets.handshakes
    headers = request.headers
    assert headers.get_all("User-Agent") == [USER_AGENT]
    assert headers.get_all("Origin") == ["https://chat.zalo.me"]
    assert headers.get_all("Cookie") == ["zpw_sek=GIA-DINH"]
    assert len(headers.get_all("Host")) == 1
    assert "Sec-WebSocket-Extensions" not in headers
    assert "zpw_ver=691" in request.path


def test_frames_that_wait_together_are_handed_on_together_and_in_order(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(say("đầu"))
        heard.taken.wait(60)
        for index in range(100):
            connection.send(say(f"tin {index}"))
        heard.may_take.set()
        wait(connection)

    heard.may_take.clear()
    sockets.script = script
    listen()
    until(lambda: len(heard.texts) == 101)
    assert heard.texts == ["đầu", *(f"tin {index}" for index in range(100))]
    assert len(heard.batches) < 50


def test_after_a_cut_it_comes_back_and_says_since_when_it_was_deaf(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(say(f"lần {number}"))
        if number == 1:
            time.sleep(0.2)
            connection.socket.close()
            return
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: heard.texts == ["lần 1", "lần 2"])
    assert heard.states == [LineState.UP, LineState.DOWN, LineState.UP]
    down = heard.reports[1]
    assert down.heard_at is not None
    assert down.heard_at <= down.at


@pytest.mark.parametrize(("code", "state"), [(3000, LineState.DUPLICATE), (3003, LineState.KICKED)])
@pytest.mark.parametrize("way", ["close", "frame"])
def test_when_somebody_else_takes_the_line_it_is_left_to_them(
    sockets: Sockets, heard: Heard, listen: Listen, code: int, state: LineState, way: str
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(say(f"lần {number}"))
        if number > 1:
            wait(connection)
        elif way == "close":
            connection.close(code)
        else:
            connection.send(b"\x01" + code.to_bytes(2, "little") + b"\x00unreadable")
            wait(connection)

    sockets.script = script
    listen(pause=4)
    until(lambda: state in heard.states)
    time.sleep(1.0)
    assert len(sockets.handshakes) == 1, "no fight for the line"
    until(lambda: heard.texts == ["lần 1", "lần 2"])
    assert heard.states == [LineState.UP, state, LineState.UP]
    up, left, _ = heard.reports
    assert up.resumes_at is None
    assert left.resumes_at == left.at + timedelta(seconds=4)


def test_where_it_is_taken_away_again_before_it_is_open_the_time_of_the_next_try_is_told_anew(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    sockets.script = lambda connection, number: connection.close(3000)
    listen(pause=0.5)
    until(lambda: len(heard.reports) > 1)
    first, second = heard.reports[:2]
    assert first.resumes_at
    assert second.resumes_at
    assert second.resumes_at > first.resumes_at


def test_a_frame_that_cannot_be_read_is_reported_and_the_line_stays(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(frame_bytes({"groupMsgs": [message(1, "mất")]}, encoding=Encoding(2, "gzip", bad_tag=True)))
        connection.send(say("còn"))
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: heard.texts == ["còn"] and LineState.FRAME_LOST in heard.states)
    assert heard.states == [LineState.UP, LineState.FRAME_LOST]
    assert len(sockets.handshakes) == 1


def test_a_frame_of_an_unknown_kind_is_handed_on_and_one_of_typing_is_not(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(frame_bytes({"actions": [{"act_type": "typing", "data": "{}"}]}, cmd=602))
        connection.send(frame_bytes({"boxes": [1]}, cmd=777))
        connection.send(say("còn"))
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: heard.texts == ["còn"])
    assert [(frame.cmd, frame.content) for frame in heard.strange] == [(777, {"boxes": [1]})]


def test_frames_without_messages_are_counted_by_name_and_those_of_encryption_are_not_lost(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    marks = {"clearUnreads": [{"idTo": "1", "isGroup": 1, "lastMsgId": "5"}]}
    unread = {"controls": [{"content": {"act_type": "mark_unread", "act": "x", "data": {"convsGroup": []}}}]}

    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(frame_bytes(marks, cmd=504))
        connection.send(frame_bytes({**marks, "groupMsgs": [message(1, "một")]}, cmd=524))
        connection.send(frame_bytes({"x": 1}, cmd=532, encoding=Encoding(2, "gzip", bad_tag=True)))
        connection.send(frame_bytes({}, cmd=516))
        connection.send(frame_bytes({"x": 1}, cmd=777))
        connection.send(frame_bytes(unread, cmd=601))
        connection.send(say("hai"))
        wait(connection)

    sockets.script = script
    listener = listen()
    until(lambda: heard.texts and heard.texts[-1] == "hai")
    assert "một" in heard.texts
    assert heard.states == [LineState.UP]
    assert {frame.name: frame.day for frame in listener._session.frames.counts()} == {
        "read_marks_private": 1,
        "read_marks_group": 1,
        "e2ee_verify": 1,
        "e2ee_offline_session": 1,
        "cmd_777": 1,
        "601_mark_unread": 1,
    }


def test_pings_are_right_and_keep_coming(sockets: Sockets, heard: Heard, listen: Listen) -> None:
    pings: list[tuple[int, int]] = []

    def script(connection: ServerConnection, _number: int) -> None:
        connection.send(KEY_FRAME)
        while True:
            frame = read_client_frame(connection.recv(decode=False))
            assert "eventId" in frame.data
            pings.append((frame.cmd, frame.sub))
            connection.send(plain_frame(2, 0, {"eventId": frame.data["eventId"]}))

    sockets.script = script
    listen(ping=0.1, silence=1.0)
    until(lambda: len(pings) >= 15)
    assert set(pings) == {(2, 1)}
    assert heard.states == [LineState.UP], "answers to pings are a sign of life"


def test_a_message_in_several_frames_between_pings_and_text_is_put_together(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    ponged = threading.Event()

    def script(connection: ServerConnection, _number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send("chữ")
        whole = say("nhiều mảnh")
        connection.send([whole[:40], whole[40:90], whole[90:]])
        if connection.ping().wait(60):
            ponged.set()
        connection.send(say("sau đó"))
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: len(heard.texts) == 2)
    assert heard.texts == ["nhiều mảnh", "sau đó"]
    assert ponged.is_set()
    assert heard.states == [LineState.UP]


def test_a_frame_longer_than_any_ends_the_line_and_costs_nothing_before_it(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.send(say(f"lần {number}"))
        if number == 1:
            connection.socket.sendall(b"\x82\x7f" + (1 << 40).to_bytes(8) + bytes(1000))
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: heard.texts == ["lần 1", "lần 2"])
    assert heard.states == [LineState.UP, LineState.DOWN, LineState.UP]


def test_a_silent_line_is_taken_for_dead(sockets: Sockets, heard: Heard, listen: Listen) -> None:
    listen(silence=0.5)
    until(lambda: heard.states[:3] == [LineState.UP, LineState.DOWN, LineState.UP])
    assert heard.reports[1].cause == "silence"


def test_a_session_that_the_handshake_refuses_is_renewed(
    zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    sockets.refuse = lambda number: 401 if number == 1 else None
    listen()
    until(lambda: LineState.UP in heard.states)
    assert zalo.paths().count(LOGIN) == 2
    assert LineState.REFUSED in heard.states, "it was refused right after a login"


def test_a_session_that_died_on_the_line_is_renewed(
    zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        if number == 1:
            connection.send(plain_frame(1, 0, {"error_code": 102, "data": None}))
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: heard.states == [LineState.UP, LineState.DOWN, LineState.UP])
    assert zalo.paths().count(LOGIN) == 2


def test_a_frame_that_says_600_is_a_dead_session_and_nobody_logs_in_for_it(
    zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        if number < 3:
            connection.send(plain_frame(1, 0, {"error_code": "600", "data": None}))
        wait(connection)

    sockets.script = script
    listen()
    until(lambda: heard.states == [LineState.UP, LineState.REFUSED] * 2 + [LineState.UP])
    assert heard.reports[1].cause == "session:600"
    assert zalo.paths().count(LOGIN) == 1


def test_after_a_takeover_a_refused_handshake_calls_a_person_and_leads_to_no_login(
    zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        connection.close(3003)

    sockets.script = script
    sockets.refuse = lambda number: 401 if 1 < number < 4 else None
    listen(pause=0.1)
    until(lambda: len(sockets.handshakes) > 4)
    assert heard.states[:4] == [LineState.UP, LineState.KICKED, LineState.REFUSED, LineState.UP]
    assert zalo.paths().count(LOGIN) == 1


def test_a_line_that_breaks_again_and_again_with_1006_leads_to_no_login(
    zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        if number > 12:
            wait(connection)
        connection.socket.close()

    monkeypatch.setattr(listener_module, "_LONGEST_DELAY_SECONDS", 0.05)
    sockets.script = script
    listen()
    until(lambda: len(sockets.handshakes) > 12)
    assert zalo.paths().count(LOGIN) == 1
    assert {report.cause for report in heard.reports} == {"", "closed:1006"}


def test_where_no_address_can_be_reached_a_login_fetches_new_ones(
    zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "_LONGEST_DELAY_SECONDS", 0.05)
    answers = [login_answer(zpw_ws=["ws://khong-co.invalid/ws/", "ws://127.0.0.1:9/ws/"])]
    zalo.answers[LOGIN] = lambda _: answers.pop() if answers else login_answer(zpw_ws=[sockets.url])
    listen()
    until(lambda: LineState.UP in heard.states)
    assert zalo.paths().count(LOGIN) == 2


def test_a_refused_login_is_reported_once_and_tried_again(
    zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    good, tries = zalo.answers[LOGIN], []

    def answer(call: object) -> Answer:
        tries.append(call)
        if len(tries) < 3:
            return Answer({"error_code": 102, "error_message": "", "data": None})
        assert isinstance(good, Answer)
        return good

    zalo.answers[LOGIN] = answer
    listen()
    until(lambda: LineState.UP in heard.states)
    assert heard.states == [LineState.REFUSED, LineState.UP]


def test_it_goes_on_to_the_next_address(zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen) -> None:
    zalo.answers[LOGIN] = login_answer(zpw_ws=["ws://127.0.0.1:9/ws/", sockets.url])
    listen()
    until(lambda: heard.states == [LineState.DOWN, LineState.UP])


def test_it_stops_at_once_even_while_zalo_hangs(zalo: StandIn, sockets: Sockets, heard: Heard, listen: Listen) -> None:
    zalo.answers[LOGIN] = login_answer()._replace(hang=2.5)
    listen()
    until(lambda: zalo.calls)
    assert heard.reports == []


def test_a_report_that_nobody_takes_does_not_end_the_line(
    open_session: Callable[..., ZaloSession], sockets: Sockets, heard: Heard
) -> None:
    def refuse(report: LineReport) -> None:
        raise OSError

    listener = Listener(
        open_session(),
        on_elements=heard.take,
        on_line=refuse,
        queues=heard.queues,
        wants_old=lambda: False,
        on_unknown_frame=lambda frame: None,
        clock=system_clock,
        ping_seconds=60,
        silence_seconds=60,
        duplicate_pause_seconds=60,
        random=JITTER,
    )
    sockets.script = say_once("còn")
    thread = threading.Thread(target=listener.run)
    thread.start()
    until(lambda: heard.texts == ["còn"])
    listener.stop()
    thread.join(1.0)
    assert not thread.is_alive()


def test_the_four_queues_are_read_by_pages_at_each_connection_once_anything_was_heard(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    asked: list[tuple[int, int, str]] = []

    def answer(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        for _ in range(8 if number > 1 else 0):
            request = read_client_frame(received(connection))
            asked.append((request.cmd, request.sub, request.data["lastId"]))
            array = {510: "msgs", 511: "groupMsgs", 610: "reacts", 611: "reactGroups"}[request.cmd]
            last = int(request.data["lastId"])
            page = {array: [message(request.cmd + last)], "lastActionId": str(last + 1), "more": int(last < 2)}
            connection.send(frame_bytes(page, cmd=request.cmd))
        heard.wants_old = True
        if number == 1:
            connection.close()
        wait(connection)

    sockets.script = answer
    listen()
    until(lambda: len(heard.old) >= 8)
    assert sorted(asked) == [(cmd, 1, last) for cmd in (510, 511, 610, 611) for last in ("1", "2")]
    assert heard.texts == []
    assert {queue: cursor.last_id for queue, cursor in heard.cursors.kept.items()} == dict.fromkeys(
        ("510_1", "511_1", "610_1", "611_1"), "3"
    )


def test_own_messages_are_known_as_echoes_once_received_live_or_from_a_queue(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        for cmd in (510, 501):
            own = message(cmd, uidFrom="0", idTo=MEMBER, cliMsgId=str(cmd))
            connection.send(frame_bytes({"msgs": [own], "lastActionId": "9", "more": 0}, cmd=cmd))
        wait(connection)

    heard.wants_old = True
    sockets.script = script
    listen()
    until(lambda: heard.texts)
    found = [heard.echoes.find(MEMBER, cli_id) for cli_id in ("510", "501", "521")]
    assert found == ["5000000000510", "5000000000501", None]


def test_what_comes_live_advances_the_cursor_but_not_over_a_lost_frame(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    asked: list[str] = []

    def live(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        if number == 2:
            asked.extend(read_client_frame(received(connection)).data["lastId"] for _ in range(4))
            wait(connection)
        for last in (5, 6):
            status = {"511_1": {"ids": [str(last)], "lastId": str(last), "evict": 0}}
            connection.send(frame_bytes({"groupMsgs": [message(last)], "queueStatus": status}))
            until(lambda: len(heard.texts) == last - 4)  # noqa: B023 - it ends within the turn
            if last == 5:
                connection.send(b"\x01\xff")
                until(lambda: LineState.FRAME_LOST in heard.states)
        heard.wants_old = True

    sockets.script = live
    listen()
    until(lambda: len(asked) == 4)
    assert asked == ["1", "5", "1", "1"]


def test_what_zalo_dropped_of_a_queue_while_all_is_well_is_a_loss_whose_frame_is_kept(
    sockets: Sockets, heard: Heard, listen: Listen
) -> None:
    def evict(connection: ServerConnection, number: int) -> None:
        connection.send(KEY_FRAME)
        status = {"511_1": {"ids": [], "lastId": "5", "evict": 1}}
        connection.send(frame_bytes({"groupMsgs": [message(5, "còn")], "queueStatus": status}))
        wait(connection)

    sockets.script = evict
    listen()
    until(lambda: LineState.FRAME_LOST in heard.states)
    assert (heard.texts, heard.reports[-1].cause) == (["còn"], "evicted:511_1")


def received(connection: ServerConnection) -> bytes:
    frame = connection.recv()
    assert isinstance(frame, bytes)
    return frame
