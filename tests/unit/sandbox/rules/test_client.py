"""Whatever a rule does to its process, every message gets its verdict, and the other rules are heard."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.unit.sandbox.rules.bad_rules import BAD, FINDS, OPENS, engine
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ProgramEndsError
from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Finding, RuleFailure, Verdict
from zalo_governor.rules.base import NO_CONTEXT, RuleContext
from zalo_governor.rules.engine import Engine
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.sandbox.rules import circuit_breaker
from zalo_governor.sandbox.rules.client import RuleWorkerClient, command
from zalo_governor.system.process import on_the_core

BAD_RULES = Path(__file__).with_name("bad_rules.py")
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def cases(*texts: str) -> list[tuple[EventBase, RuleContext]]:
    return [(MessageSent(id=n, at=NOW, text=text), NO_CONTEXT) for n, text in enumerate(texts)]


def nowhere_else() -> Engine:
    raise AssertionError("the rules were asked in this process")


@contextmanager
def apart(
    called: list[str],
    here: Callable[[], Engine] = nowhere_else,
    *,
    on_lost: Callable[[], object] = lambda: None,
    patience: float = 60,
    seconds: Callable[[], float] = time.monotonic,
) -> Iterator[RuleWorkerClient]:
    rules = RuleWorkerClient(called, here=here, on_lost=on_lost, patience=patience, seconds=seconds)
    rules.start()
    try:
        yield rules
    finally:
        rules.close()


def bad_rules(folder: Path) -> list[str]:
    return [sys.executable, str(BAD_RULES), str(folder)]


def failures(verdicts: list[Verdict]) -> list[list[RuleFailure]]:
    return [list(verdict.failures) for verdict in verdicts]


def all_found(verdicts: list[Verdict]) -> bool:
    return all([finding.rule_id for finding in verdict.findings] == [FINDS] for verdict in verdicts)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a program choose its cores")
def test_a_thread_that_keeps_to_one_core_begins_a_process_that_does_not(tmp_path: Path) -> None:
    cores: list[set[int]] = []

    @on_the_core
    def ask() -> None:
        with capture_logs() as logs, apart(bad_rules(tmp_path)) as rules:
            assert all_found(rules.ask(cases("một")))
            [pid] = [line["pid"] for line in logs if line["event"] == "rules_process_ready"]
            cores.extend((os.sched_getaffinity(0), os.sched_getaffinity(pid)))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert [len(bound) for bound in cores] == [1, len(os.sched_getaffinity(0))]


def test_the_verdicts_are_those_of_the_same_rules_in_this_process() -> None:
    lines = (shipped_config() / "benign" / "messages.vi.txt").read_text(encoding="utf-8").splitlines()[:300]
    asked = cases(*lines, "De nghi cac dong chi gui bao cao truoc gio hop chieu nay", "a\ud800b", "")
    here = load_rulebook(shipped_config()).engine
    with apart(command(shipped_config())) as rules:
        for _ in range(2):
            verdicts = rules.ask(asked)
            assert verdicts == [here.judge(*case) for case in asked]
            assert any(verdict.findings for verdict in verdicts)
        assert rules.ask([]) == []


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("treo", "no answer within 1 s"),
        ("sập", "process ended by SIGSEGV"),
        ("ngốn", "MemoryError at bad_rules.py"),
        ("lỗi", "ValueError at bad_rules.py"),
    ],
)
def test_a_rule_that_hangs_or_crashes_fails_on_that_message_alone(tmp_path: Path, does: str, told: str) -> None:
    with apart(bad_rules(tmp_path), patience=1) as rules:
        verdicts = rules.ask(cases("một", does, "hai"))
        first, failed, last = failures(verdicts)
        assert (first, last) == ([], [])
        [failure] = failed
        assert failure.rule_id == BAD
        assert failure.error.startswith(told)
        assert all_found(verdicts)
        again = rules.ask(cases("ba"))
        assert failures(again) == [[]]
        assert all_found(again)


def test_no_rule_is_blamed_for_a_process_that_somebody_killed(tmp_path: Path) -> None:
    with apart(bad_rules(tmp_path)) as rules:
        verdicts = rules.ask(cases("một", "sập một lần", "hai"))
        assert failures(verdicts) == [[], [], []]
        assert all_found(verdicts)


def test_each_question_gets_its_own_answer_whatever_happens(tmp_path: Path) -> None:
    with apart(bad_rules(tmp_path), patience=1) as rules:
        for first, second in (("một", "hai"), ("treo", "sập"), ("sập một lần", "treo"), ("lỗi", "một")):
            verdicts = [rules.ask(cases(*["một"] * 200, first)), rules.ask(cases(second, *["hai"] * 300))]
            assert [len(given) for given in verdicts] == [201, 301]
            assert all(map(all_found, verdicts))
            failed = [[place for place, told in enumerate(failures(given)) if told] for given in verdicts]
            fails = {"treo", "sập", "lỗi"}
            assert failed == [[200] if first in fails else [], [0] if second in fails else []]


def test_a_rule_that_goes_on_crashing_is_not_asked_for_ten_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "_MOST", 2)
    now = [0.0]
    with apart(bad_rules(tmp_path), seconds=lambda: now[0]) as rules:
        verdicts = rules.ask(cases("sập", "sập", "hai"))
        assert [len(failed) for failed in failures(verdicts)] == [1] * 3
        [told] = failures(rules.ask(cases("ba")))
        assert told == [RuleFailure(rule_id=BAD, error="suspended: hung or crashed 2 times")]
        now[0] = 601.0
        assert failures(rules.ask(cases("bốn"))) == [[]]


def test_who_watches_is_told_at_each_loss_that_the_work_goes_on(tmp_path: Path) -> None:
    lost: list[str] = []
    with apart(bad_rules(tmp_path), on_lost=lambda: lost.append("lost"), patience=1) as rules:
        assert all_found(rules.ask(cases("treo", "một", "treo")))
    assert lost == ["lost", "lost"]


@pytest.mark.parametrize(
    "called", [["/no/such/program"], [sys.executable, "-c", ""]], ids=["not there", "ends at once"]
)
def test_where_no_process_can_be_had_the_rules_are_asked_here(called: list[str]) -> None:
    now, asked = [0.0], cases("một", "lỗi")
    with capture_logs() as logs, apart(called, engine, seconds=lambda: now[0]) as rules:
        for _ in range(3):
            assert all_found(rules.ask(asked))
        tried = [line["event"] for line in logs].count("rules_asked_here")
        now[0] += 1.5
        assert all_found(rules.ask(asked))
        assert [line["event"] for line in logs].count("rules_asked_here") == tried + 1


def test_new_files_count_from_the_next_question_on_and_wrong_ones_do_not(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(shipped_config(), folder)
    path = folder / "rules" / "3.1-tieng-viet-co-dau.yaml"
    text = path.read_text(encoding="utf-8")
    asked = cases("De nghi cac dong chi gui bao cao truoc gio hop chieu nay")

    def shadow(rules: RuleWorkerClient) -> bool:
        [verdict] = rules.ask(asked)
        [finding] = verdict.findings
        assert isinstance(finding, Finding)
        return finding.shadow

    with apart(command(folder)) as rules:
        assert not shadow(rules)
        path.write_text(text.replace("maturity: active", "maturity: shadow"), encoding="utf-8")
        assert not shadow(rules)
        rules.reload()
        assert shadow(rules)
        path.write_text("id: [", encoding="utf-8")
        rules.reload()
        with capture_logs() as logs:
            assert shadow(rules)
        [line] = [line for line in logs if line["event"] == "rules_process_not_loaded"]
        assert path.name in line["reason"]


def test_where_the_new_process_dies_while_it_loads_nobody_is_judged_by_the_old_rules(tmp_path: Path) -> None:
    called, now = bad_rules(tmp_path), [0.0]
    with capture_logs() as logs, apart(called, engine, seconds=lambda: now[0]) as rules:
        assert all_found(rules.ask(cases("một")))
        good, called[1:] = called[1:], ["-c", ""]
        rules.reload()
        assert all_found(rules.ask(cases("hai")))
        assert "rules_asked_here" in [line["event"] for line in logs]
        called[1:] = good
        now[0] += 1.5
        assert all_found(rules.ask(cases("ba")))
    assert [line["event"] for line in logs].count("rules_process_ready") == 2


def test_who_waits_for_a_rule_that_hangs_is_let_go_at_the_end(tmp_path: Path) -> None:
    with apart(bad_rules(tmp_path)) as rules:
        ending = threading.Timer(0.5, rules.leave)
        ending.start()
        began = time.monotonic()
        with pytest.raises(ProgramEndsError):
            rules.ask(cases("treo"))
        assert time.monotonic() - began < 10
        ending.join()


def test_told_to_end_it_still_answers_who_asks(tmp_path: Path) -> None:
    with capture_logs() as logs, apart(bad_rules(tmp_path)) as rules:
        assert all_found(rules.ask(cases("một")))
        [pid] = [line["pid"] for line in logs if line["event"] == "rules_process_ready"]
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(pid, number)
        assert all_found(rules.ask(cases("hai")))
    assert [line["event"] for line in logs] == ["rules_process_ready"]


def test_it_dies_with_who_asks_even_while_a_rule_hangs(tmp_path: Path) -> None:
    code = f"""
from tests.unit.sandbox.rules.test_client import *
rules = RuleWorkerClient(bad_rules(Path({str(tmp_path)!r})), here=nowhere_else, on_lost=lambda: None)
rules.start()
rules.ask(cases("treo"))
print(rules._child.pid, flush=True)
threading.Event().wait()
"""
    root = Path(__file__).parents[4]
    asks = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    with asks:
        assert asks.stdout is not None
        pid = next(int(line) for line in asks.stdout if line.strip().isdigit())
        os.kill(pid, 0)
        asks.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_has_nothing_that_opens_anything_and_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in OPENS:
        monkeypatch.setenv(name, "x")
    with capture_logs(), apart(bad_rules(tmp_path)) as rules:
        [verdict] = rules.ask(cases("nói"))
    assert [finding.label for finding in verdict.findings] == ["found"]
    assert capfd.readouterr() == ("", "")
