"""The doctor beside a real Zalo (simulated) and a real bot."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.rig import GROUP, MEMBER, Rig, rig
from tests.unit.app.monitoring.test_server import free_port
from tests.unit.app.test_fallback_alert import hook, posts
from zalo_governor.cli.exit_codes import ExitCode

__all__ = ["hook"]

LOGIN = "/api/login/getLoginInfo"


def doctor(bot: Rig, *options: str) -> tuple[int, dict[str, str]]:
    """Exit code, and the worst level of each check."""
    command = [sys.executable, "-m", "zalo_governor", "doctor", "--json", "--config", str(bot.config), *options]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert not run.stderr, run.stderr
    order = ["good", "note", "skipped", "warning", "error"]
    worst: dict[str, str] = {}
    for result in json.loads(run.stdout)["checks"]:
        before = worst.get(result["id"], "good")
        worst[result["id"]] = max(before, result["level"], key=order.index)
    return run.returncode, worst


def logins(bot: Rig) -> int:
    return sum(call["path"] == LOGIN for call in bot.state("calls"))


def test_the_doctor_examines_an_installation_before_during_and_after_the_bot_runs(tmp_path: Path) -> None:
    with rig(tmp_path) as bot:
        bot.configure("health", port=free_port())
        code, before = doctor(bot)
        assert (before["zalo_way"], before["clock"], before["process"]) == ("warning", "good", "skipped")

        bot.start_bot()
        entered, sockets = logins(bot), bot.sockets_opened()
        code, found = doctor(bot)
        assert (found["process"], found["health"], found["zalo_session"]) == ("good", "good", "good")
        assert (found["zalo_groups"], found["people_present"]) == ("good", "warning"), (
            "the two with roles are no members"
        )
        assert (found["zalo_rights"], found["alarm"], code) == ("good", "warning", 1)
        assert (logins(bot), bot.sockets_opened()) == (entered, sockets), "the running bot has the session for itself"
        bot.control("config", handshake=503)
        bot.control("abort")
        bot.until(lambda: doctor(bot)[1]["health"] == "error", "the bot's own word is that it is blind")
        bot.control("config", handshake=None)
        assert bot.stop_bot() == 0

        bot.control("world", groups=[{"id": GROUP, "owner": MEMBER, "admins": []}])
        code, found = doctor(bot)
        assert logins(bot) == entered + 1
        assert (found["process"], found["zalo_session"], found["zalo_groups"]) == ("note", "good", "good")
        assert found["zalo_rights"] == "warning", "asked anew: the account is no deputy any more"
        bot.control("config", expired=["rig"])
        code, found = doctor(bot)
        assert (code, found["zalo_session"], found["zalo_groups"]) == (2, "error", "skipped")
        bot.control("config", expired=[])
        assert doctor(bot, "--offline")[1]["zalo_way"] == "skipped"


def test_a_refused_login_ends_the_bot_with_a_code_of_its_own_and_is_told_past_zalo(tmp_path: Path, hook: Any) -> None:
    with rig(tmp_path) as bot:
        bot.configure("alarm", webhook=f"http://127.0.0.1:{hook.server_address[1]}/alarm")
        bot.control("config", expired=["rig"])
        program = bot.launch_bot()
        bot.until(lambda: not program.running, "it ends")
        assert program.stop() == ExitCode.LOGIN_REFUSED
        told = "không nhận phiên đăng nhập của Hệ thống hỗ trợ quản lý Nhóm (mã 102)"
        assert [told in post["text"] for post in posts] == [True]


@pytest.mark.parametrize("option", ["--offline", "--json"])
def test_it_works_without_a_settings_file(tmp_path: Path, option: str) -> None:
    command = [sys.executable, "-m", "zalo_governor", "doctor", option]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path)
    assert run.returncode == 2
    assert "governor.yaml" in run.stdout
    assert list(tmp_path.iterdir()) == []
