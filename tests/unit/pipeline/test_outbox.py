"""What becomes of a message that the bot wants to send."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.unit.pipeline.memory import MemoryOutbox, ScriptedSender
from zalo_governor.domain.documents import Letterhead, ReportDocument, ReportFile, ReportFormat
from zalo_governor.domain.errors import (
    PrintingError,
    SendDeferredError,
    SendError,
    SendRefusedError,
    SendTooLongError,
    SendUncertainError,
    SendWaitsError,
    StoreUnavailableError,
)
from zalo_governor.domain.notices import Notice, Outgoing, Purpose, Reception
from zalo_governor.pipeline.outbox import TEXT_BYTES, OutboxLane, OutboxWorker

NOW = datetime(2026, 1, 5, 8, 0, 0, tzinfo=UTC)


def outgoing(
    number: int, purpose: Purpose = Purpose.MEMBER_REQUEST, *, is_group: bool = False, repeated: bool = False
) -> Outgoing:
    notice = Notice(
        account="bot", thread_id="1", is_group=is_group, text="…", purpose=purpose, group_id="g", created_at=NOW
    )
    return Outgoing(id=number, client_id=number, attempts=1, repeated=repeated, notice=notice)


def worker_of(
    store: MemoryOutbox,
    sender: ScriptedSender,
    printed: Callable[[ReportFile], bytes],
    on_sent: Callable[[Outgoing, str], None],
    private_per_day: int = 10,
) -> OutboxWorker:
    lane = partial(
        OutboxLane,
        store,
        sender,
        account="bot",
        printed=printed,
        say_again=lambda text: f"again: {text}",
        say_part=lambda text, number, total: f"({number}/{total}) {text}",
        private_per_day=lambda: private_per_day,
        on_sent=on_sent,
        clock=lambda: NOW,
    )
    return OutboxWorker(lane(files=False), lane(files=True))


def run(
    store: MemoryOutbox,
    sender: ScriptedSender,
    private_per_day: int = 10,
    printed: Callable[[ReportFile], bytes] = lambda file: file.name.encode(),
) -> list[str]:
    outcomes: list[str] = []
    expected = len(store.waiting_list)

    def on_sent(message: Outgoing, outcome: str) -> None:
        outcomes.append(f"{message.id} {outcome}")

    worker = worker_of(store, sender, printed, on_sent, private_per_day)
    thread = threading.Thread(target=worker.run)
    thread.start()
    while len(outcomes) < expected:
        thread.join(0.005)
    worker.stop()
    thread.join(60)
    assert not thread.is_alive()
    return outcomes


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        (Reception(msg_id="77"), "sent 1 77"),
        (SendRefusedError(122, "blocked"), "refused 1 122"),
        (SendDeferredError("too many", 30), "deferred 1 08:00:30"),
        (SendDeferredError("no line", 1), "deferred 1 08:00:15"),
        (SendWaitsError("the session is dead", 60), "postponed 1 08:01:00"),
        (SendUncertainError("cut"), "uncertain 1 08:00:15"),
    ],
)
def test_each_answer_is_written_down(answer: Reception | SendError, written: str) -> None:
    store = MemoryOutbox([outgoing(1)])
    run(store, ScriptedSender([answer]))
    assert sorted(store.log) == sorted(["reclaim words 08:00:15", "reclaim files 08:00:15", written])


def test_only_what_may_have_arrived_already_says_that_it_is_sent_again() -> None:
    sender = ScriptedSender([Reception(msg_id="76"), Reception(msg_id="77")])
    run(MemoryOutbox([outgoing(1), outgoing(2, repeated=True)]), sender)
    assert sender.texts == ["…", "again: …"]


LONG = "\n".join(f"Dòng {number}: đề nghị đồng chí xem lại." for number in range(100))
"""About 4,400 bytes."""


def long(**given: object) -> Outgoing:
    message = outgoing(1)
    return message.model_copy(update={"notice": message.notice.model_copy(update={"text": LONG}), **given})


def test_a_long_text_is_sent_in_parts_within_the_budget_of_bytes_each_with_its_number() -> None:
    start, said = 0, []
    for part in (1, 2, 3):
        store, sender = MemoryOutbox([long(start=start, part=part)]), ScriptedSender([Reception(msg_id="77")])
        run(store, sender)
        [text] = sender.texts
        assert len(text.encode()) <= TEXT_BYTES
        assert text.startswith(f"({part}/3) Dòng ")
        said.append(text.removeprefix(f"({part}/3) "))
        cuts = [line for line in store.log if line.startswith("cut")]
        assert len(cuts) == (part < 3)
        assert store.log[-1] == "sent 1 77"
        start = int(cuts[0].rpartition("-")[2]) if cuts else start
    assert "\n".join(said) == LONG


@pytest.mark.parametrize("code", [112, 118])
def test_a_part_that_zalo_calls_too_long_is_halved_until_zalo_takes_it(code: int) -> None:
    sender = ScriptedSender([SendTooLongError(code, "long"), SendTooLongError(code, "long"), Reception(msg_id="77")])
    store = MemoryOutbox([long()])
    assert run(store, sender) == ["1 sent"]
    assert [len(text.encode()) // 512 for text in sender.texts] == [4, 2, 1]
    assert LONG.startswith(sender.texts[-1].partition(" ")[2])
    assert [line.partition(" ")[0] for line in store.log if "1 " in line] == ["cut", "cut", "cut", "sent"]


def test_a_part_whose_end_could_not_be_stored_before_the_program_stops_is_not_sent() -> None:
    class Away(MemoryOutbox):
        def cut(self, outgoing: Outgoing) -> None:
            worker.stop()
            raise StoreUnavailableError("the server is away")

    store, sender = Away([long()]), ScriptedSender([Reception(msg_id="77")])
    worker = worker_of(store, sender, lambda file: b"", lambda message, outcome: None)
    worker.run()
    assert sender.sent == []
    assert "deferred 1 08:00:15" in store.log


def test_what_cannot_be_shortened_any_more_is_refused_as_a_whole() -> None:
    store = MemoryOutbox([long()])
    assert run(store, ScriptedSender([SendTooLongError(118, "long")] * 9)) == ["1 refused"]
    assert "refused 1 118" in store.log
    assert run(MemoryOutbox([outgoing(1)]), ScriptedSender([SendTooLongError(118, "long")])) == ["1 refused"]


def test_a_part_that_may_have_arrived_is_asked_for_and_then_sent_again_with_the_same_words() -> None:
    sender = ScriptedSender([Reception(msg_id="77")])
    store = MemoryOutbox([long(end=500, repeated=True)])
    assert run(store, sender) == ["1 sent"]
    assert sender.asked_for == [1]
    assert sender.texts == [f"again: (1/3) {LONG[:500].strip()}"]
    assert not [line for line in store.log if line.startswith("cut")]


def test_while_one_message_is_being_sent_the_others_still_wait_so_that_a_kill_leaves_no_doubt_about_them() -> None:
    store = MemoryOutbox([outgoing(number) for number in range(3)])
    waiting: list[int] = []

    class Watching(ScriptedSender):
        def send(self, outgoing: Outgoing, content: bytes | None = None) -> Reception:
            waiting.append(len(store.waiting_list))
            return super().send(outgoing, content)

    run(store, Watching([Reception(msg_id="77")] * 3))
    assert waiting == [2, 1, 0]


def test_an_outcome_is_written_even_if_the_store_was_away_and_nothing_is_sent_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zalo_governor.pipeline.outbox._RETRY", 0.01)
    store = MemoryOutbox([outgoing(1)])
    sender = ScriptedSender([Reception(msg_id="77")])
    store.failures = 3
    run(store, sender)
    assert sender.sent == [1]
    assert "sent 1 77" in store.log


def test_over_the_days_budget_only_alerts_and_answers_go_out() -> None:
    store = MemoryOutbox([outgoing(1), outgoing(2, Purpose.ADMIN_ALERT), outgoing(3, Purpose.REPLY, is_group=True)])
    store.private_sent = 10
    outcomes = run(store, ScriptedSender([Reception(msg_id="a"), Reception(msg_id="b")]))
    assert outcomes == ["1 over_budget", "2 sent", "3 sent"]
    assert "postponed 1 09:00:00" in store.log


def test_what_is_in_doubt_is_asked_of_zalo_before_it_is_said_again() -> None:
    store = MemoryOutbox([outgoing(1, repeated=True), outgoing(2, repeated=True), outgoing(3)])
    sender = ScriptedSender([Reception(msg_id="76"), Reception(msg_id="77")])
    sender.shown = {1: Reception(msg_id="9")}
    assert run(store, sender) == ["1 found", "2 sent", "3 sent"]
    assert sender.asked_for == [1, 2]
    assert "sent 1 9" in store.log


def test_the_pauses_between_tries_grow_as_promised() -> None:
    for attempts, seconds in ((1, 15), (2, 30), (9, 1800)):
        store = MemoryOutbox([outgoing(1).model_copy(update={"attempts": attempts})])
        run(store, ScriptedSender([SendDeferredError("no line", 1)]))
        assert f"deferred 1 {(NOW + timedelta(seconds=seconds)):%H:%M:%S}" in store.log


def with_file(number: int, *, attempts: int = 1, repeated: bool = False) -> Outgoing:
    head = Letterhead(superior="", unit="", place="", signer="", addressee="", recipients=())
    paper = ReportDocument(
        head=head, title="", subject="", group="", period="", made_at=NOW, summary="", highlights=(), sections=(),
        remark="", trace="",
    )  # fmt: skip
    file = ReportFile(name="bao-cao.docx", face=ReportFormat.DOCX, caption="Báo cáo", paper=paper)
    made = outgoing(number, Purpose.REPORT, repeated=repeated)
    return made.model_copy(update={"attempts": attempts, "notice": made.notice.model_copy(update={"file": file})})


def test_a_file_is_made_when_it_is_sent_and_says_in_its_name_that_it_is_sent_again() -> None:
    sender = ScriptedSender([Reception(msg_id="76"), Reception(msg_id="77")])
    run(MemoryOutbox([with_file(1), with_file(2, repeated=True)]), sender)
    assert sender.contents == [b"bao-cao.docx", b"bao-cao.docx"]
    assert sender.files == ["bao-cao.docx", "again: bao-cao.docx"]


def test_a_file_that_cannot_be_made_is_tried_again_and_then_said_in_words() -> None:
    def broken(file: ReportFile) -> bytes:
        raise PrintingError("docx: not printed within 60 seconds")

    store = MemoryOutbox([with_file(1)])
    sender = ScriptedSender([Reception(msg_id="77")])
    assert run(store, sender, printed=broken) == ["1 deferred"]
    assert "deferred 1 08:01:00" in store.log
    assert run(MemoryOutbox([with_file(2, attempts=3)]), sender, printed=broken) == ["2 sent"]
    assert (sender.texts, sender.contents, sender.files) == (["…"], [None], [""])


def test_an_alert_does_not_wait_for_a_file_that_is_being_made() -> None:
    sender = ScriptedSender([Reception(msg_id="76"), Reception(msg_id="77")])
    in_time: list[bool] = []

    def slow(file: ReportFile) -> bytes:
        store.waiting_list.append(outgoing(2, Purpose.ADMIN_ALERT))
        worker.wake()
        in_time.append(alert_sent.wait(60))
        return b"made"

    def on_sent(message: Outgoing, outcome: str) -> None:
        (file_sent if message.notice.file else alert_sent).set()

    alert_sent, file_sent = threading.Event(), threading.Event()
    store = MemoryOutbox([with_file(1)])
    worker = worker_of(store, sender, slow, on_sent)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert file_sent.wait(30)
    worker.stop()
    thread.join(60)
    assert in_time == [True]
    assert sender.sent == [2, 1]


def test_a_lane_that_fails_ends_the_worker() -> None:
    class Broken(MemoryOutbox):
        def next_due(self, now: datetime, *, files: bool = False) -> datetime | None:
            if files:
                raise RuntimeError("no such column")
            return super().next_due(now)

    with pytest.raises(RuntimeError, match="no such column"):
        worker_of(Broken([]), ScriptedSender([]), lambda file: b"", lambda message, outcome: None).run()
