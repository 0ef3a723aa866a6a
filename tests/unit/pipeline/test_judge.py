"""Everything admitted is judged once, whatever fails on the way."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.pipeline.made import element, entry
from tests.unit.pipeline.memory import MemoryInbox, MemoryOutbox, MemoryUnitsOfWork
from zalo_governor.domain.errors import ProgramEndsError, StoreUnavailableError, UnparsableElementError
from zalo_governor.domain.events import EventBase, MessageSent, SealedHeard
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.domain.inbound import Admitted, ElementKind, Seal
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.intake import Intake
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.ports import Rules
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.rules.base import Maturity, Parameters, Rule, RuleContext
from zalo_governor.rules.engine import Engine, RulesHere

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class WordRule(Rule[Parameters]):
    """Finds the word `xấu`, raises on `nổ`."""

    id = "9.1-tu-xau"
    parameters_type = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        assert isinstance(event, MessageSent)
        if "nổ" in event.text:
            raise ValueError(event.text)
        if "xấu" in event.text:
            yield self.finding("word", spans=((0, 3),))


def parse(admitted: Admitted) -> EventBase:
    raw = admitted.entry.raw
    assert raw is not None
    if raw["content"] == "lạ":
        raise UnparsableElementError("no event for this shape")
    if raw["content"] == "hỏng":
        raise KeyError("hỏng")
    return MessageSent(
        id=admitted.id, key=admitted.entry.key, sender_uid=admitted.entry.sender_uid, at=NOW, text=raw["content"]
    )


class Office:
    """Notes what it reacts to, and what was stored when it was asked to read; fails on `văn phòng hỏng`."""

    def __init__(self) -> None:
        self.read: list[tuple[str, list[str]]] = []

    def reads_in_advance(self, event: EventBase) -> bool:
        if isinstance(event, MessageSent) and event.text == "đọc hỏng":
            raise RuntimeError(event.text)
        return isinstance(event, MessageSent) and event.text.startswith("/đọc")

    def prepare(self, begin: Any, event: EventBase) -> None:
        if self.reads_in_advance(event):
            with begin(reading=True) as uow:
                self.read.append((event.key, list(uow.reactions)))

    def filter_findings(self, uow: Any, event: EventBase, verdict: Verdict) -> Verdict:
        if isinstance(event, MessageSent) and event.text.startswith("/lệnh"):
            return verdict.model_copy(update={"findings": ()})
        return verdict

    def react(self, uow: Any, event: EventBase, verdict: Verdict) -> None:
        uow.reactions.append(event.key)
        if isinstance(event, MessageSent) and event.text == "văn phòng hỏng":
            raise RuntimeError(event.text)


class Given:
    """A judge behind an intake, over memory."""

    def __init__(self, *, capacity: int = 5000, rules: Callable[[MemoryUnitsOfWork], Rules] | None = None) -> None:
        self.inbox = MemoryInbox()
        self.units = MemoryUnitsOfWork(self.inbox)
        self.outbox = MemoryOutbox()
        self.office = Office()
        self.rule = WordRule(clause="9.1", severity=Severity.MINOR, maturity=Maturity.ACTIVE, parameters=Parameters())
        self.rules = rules(self.units) if rules else RulesHere(lambda: Engine([self.rule]))
        self.judge = Judge(
            inbox=self.inbox,
            units=self.units,
            parser=parse,
            rules=self.rules,
            gate_rules=tuple,
            reactions=lambda: self.office,
            outbox=self.outbox,
            groups=["group"],
            on_judged=lambda judged: None,
            progress=Heartbeat(),
            clock=lambda: datetime.now(UTC),
            capacity=capacity,
        )
        self.intake = Intake(
            self.inbox,
            SecretGate([], lambda content: content),
            groups=["group"],
            watched=lambda receipt: False,
            on_admitted=self.judge.accept,
            clock=lambda: datetime.now(UTC),
        )
        self.thread = threading.Thread(target=self.judge.run)

    def say(self, *texts: str, first: int = 1) -> None:
        self.intake.admit([element(str(first + n), text, at_ms=first + n) for n, text in enumerate(texts)])

    def judged(self) -> list[str]:
        if not self.thread.is_alive():
            self.thread.start()
        assert self.judge.drain(10)
        self.judge.stop()
        self.thread.join(60)
        assert not self.thread.is_alive()
        return [event.key for _, event, _ in self.units.committed.recorded]


def verdicts(given: Given) -> dict[str, Verdict]:
    return {event.key: verdict for _, event, verdict in given.units.committed.recorded}


def test_what_an_earlier_process_left_is_judged_at_start() -> None:
    given = Given()
    given.inbox.admit([entry(str(number), at_ms=number) for number in range(1, 1301)])
    assert given.judged() == [str(number) for number in range(1, 1301)]


def test_a_finding_is_recorded_and_reacted_to() -> None:
    given = Given()
    given.say("tốt", "xấu")
    assert given.judged() == ["1", "2"]
    assert [f.label for f in verdicts(given)["2"].findings] == ["word"]
    assert given.units.committed.reactions == ["1", "2"]


def test_nothing_is_written_while_something_is_changed_between_batches() -> None:
    given = Given()
    with given.judge.between_batches():
        given.say("xấu")
        given.thread.start()
        assert not given.judge.drain(0.3)
        given.rule = WordRule(clause="9.2", severity=Severity.MINOR, maturity=Maturity.ACTIVE, parameters=Parameters())
        assert not given.units.committed.recorded
    assert given.judge.drain(10)
    given.say("xấu", first=2)
    assert given.judged() == ["1", "2"]
    assert [finding.clause for finding in verdicts(given)["2"].findings] == ["9.2"]


def test_nobody_who_wants_to_write_waits_for_the_rules() -> None:
    given = Given()
    open_meanwhile: list[bool] = []

    def check(event: EventBase, context: RuleContext) -> Iterable[Finding]:
        open_meanwhile.append(given.units.open)
        return []

    given.rule.check = check  # type: ignore[method-assign]
    given.say("một", "hai")
    assert given.judged() == ["1", "2"]
    assert open_meanwhile == [False, False]


def test_a_rule_that_raises_is_an_outcome() -> None:
    given = Given()
    given.say("nổ", "xấu")
    given.judged()
    assert [(f.rule_id, f.error.split()[0]) for f in verdicts(given)["1"].failures] == [("9.1-tu-xau", "ValueError")]
    assert verdicts(given)["2"].findings


@pytest.mark.parametrize("text", ["lạ", "hỏng"])
def test_what_cannot_be_understood_becomes_a_dead_letter_and_stops_nothing(text: str) -> None:
    given = Given()
    given.say("một", text, "ba")
    assert given.judged() == ["1", "3"]
    [(item, reason)] = given.units.committed.buried
    assert item.entry.key == "2"
    assert text not in reason


def test_a_fault_of_the_office_costs_neither_the_event_nor_its_neighbours() -> None:
    given = Given()
    given.say("một", "văn phòng hỏng", "ba")
    assert given.judged() == ["1", "2", "3"]
    assert verdicts(given)["2"].failures[0].rule_id == "office"
    assert given.units.committed.reactions == ["1", "3"]


def test_what_is_read_in_advance_tells_of_everything_that_was_sent_before_it() -> None:
    given = Given()
    given.say("đọc hỏng", "/đọc", "hai", "/đọc lại")
    assert given.judged() == ["1", "2", "3", "4"]
    assert given.office.read == [("2", []), ("4", ["2", "3"])]
    assert verdicts(given)["1"].failures[0].rule_id == "office"


def test_a_locked_database_delays_and_judges_nothing_twice() -> None:
    given = Given()
    given.units.failures = 2
    given.inbox.failures = 0
    given.say("một", "hai")
    assert given.judged() == ["1", "2"]


def test_a_burst_beyond_its_memory_is_read_back_from_the_inbox() -> None:
    given = Given(capacity=10)
    given.thread.start()
    for start in range(1, 401, 40):
        given.say(*(f"câu {start + n}" for n in range(40)), first=start)
    assert given.judged() == [str(number) for number in range(1, 401)]


class Thinking:
    """Rules that take a millisecond, in which whoever gives goes on giving; notes what was written before."""

    def __init__(self, units: MemoryUnitsOfWork) -> None:
        self.units = units
        self.written_before: list[int] = []

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]]) -> list[Verdict]:
        self.written_before.append(len(self.units.committed.recorded))
        time.sleep(0.001)
        return [Verdict()] * len(cases)


def test_a_judge_that_only_waits_for_its_turn_need_not_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "zalo_governor.pipeline.judge._CATCH_UP_SECONDS", 10.0
    )  # a busy machine may let the thread wait
    given = Given(capacity=30, rules=Thinking)
    given.thread.start()
    assert given.judge.drain(10)
    read = given.inbox.read
    for start in range(1, 401, 20):
        given.say(*(f"câu {start + n}" for n in range(20)), first=start)
    assert given.judged() == [str(number) for number in range(1, 401)]
    assert given.inbox.read == read


def test_a_judge_that_is_held_up_holds_nobody_up() -> None:
    given = Given(capacity=30)  # and no thread: it takes nothing
    before = time.monotonic()
    for start in range(1, 401, 20):
        given.say(*(f"câu {start + n}" for n in range(20)), first=start)
    assert time.monotonic() - before < 5
    assert given.judged() == [str(number) for number in range(1, 401)]


def test_a_sealed_entry_is_judged_without_its_text() -> None:
    given = Given()
    given.inbox.admit([entry("1", "bí danh", seal=Seal("door", "unchecked", None, 7, b"mac"))])
    given.judged()
    [(_, event, verdict)] = given.units.committed.recorded
    assert isinstance(event, SealedHeard)
    [finding] = verdict.findings
    assert isinstance(finding, SealedFinding)
    assert finding.severity is Severity.CRITICAL


def test_of_our_own_acts_messages_are_reacted_to_and_deletions_are_not() -> None:
    given = Given()
    kinds = (ElementKind.MESSAGE, ElementKind.DELETION, ElementKind.RECALL)
    given.intake.admit([element(kind.value, "của Hệ thống", sender_uid="bot", kind=kind) for kind in kinds])
    given.judged()
    assert given.units.committed.reactions == ["message"]


def test_a_quote_accuses_nobody_unless_nobody_said_it_before() -> None:
    given = Given()
    seal = Seal("gone", "classified", None, 7, b"mac", "4.3")
    forged = seal._replace(mac=b"other", quoted=True)
    given.inbox.admit(
        [
            entry("1", "bí danh", seal=seal),
            entry("2", "trích", seal=seal._replace(quoted=True)),
            entry("3", "trích điều chưa ai nói", seal=forged),
        ]
    )
    given.judged()
    found = [verdict.findings[0] for _, _, verdict in given.units.committed.recorded]
    assert [(finding.label, finding.clause) for finding in found] == [("classified", "4.3")] * 3
    assert [finding.severity for finding in found] == [Severity.CRITICAL, Severity.SUSPECT, Severity.CRITICAL]


def test_our_own_messages_confirm_their_sends_and_no_rule_judges_them() -> None:
    given = Given()
    given.intake.admit([element("9", "xấu", sender_uid="bot", cli_key="1700000000123")])
    given.judged()
    assert verdicts(given)["9"] == Verdict()
    assert given.outbox.log == ["confirmed 1700000000123 9"]


def test_a_database_locked_just_after_the_judgement_has_nothing_judged_again() -> None:
    given = Given()
    given.outbox.failures = 2
    given.intake.admit([element("9", "xấu", sender_uid="bot", cli_key="1700000000123")])
    assert given.judged() == ["9"]
    assert given.units.committed.buried == []
    assert given.outbox.log == ["confirmed 1700000000123 9"]


def test_a_database_locked_while_a_dead_letter_is_written_does_not_end_the_judge() -> None:
    given = Given()
    given.units.breaks_on = "2"
    given.say("một", "hai", "ba")
    assert given.judged() == ["1", "3"]
    assert [(item.entry.key, reason) for item, reason in given.units.committed.buried] == [
        ("2", "judge fault: OverflowError")
    ]


def test_a_client_id_that_no_database_takes_confirms_nothing_and_costs_nothing() -> None:
    given = Given()
    given.intake.admit([element("9", "xấu", sender_uid="bot", cli_key="9" * 5000)])
    assert given.judged() == ["9"]
    assert given.outbox.log == []


def test_a_lane_that_waits_for_backfill_does_not_keep_the_processor_busy() -> None:
    given = Given(capacity=2)
    given.judge.hold("bot", ["group"])
    given.say(*(f"câu {n}" for n in range(3)))
    before = time.process_time()
    given.thread.start()
    time.sleep(0.4)
    spent = time.process_time() - before
    given.judge.release("bot", ["group"])
    assert given.judged() == ["1", "2", "3"]
    assert spent < 0.2


def test_what_stands_before_something_that_an_earlier_process_judged_is_late() -> None:
    given = Given()
    given.inbox.judged_before = [("bot", 2, "2"), ("bot", 1, "1")]
    given.say("một", "hai", "ba")
    given.inbox.failures = 1
    given.judged()
    assert [(event.key, event.late) for _, event, _ in given.units.committed.recorded] == [
        ("1", True),
        ("2", False),
        ("3", False),
    ]


def test_an_entry_is_asked_about_once_all_batches_before_it_are_written() -> None:
    given = Given(rules=Thinking)
    given.inbox.admit([entry(str(number), at_ms=number) for number in range(1, 1202)])
    assert given.judged() == [str(number) for number in range(1, 1202)]
    assert isinstance(given.rules, Thinking)
    assert given.rules.written_before == [0, 600, 1200]


@pytest.mark.parametrize("error", [ProgramEndsError("now"), AttributeError("closed meanwhile")], ids=["ends", "closed"])
def test_what_the_rules_had_no_time_for_waits_for_the_next_start(error: Exception) -> None:
    class Ending(Thinking):
        def ask(self, cases: Sequence[tuple[EventBase, RuleContext]]) -> list[Verdict]:
            given.judge.stop()
            raise error

    given = Given(rules=Ending)
    given.say("một")
    given.thread.start()
    given.thread.join(60)
    assert not given.thread.is_alive()
    assert given.units.committed.recorded == []
    assert [waiting.entry.key for waiting in given.inbox.waiting(after_id=0, limit=10)] == ["1"]


def test_a_judge_that_cannot_read_who_a_sender_is_records_each_try_so_that_it_does_not_count_as_hanging(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []
    failures = [StoreUnavailableError("the database is not available"), StoreUnavailableError("it is not")]

    class Away(Thinking):
        def ask(self, cases: Sequence[tuple[EventBase, RuleContext]]) -> list[Verdict]:
            if failures:
                raise failures.pop()
            return super().ask(cases)

    given = Given(rules=Away)
    monkeypatch.setattr(given.judge.progress, "tries_again", lambda: tries.append(len(failures)))
    given.say("một")
    assert given.judged() == ["1"]
    assert tries == [1, 0]
