"""Attacks on the panel: who gets in, what is answered, what is kept, what is drawn (docs/attacks.md)."""

import gzip
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import structlog
from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, func, insert, select, update

from tests.hostile import HOSTILE
from tests.integration.panels import Browser, Panel, Reply, office_of, serving
from tests.integration.test_groups_apart import OF_A, OF_B, OTHER_GROUP, OUTSIDER, TwoGroups, seeds
from tests.integration.test_offices import until
from tests.rosters import put_roster
from tests.unit.storage.stored import BOT, GROUP, MASTER, HandClock
from zalo_governor.domain.attachments import ScanResult
from zalo_governor.domain.cases import UNSURE_LABEL
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.errors import PrintingError
from zalo_governor.domain.people import Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.cases.commands.record import MANUAL_RULE
from zalo_governor.features.reports.document.document import EDITED
from zalo_governor.panel import change_streams, connection, gatekeeper, office, server
from zalo_governor.panel.gatekeeper import COOKIE, HEADERS
from zalo_governor.panel.pages import all_routes
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.sandbox.spreadsheets import client
from zalo_governor.simulator.messages import attachment
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import (
    audit,
    case_notes,
    cases,
    directive_assignees,
    directives,
    events,
    inbox,
    message_acts,
)
from zalo_governor.storage.security.crypto import Keys

MARKUP = "<xss onload=x data-x='1'>\"'`{{ 7*191 }}{% if %}</td></textarea>"
DIRECTIONS = "\u202e\u2066\u200b"
SECRET = "Công văn MẬT: độ mật Tối mật, số 12/BC-M, đề nghị không phổ biến"
ADMIN = OF_A[Role.ADMIN]
PAGES = (
    "/viec", "/chi-dao", "/thanh-vien", "/bao-cao", "/truong-nhom", "/quy-tac", "/suc-khoe", "/nhat-ky",
    "/tin-da-gui?loai=cho", "/tin-da-gui?loai=giu",
)  # fmt: skip


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """A panel of a group in which everything that people write is markup."""
    folder, clock = tmp_path_factory.mktemp("panel"), HandClock()
    database = Database(f"sqlite:///{folder / 'data' / 'governor.db'}", Keys(MASTER), clock)
    database.migrate()
    bot = TwoGroups(database, clock)
    with bot.running():
        names = [f"Giàng {MARKUP} Viên", "=HYPERLINK(1)", "@SUM(1)"]
        entries = [RosterEntry(full_name=f"{name}{DIRECTIONS}", title=MARKUP, agency=MARKUP) for name in names]
        put_roster(database, BOT, GROUP, entries)
        bot.have_a_day()
        member, leader = OF_A[Role.MEMBER], OF_A[Role.LEADER]
        bot.act(GROUP, "join", member, ["7300000000000000009", ADMIN])
        bot.hear(
            bot.message(
                f"De nghi cac dong chi {MARKUP} gui bao cao ve van phong {DIRECTIONS}", by=OUTSIDER, dName=MARKUP
            ),
            bot.message(f"Đề nghị Sở {MARKUP} báo cáo kết quả {DIRECTIONS} trước 17h ngày mai", by=leader),
            bot.message(by=member, msgType="share.file", content=attachment("benh vien mat.pdf", params={})),
            bot.message(f"/gopy {MARKUP}", by=member),
        )
        bot.settle()
    groups = {GROUP: f"Nhóm Anpha {MARKUP}", OTHER_GROUP: "Ngành Y tế"}
    with serving(office_of(database, clock, folder, groups)) as served:
        yield served
    database.close()


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[MutableMapping[str, Any]]]:
    """What the panel logs as refused, each time."""
    monkeypatch.setattr(gatekeeper, "_LOG_SECONDS", 0.0)
    with structlog.testing.capture_logs() as logged:
        yield logged


def whys(logged: list[MutableMapping[str, Any]]) -> list[str]:
    return [line["why"] for line in logged if line["event"] == "panel_refused"]


# Entry


def test_a_link_lets_one_browser_in_once(panel: Panel, refused: list[MutableMapping[str, Any]]) -> None:
    link, mine, other = panel.link(panel.uid(ADMIN)), Browser(panel), Browser(panel)
    for _ in range(3):
        assert mine.get(link).status == 200  # a preview only looks
        assert mine.ask("HEAD", link).status == 200
    assert mine.get("/viec").status == 401
    assert mine.post(link).status == 303
    assert mine.get("/viec").status == 200
    assert [browser.get(link).status for browser in (mine, other)] == [403, 403]
    assert [browser.post(link).status for browser in (mine, other)] == [403, 403]
    assert other.post("/vao/AAAA" + link[9:]).status == 403
    assert other.get("/viec").status == 401
    assert "<code>/thoatbang</code>" in Browser(panel).get(link).text, "somebody else may have used it"
    assert whys(refused).count("link") == 6
    assert link[5:] not in str(refused)


def test_a_link_and_a_session_end_with_their_time(panel: Panel) -> None:
    clock, mine = panel.office.clock, panel.enter(ADMIN)
    assert isinstance(clock, HandClock)
    link = panel.link(panel.uid(ADMIN))
    before = clock.now
    clock.forward(minutes=10)
    assert "đã quá 10 phút" in Browser(panel).get(link).text
    assert Browser(panel).post(link).status == 403
    clock.forward(hours=7, minutes=49)
    assert mine.get("/viec").status == 200
    clock.forward(minutes=1)
    assert mine.get("/viec").status == 401
    clock.now = before


def test_links_are_not_guessed(panel: Panel, refused: list[MutableMapping[str, Any]]) -> None:
    guesser = Browser(panel)
    answers = [guesser.post(f"/vao/{number}").status for number in range(15)]
    assert answers.count(403) == 10
    assert answers.count(429) == 5
    assert "too_many_entries" in whys(refused)


def test_a_session_given_beforehand_is_not_taken_over(panel: Panel) -> None:
    fixed = "A" * 43
    mine = Browser(panel, cookie=fixed)
    answer = mine.post(panel.link(panel.uid(ADMIN)))
    assert mine.cookie != fixed
    assert Browser(panel, cookie=fixed).get("/viec").status == 401
    kept = answer.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(kept)
    assert kept[0].startswith("__Host-")
    assert not any(part.startswith("Domain") for part in kept)


