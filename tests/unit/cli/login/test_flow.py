"""How a login can come to nothing, and what is said of each; the session that was there still counts."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.unit.cli.telephone import telephone
from tests.unit.simulator.running import Running
from zalo_governor.app.context import AppContext, SessionOrigin, open_records
from zalo_governor.cli.login import flow
from zalo_governor.cli.login.flow import Ending, SignIn, SignInError
from zalo_governor.cli.prompts import Asking
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.engine.instance_lock import InstanceLock

BOT = "7000000000000000001"
MEMBER = "7000000000000000002"


@pytest.fixture
def sim() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


@pytest.fixture
def records(sim: Running, tmp_path: Path) -> Iterator[AppContext]:
    (tmp_path / "governor.yaml").write_text(f"zalo: {{route_to: '{sim.url}'}}\n", encoding="utf-8")
    made = open_records(load_settings(tmp_path / "governor.yaml"), system_clock)
    yield made
    made.close()


@pytest.fixture
def sign_in(sim: Running, records: AppContext) -> Callable[..., tuple[SignInError | None, str]]:
    """Logs in while somebody does something on a telephone; gives what came of it, and what was said."""

    def run(*steps: str, uid: str = BOT, other_account: bool = False) -> tuple[SignInError | None, str]:
        out = io.StringIO()
        login = SignIn(records, Console(file=out, width=200), qr_file=None, other_account=other_account)
        orders = [{"do": step, "uid": uid} if step == "scan" else {"do": step} for step in steps]
        with telephone(sim, orders):
            try:
                login.run()
            except SignInError as error:
                return error, out.getvalue()
        return None, out.getvalue()

    return run


class Terminal(io.StringIO):
    """An operator at a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_login_is_kept_and_goes_on_as_the_same_browser_the_next_time(sign_in: Any, records: AppContext) -> None:
    _, said = sign_in("scan", "confirm")
    assert f'Đã đăng nhập tài khoản "Hệ thống hỗ trợ quản lý Nhóm", uid {BOT}.' in said
    assert (records.session_origin, records.account) == (SessionOrigin.LOGIN, BOT)
    first = records.credentials()
    assert first.imei.count("-") == 5
    assert {cookie.domain for cookie in first.cookies} == {".zalo.me", ".chat.zalo.me"}
    sign_in("scan", "confirm")
    second = records.credentials()
    assert (second.imei, second.user_agent) == (first.imei, first.user_agent)
    assert second.cookies != first.cookies


def test_after_a_code_that_ran_out_another_one_is_offered(sign_in: Any) -> None:
    error, said = sign_in("expire", "scan", "confirm")
    assert error is None
    assert "Mã không còn hiệu lực" in said
    assert said.count("Mã có hiệu lực 100 giây") == 2


def test_when_nobody_comes_the_codes_come_to_an_end(sign_in: Any, records: AppContext) -> None:
    error, said = sign_in(*["expire"] * 5)
    assert error.ending is Ending.NOBODY_SCANNED
    assert "chưa có ai quét" in str(error)
    assert said.count("Mã có hiệu lực") == 5
    assert not (records.settings.data_dir / flow.QR_FILE).exists()


def test_declined_on_the_telephone(sign_in: Any) -> None:
    error, _ = sign_in("scan", "decline")
    assert (error.ending, "đã từ chối" in str(error)) == (Ending.DECLINED, True)


def test_no_line_to_zalo(sim: Running, sign_in: Any) -> None:
    sim.order("config", status={"/account": 502})
    error, _ = sign_in()
    assert (error.ending, "Kiểm tra mạng" in str(error)) == (Ending.NO_NETWORK, True)


def test_a_session_that_zalo_does_not_open_is_not_kept(sim: Running, sign_in: Any, records: AppContext) -> None:
    sim.order("config", outer={"/api/login/getLoginInfo": [5, "no"]})
    error, _ = sign_in("scan", "confirm")
    assert (error.ending, "mã 5" in str(error)) == (Ending.REFUSED, True)
    assert not records.settings.zalo.session_file.exists()


def test_before_and_after_it_is_said_what_a_new_login_costs(sign_in: Any) -> None:
    _, said = sign_in("scan", "confirm")
    before, _, after = said.partition("Đang lấy mã đăng nhập")
    assert "không lấy lại được tin đã gửi trước lúc đăng nhập" in before
    assert "không ai được mở Zalo Web hoặc Zalo máy tính" in before
    assert "tin gửi trước lúc đăng nhập này không lấy lại được" in after


