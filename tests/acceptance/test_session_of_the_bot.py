"""The session of the whole bot: versions that Zalo refuses, other hosts, cookies that vanish, and a session that dies.

What of it people see: the messages that arrive, the health address, the doctor, and the channel past Zalo.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.rig import Rig, rig, somebody
from tests.unit.app.monitoring.test_server import free_port
from tests.unit.app.test_fallback_alert import Hook, serve
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.zalo.auth.browser import browser_headers

LOGIN, SMS = "/api/login/getLoginInfo", "/api/message/sms"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)


class Channel:
    """A webhook for the alerts past Zalo, with what is posted there."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        kept = self.posts

        class Kept(Hook):
            posts = kept

        self.server = HTTPServer(("127.0.0.1", 0), Kept)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/alarm"


@contextmanager
def new_bot(folder: Path) -> Iterator[Rig]:
    """A bot that has not been started, with a health address, as the browser Chrome on Windows."""
    with rig(folder) as made:
        made.configure("health", port=free_port())
        session = {"imei": "rig", "user_agent": CHROME, "cookies": {"zpw_sek": "rig"}}
        (folder / "session.json").write_text(json.dumps(session))
        yield made


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Rig]:
    """One for a test alone."""
    with new_bot(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Any, Future[None]]]:
    """Those that wait for minutes, mostly for pauses of the program: each with a bot of its own, side by side."""

    def play(scene: Any, folder: Path) -> None:
        channel = Channel()
        with contextmanager(serve)(channel.server), new_bot(folder) as made:
            scene(made, channel)

    with ThreadPoolExecutor(len(SCENES)) as pool:
        yield {scene: pool.submit(play, scene, tmp_path_factory.mktemp("scene")) for scene in SCENES}


def healthz(bot: Rig) -> dict[str, Any]:
    """What the health address says."""
    port = yaml.safe_load(bot.config.read_text())["health"]["port"]
    answer: dict[str, Any] = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60).json()
    return answer