def test_who_leaves_or_loses_the_role_is_out_everywhere(panel: Panel) -> None:
    staff = OF_A[Role.ADMIN_STAFF]
    here, there = panel.enter(staff), panel.enter(staff)
    assert here.post("/thoat").status == 200
    assert [one.get("/viec").status for one in (here, there)] == [401, 200]
    here = panel.enter(staff)
    assert "(2 phiên)" in here.post("/thoat/moi-may").text
    assert [one.get("/viec").status for one in (here, there)] == [401, 401]
    with panel.office.database.read() as reading:
        left = select(audit.c.detail).where(audit.c.action == "panel.left", audit.c.actor_id == panel.uid(staff))
        assert list(reading.scalars(left.order_by(audit.c.id))) == ['{"sessions":1}', '{"sessions":2}']
    third = panel.enter(staff)
    without = [one for one in seeds() if one.uid != staff]
    panel.office.units.seed_people(BOT, without)
    assert [third.get(path).status for path in ("/viec", "/", "/luong")] == [401, 401, 401]
    panel.office.units.seed_people(BOT, seeds())


def _content(folder: Path) -> bytes:
    """What stands in all files below the folder.

    Another process reads them: by closing a file of SQLite, this one would end the locks of all its connections.
    """
    return subprocess.run(
        ["find", folder, "-type", "f", "-exec", "cat", "{}", "+"], check=True, stdout=subprocess.PIPE
    ).stdout


def test_no_secret_stands_in_the_database_or_the_log(panel: Panel, refused: list[MutableMapping[str, Any]]) -> None:
    mine = Browser(panel)
    link = panel.link(panel.uid(ADMIN))
    mine.post(link)
    mine.post(link)
    assert panel.office.database.file is not None
    stored = _content(panel.office.database.file.parent)
    for secret in (mine.cookie, link.rpartition("/")[2]):
        assert len(secret) == 43
        assert secret.encode() not in stored
        assert secret not in str(refused)


