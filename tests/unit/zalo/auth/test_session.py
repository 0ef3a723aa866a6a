import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pydantic import ValidationError
from zlapi import _util

from tests.unit.simulator.running import Running
from tests.unit.zalo.conftest import USER_AGENT
from tests.unit.zalo.standin import LOGIN, Answer, StandIn, inner, login_answer
from tests.unit.zalo.wiring import ACCOUNT, GROUP
from zalo_governor.domain.clock import system_clock
from zalo_governor.zalo.auth.browser import USER_AGENT as CHROME
from zalo_governor.zalo.auth.browser import browser_headers
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.errors import (
    EmptyAnswerError,
    ForbiddenHostError,
    LoginRefusedError,
    SessionDeadError,
    SessionExpiredError,
    ZaloCallError,
    ZaloError,
    ZaloUnavailableError,
)

Open = Callable[..., ZaloSession]
GROUP_INFO = "/api/group/getmg-v2"


def test_a_login_gives_uid_sockets_and_key(zalo: StandIn, open_session: Open) -> None:
    session = open_session()
    session.login()
    assert session.uid == ACCOUNT
    assert session.socket_urls == ("ws://127.0.0.1:9/ws/",)
    (call,) = zalo.calls
    assert call.headers["X-Orig-Host"] == "wpa.chat.zalo.me"
    assert call.headers["Cookie"] == "zpw_sek=GIA-DINH"
    assert call.query["imei"] == ["imei-1"]


def test_one_user_agent_for_login_and_calls_and_zlapis_own_headers_stay_untouched(
    zalo: StandIn, open_session: Open
) -> None:
    before = dict(_util.HEADERS)
    session = open_session()
    session.login()
    zalo.answers[GROUP_INFO] = inner({"gridInfoMap": {}})
    session.api.fetchGroupInfo(GROUP)
    assert before == _util.HEADERS
    for name, value in browser_headers(USER_AGENT).items():
        assert {call.headers[name] for call in zalo.calls} == {value}
    assert not any(name.lower().startswith("sec-ch-ua") for call in zalo.calls for name in call.headers), "no Chrome"


def test_all_calls_carry_hints_that_say_the_same_as_the_user_agent(zalo: StandIn) -> None:
    session = ZaloSession(
        Credentials.model_validate({"imei": "i", "user_agent": CHROME, "cookies": {"zpw_sek": "x"}}),
        route_to=zalo.url, timeout=5, on_credentials=lambda _: None, clock=system_clock,
    )  # fmt: skip
    zalo.answers[GROUP_INFO] = inner({"gridInfoMap": {}})
    session.login()
    session.api.fetchGroupInfo(GROUP)
    session.close()
    for name, value in browser_headers(CHROME).items():
        assert [call.headers[name] for call in zalo.calls] == [value, value]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer({"error_code": 102, "error_message": "phiên hết hạn", "data": None}), 102),
        (Answer({}, 401), 401),
        (login_answer(uid=""), 0),
        (login_answer(zpw_enk=None), 0),
        (login_answer(zpw_ws=[]), 0),
        (Answer({"error_code": 0, "data": None}), 0),
    ],
)
def test_a_login_that_is_refused_or_half_says_so(zalo: StandIn, open_session: Open, answer: Answer, code: int) -> None:
    zalo.answers[LOGIN] = answer
    with pytest.raises(LoginRefusedError) as caught:
        open_session().login()
    assert caught.value.code == code


def test_a_login_can_be_repeated_and_takes_the_new_key(zalo: StandIn, open_session: Open) -> None:
    session = open_session()
    session.login()
    session.login()
    assert zalo.paths() == [LOGIN, LOGIN]
    session.renew(known_logins=1)
    assert len(zalo.calls) == 2, "somebody else had logged in already"
    session.renew(known_logins=2)
    assert len(zalo.calls) == 3


def test_the_cookies_of_another_account_are_refused(zalo: StandIn, open_session: Open) -> None:
    session = open_session()
    session.login()
    zalo.answers[LOGIN] = login_answer(uid="7000000000000000099")
    with pytest.raises(LoginRefusedError):
        session.login()
    assert session.uid == ACCOUNT