def test_a_session_that_still_counts_is_said_to_count_before_it_is_replaced(
    sim: Running, sign_in: Any, records: AppContext
) -> None:
    sign_in("scan", "confirm")
    _, said = sign_in("scan", "confirm")
    assert "vẫn được Zalo nhận, chưa cần đăng nhập mới" in said
    cookies = [cookie.value for cookie in records.credentials().cookies if cookie.name == "zpw_sek"]
    sim.order("config", expired=cookies)
    _, said = sign_in("scan", "confirm")
    assert "vẫn được Zalo nhận" not in said


def test_the_operator_may_keep_a_session_that_still_counts(
    sign_in: Any, records: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in("scan", "confirm")
    kept = records.credentials()
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(Asking, "yes", lambda *_args, **_given: False)
    error, said = sign_in()
    assert (error.ending, "chưa thay đổi gì" in str(error)) == (Ending.DECLINED, True)
    assert "Đang lấy mã" not in said
    assert records.credentials() == kept


def test_a_login_that_gives_no_key_cookie_keeps_the_old_session(
    sim: Running, sign_in: Any, records: AppContext
) -> None:
    sign_in("scan", "confirm")
    kept = records.credentials()
    sim.order("config", withheld_keys=2)
    error, _ = sign_in("scan", "confirm")
    assert (error.ending, "zpw_sek" in str(error)) == (Ending.REFUSED, True)
    assert records.credentials() == kept


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("/account/authen/qr/generate", "tạo mã QR"),
        ("/account/checksession", "mở phiên đăng nhập"),
        ("/jr/userinfo", "hỏi phiên đăng nhập"),
    ],
)
def test_a_refused_step_is_told_as_it_is_with_advice(sim: Running, sign_in: Any, path: str, step: str) -> None:
    sim.order("config", outer={path: [-1005, "invalid login"]})
    error, _ = sign_in("scan", "confirm") if "generate" not in path else sign_in()
    assert error.ending is Ending.REFUSED
    for said in (f"từ chối bước {step}", "mã -1005: invalid login", "dùng chung một mạng", "phần mềm của bên thứ ba"):
        assert said in str(error)


@pytest.mark.parametrize("path", ["/account/logininfo", "/account/verify-client"])
def test_a_refused_preparing_step_is_told_too(sim: Running, sign_in: Any, path: str) -> None:
    sim.order("config", outer={path: [-7, "no device"]})
    error, _ = sign_in()
    assert (error.ending, "tạo mã QR" in str(error)) == (Ending.REFUSED, True)


@pytest.mark.parametrize("path", ["/account/authen/qr/waiting-scan", "/account/authen/qr/waiting-confirm"])
def test_invalid_login_1005_asks_for_no_further_code(sim: Running, sign_in: Any, path: str) -> None:
    sim.order("config", outer={path: [-1005, "invalid login"]})
    error, said = sign_in("scan") if "confirm" in path else sign_in()
    assert (error.ending, said.count("Mã có hiệu lực")) == (Ending.REFUSED, 1)


def test_a_version_that_zalo_refused_is_told(sim: Running, sign_in: Any, records: AppContext) -> None:
    sim.order("config", refused_versions=[691])
    _, said = sign_in("scan", "confirm")
    assert "Zalo không nhận phiên bản Zalo Web 691" in said
    assert records.credentials().refused_versions == (691,)


def test_not_while_the_bot_runs(sign_in: Any, records: AppContext) -> None:
    sign_in("scan", "confirm")
    running = InstanceLock(records.database, BOT)
    running.take()
    try:
        error, _ = sign_in("scan", "confirm")
    finally:
        running.release()
    assert (error.ending, "đang chạy" in str(error)) == (Ending.RUNNING, True)


def test_another_account_is_taken_only_where_that_is_said(sign_in: Any, records: AppContext) -> None:
    sign_in("scan", "confirm")
    error, said = sign_in("scan", "confirm", uid=MEMBER)
    assert error.ending is Ending.OTHER_ACCOUNT
    assert f"khác tài khoản trước đây của Hệ thống (uid {BOT})" in said
    assert records.account == BOT
    error, said = sign_in("scan", "confirm", uid=MEMBER, other_account=True)
    assert (error, records.account) == (None, MEMBER)
    assert f"uid {MEMBER}. Phiên đăng nhập được lưu" in said