def doctor(bot: Rig, check: str) -> str:
    """What the doctor says in one check, results and advice."""
    command = [sys.executable, "-m", "zalo_governor", "doctor", "--json", "--config", str(bot.config)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    results = [result for result in json.loads(run.stdout)["checks"] if result["id"] == check]
    return json.dumps(results, ensure_ascii=False)


def calls(bot: Rig, path: str = "") -> list[dict[str, Any]]:
    """The calls of the bot, all or those of a path."""
    return [call for call in bot.state("calls") if path in {"", call["path"]}]


def dies_with_600(bot: Rig, channel: Channel) -> None:
    bot.configure("alarm", webhook=channel.address, after_minutes=1)
    bot.start_bot()
    entered = len(calls(bot, LOGIN))
    bot.control("config", expired=["rig"], expired_code=600, expired_may_log_in=True)
    uids = [somebody() for _ in range(5)]
    for uid in uids:
        bot.tell_bot("/trogiup", uid)
    bot.until(lambda: healthz(bot)["status"] != "hearing", "the health address says that something is wrong")
    assert healthz(bot)["line"] == "session_dead"
    assert bot.state("sockets") == 1, "it goes on hearing as long as it can"
    heard = bot.say("Tin khi phiên đã chết")
    bot.until(lambda: heard in bot.judged_keys(), "what still arrives is judged")
    said = doctor(bot, "health")
    assert "Zalo không nhận phiên đăng nhập nữa nên không gửi được tin" in said
    assert "zalo-governor login" in said
    bot.until(lambda: len(channel.posts) > 0, "people hear of it past Zalo", timeout=90)
    assert "Zalo không nhận phiên đăng nhập của Hệ thống" in channel.posts[0]["text"]
    assert "không tự đăng nhập lại" in channel.posts[0]["text"]
    assert len(calls(bot, LOGIN)) == entered, "nobody fights for the account"
    assert len(calls(bot, SMS)) < 6, "no storm of sends"
    assert [bot.told(uid) for uid in uids] == [[]] * 5
    assert {row for uid in uids for row in _outgoing(bot, uid)} == {("waiting", 0)}

    assert bot.stop_bot() == 0
    bot.control("config", expired=[])  # the same as after a login by a person
    bot.start_bot()
    bot.until(lambda: all(len(bot.told(uid)) == 1 for uid in uids), "what waited is sent, each once", timeout=90)
    assert healthz(bot)["status"] == "hearing"


def renewal_is_refused(bot: Rig, _channel: Channel) -> None:
    bot.start_bot()
    bot.control("config", expired=["rig"], expired_code=102)
    uid = somebody()
    bot.tell_bot("/trogiup", uid)
    bot.until(lambda: healthz(bot)["line"] == "session_dead", "the health address says so")
    assert bot.state("sockets") == 1
    bot.control("config", expired=[])
    bot.until(lambda: len(bot.told(uid)) == 1, "it is sent once Zalo accepts the session again", timeout=150)
    bot.until(lambda: healthz(bot)["status"] == "hearing", "all is well", timeout=200)


def taken_over(bot: Rig, channel: Channel) -> None:
    bot.configure("zalo", duplicate_pause_seconds=2)
    bot.configure("alarm", webhook=channel.address, after_minutes=1)
    bot.start_bot()
    entered = len(calls(bot, LOGIN))
    bot.control("config", expired=["rig"], expired_code=600, expired_may_log_in=True)
    bot.control("close", code=3003)
    bot.until(lambda: healthz(bot)["line"] == "kicked", "somebody else has the account")
    bot.until(lambda: healthz(bot)["line"] == "refused", "after the pause the handshake is refused")
    bot.until(lambda: any("đăng nhập lại" in post["text"] for post in channel.posts), "a person is called", timeout=100)
    assert len(calls(bot, LOGIN)) == entered
    bot.control("config", expired=[])
    bot.until(lambda: healthz(bot)["status"] == "hearing", "the other one has left", timeout=200)


SCENES = (dies_with_600, renewal_is_refused, taken_over)


@pytest.mark.timeout(400)
def test_a_session_that_dies_with_600_while_the_socket_lives_is_told_past_zalo_and_loses_no_message(
    scenes: dict[Any, Future[None]],
) -> None:
    scenes[dies_with_600].result()


@pytest.mark.timeout(400)
def test_a_session_whose_renewal_is_refused_while_the_socket_lives_is_no_hearing_bot(
    scenes: dict[Any, Future[None]],
) -> None:
    scenes[renewal_is_refused].result()


@pytest.mark.timeout(400)
def test_after_a_takeover_the_bot_does_not_log_in_and_calls_a_person(scenes: dict[Any, Future[None]]) -> None:
    scenes[taken_over].result()


def test_versions_that_zalo_refuses_are_told_and_the_one_that_works_is_kept(bot: Rig) -> None:
    bot.control("config", refused_versions=[691, 685])
    bot.start_bot()
    assert bot.bot
    assert bot.bot.log.read_text().count('"version_refused"') == 2
    bot.answer(somebody(), "/trogiup")
    assert {call["query"]["zpw_ver"] for call in calls(bot) if call["path"] != LOGIN} == {"647"}
    assert "Zalo không nhận phiên bản Zalo Web 685, 691" in doctor(bot, "zalo_session")
    assert bot.stop_bot() == 0
    before = len(calls(bot, LOGIN))
    bot.start_bot()
    assert [call["query"]["client_version"] for call in calls(bot, LOGIN)[before:]] == ["647"]


def test_where_no_version_is_accepted_the_program_ends_and_says_so(bot: Rig) -> None:
    bot.control("config", refused_versions=[691, 685, 647])
    program = bot.launch_bot()
    bot.until(lambda: not program.running, "it ends")
    assert program.stop() == ExitCode.LOGIN_REFUSED
    assert "client version is not supported" in program.log.read_text().splitlines()[-1]


def test_the_hosts_of_the_service_map_are_used_and_a_foreign_one_never_is(bot: Rig) -> None:
    hosts = {"chat": ["https://vidu.vn", "https://tt-chat9-wpa.chat.zalo.me"], "group": ["https://vidu.vn"]}
    bot.control("config", service_hosts=hosts)
    bot.start_bot()
    bot.answer(somebody(), "/trogiup")
    [send] = calls(bot, SMS)
    assert send["host"] == "tt-chat9-wpa.chat.zalo.me"
    assert {call["host"] for call in calls(bot, "/api/group/getmg-v2")} == {"tt-group-wpa.chat.zalo.me"}
    assert not any("vidu" in call["host"] for call in calls(bot))
    assert bot.bot
    assert bot.bot.log.read_text().count('"service_hosts_differ"') == 1


def test_cookies_that_vanish_do_not_take_the_session_along_not_even_over_a_restart(bot: Rig) -> None:
    bot.start_bot()
    bot.control("config", clear_cookie=True)
    for _ in range(2):
        bot.answer(somebody(), "/trogiup")
    bot.kill_bot()
    bot.start_bot()
    bot.answer(somebody(), "/trogiup")


def test_all_requests_come_from_one_browser_that_says_the_same_everywhere(bot: Rig) -> None:
    bot.start_bot()
    bot.answer(somebody(), "/trogiup")
    made = calls(bot)
    said = [{name.lower(): value for name, value in call["headers"].items()} for call in made]
    for name, value in browser_headers(CHROME).items():
        assert {headers.get(name.lower()) for headers in said} == {value}


def _outgoing(bot: Rig, uid: str) -> list[tuple[Any, ...]]:
    return bot.query("SELECT state, repeated FROM outbox WHERE thread_id = ?", uid)
