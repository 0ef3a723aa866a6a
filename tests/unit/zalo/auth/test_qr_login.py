"""The QR login against the simulated id.zalo.me, and against answers that it should never give."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.unit.simulator.running import Running
from tests.unit.zalo.standin import Answer, StandIn
from zalo_governor.domain.clock import system_clock
from zalo_governor.zalo.auth.browser import USER_AGENT, new_imei
from zalo_governor.zalo.auth.qr_login import QrCode, QrLogin
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.errors import (
    LoginRefusedError,
    QrDeclinedError,
    QrExpiredError,
    QrRefusedError,
    ZaloUnavailableError,
)

ACCOUNT = "7000000000000000001"
PAGE = Answer(b'<script src="https://stc-zlogin.zdn.vn/main-2.1.0.js"></script>')
FINE = Answer({"error_code": 0, "data": {}})
CODE = QrCode("a-code", b"")


@pytest.fixture
def sim() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


@pytest.fixture
def login(sim: Running) -> Iterator[QrLogin]:
    with QrLogin(user_agent=USER_AGENT, route_to=sim.url, timeout=10) as made:
        yield made


@pytest.fixture
def page(zalo: StandIn) -> Iterator[QrLogin]:
    """A login on a stand-in that has the page and nothing else."""
    zalo.answers |= {"/account": PAGE, "/account/logininfo": FINE, "/account/verify-client": FINE}
    with QrLogin(user_agent=USER_AGENT, route_to=zalo.url, timeout=5) as made:
        yield made


def soon(act: Callable[[], object]) -> threading.Thread:
    """Somebody with a telephone, a moment later."""

    def later() -> None:
        time.sleep(0.2)
        act()

    thread = threading.Thread(target=later)
    thread.start()
    return thread


def test_a_scanned_and_confirmed_code_gives_cookies_for_two_domains_that_open_a_session(
    sim: Running, login: QrLogin
) -> None:
    code = login.code()
    scan = soon(lambda: sim.order("qr", do="scan"))
    assert login.wait_for_scan(code) == "Hệ thống hỗ trợ quản lý Nhóm"
    scan.join()
    confirm = soon(lambda: sim.order("qr", do="confirm"))
    login.wait_for_confirmation(code)
    confirm.join()
    assert login.enter() == "Hệ thống hỗ trợ quản lý Nhóm"
    domains = {cookie.name: cookie.domain for cookie in login.cookies}
    assert domains == {"zsession": ".zalo.me", "zpsid": ".zalo.me", "zpw_sek": ".chat.zalo.me"}
    calls = sim.state()["calls"]
    assert {call["host"] for call in calls} == {"id.zalo.me", "chat.zalo.me", "jr.chat.zalo.me"}
    assert {call["headers"]["User-Agent"] for call in calls} == {USER_AGENT}
    session = ZaloSession(
        Credentials(imei=new_imei(USER_AGENT), user_agent=USER_AGENT, cookies=login.cookies),
        route_to=sim.url, timeout=10, on_credentials=lambda _: None, clock=system_clock,
    )  # fmt: skip
    session.login()
    assert session.uid == ACCOUNT
    session.close()


def confirmed(sim: Running, login: QrLogin) -> None:
    """A code that was scanned and confirmed."""
    code = login.code()
    sim.order("qr", do="scan")
    login.wait_for_scan(code)
    sim.order("qr", do="confirm")
    login.wait_for_confirmation(code)


def test_who_says_no_on_the_telephone_is_heard(sim: Running, login: QrLogin) -> None:
    code = login.code()
    sim.order("qr", do="scan")
    login.wait_for_scan(code)
    sim.order("qr", do="decline")
    with pytest.raises(QrDeclinedError):
        login.wait_for_confirmation(code)


def test_a_code_that_zalo_ends_is_refused_and_another_one_can_be_had(sim: Running, login: QrLogin) -> None:
    code = login.code()
    sim.order("qr", do="expire")
    with pytest.raises(QrRefusedError, match="mã -16"):
        login.wait_for_scan(code)
    again = login.code()
    sim.order("qr", do="scan")
    assert again.code != code.code
    assert login.wait_for_scan(again)


def test_a_code_that_nobody_scans_or_confirms_expires(sim: Running, login: QrLogin) -> None:
    code = login.code()
    with pytest.raises(QrExpiredError):
        login.wait_for_scan(code, seconds=0.3)
    sim.order("qr", do="scan")
    with pytest.raises(QrExpiredError):
        login.wait_for_confirmation(code, seconds=0.3)


def test_without_confirmation_there_is_no_session(login: QrLogin) -> None:
    login.code()
    with pytest.raises(LoginRefusedError, match="phiên chưa đăng nhập"):
        login.enter()


def test_a_login_that_counts_without_its_key_cookie_is_entered_once_more(sim: Running, login: QrLogin) -> None:
    confirmed(sim, login)
    sim.order("config", withheld_keys=1)
    assert login.enter()
    assert "zpw_sek" in {cookie.name for cookie in login.cookies}


def test_a_login_that_never_gives_its_key_cookie_is_refused(sim: Running, login: QrLogin) -> None:
    confirmed(sim, login)
    sim.order("config", withheld_keys=2)
    with pytest.raises(LoginRefusedError, match="zpw_sek"):
        login.enter()


@pytest.mark.parametrize("path", ["/logininfo", "/verify-client"])
def test_a_preparing_step_that_zalo_refuses_is_told_and_the_code_is_still_asked_for(
    zalo: StandIn, page: QrLogin, path: str
) -> None:
    zalo.answers[f"/account{path}"] = Answer({"error_code": -7, "error_message": "no device"})
    with pytest.raises(QrRefusedError, match="tạo mã QR"):
        page.code()
    [refused] = page.unheeded
    assert (refused.code, refused.message) == (-7, "no device")
    assert zalo.paths()[-1] == "/account/authen/qr/generate"


@pytest.mark.parametrize("path", ["/logininfo", "/verify-client"])
def test_invalid_login_1005_in_a_preparing_step_is_final(zalo: StandIn, page: QrLogin, path: str) -> None:
    zalo.answers[f"/account{path}"] = Answer({"error_code": -1005, "error_message": "invalid login"})
    with pytest.raises(QrRefusedError, match="-1005"):
        page.code()
    assert "/account/authen/qr/generate" not in zalo.paths()


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("/account", "mở trang đăng nhập"),
        ("/account/checksession", "mở phiên đăng nhập"),
        ("/jr/userinfo", "hỏi phiên đăng nhập của tài khoản nào"),
    ],
)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(
            {"error_code": -1005, "error_message": "invalid login"}, headers=(("Content-Type", "application/json"),)
        ),
        Answer(b"<html>", 403),
    ],
)
def test_every_page_that_zalo_refuses_is_named(
    zalo: StandIn, page: QrLogin, path: str, step: str, answer: Answer
) -> None:
    zalo.answers |= {"/account/checksession": Answer(b"<html>"), path: answer}
    with pytest.raises(QrRefusedError) as caught:
        page.code() if path == "/account" else page.enter()
    assert (caught.value.code, caught.value.step) == (403 if answer.status == 403 else -1005, step)


@pytest.mark.parametrize("path", ["waiting-scan", "waiting-confirm"])
def test_a_wait_that_zalo_refuses_is_told_with_its_step(zalo: StandIn, page: QrLogin, path: str) -> None:
    zalo.answers[f"/account/authen/qr/{path}"] = Answer({"error_code": -30, "error_message": "no"})
    with pytest.raises(QrRefusedError, match=r"bước chờ .*mã -30"):
        page.wait_for_scan(CODE) if path == "waiting-scan" else page.wait_for_confirmation(CODE)


def test_zalo_asks_to_wait_on_and_breaks_in_between_and_the_scan_is_still_heard(zalo: StandIn, page: QrLogin) -> None:
    answers = [
        Answer({"error_code": 8, "data": {}}),
        Answer(b"<html>", 502),
        Answer({"error_code": 0, "data": {"display_name": "Lò Văn Mẫu"}}),
    ]
    zalo.answers["/account/authen/qr/waiting-scan"] = lambda _: answers.pop(0)
    assert page.wait_for_scan(CODE, seconds=30) == "Lò Văn Mẫu"


def test_a_line_that_never_comes_back_is_no_expired_code(zalo: StandIn, page: QrLogin) -> None:
    zalo.answers["/account/authen/qr/waiting-scan"] = Answer(b"<html>", 502)
    with pytest.raises(ZaloUnavailableError, match="502"):
        page.wait_for_scan(CODE, seconds=0.3)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer({"error_code": 3, "error_message": "no"}), "mã 3"),
        (Answer({"error_code": 0, "data": {"code": "x"}}), "không có mã QR"),
        (Answer({"error_code": 0, "data": {"code": "x", "image": "data:image/png;base64,AAAA"}}), "không có mã QR"),
        (Answer({"error_code": 0, "data": {"code": "x", "image": "%%%"}}), "không có mã QR"),
    ],
)
def test_an_answer_without_a_code_is_a_refusal(zalo: StandIn, page: QrLogin, answer: Answer, says: str) -> None:
    zalo.answers["/account/authen/qr/generate"] = answer
    with pytest.raises(QrRefusedError, match=says):
        page.code()


def test_a_login_page_that_has_changed_is_said_to_have_changed(zalo: StandIn, page: QrLogin) -> None:
    zalo.answers["/account"] = Answer(b"<html>another page</html>")
    with pytest.raises(QrRefusedError, match="đã đổi trang"):
        page.code()


def test_nobody_at_the_other_end() -> None:
    gone = StandIn()
    gone.stop()
    with QrLogin(user_agent=USER_AGENT, route_to=gone.url, timeout=5) as login, pytest.raises(ZaloUnavailableError):
        login.code()


def test_the_way_through_jr_with_a_token_brings_the_key_although_the_same_answer_clears_it_on_the_wider_domain(
    zalo: StandIn, page: QrLogin
) -> None:
    zalo.answers |= {
        "/account/checksession": Answer(b"", 302, (("Location", "https://jr.chat.zalo.me/jr/enter?token=abc"),)),
        "/jr/enter": Answer(b"", 302, (("Location", "https://chat.zalo.me/index.html"),)),
        "/index.html": Answer(
            b"<html>", 200,
            (
                ("Set-Cookie", "zpw_sek=MOI; Domain=.chat.zalo.me; Path=/; Secure"),
                ("Set-Cookie", "zpw_sek=; Domain=.zalo.me; Path=/; Max-Age=0"),
            ),
        ),
        "/jr/userinfo": Answer({"error_code": 0, "data": {"logged": True, "info": {"name": "Lò Văn Mẫu"}}}),
    }  # fmt: skip
    assert page.enter() == "Lò Văn Mẫu"
    assert [(cookie.name, cookie.value) for cookie in page.cookies] == [("zpw_sek", "MOI")]
    hosts = [call.headers["X-Orig-Host"] for call in zalo.calls]
    assert hosts == ["id.zalo.me", "jr.chat.zalo.me", "chat.zalo.me", "jr.chat.zalo.me"]


def test_a_redirect_away_from_zalo_is_not_followed(zalo: StandIn) -> None:
    zalo.answers["/account/checksession"] = Answer(b"", 302, (("Location", "http://chat.zalo.me.example.org/"),))
    with QrLogin(user_agent=USER_AGENT, route_to=zalo.url, timeout=5) as login, pytest.raises(ZaloUnavailableError):
        login.enter()