# Requests


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "", "Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "", "Origin": "null"},
        {"Sec_Fetch_Site": "", "Origin": ""},
    ],
)
def test_what_another_site_sends_is_refused(
    panel: Panel, refused: list[MutableMapping[str, Any]], headers: dict[str, str]
) -> None:
    mine = panel.enter(ADMIN)
    for path in ("/viec", "/thoat", panel.link(panel.uid(ADMIN))):
        assert mine.post(path, {"quyet_dinh": "xac-nhan"}, **headers).status == 403
    assert mine.get("/viec").status == 200
    assert whys(refused) == ["other_site"] * 3


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1:80@evil.example"])
def test_under_another_name_nothing_is_answered(
    panel: Panel, refused: list[MutableMapping[str, Any]], host: str
) -> None:
    assert panel.enter(ADMIN).get("/viec", Host=host).status == 421
    assert whys(refused) == ["foreign_host"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(panel: Panel, refused: list[MutableMapping[str, Any]], method: str) -> None:
    answer = panel.enter(ADMIN).ask(method, "/viec")
    assert answer.status in {400, 405}
    assert whys(refused)


def test_a_get_is_never_taken_for_something_else(panel: Panel) -> None:
    mine, code = panel.enter(ADMIN), _case(panel)
    before = _state(panel, code)
    for headers in ({"X_HTTP_Method_Override": "POST"}, {"X_Method_Override": "POST"}):
        assert mine.get(f"/vu-viec/{code}/baonham?_method=POST&noi_dung=x", **headers).status == 405
    assert mine.ask("HEAD", f"/vu-viec/{code}/baonham").status == 405
    assert _state(panel, code) == before


@pytest.mark.parametrize(
    "path",
    [
        "//viec", "/./viec/../nhat-ky/../../etc/passwd", "/tinh/../../governor.yaml", "/tinh/..%2f..%2fgovernor.yaml",
        "/tinh/%2e%2e/%2e%2e/server.py", "/quy-tac/tu/..%2f..%2fgovernor.yaml", "/quy-tac/tu/%2e%2e", "/vu-viec/1%00",
        "/vu-viec/-1", "/vu-viec/999999999999999999999", "/vu-viec/١", "/viec/%ff%fe", "/chi-dao/1/nhac/../xong",
        "http://evil.example/viec", "/viec?trang=" + "9" * 5000, "/nhat-ky?truoc=" + "9" * 5000,
        "/nhat-ky?tu=9999-12-31&den=9999-12-31&ve=%00&viec=%00", "/nhat-ky?tu=0001-01-01",
        "/bao-cao?ky=%00", "/bao-cao?tu=0&den=x", "/bao-cao?tu=9999-12-31&den=0001-01-01",
    ],
)  # fmt: skip
def test_no_path_leads_elsewhere(panel: Panel, path: str) -> None:
    answer = panel.enter(ADMIN).get(quote(path, safe="/%?=&:."))
    assert answer.status in {200, 404}
    assert b"panel:" not in answer.body


def test_a_cookie_of_no_characters_is_no_session(panel: Panel) -> None:
    for cookie in ("\xff\xfe", "a" * 4000, '"', ";;", "\u00e9"):
        assert Browser(panel, cookie=cookie).get("/viec").status == 401


@pytest.mark.parametrize(
    "back",
    ["https://evil.example", "//evil.example", "/viec//evil.example", "/vieclam", "/viec\r\nSet-Cookie: a=b", "\\"],
)
def test_no_form_leads_to_another_site(panel: Panel, back: str) -> None:
    answer = panel.enter(ADMIN).post("/viec/hoan-tac", {"ve": back, "ma": "VP999"})
    assert answer.status == 303
    assert re.fullmatch(r"/viec(\?[\w=&%.-]*)?", answer.headers["location"])
    assert "set-cookie" not in answer.headers


def test_a_burst_is_cut_off_cheaply(panel: Panel, refused: list[MutableMapping[str, Any]]) -> None:
    address = "127.99.0.1"
    flooder, began = Browser(panel, address=address), time.monotonic()
    answers = []
    for _ in range(500):
        flooder._asked = 0
        answers.append(flooder.get("/viec"))
    took = time.monotonic() - began
    assert 80 <= [answer.status for answer in answers].count(401) < 80 + 20 * took + 5
    assert answers[-1].status == 429
    assert (
        HEADERS.items() <= {key.title(): value for key, value in answers[-1].headers.items()}.items() | HEADERS.items()
    )
    assert took < 40
    assert panel.enter(ADMIN).get("/viec").status == 200
    assert "too_many" in whys(refused)


def test_slow_headers_and_too_many_connections_hold_nobody_up(
    panel: Panel, refused: list[MutableMapping[str, Any]]
) -> None:
    with ExitStack() as opened:
        lines = [opened.enter_context(_line(panel, "127.98.0.1")) for _ in range(connection.MOST_OF_ONE + 5)]
        with suppress(ConnectionError):
            for line in lines:
                line.sendall(b"GET /viec HTTP/1.1\r\nHost:")
        with suppress(ConnectionResetError):
            assert lines[-1].recv(1) == b""
        assert "too_many_connections" in whys(refused)
        began = time.monotonic()
        assert panel.enter(ADMIN).get("/viec").status == 200
        assert time.monotonic() - began < 15


def _line(panel: Panel, address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", panel.port), 5, (address, 0))


def test_a_head_that_never_ends_is_given_up(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_IDLE_SECONDS", 0.3)
    with _line(panel, "127.98.0.2") as line, suppress(ConnectionError):
        line.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        while time.monotonic() - began < 12:
            line.sendall(b"A: b\r\n")
            time.sleep(0.05)
    assert time.monotonic() - began < 10


def test_who_switches_the_panel_off_ends_it(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = panel.enter(ADMIN)
    monkeypatch.setitem(panel.office.records.settings.panel.__dict__, "enabled", False)
    assert [mine.get(path).status for path in ("/viec", "/luong")] == [503, 503]
    assert "<h1>Bảng điều khiển đang tắt</h1>" in mine.get("/viec").text


def test_a_request_that_is_none_is_answered_without_an_echo(
    panel: Panel, refused: list[MutableMapping[str, Any]]
) -> None:
    for sent in (b"GET /\x00<xss> HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nA b<xss>: c\r\n\r\n", b"<xss>\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", panel.port)) as line:
            line.sendall(sent)
            line.settimeout(60)
            answer = b"".join(iter(lambda: line.recv(4096), b""))
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
        assert b"xss" not in answer
        assert b"Content-Security-Policy" in answer
    assert "malformed" in whys(refused)


def test_a_body_that_comes_slowly_is_given_up(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_BODY_SECONDS", 0.3)
    mine = panel.enter(ADMIN)
    with socket.create_connection(("127.0.0.1", panel.port), source_address=(mine.address, 0)) as line:
        head = f"POST /viec HTTP/1.1\r\nHost: {panel.base[7:]}\r\nCookie: {COOKIE}={mine.cookie}\r\n"
        line.sendall(f"{head}Sec-Fetch-Site: same-origin\r\nContent-Length: 100\r\n\r\nve=".encode())
        line.settimeout(60)
        assert line.recv(12) == b"HTTP/1.1 413"


def test_nobody_unknown_has_a_large_body_read(panel: Panel) -> None:
    stranger = Browser(panel, cookie="A" * 43)
    with socket.create_connection(("127.0.0.1", panel.port), source_address=(stranger.address, 0)) as line:
        head = f"POST /quy-tac/thu-tep HTTP/1.1\r\nHost: {panel.base[7:]}\r\nCookie: {COOKIE}={stranger.cookie}\r\n"
        line.sendall(f"{head}Sec-Fetch-Site: same-origin\r\nContent-Length: 9000000\r\n\r\n".encode())
        line.settimeout(60)
        assert line.recv(12) == b"HTTP/1.1 401"


def _fields(count: int) -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name=""\r\n\r\n\r\n' * count + b"--b--\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"a=" + b"b" * 200_000),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=" % number for number in range(9_000))),
        ("multipart/form-data; boundary=b", _fields(2_100)),
        ("multipart/form-data; boundary=b", _fields(1)[:-7] + b"x" * 200_000),
    ],
)
def test_too_much_in_a_form_is_refused(
    panel: Panel, refused: list[MutableMapping[str, Any]], kind: str, body: bytes
) -> None:
    assert panel.enter(ADMIN).ask("POST", "/viec", body, Sec_Fetch_Site="same-origin", Content_Type=kind).status == 413
    assert whys(refused) == ["too_large_or_slow"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--b\r\n\r\nx"),
        ("multipart/form-data; boundary=b", b"--b\r\nx"),
        ("multipart/form-data; boundary=b", b"--b\r\n" * 500),
        ("application/x-www-form-urlencoded", b"\xff\xfe=%00"),
        ("application/json", b'{"quyet_dinh": "xac-nhan"}'),
        ("", b"x"),
    ],
)
def test_what_cannot_be_read_is_no_form(panel: Panel, kind: str, body: bytes) -> None:
    answer = panel.enter(ADMIN).ask("POST", "/viec", body, Sec_Fetch_Site="same-origin", Content_Type=kind)
    assert answer.status in {200, 413}


def test_packed_bodies_count_as_what_they_unpack_to(panel: Panel) -> None:
    body = gzip.compress(b"a=" + b"b" * 30_000_000)
    given = {"Content_Type": "application/x-www-form-urlencoded", "Content_Encoding": "gzip"}
    assert panel.enter(ADMIN).ask("POST", "/viec", body, Sec_Fetch_Site="same-origin", **given).status in {400, 413}


def test_every_answer_has_its_headers(panel: Panel) -> None:
    mine, stranger = panel.enter(ADMIN), Browser(panel)
    asset = re.search(r'href="(/tinh/[^"]+)"', mine.get("/viec").text)
    assert asset is not None
    form = {"dang": "png", "ky": "hôm nay"}
    answers = [
        mine.get("/"), mine.get("/viec"), mine.get("/khong-co"), mine.get(asset[1]), mine.post("/bao-cao/tep", form),
        mine.post("/viec", {}), mine.get("/viec", Host="x"), mine.ask("PUT", "/viec"), mine.post("/viec", Origin="x"),
        stranger.get("/viec"), stranger.get("/luong"), stranger.post("/vao/x"), mine.post("/viec", {"ly_do": SECRET}),
    ]  # fmt: skip
    assert {answer.status for answer in answers} >= {200, 303, 401, 403, 404, 405, 421, 422}
    answers.append(_first_of_stream(panel, mine))
    for answer in answers:
        assert {key.lower(): value for key, value in HEADERS.items()}.items() <= dict(answer.headers).items(), answer
        kept = (
            "no-store"
            if "/css" not in answer.headers.get("content-type", "")
            else "public, max-age=31536000, immutable"
        )
        assert answer.headers["cache-control"] == kept


def _first_of_stream(panel: Panel, browser: Browser, path: str = "/luong") -> Reply:
    """The head of a stream that stays open no longer."""
    with socket.create_connection(("127.0.0.1", panel.port), source_address=(browser.address, 0)) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {panel.base[7:]}\r\nCookie: {COOKIE}={browser.cookie}\r\n\r\n".encode()
        )
        line.settimeout(30)
        head, _, rest = line.recv(4096).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
    return Reply(int(first.split()[1]), headers, rest)


def test_nobody_holds_more_than_a_few_streams(panel: Panel, refused: list[MutableMapping[str, Any]]) -> None:
    mine, lines = panel.enter(ADMIN), []
    try:
        for _ in range(change_streams._STREAMS + 1):
            line = socket.create_connection(("127.0.0.1", panel.port), source_address=(mine.address, 0))
            line.settimeout(30)
            line.sendall(
                f"GET /luong HTTP/1.1\r\nHost: {panel.base[7:]}\r\nCookie: {COOKIE}={mine.cookie}\r\n\r\n".encode()
            )
            lines.append((line, line.recv(12)))
        assert [said for _, said in lines] == [b"HTTP/1.1 200"] * change_streams._STREAMS + [b"HTTP/1.1 429"]
        assert "too_many_streams" in whys(refused)
        assert panel.enter(OF_A[Role.ADMIN_STAFF]).get("/viec").status == 200
    finally:
        for line, _ in lines:
            line.close()
    assert until(lambda: _first_of_stream(panel, mine).status == 200)


