"""Two groups under one panel: no page, form, file or stream tells anything of a group in which somebody has no role."""

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from tests.integration.panels import Browser, Panel, office_of, serving
from tests.integration.test_groups_apart import (
    MARKS,
    NOWHERE,
    OF_A,
    OF_B,
    OTHER_GROUP,
    OVERSEER,
    ROLES,
    STRANGER,
    TwoGroups,
    codes,
    seeds,
)
from tests.integration.test_offices import until
from tests.rosters import put_roster, roster_of
from tests.unit.storage.stored import BOT, GROUP, HandClock
from zalo_governor.domain.people import Role
from zalo_governor.panel import change_streams, live
from zalo_governor.panel.buttons import EVERY
from zalo_governor.panel.gatekeeper import COOKIE
from zalo_governor.panel.pages import all_routes, members
from zalo_governor.panel.routes import Route
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.text.fold import fold

BOTH, NO_GROUP = "7300000000000000008", "8000000000000000099"
_WITH_CODES = {"/viec", "/viec/hoan-tac", "/tin-da-gui/lai", "/thanh-vien/{word}"}
TITLES = {
    Role.LEADER: {"Tổng quan", "Chỉ đạo", "Thành viên", "Báo cáo", "Sức khỏe"},
    Role.LEADERSHIP: {"Chỉ đạo"},
    Role.ADMIN: {
        "Việc phải xem", "Chỉ đạo", "Thành viên", "Báo cáo", "Quy chế và quy tắc", "Tin đã gửi", "Sức khỏe", "Nhật ký",
    },
    Role.ADMIN_STAFF: {"Việc phải xem", "Chỉ đạo", "Thành viên", "Quy chế và quy tắc", "Tin đã gửi", "Sức khỏe"},
    Role.REPORT_READER: {"Tổng quan", "Báo cáo", "Sức khỏe"},
    Role.OVERSEER: {"Báo cáo", "Sức khỏe"},
}  # fmt: skip


SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Asked(NamedTuple):
    """A request about a thing of group A, and the same about one that does not exist."""

    method: str
    path: str
    form: dict[str, str]
    path_of_none: str
    form_of_none: dict[str, str]


@pytest.fixture
def bot(database: Database, clock: HandClock) -> Iterator[TwoGroups]:
    made = TwoGroups(database, clock)
    both = SeedPerson("Hà Hai Nhóm", "", BOTH, None, None, {GROUP: (Role.ADMIN,), OTHER_GROUP: (Role.ADMIN_STAFF,)})
    made.units.seed_people(BOT, [*seeds(), both])
    with made.running():
        made.have_a_day()
        yield made


