"""A rehearsal that meets Zalo's refusal, a broken network, and an operator who types before he is asked again."""

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.unit.simulator.running import Running
from zalo_governor import __version__
from zalo_governor.app.context import AppContext, open_records
from zalo_governor.cli.login.flow import SignInError
from zalo_governor.cli.rehearse import hearing as hearing_module
from zalo_governor.cli.rehearse.acts import all_acts
from zalo_governor.cli.rehearse.guide import Guide
from zalo_governor.cli.rehearse.hearing import Hearing
from zalo_governor.cli.rehearse.leads import send_long_texts
from zalo_governor.cli.rehearse.screen import Screen
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import GovernorError
from zalo_governor.simulator.world import GROUP_ID
from zalo_governor.zalo.recording.rehearsal import Observed, Outcome, Rehearsal
from zalo_governor.zalo.recording.structure import Describer


@pytest.fixture
def sim() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


@pytest.fixture
def records(sim: Running, tmp_path: Path) -> Iterator[AppContext]:
    """An installation whose spare account is logged in."""
    (tmp_path / "governor.yaml").write_text(f"zalo: {{route_to: '{sim.url}'}}\n", encoding="utf-8")
    session = {"imei": "dien-tap", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": "GIA-DINH"}}
    (tmp_path / "session.json").write_text(json.dumps(session))
    made = open_records(load_settings(tmp_path / "governor.yaml"), system_clock)
    yield made
    made.close()


@pytest.fixture
def hearing(records: AppContext) -> Iterator[Hearing]:
    made = Hearing(records, Describer())
    yield made
    made.close()


@pytest.mark.parametrize(
    ("handshake", "seconds", "said"),
    [(401, 20.0, "Zalo đã đóng kết nối"), (503, 0.5, "Kiểm tra mạng của máy")],
    ids=["Zalo", "network"],
)
def test_a_session_that_zalo_refuses_is_not_called_a_broken_network(
    sim: Running, hearing: Hearing, monkeypatch: pytest.MonkeyPatch, handshake: int, seconds: float, said: str
) -> None:
    monkeypatch.setattr(hearing_module, "_CONNECT_SECONDS", seconds)
    sim.order("config", handshake=handshake)
    with pytest.raises(GovernorError, match=said):
        hearing.connect(wants_old=False)


def test_a_text_that_the_network_loses_is_not_recorded_as_too_long_for_zalo(sim: Running, hearing: Hearing) -> None:
    sim.order("config", lose_answer=["/api/group/sendmsg"])
    with pytest.raises(SignInError, match="Tin 500 byte chưa gửi được"):
        send_long_texts(hearing, GROUP_ID, Console(file=io.StringIO()), system_clock())


def test_what_the_operator_types_while_the_program_is_offline_counts(
    records: AppContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, path = system_clock(), tmp_path / "ban-ghi.json"
    done = {act.id: Observed(outcome=Outcome.KNOWN, at=now) for act in all_acts() if act.id != "offline"}
    Rehearsal(program=__version__, began_at=now, changed_at=now, acts=done).save(path)
    reading, writing = os.pipe()
    os.write(writing, b"b\n")
    os.close(writing)  # Who waits for more is told that nobody is there.
    with os.fdopen(reading) as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        rehearsal = Guide(records, path, Screen(Console(file=io.StringIO())), GROUP_ID).run()
    assert rehearsal.acts["offline"].outcome is Outcome.NOT_SEEN