@pytest.mark.parametrize(
    ("behind_proxy", "given", "meant"),
    [
        (False, ["10.0.0.1"], "127.97.0.1"),
        (True, ["10.0.0.1"], "10.0.0.1"),
        (True, ["6.6.6.6, 10.0.0.1"], "10.0.0.1"),
        (True, ["6.6.6.6", "10.0.0.1"], "10.0.0.1"),
    ],
)
def test_who_asks_is_never_who_the_browser_says(
    panel: Panel, monkeypatch: pytest.MonkeyPatch, behind_proxy: bool, given: list[str], meant: str
) -> None:
    seen: list[str] = []

    def take(_buckets: gatekeeper.Buckets, address: str) -> bool:
        seen.append(address)
        return True

    monkeypatch.setattr(gatekeeper.Buckets, "take", take)
    monkeypatch.setitem(panel.office.records.settings.panel.__dict__, "behind_proxy", behind_proxy)
    with _line(panel, "127.97.0.1") as line:
        lines = "".join(f"X-Forwarded-For: {one}\r\n" for one in given)
        line.sendall(f"GET / HTTP/1.1\r\nHost: {panel.base[7:]}\r\n{lines}\r\n".encode())
        assert line.recv(12) == b"HTTP/1.1 401"
    assert seen == [meant]


def test_a_button_that_is_pressed_twice_does_its_work_once(panel: Panel) -> None:
    mine, number, clock = panel.enter(ADMIN), _case(panel), panel.office.clock
    assert isinstance(clock, HandClock)
    before = _counts(panel)[0]
    for times in (1, 2):
        page = mine.get(f"/vu-viec/{number}").text
        form = dict(re.findall(r'name="(ban|luc)" value="([^"]+)"', page)) | {"noi_dung": "đã gọi điện"}
        assert [mine.post(f"/vu-viec/{number}/ghichu", form).status for _ in range(2)] == [303, 303]
        assert _counts(panel)[0] == before + times
        assert "bấm hai lần" in mine.get(f"/vu-viec/{number}").text
        clock.forward(seconds=1)


def test_the_board_says_what_nobody_confirmed_and_lists_what_has_ended(panel: Panel) -> None:
    mine = panel.enter(ADMIN)
    with panel.office.database.read() as reading:
        number = reading.scalar(select(func.max(directives.c.id)).where(directives.c.state == "open"))
    assert "<small>tự ghi, chưa ai xác nhận</small>" in mine.get("/chi-dao").text
    page = mine.get(f"/chi-dao/{number}").text
    assert f'action="/chi-dao/{number}/dung"' in page
    form = dict(re.findall(r'name="(luc)" value="([^"]+)"', page))
    mine.post(f"/chi-dao/{number}/bo", form | {"noi_dung": "nhầm"})
    ended = mine.get("/chi-dao?xem=bo").text
    assert '<option value="bo" selected>' in ended
    assert re.search(rf'href="/chi-dao/{number}">.*đã dừng theo dõi .*, lý do: nhầm', ended)
    assert f'href="/chi-dao/{number}">' not in mine.get("/chi-dao?xem=xong").text
    mine.post(f"/chi-dao/{number}/molai", form)


def test_every_form_of_a_directive_says_when_its_page_was_made(panel: Panel) -> None:
    mine = panel.enter(ADMIN)
    with panel.office.database.read() as reading:
        number = reading.scalar(select(func.min(directives.c.id)).where(directives.c.state == "open"))
    pages = [mine.get(path).text for path in ("/chi-dao", f"/chi-dao/{number}", f"/chi-dao/{number}/nhac")]
    forms = [
        form for page in pages for form in re.findall(r'<form method="post" action="/chi-dao/.*?</form>', page, re.S)
    ]
    assert len(forms) > 5
    assert [form for form in forms if not re.search(r'name="luc" value="\d+"', form)] == []
    form = dict(re.findall(r'name="(luc)" value="([^"]+)"', pages[1])) | {"khi": "2027-01-05T17:00"}
    for _ in range(2):
        mine.post(f"/chi-dao/{number}/giahan", form)
    assert "bấm hai lần" in mine.get(f"/chi-dao/{number}").text


def test_all_units_get_the_new_deadline_though_one_has_its_own(panel: Panel) -> None:
    mine = panel.enter(ADMIN)
    with panel.office.database.write() as writing:
        asked = writing.execute(select(directive_assignees).where(~directive_assignees.c.removed)).first()
        assert asked is not None
        row = {key: value for key, value in asked._asdict().items() if key != "id"}
        other = insert(directive_assignees).values(row | {"due_ms": (row["due_ms"] or 0) + 3_600_000})
        added = writing.execute(other.returning(directive_assignees.c.id)).scalar_one()
    mine.post(f"/chi-dao/{asked.directive_id}/giahan", {"khi": "2027-02-03T09:30"})
    of_it = directive_assignees.c.directive_id == asked.directive_id, ~directive_assignees.c.removed
    with panel.office.database.write() as writing:
        assert len(set(writing.scalars(select(directive_assignees.c.due_ms).where(*of_it)))) == 1
        writing.execute(delete(directive_assignees).where(directive_assignees.c.id == added))


def test_a_removal_that_was_ordered_is_not_told_as_one_that_failed(panel: Panel) -> None:
    mine, number, told = panel.enter(ADMIN), _case(panel), ""
    for found in ("bấm nút", "đang đề nghị Zalo xóa"):
        page = mine.get(f"/vu-viec/{number}").text
        form = dict(re.findall(r'name="(ban|luc)" value="([^"]+)"', page))
        mine.post(f"/vu-viec/{number}/xoa", form | {"noi_dung": "".join(re.findall(r"mã (\d{6})", told))})
        told = mine.get("/viec").text.partition('class="told"')[2].partition("</section>")[0]
        assert (found in told, 'class="said bad"' in told) == (True, False), told