@pytest.fixture
def panel(bot: TwoGroups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    """The panel; what other processes would say of all groups names group A, and a report's file is its words."""
    monkeypatch.setattr(live, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(ReportRenderer, "print", lambda _self, paper, _face: paper.model_dump_json().encode())
    office = office_of(bot.database, bot.clock, tmp_path, {GROUP: "Nhóm Anpha", OTHER_GROUP: "Ngành Y tế"})
    checks = [
        {"id": name, "level": "good", "says": "Anpha Gambê", "mend": ""} for name in ("zalo_groups", "people_present")
    ]

    def helper(*arguments: str, given: bytes = b"") -> bytes:
        if arguments[0] == "rules":
            return b"Gambe" if OTHER_GROUP not in arguments else b"0"
        return orjson.dumps({"checks": checks} if arguments[0] == "doctor" else {"findings": []})

    monkeypatch.setattr(office, "helper", helper)
    with serving(office) as served:
        yield served


def requests(panel: Panel, routes: list[Route]) -> Iterator[Asked]:
    """Each address with each thing of group A wherever a thing may be named."""
    light, secret, directive, member = (code[2:] for code in codes(panel.office.database))
    words = [button.word for button in EVERY] + ["x"]
    fields = {"noi_dung": "x", "quyet_dinh": "xac-nhan", "dang": "docx", "ky": "tuần", "cau": "x", "nhap": "x"}

    def asked(route: Route, number: str, nothing: str, **form: str) -> Asked:
        places = [
            {"number": one, "word": form.pop("word", "x"), "token": "x", "name": "x"} for one in (number, nothing)
        ]
        places[1]["word"] = places[0]["word"]
        none = {key: re.sub(r"(?<=VP|TV|CĐ)\d+|^\d+(?=:)", str(NOWHERE), text) for key, text in form.items()}
        none |= {"nhom": NO_GROUP} if "nhom" in form else {}
        path, other = (route.path.format(**one) for one in places)
        if route.method == "GET" and form:
            path, other = f"{path}?nhom={form['nhom']}", f"{other}?nhom={none['nhom']}"
        return Asked(route.method, path, fields | form, other, fields | none)

    for route in routes:
        if "{number}" in route.path:
            numbers = (light, secret) if route.path.startswith("/vu-viec") else (directive,)
            for number in numbers:
                for word in words if "{word}" in route.path else ["x"]:
                    yield asked(route, number, str(NOWHERE), word=word)
            continue
        yield asked(route, "", "", nhom=GROUP)
        yield asked(route, "", "")
        if route.method == "POST" and route.path in _WITH_CODES:
            for code in (f"VP{light}", f"VP{secret}", f"TV{member}", f"CĐ{directive}"):
                for word in ("thanhvien", "moira") if "{word}" in route.path else ("x",):
                    yield asked(route, "", "", ma=code, vu_viec=f"{code[2:]}:new", noi_dung=code, word=word)


@pytest.mark.parametrize(
    ("database_url", "uid"),
    [("sqlite", uid) for uid in (*(OF_B[role] for role in ROLES), OVERSEER)]
    + [("postgresql", uid) for uid in (OF_B[Role.ADMIN], OVERSEER)],
    indirect=["database_url"],
)
def test_what_another_group_has_is_answered_as_what_does_not_exist(panel: Panel, uid: str) -> None:
    mine, compared = panel.enter(uid), 0
    allowed = {"anpha"} if uid == OVERSEER else set()
    page = mine.get("/").headers["location"]
    for asked in requests(panel, all_routes(panel.office)):
        answers = []
        for path, form in ((asked.path, asked.form), (asked.path_of_none, asked.form_of_none)):
            answer = mine.get(path) if asked.method == "GET" else mine.post(path, form)
            told = mine.get(page).body if asked.method == "POST" and answer.status == 303 else b""
            assert answer.status != 500, asked
            assert set(_marks(answer.body + told)) <= allowed, (asked, answer)
            answers.append([answer.status, answer.headers.get("location", ""), answer.body, told])
        if asked[1:3] != asked[3:] and uid != OVERSEER:
            assert list(map(_plain, answers[0])) == list(map(_plain, answers[1])), asked
            compared += 1
    assert compared > 30 or uid == OVERSEER


@SQLITE
@pytest.mark.parametrize("uid", [OF_B[Role.MEMBER], OF_A[Role.MEMBER], STRANGER])
def test_members_and_strangers_see_no_page(bot: TwoGroups, panel: Panel, uid: str) -> None:
    bot.act(OTHER_GROUP, "join", OF_A[Role.MEMBER], [STRANGER, OF_B[Role.MEMBER]])
    bot.settle()
    mine = panel.enter(uid)
    for asked in requests(panel, all_routes(panel.office)):
        answer = mine.get(asked.path) if asked.method == "GET" else mine.post(asked.path, asked.form)
        assert (answer.status, _marks(answer.body)) == (401, [])
    assert [mine.get(path).status for path in ("/", "/luong")] == [401, 401]


@SQLITE
@pytest.mark.parametrize("role", TITLES)
def test_the_menu_shows_what_is_allowed_and_nothing_else_opens(panel: Panel, role: Role) -> None:
    mine = panel.enter(OF_B.get(role, OVERSEER))
    home = mine.get(mine.get("/").headers["location"]).text
    menu = dict(re.findall(r'<li><a href="([^"]+)"[^>]*>([^<]+)</a></li>', home.partition("</nav>")[0]))
    assert set(menu.values()) == TITLES[role]
    for route in all_routes(panel.office):
        if route.title:
            assert mine.get(route.path).status == (200 if route.path in menu else 404)


def test_who_has_a_role_in_both_sees_each_group_by_itself(panel: Panel) -> None:
    mine = panel.enter(BOTH)
    light, _, directive, _ = (code[2:] for code in codes(panel.office.database))
    for path in (f"/vu-viec/{light}", f"/chi-dao/{directive}", "/viec", f"/thanh-vien?nhom={GROUP}"):
        assert "gambe" in _marks(mine.get(path).body), path
    for path in ("/viec", "/chi-dao", "/thanh-vien", "/quy-tac", "/tin-da-gui", "/suc-khoe"):
        page = re.sub(r"<select.*?</select>", "", mine.get(f"{path}?nhom={OTHER_GROUP}").text, flags=re.DOTALL)
        assert page
        if path != "/suc-khoe":  # which is about all groups of the person
            assert _marks(page.encode()) == [], path
    # In group B the person is no admin, so that what only an admin may see is of group A alone.
    assert [mine.get(f"/{page}?nhom={OTHER_GROUP}").status for page in ("bao-cao", "nhat-ky")] == [404, 404]
    assert mine.post("/suc-khoe/batdau", {"nhom": OTHER_GROUP}).status == 404


def test_a_stream_tells_nothing_of_another_group(bot: TwoGroups, panel: Panel) -> None:
    light = codes(panel.office.database)[0][2:]
    theirs, mine = panel.enter(OF_B[Role.ADMIN]), panel.enter(OF_A[Role.ADMIN])
    with _stream(theirs, f"/vu-viec/{light}") as of_b, _stream(mine, "/viec") as of_a:
        for group, heard, silent in ((GROUP, of_a, of_b), (OTHER_GROUP, of_b, of_a)):
            by = (OF_A if group == GROUP else OF_B)[Role.MEMBER]
            bot.say(bot.message("De nghi cac dong chi gui bao cao ve van phong truoc ngay mai", by=by, idTo=group))
            assert b"changed" in heard.recv(4096)
            silent.settimeout(0.3)
            with pytest.raises(TimeoutError):
                silent.recv(4096)
        assert "đang xem" not in mine.get(f"/vu-viec/{light}").text
    with _stream(panel.enter(BOTH), f"/vu-viec/{light}"):
        assert until(lambda: "Hà Hai Nhóm đang xem" in mine.get(f"/vu-viec/{light}").text)


@SQLITE
def test_what_changes_while_a_page_is_on_its_way_is_told_by_its_stream_at_once_and_nothing_else_is(
    bot: TwoGroups, panel: Panel
) -> None:
    theirs, mine = panel.enter(OF_B[Role.ADMIN]), panel.enter(OF_A[Role.ADMIN])
    marks = [re.findall(r'data-mark="(-?\d+)"', browser.get("/viec").text)[0] for browser in (theirs, mine)]
    bot.say(bot.message("De nghi cac dong chi gui so lieu ve van phong", by=OF_A[Role.MEMBER], idTo=GROUP))
    with _stream(theirs, f"/viec&dau={marks[0]}") as of_b, _stream(mine, f"/viec&dau={marks[1]}") as of_a:
        assert b"changed" in of_a.recv(4096)
        of_b.settimeout(1.5)
        with pytest.raises(TimeoutError):
            of_b.recv(4096)


@SQLITE
def test_a_stream_ends_when_the_person_loses_the_role_in_one_of_the_groups(
    bot: TwoGroups, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_streams, "_CHECK_SECONDS", 0.1)
    with _stream(panel.enter(BOTH), "/viec") as both:
        here = SeedPerson("Hà Hai Nhóm", "", BOTH, None, None, {OTHER_GROUP: (Role.ADMIN_STAFF,)})
        bot.units.seed_people(BOT, [*seeds(), here])
        both.settimeout(60)
        said = b""
        while not said.endswith(b"0\r\n\r\n"):  # The end of a chunked answer (RFC 9112, 7.1).
            said += both.recv(4096)
    assert b"ended" not in said


@SQLITE
def test_a_draft_is_its_owner_s_alone(panel: Panel) -> None:
    mine, other = panel.enter(OF_A[Role.ADMIN]), panel.enter(OF_A[Role.ADMIN_STAFF])
    here = mine.upload("/thanh-vien/nhap", "a.csv", "Họ tên;Chức vụ\nLò A;B\n".encode()).headers["location"]
    assert mine.get(here).status == 200
    for answer in (other.get(here), other.post(f"{here}/cot"), other.post(here)):
        assert (answer.status, "Lò A" in answer.text) == (404, False)


@SQLITE
def test_who_looks_at_a_list_for_too_long_is_told_to_choose_the_file_again(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "_KEPT", timedelta(seconds=-1))
    mine = panel.enter(OF_A[Role.ADMIN])
    here = mine.upload("/thanh-vien/nhap", "a.csv", "Họ tên;Chức vụ\nLò A;B\n".encode()).headers["location"]
    for answer in (mine.get(here), mine.post(f"{here}/cot"), mine.post(here, {"cach": "them"})):
        assert (answer.status, "đã quá 15 phút" in answer.text, "vai trò" in answer.text) == (404, True, False)
    assert "vai trò của đồng chí không gồm" in mine.get("/chi-dao/999999").text


@SQLITE
def test_nobody_is_dropped_from_a_list_unless_so_many_were_agreed_to(panel: Panel) -> None:
    mine, database = panel.enter(OF_A[Role.ADMIN]), panel.office.database
    before = roster_of(database, GROUP)
    file = "Họ tên;Chức vụ\nLò Thị Thử;Văn thư\n".encode()

    def press(**form: str) -> str:
        here = mine.upload("/thanh-vien/nhap", "a.csv", file).headers["location"]
        page = mine.get(here).text
        assert f"Không có trong tệp, vẫn giữ: {len(before)}" in page
        return mine.get(mine.post(here, form).headers["location"]).text

    for wrong in ({"cach": "thay"}, {"cach": "thay", "bo": "1"}, {"cach": "thay", "bo": "on"}):
        assert "chưa đánh dấu" in press(**wrong)
    assert roster_of(database, GROUP) == before
    assert f"{len(before) + 1} người: thêm 1, bỏ ra 0" in press()
    put_roster(database, BOT, GROUP, before)
    assert f"1 người: thêm 1, bỏ ra {len(before)}" in press(cach="thay", bo=str(len(before)))
    put_roster(database, BOT, GROUP, before)


@SQLITE
def test_what_was_not_stored_is_not_told(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    light = codes(panel.office.database)[0]
    mine = panel.enter(OF_A[Role.ADMIN])
    begin = panel.office.units.begin

    def failing(*, reading: bool = False) -> Any:
        unit = begin(reading=reading)
        return unit if reading else _Failing(unit)

    page = mine.get(f"/vu-viec/{light[2:]}").text
    stamp = re.search(r'name="ban" value="([^"]+)"', page)
    assert stamp is not None
    with monkeypatch.context() as patched:
        patched.setattr(panel.office.units, "begin", failing)
        assert mine.post(f"/vu-viec/{light[2:]}/ghichu", {"noi_dung": "x", "ban": stamp[1]}).status == 500
    assert 'class="told"' not in mine.get("/viec").text


class _Failing:
    """A transaction that cannot be committed."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit

    def __enter__(self) -> Any:
        return self._unit.__enter__()

    def __exit__(self, *_: object) -> None:
        self._unit.__exit__(RuntimeError, RuntimeError(), None)
        raise RuntimeError


@SQLITE
def test_what_the_bot_changes_of_people_counts_in_the_panel(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = panel.enter(BOTH)
    assert "Hà Hai Nhóm" in mine.get(f"/thanh-vien?nhom={OTHER_GROUP}").text
    with panel.office.units.begin() as uow:
        uow.people.holders(BOT)  # as a command does that tells the desk of something
    elsewhere = Database(panel.office.records.settings.sqlalchemy_url, panel.office.database.keys, panel.office.clock)
    assert elsewhere.persons is not panel.office.database.persons
    monkeypatch.setattr("zalo_governor.panel.office._PEOPLE_SECONDS", 0.0)
    kept = panel.office.database.persons
    with monkeypatch.context() as patched:
        patched.setattr(panel.office.database, "persons", elsewhere.persons)
        panel.office.units.seed_people(BOT, seeds())  # by another process
    assert panel.office.database.persons is kept
    assert mine.get("/viec").status == 401
    assert "Hà Hai Nhóm" not in panel.enter(OF_B[Role.ADMIN]).get("/thanh-vien").text
    elsewhere.close()


def _stream(browser: Browser, page: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", browser.panel.port), 10, (browser.address, 0))
    host = browser.panel.base.partition("//")[2]
    line.sendall(
        f"GET /luong?trang={page} HTTP/1.1\r\nHost: {host}\r\nCookie: {COOKIE}={browser.cookie}\r\n\r\n".encode()
    )
    got = b""
    while b"retry" not in got:
        got += line.recv(4096)
    return line


def _marks(content: bytes) -> list[str]:
    plain = fold(content.decode(errors="replace"))
    return [mark for mark in MARKS if mark in plain]


def _plain(part: object) -> str:
    """A part of an answer without what may differ: codes and numbers that were typed, the minute."""
    text = part.decode(errors="replace") if isinstance(part, bytes) else str(part)
    text = re.sub(rf"(VP|CĐ|TV|vu-viec/|chi-dao/|nhom=) ?\d+|{NOWHERE}", r"\1", text)
    return re.sub(r"\d\d:\d\d( \d\d/\d\d/\d{4})?", "", text)
