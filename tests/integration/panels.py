"""The panel served on a loopback port beside a bot's database, and browsers that may break every rule of theirs."""

import asyncio
import http.client
import itertools
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import yaml

from tests.integration.line import CONFIG
from tests.unit.storage.stored import BOT, HandClock
from zalo_governor.app.configuration import Configuration, CurrentConfiguration, load_configuration
from zalo_governor.app.context import AppContext
from zalo_governor.cli import words
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.features.panel.access import issue_link
from zalo_governor.panel.gatekeeper import COOKIE
from zalo_governor.panel.office import Office, Words
from zalo_governor.panel.pages import all_routes
from zalo_governor.panel.serving import _serve
from zalo_governor.storage.engine.database import Database

_addresses = itertools.count(2)


@cache
def _configuration() -> Configuration:
    return load_configuration(Settings(config_dir=CONFIG))


def office_of(database: Database, clock: HandClock, folder: Path, groups: Mapping[str, str], **panel: Any) -> Office:
    """The installation of a bot that has the database and watches the groups; `panel` are settings of that section."""
    file = folder / "governor.yaml"
    (folder / "session.json").write_text("{}")
    given = {
        "groups": [{"id": group, "name": name} for group, name in groups.items()],
        "health": {"port": None},
        "panel": {"enabled": True, "port": _free_port()} | panel,
    }
    file.write_text(yaml.safe_dump(given, allow_unicode=True))
    settings = load_settings(file)
    configuration = CurrentConfiguration(_configuration()._replace(settings=settings))
    records = AppContext(configuration, database)
    records.keep_account(BOT)
    known = Words(words.action, words.value, words.facts, lambda: words.vietnamese()["actions"])
    return Office(records, file, known)


class Reply(NamedTuple):
    """What a browser gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Panel:
    """The panel, served."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.base = office.records.settings.panel.base
        self.port = office.records.settings.panel.port
        self.browsers: list[Browser] = []

    def link(self, person_id: int) -> str:
        """The path of a new link for a person."""
        with self.office.units.begin() as uow:
            return issue_link(uow, "", person_id, self.office.clock(), by="chat")

    def uid(self, uid: str) -> int:
        """The person's id."""
        with self.office.units.begin(reading=True) as uow:
            person = uow.people.find(BOT, uid)
        assert person is not None
        return person.id

    def enter(self, uid: str) -> "Browser":
        """A browser in which the person has entered."""
        browser = Browser(self)
        answer = browser.post(self.link(self.uid(uid)))
        assert answer.status == 303, answer
        return browser


class Browser:
    """A browser of its own address on this machine, so that it has its own share of requests."""

    def __init__(self, panel: Panel, cookie: str = "", address: str = "") -> None:
        self.panel = panel
        self.cookie = cookie
        self.address = address or _new_address()
        self._open: http.client.HTTPConnection | None = None
        self._asked = 0
        panel.browsers.append(self)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Any request; `headers` by their names with _ for -, empty ones are left out."""
        self._asked += 1
        if self._asked % 70 == 0:  # so that many requests of a test are not taken for a flood
            self.close()
            self.address = _new_address()
        if self._open is None:
            source = (self.address, 0)
            self._open = http.client.HTTPConnection("127.0.0.1", self.panel.port, timeout=30, source_address=source)
        given = {"Host": self.panel.base.partition("//")[2]} | {key.replace("_", "-"): v for key, v in headers.items()}
        if self.cookie:
            given.setdefault("Cookie", f"{COOKIE}={self.cookie}")
        try:
            self._open.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                if value:
                    self._open.putheader(name, value)
            if body is not None:
                self._open.putheader("Content-Length", str(len(body)))
            self._open.endheaders(body)
            answer = self._open.getresponse()
            reply = Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if answer.will_close:
            self.close()
        if COOKIE in (kept := SimpleCookie(reply.headers.get("set-cookie", ""))):
            self.cookie = kept[COOKIE].value
        return reply

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Reply:
        """A form of the panel's own page, as browsers send it."""
        kind = "application/x-www-form-urlencoded"
        given = {"Sec_Fetch_Site": "same-origin", "Origin": self.panel.base, "Content_Type": kind} | headers
        body = urlencode(form or {}, doseq=True).encode()
        return self.ask("POST", path, body, **given)

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Reply:
        """A form with a file."""
        parts = [
            f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()
        ]
        head = f'Content-Disposition: form-data; name="tep"; filename="{name}"\r\n\r\n'.encode()
        body = b"".join(b"--bien\r\n" + part + b"\r\n" for part in (*parts, head + content)) + b"--bien--\r\n"
        kind = "multipart/form-data; boundary=bien"
        return self.ask("POST", path, body, Sec_Fetch_Site="same-origin", Content_Type=kind)


@contextmanager
def serving(office: Office) -> Iterator[Panel]:
    """The panel answers until the end of the block."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stopping = asyncio.Event()

    def serve() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(_serve(office, all_routes(office), lambda _address: ready.set(), stopping))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert ready.wait(60)
        panel = Panel(office)
        yield panel
        for browser in panel.browsers:
            browser.close()
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(60)
        office.close()


def _new_address() -> str:
    number = next(_addresses)
    return f"127.{1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
