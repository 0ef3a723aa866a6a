"""The login at the start: an answer that came only in half is asked for again, a refusal is not."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from zalo_governor.app import bootstrap
from zalo_governor.app.bootstrap import _Bot
from zalo_governor.app.context import open_records
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.zalo.errors import LoginRefusedError

Start = Callable[[list[int | None]], bool]


@pytest.fixture
def log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a bot to whose logins Zalo answers with these codes one after the other, None for a session."""
    (tmp_path / "session.json").write_text(
        json.dumps({"imei": "i", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": "x"}})
    )
    (tmp_path / "governor.yaml").write_text(f"data_dir: {tmp_path / 'data'}\n")
    bot = _Bot(open_records(load_settings(tmp_path / "governor.yaml"), system_clock), tmp_path / "governor.yaml")
    bot._session.close()
    monkeypatch.setattr(bot._rules, "start", lambda: None)
    monkeypatch.setattr(bootstrap, "_LOGIN_DELAYS", (0,))

    def start(codes: list[int | None]) -> bool:
        def login() -> None:
            if (code := codes.pop(0)) is not None:
                raise LoginRefusedError(code, "thử")

        monkeypatch.setattr(bot, "_session", SimpleNamespace(login=login, uid="700", close=lambda: None))
        return bot.log_in(threading.Event())

    yield start
    bot.close()


def test_half_an_answer_is_no_refusal(log_in: Start) -> None:
    assert log_in([0, 0, None])


def test_nothing_but_half_answers_is_a_refusal(log_in: Start) -> None:
    with pytest.raises(LoginRefusedError):
        log_in([0] * 20)


def test_a_refusal_is_final_at_once(log_in: Start) -> None:
    with pytest.raises(LoginRefusedError):
        log_in([102, None])
