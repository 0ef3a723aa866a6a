"""How a login can come to nothing, and what is said of each; the session that was there still counts."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.unit.cli.telephone import telephone
from tests.unit.simulator.running import Running
from zalo_governor.app.context import AppContext, SessionOrigin, open_records
from zalo_governor.cli.login import flow
from zalo_governor.cli.login.flow import Ending, SignedIn, SignIn, SignInError
from zalo_governor.config import load_settings
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
def sign_in(sim: Running, records: AppContext) -> Callable[..., tuple[SignedIn | SignInError, str]]:
    """Logs in while somebody does something on a telephone; gives what came of it, and what was said."""

    def run(*steps: str, uid: str = BOT, other_account: bool = False) -> tuple[SignedIn | SignInError, str]:
        out = io.StringIO()
        login = SignIn(records, Console(file=out, width=200), qr_file=None, other_account=other_account)
        orders = [{"do": step, "uid": uid} if step == "scan" else {"do": step} for step in steps]
        with telephone(sim, orders):
            try:
                return login.run(), out.getvalue()
            except SignInError as error:
                return error, out.getvalue()

    return run


def test_a_login_is_kept_and_goes_on_as_the_same_browser_the_next_time(sign_in: Any, records: AppContext) -> None:
    done, _ = sign_in("scan", "confirm")
    assert done == SignedIn(BOT, "Hệ thống hỗ trợ quản lý Nhóm")
    assert (records.session_origin, records.account) == (SessionOrigin.LOGIN, BOT)
    first = records.credentials()
    assert first.imei.count("-") == 5
    assert {cookie.domain for cookie in first.cookies} == {".zalo.me", ".chat.zalo.me"}
    sign_in("scan", "confirm")
    second = records.credentials()
    assert (second.imei, second.user_agent) == (first.imei, first.user_agent)
    assert second.cookies != first.cookies


def test_after_a_code_that_ran_out_another_one_is_offered(sign_in: Any) -> None:
    done, said = sign_in("expire", "scan", "confirm")
    assert isinstance(done, SignedIn)
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
    done, _ = sign_in("scan", "confirm", uid=MEMBER, other_account=True)
    assert (done.uid, records.account) == (MEMBER, MEMBER)