@pytest.mark.parametrize(
    "set_cookie",
    [
        "zpw_sek=MOI; Domain=.zalo.me; Path=/",
        "zpw_sek=MOI; Domain=.chat.zalo.me; Path=/; Secure; HttpOnly",
        "zpw_sek=MOI; Path=/",
        "zpw_sek=MOI",
    ],
)
def test_a_rotated_cookie_replaces_its_old_self_everywhere_and_is_kept(
    zalo: StandIn, open_session: Open, kept: list[Credentials], set_cookie: str
) -> None:
    session = open_session()
    zalo.answers[LOGIN] = login_answer()._replace(headers=(("Set-Cookie", set_cookie),))
    session.login()
    assert [cookie.value for cookie in kept[-1].cookies] == ["MOI"]
    for host in ("chat.zalo.me", "tt-group-wpa.chat.zalo.me"):
        assert session.cookie_header(host) == "zpw_sek=MOI"
    zalo.answers[GROUP_INFO] = inner({"gridInfoMap": {}})
    session.api.fetchGroupInfo(GROUP)
    assert zalo.calls[-1].headers["Cookie"] == "zpw_sek=MOI"
    assert len(kept) == 1, "kept once, since nothing changed after"


def test_a_cookie_that_a_foreign_domain_would_set_is_not_taken(
    zalo: StandIn, open_session: Open, kept: list[Credentials]
) -> None:
    zalo.answers[LOGIN] = login_answer()._replace(headers=(("Set-Cookie", "zpw_sek=X; Domain=.vidu.vn"),))
    open_session().login()
    assert kept == []


def test_a_store_in_trouble_does_not_spoil_the_call_and_is_asked_again(zalo: StandIn) -> None:
    asked: list[Credentials] = []

    def keep(credentials: Credentials) -> None:
        asked.append(credentials)
        if len(asked) == 1:
            raise OSError("đĩa đầy")

    session = ZaloSession(
        Credentials.model_validate({"imei": "i", "user_agent": "u", "cookies": {"zpw_sek": "GIA-DINH"}}),
        route_to=zalo.url,
        timeout=5,
        on_credentials=keep,
        clock=system_clock,
    )
    zalo.answers[LOGIN] = login_answer()._replace(headers=(("Set-Cookie", "zpw_sek=MOI; Domain=.zalo.me"),))
    session.login()
    session.login()
    session.login()
    assert len(asked) == 2


def test_cookies_go_only_to_the_hosts_they_belong_to(open_session: Open) -> None:
    session = open_session(
        [
            {"key": "zpsid", "name": "zpsid", "value": "a", "domain": ".zalo.me", "path": "/", "hostOnly": False},
            {"name": "zpw_sek", "value": "b", "domain": "chat.zalo.me", "path": "/"},
            {"name": "id", "value": "c", "domain": "id.zalo.me", "path": "/"},
        ]
    )
    assert set(session.cookie_header("wpa.chat.zalo.me").split("; ")) == {"zpsid=a", "zpw_sek=b"}
    assert set(session.cookie_header("id.zalo.me").split("; ")) == {"zpsid=a", "id=c"}
    assert session.cookie_header("vidu.vn") == ""


@pytest.mark.parametrize(
    "route_to",
    ["http://10.0.0.1:80", "http://vidu.vn", "http://127.0.0.1@vidu.vn", "ftp://127.0.0.1", "http://0.0.0.0:80", ""],
)
def test_only_this_machine_may_take_zalos_place(open_session: Open, route_to: str) -> None:
    if route_to:
        with pytest.raises(ForbiddenHostError):
            open_session(route_to=route_to)
    else:
        with pytest.raises(ForbiddenHostError):
            open_session(route_to="//127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "http://wpa.chat.zalo.me/",
        "https://vidu.vn/",
        "https://zalo.me.vidu.vn/",
        "https://127.0.0.1/",
        "https://a@vidu.vn/",
    ],
)
def test_without_a_route_nothing_goes_anywhere_but_to_zalo_over_https(open_session: Open, url: str) -> None:
    session = open_session(route_to=None)
    with pytest.raises((ForbiddenHostError, ZaloUnavailableError)):
        session.api.plain(url, {})