def test_a_case_is_recorded_about_a_member_and_nobody_else(panel: Panel) -> None:
    mine = panel.enter(ADMIN)
    page = mine.get(f"/viec?ghi={GROUP}").text
    form = dict(re.findall(r'name="(nhom|luc)" value="([^"]+)"', page)) | {"khoan": "4.6", "noi_dung": "có phản ánh"}
    assert f'<option value="{OUTSIDER}">' in page
    for wrong in ({"ai": OF_B[Role.MEMBER]}, {"ai": ""}, {"ai": OUTSIDER, "khoan": "9.9"}):
        kept = mine.post("/viec/ghi-nhan", form | wrong)
        assert (kept.status, 'value="có phản ánh"' in kept.text) == (200, True)
    assert _recorded(panel) == 0
    future = {"ai": OUTSIDER, "khi": "2099-01-01T08:00", "noi": "cuộc họp"}
    again = mine.post("/viec/ghi-nhan", form | future).text
    assert "“08:00 ngày 01/01/2099” chưa tới" in again
    for value in (f'"{OUTSIDER}" selected', '"4.6" selected', 'value="2099-01-01T08:00"', 'value="cuộc họp"'):
        assert value in again
    assert _recorded(panel) == 0
    right = form | future | {"khi": "2026-11-01T14:30", "noi": 'phòng "2", trụ sở: tầng 1'}
    for _ in range(2):
        mine.post("/viec/ghi-nhan", right)
    assert _recorded(panel) == 1
    assert "xảy ra lúc 14:30 01/11/2026, tại phòng 2, trụ sở: tầng 1;" in mine.get("/viec").text
    assert "14 giờ 30 phút ngày 01/11/2026, tại phòng 2, trụ sở: tầng 1" in mine.get("/bao-cao").text
    log = mine.get("/nhat-ky?viec=case.opened").text
    assert "xảy ra lúc: 01/11/2026 14:30:00" in log
    assert "nơi: phòng 2, trụ sở: tầng 1" in log
    by = {uid: mine.get(f"/nhat-ky?viec=case.opened&ai={panel.uid(uid)}").text for uid in (ADMIN, OF_A[Role.LEADER])}
    assert ["phòng 2" in by[ADMIN], "phòng 2" in by[OF_A[Role.LEADER]]] == [True, False]
    assert panel.enter(OF_A[Role.LEADER]).post("/viec/ghi-nhan", form | {"ai": OUTSIDER}).status == 404


