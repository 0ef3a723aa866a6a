"""The watcher: asks the bot's health page or receives its signals, and tells people of silence by mail or webhook."""

import asyncio
import hmac
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, web

from zalo_governor.app.fallback_alert import FallbackAlert
from zalo_governor.app.monitoring.dead_man_signal import FAIL, START
from zalo_governor.app.monitoring.health import Condition
from zalo_governor.app.watching.silence import Alarm, Reason, Silence
from zalo_governor.config.watch import Listening, WatchSettings
from zalo_governor.domain.clock import Clock, minutes_of
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.formatter import moment, number
from zalo_governor.messaging.templates import TextId
from zalo_governor.system.error_text import of_system

_TIMEOUT = ClientTimeout(total=20)
_MOST_BYTES = 1 << 16
"""How much of an answer is read; the health page has some hundred bytes."""
WHY = {
    Reason.NO_ANSWER: TextId("watch_no_answer"),
    Reason.OTHER_ANSWER: TextId("watch_other_answer"),
    Reason.NO_SIGNAL: TextId("watch_no_signal"),
    Reason.STARTING: TextId("watch_starting"),
    Reason.BLIND: TextId("watch_blind"),
    Reason.STUCK: TextId("watch_stuck"),
    Reason.DATABASE_AWAY: TextId("watch_database_away"),
}
"""Reason -> its words in the alarms."""


class Watcher:
    """Watches one bot by its health page or its signals; alerts people when it is silent, and when it is back.

    Args:
        settings: what is watched and who is told.
        silence: measures how long the bot has been silent.
        catalogue: the texts of the alarms.
        tell: called with a Vietnamese line for the operator when something changes.
        clock: gives the present time.
    """

    def __init__(
        self,
        settings: WatchSettings,
        silence: Silence,
        catalogue: Catalogue,
        *,
        tell: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._silence = silence
        self._say = catalogue.render
        self._alert = FallbackAlert(settings.alarm)
        self._tell = tell
        self._clock = clock
        self._shown: str | None = None
        """The line about the bot's condition that was shown last."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Watch until `stopping` is set.

        Raises:
            ConfigError: the address for signals cannot be listened on.
        """
        listening = self._settings.listening
        runner = await _listen(listening, self._signalled) if listening else None
        minutes = f"{self._settings.after.total_seconds() / 60:g}".replace(".", ",")
        self._tell(f"Bắt đầu giám sát; quá {minutes} phút không có tín hiệu hoạt động thì báo.")
        try:
            async with ClientSession(timeout=_TIMEOUT, trust_env=True) as session:
                while not stopping.is_set():
                    await self._look(session)
                    await _wait(stopping, self._settings.every.total_seconds())
        finally:
            if runner:
                await runner.cleanup()
            self._tell("Đã dừng giám sát.")

    async def _look(self, session: ClientSession) -> None:
        """Ask the health page, if the settings name one; then send the alarm that is due."""
        if self._settings.url:
            reason = await _ask(session, self._settings.url)
            if reason is None:
                self._good()
            else:
                self._bad(reason)
        self._silence.pass_time(self._clock())
        alarm = self._silence.due()
        if alarm:
            await self._alarm(alarm)
        self._save()

    async def _alarm(self, alarm: Alarm) -> None:
        """Send an alarm by mail and webhook; if neither works, the next look tries again."""
        subject, text = self._texts(alarm)
        if await asyncio.to_thread(self._alert.deliver, subject, text):
            self._silence.told(alarm)
            silent = alarm is Alarm.SILENT
            self._tell(f"Đã báo: Hệ thống {'ngừng phát tín hiệu hoạt động' if silent else 'hoạt động trở lại'}.")
        else:
            self._tell("Chưa gửi được cảnh báo qua kênh nào; sẽ tự gửi lại.")

    def _signalled(self, kind: str, reason: str) -> None:
        """Handle a signal of the bot; `kind` is the end of its URL, `reason` the name of its problem."""
        if kind == FAIL:
            self._bad(Reason(reason) if reason in set(Reason) else Reason.NO_SIGNAL)
        elif kind == START:
            self._tell("Hệ thống vừa khởi động.")
        else:
            self._good()
        self._save()

    def _good(self) -> None:
        self._silence.good(self._clock())
        self._show("Hệ thống hoạt động bình thường.")

    def _bad(self, reason: Reason) -> None:
        self._silence.bad(reason)
        self._show(f"Có trục trặc: {self._say(WHY[reason])}.")

    def _show(self, line: str) -> None:
        if line != self._shown:
            self._tell(line)
        self._shown = line

    def _save(self) -> None:
        try:
            self._silence.save()
        except OSError as error:
            self._show(f"Không ghi được tệp trạng thái ({of_system(error)}).")

    def _texts(self, alarm: Alarm) -> tuple[str, str]:
        """Return subject and text of an alarm."""
        silence, since = self._silence, moment(self._silence.since)
        name = f" ({self._settings.name})" if self._settings.name else ""
        if alarm is Alarm.BACK:
            back = silence.back_at or self._clock()
            subject = self._say(TextId("watch_back_subject"), name=name, at=moment(back))
            minutes = number(minutes_of(back - silence.since))
            return subject, self._say(TextId("watch_back"), name=name, at=moment(back), since=since, minutes=minutes)
        subject = self._say(TextId("watch_silent_subject"), name=name, since=since)
        why = self._say(WHY[silence.reason])
        text = self._say(TextId("watch_silent"), name=name, since=since, why=why)
        return subject, text if silence.ever_good else f"{text}\n{self._say(TextId('watch_never_good'))}"


async def _ask(session: ClientSession, url: str) -> Reason | None:
    """Ask a health page; return why its answer is not good, None if it is."""
    try:
        async with session.get(url, allow_redirects=False) as answer:
            status, content = answer.status, await answer.content.read(_MOST_BYTES)
            told = _condition(content)
    except (ClientError, TimeoutError, OSError, ValueError):
        return Reason.NO_ANSWER
    if status == HTTPStatus.OK and told == Condition.HEARING:
        return None
    return Reason(told) if told in set(Reason) else Reason.OTHER_ANSWER


def _condition(content: bytes) -> str:
    """Return the condition that a health page names; "" if it names none."""
    try:
        told: Any = orjson.loads(content)
    except ValueError:
        return ""
    return str(told.get("status")) if isinstance(told, dict) else ""


async def _listen(where: Listening, take: Callable[[str, str], None]) -> web.AppRunner:
    """Start to receive signals at `where`, calling `take` with kind and reason of each; return what must be cleaned up.

    Raises:
        ConfigError: the address cannot be listened on.
    """

    async def signal(request: web.Request) -> web.Response:
        kind = request.match_info.get("kind", "")
        given = request.match_info["token"].encode()
        if not hmac.compare_digest(given, where.token.encode()) or kind not in {"", START, FAIL}:
            raise web.HTTPNotFound
        body = await request.content.read(64)
        take(kind, body.decode("ascii", "replace").strip())
        return web.Response(text="OK\n")

    app = web.Application(client_max_size=1024)
    for path in ("/{token}", "/{token}/", "/{token}/{kind}"):
        app.router.add_route("GET", path, signal)
        app.router.add_route("POST", path, signal)
        app.router.add_route("HEAD", path, signal)
    # No access log: the path is a secret.
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, where.host, where.port).start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(
            f"--listen: không mở được {where.host}:{where.port} ({of_system(error)}); đổi địa chỉ hoặc cổng"
        ) from None
    return runner


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    """Wait for so many seconds, or until the event is set."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