def test_a_socket_elsewhere_is_not_opened(zalo: StandIn, open_session: Open) -> None:
    zalo.answers[LOGIN] = login_answer(zpw_ws=["wss://ws.chat.zalo.me/", "ws://10.0.0.1/", "ws://127.0.0.1:7/ws/"])
    session = open_session()
    session.login()
    assert session.socket_urls == ("ws://127.0.0.1:7/ws/",)
    zalo.answers[LOGIN] = login_answer(zpw_ws=["wss://vidu.vn/"])
    with pytest.raises(ForbiddenHostError):
        session.login()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer({"error_code": 166, "error_message": "không có quyền"}), ZaloCallError),
        (inner(None, 166, "không có quyền"), ZaloCallError),
        (Answer({"error_code": 102, "error_message": ""}), SessionExpiredError),
        (inner(None, 102), SessionExpiredError),
        (Answer({"error_code": 600, "error_message": "zpw_sek wrong"}), SessionExpiredError),
        (inner(None, 600), SessionExpiredError),
        (inner(None, 401), SessionExpiredError),
        (Answer({}, 401), SessionExpiredError),
        (Answer({}, 403), SessionExpiredError),
        (Answer({}, 404), ZaloCallError),
        (Answer({}, 502), ZaloUnavailableError),
        (Answer(b"<html>"), ZaloUnavailableError),
        (Answer([]), ZaloUnavailableError),
        (Answer({"error_code": 0, "data": "not encrypted"}), ZaloUnavailableError),
        (Answer({"error_code": 0, "data": ""}), EmptyAnswerError),
        (Answer({}, 302, (("Location", "https://vidu.vn/"),)), ZaloUnavailableError),
    ],
)
def test_every_method_of_zlapi_raises_what_zalo_answers(
    zalo: StandIn, open_session: Open, answer: Answer, error: type[ZaloError]
) -> None:
    session = open_session()
    session.login()
    zalo.answers["/api/group/deletemsg"] = answer
    with pytest.raises(error):
        session.api.deleteGroupMsg("1", "2", "3", GROUP)
    assert zalo.paths().count("/api/group/deletemsg") == 1, "no blind retry"


def test_a_call_that_hangs_ends_in_time_and_says_that_it_had_left(zalo: StandIn, open_session: Open) -> None:
    session = open_session(timeout=0.3)
    session.login()
    zalo.answers[GROUP_INFO] = inner({})._replace(hang=10.0)
    started = time.monotonic()
    with pytest.raises(ZaloUnavailableError) as caught:
        session.api.fetchGroupInfo(GROUP)
    assert caught.value.sent
    assert time.monotonic() - started < 9