def test_a_report_keeps_its_days_in_the_form_and_in_the_address(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = panel.enter(ADMIN)
    page = mine.get(f"/bao-cao?nhom={GROUP}&tu=2026-11-01&den=2026-11-10").text
    kept = re.findall(r'(?:<option value="([^"]+)" selected>|<small>(\d\d/\d\d/\d{4})</small>)', page)
    assert [one or other for one, other in kept] == ["01/11/2026-10/11/2026", "01/11/2026", "10/11/2026"]

    def fail(*_: object) -> None:
        raise PrintingError

    monkeypatch.setattr(ReportRenderer, "print", fail)
    form = {"dang": "docx", "ky": "01/11/2026-10/11/2026", "nhom": GROUP}
    back = mine.post("/bao-cao/tep", form).headers["location"]
    assert parse_qs(urlsplit(back).query) == {"ky": [form["ky"]], "nhom": [GROUP]}
    assert "Chưa lập được tệp này" in mine.get(back).text


def test_a_report_keeps_what_somebody_has_worded_and_words_the_rest_anew(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReportRenderer, "print", lambda _self, paper, _face: paper.model_dump_json().encode())
    mine = panel.enter(ADMIN)
    page = mine.get(f"/bao-cao?nhom={GROUP}").text
    for key, words in re.findall(r'<textarea name="(\w+)"[^>]*>(.*?)</textarea>', page, re.S):
        assert f'name="goc_{key}" value="{words}"' in page
    # The page was opened before the figures changed; one of the two sections was edited on it.
    form = {"nhom": GROUP, "ky": "hôm nay", "dang": "docx", "goc_remarks": "Có 1 vụ việc.\r\nKhông có gián đoạn."}
    form |= {"remarks": form["goc_remarks"], "goc_requests": "Không.", "requests": "Đề nghị biểu dương Sở Y tế."}
    printed = mine.post("/bao-cao/tep", form).text
    assert ["Không có gián đoạn" in printed, "biểu dương Sở Y tế" in printed] == [False, True]
    again = mine.get(f"/bao-cao?nhom={GROUP}").text
    assert ["Không có gián đoạn" in again, "biểu dương Sở Y tế" in again, "lời của đồng chí" in again] == [
        False, True, True,
    ]  # fmt: skip
    assert "biểu dương Sở Y tế" not in mine.get(f"/bao-cao?nhom={GROUP}&ky=tuan").text
    mine.post("/bao-cao/tep", form | {"requests": "Không."})
    assert "lời của đồng chí" not in mine.get(f"/bao-cao?nhom={GROUP}").text


def test_a_report_that_was_opened_before_midnight_is_printed_of_its_own_day(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReportRenderer, "print", lambda _self, paper, _face: paper.period.encode())
    mine, clock = panel.enter(ADMIN), panel.office.clock
    assert isinstance(clock, HandClock)
    before = clock.now
    clock.now = datetime(2026, 11, 3, 16, 50, tzinfo=UTC)
    page = mine.get(f"/bao-cao?nhom={GROUP}").text
    form = dict(re.findall(r'<input type="hidden" name="(nhom|ky|tu|den)" value="([^"]*)">', page)) | {"dang": "docx"}
    pictures = re.findall(r'href="(/bao-cao/anh[^"]+)"', page)
    printed = []
    for _ in range(2):
        printed.append((mine.post("/bao-cao/tep", form).text, mine.get(unescape(pictures[0])).text))
        clock.forward(minutes=20)
    clock.now = before
    assert all("03/11/2026" in said for both in printed for said in both), printed


def test_the_audit_log_has_one_line_for_each_act_in_words(panel: Panel) -> None:
    mine, number = panel.enter(ADMIN), _case(panel)
    stamp = re.search(r'name="ban" value="([^"]+)"', mine.get(f"/vu-viec/{number}").text)
    assert stamp is not None
    mine.post(f"/vu-viec/{number}/baonham", {"noi_dung": "trích dẫn", "ban": stamp[1]})
    mine.post(f"/vu-viec/{number}/hoantac")
    log = re.sub(r"<details>.*?</details>", "", mine.get(f"/nhat-ky?ve=VP{number}").text)
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", log)][1:]
    # Who is admin of one group alone sees what was done to it, and no commands, which were given in private.
    moved, rule = "chuyển trạng thái vụ việc", "quy tắc: Tiếng Việt không dấu, thiếu dấu hoặc sai bộ mã"
    assert [(row[2], row[4].strip()) for row in rows[:3]] == [
        (moved, f"từ: báo nhầm, thành: mới, {rule}, hoàn tác quyết định; bỏ ghi nhớ báo nhầm ({rule})"),
        (moved, f"từ: mới, thành: báo nhầm, {rule}; ghi nhớ báo nhầm ({rule})"),
        ("mở xem vụ việc", f"{rule}, cách: xem vụ việc"),
    ]


def _recorded(panel: Panel) -> int:
    with panel.office.database.read() as reading:
        return reading.scalar(select(func.count()).select_from(cases).where(cases.c.rule_id == MANUAL_RULE)) or 0


# Stored markup


class Elements(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_nothing_that_people_write_becomes_markup(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = panel.enter(ADMIN)
    leader = panel.enter(OF_A[Role.LEADER])
    number = _case(panel)
    stamp = re.search(r'name="ban" value="([^"]+)"', mine.get(f"/vu-viec/{number}").text)
    assert stamp is not None
    mine.post(f"/vu-viec/{number}/ghichu", {"noi_dung": MARKUP + DIRECTIONS, "ban": stamp[1]})
    mine.post(f"/vu-viec/{number}/baonham", {"noi_dung": MARKUP, "ban": stamp[1]})
    pages = [mine.get(path) for path in PAGES] + [leader.get("/truong-nhom"), leader.get("/chi-dao")]
    with panel.office.database.read() as reading:
        pages += [mine.get(f"/vu-viec/{one}") for one in reading.scalars(select(cases.c.id))]
        for one in reading.scalars(select(directives.c.id)):
            pages += [mine.get(f"/chi-dao/{one}"), mine.get(f"/chi-dao/{one}/nhac")]
    table = f"Họ tên;Chức vụ;Cơ quan\n{MARKUP} A;{MARKUP};{DIRECTIONS}x\n=1+1 A;-2;@x\n".encode()
    pages.append(mine.get(mine.upload("/thanh-vien/nhap", f"{MARKUP}.csv", table).headers["location"]))
    mine.upload("/thanh-vien/nhap", "<xss onload=1>.pdf", b"x")
    monkeypatch.setattr(panel.office, "helper", lambda *_, **__: MARKUP.encode())
    pages += [mine.get("/viec"), mine.post("/quy-tac/thu", {"cau": MARKUP}), mine.post("/suc-khoe/kiem-tra")]
    pages.append(mine.post("/quy-tac/nhap", {"nhap": MARKUP}))
    pages.append(mine.get("/nhat-ky?" + "ve=%3Cxss%20onload=1%3E&tu=%22&viec=%3Cxss%3E&nhom="))
    pages.append(Browser(panel).get("/vao/%22%3E%3Cxss%20onload=1%3E"))
    shown = 0
    for page in pages:
        assert page.status in {200, 403, 404}, page
        found = Elements(page.text)
        assert "xss" not in found.elements
        assert not [name for name in found.attributes if name.startswith(("on", "data-x", "style"))]
        assert "1337" not in page.text
        assert not set(DIRECTIONS) & set(page.text)
        shown += "&lt;xss" in page.text
    assert shown > 10


def test_no_cell_of_a_report_becomes_a_formula(panel: Panel) -> None:
    form = dict.fromkeys(EDITED, "=1+1\n+1\n-1\n@SUM(1)\n\t=1") | {"dang": "xlsx", "ky": "tháng", "nhom": GROUP}
    answer = panel.enter(ADMIN).post("/bao-cao/tep", form)
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    cells = [cell for sheet in load_workbook(BytesIO(answer.body)) for row in sheet for cell in row]
    assert {cell.value for cell in cells} & {"=1+1", "+1", "-1", "@SUM(1)"}
    assert "f" not in {cell.data_type for cell in cells}


def _case(panel: Panel) -> int:
    """A case that waits for a decision."""
    with panel.office.database.read() as reading:
        light = select(cases.c.id).where(
            ~cases.c.sealed, cases.c.state.in_(("new", "reminded")), cases.c.clause == "3.1"
        )
        return int(reading.scalars(light.order_by(cases.c.id.desc())).first() or 0)


def _state(panel: Panel, number: int) -> str:
    with panel.office.database.read() as reading:
        return str(reading.scalar(select(cases.c.state).where(cases.c.id == number)))


# Uploads


def _book(cells: list[list[str]], *parts: tuple[str, bytes]) -> bytes:
    """An XLSX file, with further parts or other ones in the place of its own."""
    book, made = Workbook(), BytesIO()
    for row in cells:
        book.worksheets[0].append(row)
    book.save(made)
    if not parts:
        return made.getvalue()
    other = BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for name in set(old.namelist()) - {name for name, _ in parts}:
            new.writestr(name, old.read(name))
        for name, content in parts:
            new.writestr(name, content)
    return other.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"
_LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
UPLOADS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no archive": ("a.xlsx", lambda: b"x" * 1000),
    "no spreadsheet": ("a.pdf", lambda: b"%PDF"),
    "no name": ("/../../etc/passwd", lambda: b"x"),
    "zip bomb": ("a.xlsx", lambda: _book([["a"]], ("xl/media/a.bin", b"0" * 210_000_000))),
    "billion laughs": (
        "a.xlsx",
        lambda: _book(
            [["a"]], (_SHEET, b'<!DOCTYPE x [<!ENTITY l0 "ha">' + _LAUGHS + b"]><worksheet>&l9;</worksheet>")
        ),
    ),
    "one text in many cells": ("a.xlsx", lambda: _book([["x" * 3_000] * 20] * 200)),
    "very many rows": ("a.csv", lambda: b"a;b\n" * 1_000_000),
    "an open quotation mark": ("a.csv", lambda: b'"' + b"a" * 1_000_000),
    "no Unicode": ("a.csv", lambda: b"\xff\xfea"),
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_no_upload_harms(panel: Panel, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, made = UPLOADS[kind]
    content = made()
    mine = panel.enter(ADMIN)
    peak, began = _memory(), time.monotonic()
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")  # no file may be made
    monkeypatch.setenv("TMPDIR", "/nowhere")
    answer = mine.upload("/thanh-vien/nhap", name, content, nhom=GROUP)
    assert answer.status == 303
    assert answer.headers["location"] == f"/thanh-vien?nhom={GROUP}"
    assert "Chưa nhập được tệp" in mine.get("/thanh-vien").text
    assert time.monotonic() - began < 60
    assert _memory() - peak < 100_000_000 + 5 * len(content)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_a_reader_that_hangs_is_ended(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SECONDS", 0.05)
    mine = panel.enter(ADMIN)
    mine.upload("/thanh-vien/nhap", "a.csv", b"a;b\n")
    assert "quá lâu chưa đọc xong" in mine.get("/thanh-vien").text


def test_the_reader_of_uploads_has_nothing_that_opens_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZALO_GOVERNOR_KEY", "k")
    started: list[dict[str, str]] = []
    popen: Any = subprocess.Popen

    def noted(*command: Any, env: dict[str, str], **more: Any) -> Any:
        started.append(env)
        return popen(*command, env=env, **more)

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", noted)
        assert client.read_spreadsheet(b"a;b\n", "a.csv")
    assert not [name for name in started[0] if name.startswith("ZALO_GOVERNOR")]
    tried = (
        "import socket, sys, zalo_governor.sandbox.spreadsheets.__main__ as reader\n"
        "def attempt(*_):\n"
        " for act in (lambda: socket.socket().connect(('127.0.0.1', 9)), lambda: open('/etc/passwd').read(),\n"
        "             lambda: open('x', 'w'), lambda: __import__('os').fork()):\n"
        "  try: act()\n"
        "  except OSError as error: print(type(error).__name__)\n"
        "  else: print('done')\n"
        " sys.exit(0)\n"
        "reader.sheets_of = attempt\n"
        "sys.argv = ['', 'a.csv']\n"
        "reader.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", tried], input=b"", capture_output=True, check=True)
    assert done.stdout.split() == [b"PermissionError"] * 4


def test_nothing_of_what_is_tried_or_uploaded_is_written(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr(panel.office, "scan", lambda _content, _name: ScanResult())
    mine, mark = panel.enter(ADMIN), "vankienduynhat"
    answers = [
        mine.post("/quy-tac/nhap", {"nhap": f"id: {mark}"}),
        mine.upload("/quy-tac/thu-tep", f"{mark}.txt", mark.encode() * 100),
        mine.upload("/thanh-vien/nhap", "a.csv", f"Họ tên;Chức vụ\n{mark} A;B\n".encode()),
    ]
    assert [answer.status for answer in answers] == [200, 200, 303]
    answers[-1] = mine.get(answers[-1].headers["location"])
    assert all(mark in answer.text for answer in answers)
    folder = panel.office.records.settings.data_dir.parent
    assert mark.encode() not in _content(folder)


def test_a_rule_that_fills_the_memory_is_ended(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "_MOST_MEMORY", 500_000_000)
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    began = time.monotonic()
    assert panel.enter(ADMIN).post("/quy-tac/nhap", {"nhap": bomb}).status == 200
    assert time.monotonic() - began < 60


RULE = """
id: thu
title: Thử
why: Thử
clause: "4.2"
severity: suspect
check: {any: [{words: {any_of: [đề nghị]}}]}
examples: {match: [{text: đề nghị}], no_match: [{text: xin chào}]}
"""


def test_a_draft_of_a_rule_is_tried_on_one_group_alone(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZALO_GOVERNOR_KEY", b64encode(MASTER).decode())
    said = [
        panel.office.helper(
            "rules", "try", "/dev/stdin", "--since", "01/11/2026", "--group", group, given=RULE.encode()
        ).decode()
        for group in (GROUP, OTHER_GROUP)
    ]
    assert re.match(r"thu: [1-9]\d* dấu hiệu trong [1-9]", said[0])
    assert said[1].startswith("thu: 0 dấu hiệu trong 0 mục")


def test_a_text_is_tried_by_the_regulation_of_the_group(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def helper(*arguments: str, given: bytes) -> bytes:
        asked.append(arguments)
        return b'{"findings": []}' if given else b""

    monkeypatch.setattr(panel.office, "helper", helper)
    assert "Không có dấu hiệu nào" in panel.enter(ADMIN).post("/quy-tac/thu", {"cau": "Chào buổi sáng"}).text
    assert asked == [("check", "-", "--group", GROUP)]


# State secrets


def _forms(panel: Panel) -> list[str]:
    """The addresses of all forms of which something may be stored."""
    places = {"number": _case(panel), "word": "ghichu", "token": "x", "name": "x"}
    return [route.path.format(**places) for route in all_routes(panel.office) if route.method == "POST" and route.keeps]


def test_a_secret_typed_into_any_field_is_kept_nowhere(panel: Panel, refused: list[MutableMapping[str, Any]]) -> None:
    mine = panel.enter(ADMIN)
    forms = _forms(panel)
    before = _counts(panel)
    for form in forms:
        for field in ("noi_dung", "ly_do", "ma", "khi", "ve", "ban", "vu_viec", "remarks", "requests", "cot1", "x"):
            answer = mine.post(form, {"nhom": GROUP, field: SECRET})
            assert answer.status == 422, (form, field)
            assert "dấu hiệu bí mật nhà nước" in answer.text
            assert "12/BC-M" not in answer.text
    for name, table in ((f"{SECRET}.csv".replace("/", "-"), "a;b"), ("a.csv", f"Họ tên;Chức vụ\nLò Văn A;{SECRET}\n")):
        assert mine.upload("/thanh-vien/nhap", name, table.encode(), nhom=GROUP).status == 422
    assert len(forms) > 10
    assert _counts(panel) == before
    assert panel.office.drafts._kept.keys() <= set(panel.office.drafts._of.values())
    assert "told" not in mine.get("/viec").text
    assert "12/BC" not in str(refused)
    assert whys(refused).count("sealed") == 11 * len(forms) + 2


def _counts(panel: Panel) -> list[int]:
    with panel.office.database.read() as reading:
        return [
            reading.scalar(select(func.count()).select_from(table)) or 0 for table in (case_notes, directives, audit)
        ]


def test_what_is_tried_may_be_a_secret_and_is_not_kept(panel: Panel) -> None:
    mine = panel.enter(ADMIN)
    page = mine.post("/quy-tac/thu", {"cau": SECRET}).text
    assert "KHẨN, bí mật nhà nước" in page
    assert "12/BC-M" not in mine.get("/quy-tac").text


def test_a_page_shows_no_message_that_may_be_a_secret(panel: Panel) -> None:
    mine, number = panel.enter(ADMIN), _case(panel)
    with panel.office.database.read() as reading:
        every = {row.id: row.label for row in reading.execute(select(cases.c.id, cases.c.label))}
        sealed = reading.scalars(select(cases.c.id).where(cases.c.sealed)).all()
    assert "trước 17h ngày mai" in mine.get(f"/vu-viec/{number}").text  # what was said around it is shown
    assert "De nghi cac dong chi" in mine.get(f"/vu-viec/{number}").text.partition('id="talk"')[2]
    with panel.office.database.write() as reading:
        doubtful = update(cases).where(cases.c.label == "no_diacritics").values(label=UNSURE_LABEL)
        reading.execute(doubtful)
    for one, label in every.items():
        page = mine.get(f"/vu-viec/{one}").text
        assert "De nghi cac dong chi" not in page.partition('id="talk"')[2]  # The sign above is that of another rule.
        assert "12/BC-M" not in page
        assert ('class="talk"' in page) is (one not in sealed and label not in {"no_diacritics", UNSURE_LABEL})
    with panel.office.database.write() as reading:
        reading.execute(update(cases).where(cases.c.label == UNSURE_LABEL).values(label="no_diacritics"))


def test_what_was_taken_back_is_shown_only_in_its_own_case(panel: Panel) -> None:
    mine, number = panel.enter(ADMIN), _case(panel)
    with panel.office.database.write() as writing:
        said = select(inbox.c.id, inbox.c.key).join(events, events.c.id == inbox.c.id).where(inbox.c.thread_id == GROUP)
        for entry_id, key in writing.execute(said).all():
            act = {"event_id": entry_id, "place": 0, "group_id": GROUP, "kind": "message_recalled", "at_ms": 0}
            named = {"message_key": key, "cli_key": "", "author_uid": "", "icon": ""}
            writing.execute(insert(message_acts).values(**act, **named, state="applied"))
    page = mine.get(f"/vu-viec/{number}").text
    with panel.office.database.write() as writing:
        writing.execute(delete(message_acts).where(message_acts.c.at_ms == 0))
    assert "De nghi cac dong chi" in page.partition('id="talk"')[2]
    assert "trước 17h ngày mai" not in page


# What people send by mistake or on purpose


@pytest.mark.parametrize("typed", [*HOSTILE.values(), "9999-12-31T23:59", "0001-01-01T00:00", "9" * 5000, "VP1 VP2 x"])
def test_no_field_breaks_a_page(panel: Panel, typed: str) -> None:
    mine, sent = panel.enter(ADMIN), typed.encode("utf-8", "surrogatepass")
    names = "noi_dung", "ly_do", "ma", "khi", "ve", "ban", "vu_viec", "dong", "dang", "ky", "tu", "den"
    with panel.office.database.read() as reading:
        number = reading.scalar(select(func.max(directives.c.id)))
    forms = [form for form in _forms(panel) if "kiem-tra" not in form]
    for form in (*forms, *(f"/chi-dao/{number}/{word}" for word in ("giahan", "giao", "xong", "molai"))):
        answer = mine.post(form, dict.fromkeys(names, sent) | {"quyet_dinh": "bao-nham"})
        assert answer.status in {200, 303, 404, 413, 422}, form


def test_taking_back_is_offered_for_ten_minutes_and_never_for_a_change_that_was_approved(panel: Panel) -> None:
    number, mine, clock = _case(panel), panel.enter(ADMIN), panel.office.clock
    assert isinstance(clock, HandClock)
    path, before = f"/vu-viec/{number}", clock.now
    decided = {"state_by": panel.uid(ADMIN), "state_ms": to_ms(before)}
    offered = []
    with panel.office.database.read() as reading:
        columns = select(cases.c.state, cases.c.state_by, cases.c.state_ms).where(cases.c.id == number)
        earlier = dict(reading.execute(columns).one()._mapping)
    for state, minutes in (("false_alarm", 10), ("false_alarm", 1), ("approved", -11)):
        with panel.office.database.write() as writing:
            writing.execute(update(cases).where(cases.c.id == number).values(decided | {"state": state}))
        clock.forward(minutes=minutes)
        offered.append((f"{path}/hoantac" in mine.get(path).text, f"Hoàn tác VP{number}" in mine.get("/viec").text))
    with panel.office.database.write() as writing:
        writing.execute(update(cases).where(cases.c.id == number).values(earlier))
    clock.now = before
    assert offered == [(True, True), (False, False), (False, False)]


def test_a_reason_that_begins_with_a_code_decides_no_further_case(panel: Panel) -> None:
    with panel.office.database.read() as reading:
        light = select(cases.c.id).where(~cases.c.sealed, cases.c.label != UNSURE_LABEL).order_by(cases.c.id)
        first, second, *_ = reading.scalars(light)
    mine, before = panel.enter(ADMIN), [_state(panel, first), _state(panel, second)]
    stamp = re.search(r'name="ban" value="([^"]+)"', mine.get(f"/vu-viec/{first}").text)
    assert stamp is not None
    for reason in (f"VP{second} cũng vậy", f"{second}", f", {second} nữa"):
        mine.post(f"/vu-viec/{first}/baonham", {"noi_dung": reason, "ban": stamp[1]})
        assert "không được bắt đầu bằng mã vụ việc" in mine.get("/viec").text
        given = {"vu_viec": f"{first}:{stamp[1]}", "quyet_dinh": "bao-nham", "ly_do": reason}
        mine.post("/viec", given)
    assert [_state(panel, first), _state(panel, second)] == before


def _erase_traces(panel: Panel) -> bool:
    """Return whether nothing kept the write-ahead log from being truncated; it waits half a second for readers."""
    with panel.office.database.write() as writing:
        writing.exec_driver_sql("DELETE FROM panel_keys WHERE kind = 'none'")
        panel.office.database.erase_traces()
    return not panel.office.database._must_truncate_wal


def test_work_of_seconds_keeps_nobody_else_waiting(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, mine = threading.Event(), panel.enter(ADMIN)

    def hang(*_: object, **__: object) -> bytes:
        assert go_on.wait(60)
        return b"{}"

    monkeypatch.setattr(panel.office, "helper", hang)
    others = [Browser(panel, mine.cookie) for _ in range(server._SLOW_AT_ONCE + server._SLOW_WAITING + 2)]
    with ThreadPoolExecutor(len(others)) as pool:
        asked = [pool.submit(other.post, "/suc-khoe/kiem-tra") for other in others]
        done, _ = wait(asked, 5, FIRST_COMPLETED)
        began = time.monotonic()
        assert mine.get("/viec").status == 200
        assert time.monotonic() - began < 15
        assert panel.office.database.is_sqlite
        # The work that hangs holds no snapshot, which would keep traces in the database's files; a page just being
        # made may, for a moment.
        assert any(_erase_traces(panel) for _ in range(20))
        go_on.set()
        assert sorted(one.result().status for one in asked)[-2:] == [503, 503]
    assert done


def test_work_whose_browser_has_gone_away_counts_until_it_ends_and_is_not_begun_any_more(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, begun, mine = threading.Event(), threading.Semaphore(0), panel.enter(ADMIN)
    hung: list[int] = []

    def hang(*_: object, **__: object) -> bytes:
        hung.append(len(hung))
        begun.release()
        assert go_on.wait(30)
        return b"{}"

    monkeypatch.setattr(panel.office, "helper", hang)
    most = server._SLOW_AT_ONCE + server._SLOW_WAITING
    leaving, staying = ([Browser(panel, mine.cookie) for _ in range(most)] for _ in range(2))
    with ThreadPoolExecutor(2 * most) as pool:
        gone = [pool.submit(other.post, "/suc-khoe/kiem-tra") for other in leaving]
        assert all(begun.acquire(timeout=60) for _ in range(server._SLOW_AT_ONCE))
        assert not wait(gone, 2).done
        for other in leaving:
            assert other._open is not None
            other._open.sock.shutdown(socket.SHUT_RDWR)
        assert not wait(gone, 10).not_done
        time.sleep(1)
        asked = [pool.submit(other.post, "/suc-khoe/kiem-tra") for other in staying]
        refused, _ = wait(asked, 4)
        go_on.set()
        assert [one.result().status for one in refused] == [503] * server._SLOW_AT_ONCE
        wait(asked)
    assert len(hung) == server._SLOW_AT_ONCE + server._SLOW_WAITING