def test_no_connection_is_told_from_a_broken_one_and_no_address_is_quoted(open_session: Open) -> None:
    session = open_session(route_to="http://127.0.0.1:9")
    with pytest.raises(ZaloUnavailableError) as caught:
        session.login()
    assert not caught.value.sent
    assert "imei-1" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_zlapi_can_neither_read_the_socket_nor_print_nor_log_in_past_the_session(
    zalo: StandIn, open_session: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    session = open_session()
    session.api.login()
    assert zalo.paths() == [LOGIN]
    for read in (session.api.listen, session.api._listen):
        with pytest.raises(ZaloError):
            read()
    assert "84900000000" not in capsys.readouterr().out


def test_credentials_do_not_show_their_secrets() -> None:
    given = {"imei": "imei-GIA-DINH", "user_agent": "u", "cookies": {"zpw_sek": "cookie-GIA-DINH"}}
    credentials = Credentials.model_validate(given)
    assert "GIA-DINH" not in repr(credentials) + str(credentials) + repr(credentials.cookies)
    assert Credentials.model_validate_json(credentials.model_dump_json()) == credentials
    with pytest.raises(ValidationError) as caught:
        Credentials.model_validate(given | {"cookies": {"": "cookie-GIA-DINH"}})
    assert "GIA-DINH" not in str(caught.value)


def test_threads_may_share_a_session(zalo: StandIn, open_session: Open, kept: list[Credentials]) -> None:
    session = open_session()
    session.login()
    count = iter(range(1000))
    zalo.answers[GROUP_INFO] = lambda _call: inner({"gridInfoMap": {}})._replace(
        headers=(("Set-Cookie", f"zpw_sek=S{next(count)}; Domain=.zalo.me"),)
    )
    failures: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(10):
                session.api.fetchGroupInfo(GROUP)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert f"zpw_sek={kept[-1].cookies[0].value}" == session.cookie_header("chat.zalo.me")
    assert json.loads(kept[-1].model_dump_json())["imei"] == "imei-1"


def test_the_environment_leads_no_request_elsewhere(
    zalo: StandIn, open_session: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    session = open_session()
    session.login()
    assert zalo.paths() == [LOGIN]


@pytest.fixture
def sim() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


def test_where_zalo_refuses_the_plain_form_the_encrypted_one_opens_the_session_and_is_asked_first_from_then_on(
    sim: Running, open_session: Open
) -> None:
    sim.order("config", plain_login=[114, "client is too old"])
    session = open_session(route_to=sim.url)
    session.login()
    session.login()
    session.api.call("GET", "https://tt-group-wpa.chat.zalo.me/api/group/getlg/v4", {})
    assert session.uid == "7000000000000000001"
    *logins, call = sim.state()["calls"]
    assert [("zcid" in login["query"], login["error_code"]) for login in logins] == [
        (False, 114), (True, 0), (True, 0),
    ]  # fmt: skip
    assert logins[-1]["params"]["imei"] == "imei-1"
    assert (logins[-1]["query"]["client_version"], call["query"]["zpw_ver"]) == ("691", "691")


def test_a_session_that_was_open_and_is_dead_is_not_tried_in_the_other_form(sim: Running, open_session: Open) -> None:
    session = open_session(route_to=sim.url)
    session.login()
    sim.order("config", expired=["GIA-DINH"])
    with pytest.raises(LoginRefusedError, match="102"):
        session.login()
    assert len(sim.state()["calls"]) == 2
    with pytest.raises(LoginRefusedError, match="102"):
        open_session(route_to=sim.url).login()


@pytest.mark.parametrize(("status", "forms"), [(404, [False, True]), (403, [False, True]), (429, [False])])
def test_a_form_that_is_gone_leads_to_the_other_one_and_too_many_calls_do_not(
    zalo: StandIn, open_session: Open, status: int, forms: list[bool]
) -> None:
    zalo.answers[LOGIN] = Answer({}, status)
    with pytest.raises((LoginRefusedError, ZaloCallError)):
        open_session().login()
    assert ["zcid" in call.query for call in zalo.calls] == forms


@pytest.mark.parametrize(("code", "logins"), [(221, 1), (-69, 2)])
def test_a_login_that_zalo_does_not_want_now_is_no_refusal_and_is_not_tried_in_the_other_form(
    zalo: StandIn, open_session: Open, code: int, logins: int
) -> None:
    zalo.answers[LOGIN] = Answer({"error_code": code, "error_message": "thử lại sau", "data": None})
    session = open_session()
    for _ in range(2):
        with pytest.raises(ZaloCallError, match=str(code)):
            session.login()
    assert len(zalo.calls) == logins, "after 221 no login is asked for during a pause"
    assert session.life.dead is None


def test_an_encrypted_answer_under_another_key_is_a_refusal(zalo: StandIn, open_session: Open) -> None:
    zalo.answers[LOGIN] = Answer({"error_code": 0, "data": "AAAAAAAAAAAAAAAAAAAAAA=="})
    with pytest.raises(LoginRefusedError, match="không đọc được"):
        open_session().login()


def test_the_version_that_is_set_is_the_one_that_is_said(zalo: StandIn) -> None:
    session = ZaloSession(
        Credentials.model_validate({"imei": "i", "user_agent": "M", "cookies": {"zpw_sek": "x"}}),
        route_to=zalo.url, timeout=5, on_credentials=lambda _: None, clock=system_clock, client_version=700,
    )  # fmt: skip
    zalo.answers["/api/group/getlg/v4"] = inner({})
    session.login()
    session.api.call("GET", "https://tt-group-wpa.chat.zalo.me/api/group/getlg/v4", {})
    session.close()
    login, call = zalo.calls
    assert (login.query["client_version"], call.query["zpw_ver"]) == (["700"], ["700"])


def test_zlapis_own_methods_say_the_announced_version_too(zalo: StandIn, open_session: Open) -> None:
    session = open_session()
    session.login()
    zalo.answers[GROUP_INFO] = inner({"gridInfoMap": {}})
    session.api.fetchGroupInfo(GROUP)
    login, call = zalo.calls
    assert (login.query["client_version"], call.query["zpw_ver"]) == (["691"], ["691"])


def test_a_version_that_zalo_does_not_support_makes_room_for_the_next_which_is_kept_with_the_session(
    sim: Running, open_session: Open, kept: list[Credentials]
) -> None:
    sim.order("config", refused_versions=[691, 685])
    session = open_session(route_to=sim.url)
    session.login()
    assert session.client_version == 647
    assert kept[-1].refused_versions == (685, 691)
    assert {call["query"]["client_version"] for call in sim.state()["calls"]} == {"691", "685", "647"}
    again = ZaloSession(kept[-1], route_to=sim.url, timeout=5, on_credentials=kept.append, clock=system_clock)
    again.login()
    again.close()
    said = [call["query"]["client_version"] for call in sim.state()["calls"]]
    assert said[-2:] == ["647", "647"], "the next session begins with the version that counts"


def test_where_no_version_is_supported_the_refusal_is_told(sim: Running, open_session: Open) -> None:
    sim.order("config", refused_versions=[691, 685, 647])
    with pytest.raises(LoginRefusedError, match="not supported"):
        open_session(route_to=sim.url).login()


def test_invalid_login_1005_is_final(zalo: StandIn, open_session: Open) -> None:
    zalo.answers[LOGIN] = Answer({"error_code": -1005, "error_message": "invalid login", "data": None})
    with pytest.raises(LoginRefusedError, match="-1005"):
        open_session().login()
    assert len(zalo.calls) == 1


def test_a_session_that_zalo_revoked_600_is_not_logged_in_again(zalo: StandIn, open_session: Open) -> None:
    session = open_session()
    session.login()
    zalo.answers[GROUP_INFO] = inner(None, 600, "zpw_sek wrong")
    with pytest.raises(SessionExpiredError):
        session.api.fetchGroupInfo(GROUP)
    with pytest.raises(SessionDeadError, match="600"):
        session.renew(known_logins=1)
    with pytest.raises(SessionExpiredError):
        session.api.fetchGroupInfo(GROUP)
    assert zalo.paths() == [LOGIN, GROUP_INFO], "neither a login nor a storm of calls"


def test_a_refused_call_is_not_repeated_either_where_the_login_names_a_host_with_a_path(
    zalo: StandIn, open_session: Open
) -> None:
    zalo.answers[LOGIN] = login_answer(zpw_service_map_v3={"group": ["https://tt-group-9.chat.zalo.me/v9"]})
    zalo.answers[f"/v9{GROUP_INFO}"] = inner(None, 600, "zpw_sek wrong")
    session = open_session()
    session.login()
    for _ in range(2):
        with pytest.raises(SessionExpiredError):
            session.api.fetchGroupInfo(GROUP)
    assert zalo.paths() == [LOGIN, f"/v9{GROUP_INFO}"]


def test_the_calls_go_to_the_hosts_that_the_login_names(zalo: StandIn, open_session: Open) -> None:
    zalo.answers[LOGIN] = login_answer(zpw_service_map_v3={"group": ["https://tt-group-9.chat.zalo.me"]})
    zalo.answers[GROUP_INFO] = inner({"gridInfoMap": {}})
    session = open_session()
    session.login()
    session.api.fetchGroupInfo(GROUP)
    assert zalo.calls[-1].headers["X-Orig-Host"] == "tt-group-9.chat.zalo.me"
    assert zalo.calls[-1].headers["Cookie"] == "zpw_sek=GIA-DINH"
