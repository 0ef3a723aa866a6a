"""The session that an installation goes on with, also where several bot accounts share one database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.later_revision import with_a_later_revision
from zalo_governor.app.context import AppContext, SessionOrigin, open_records, read_records
from zalo_governor.cli.exit_codes import ExitCode, exit_code
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.storage.errors import LostDatabaseError, OlderDatabaseError, UpgradeFailedError
from zalo_governor.zalo.credentials import Cookie, Credentials


def put_session(folder: Path, cookie: str) -> None:
    session = {"imei": "thu-nghiem", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": cookie}}
    (folder / "session.json").write_text(json.dumps(session))


@contextmanager
def opened(folder: Path, database: Path) -> Iterator[AppContext]:
    (folder / "governor.yaml").write_text(
        f"data_dir: {database.parent}\ndatabase_url: 'sqlite:///{database}'\n", encoding="utf-8"
    )
    records = open_records(load_settings(folder / "governor.yaml"), system_clock)
    try:
        yield records
    finally:
        records.close()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "governor.db"


@pytest.fixture
def offices(tmp_path: Path) -> list[Path]:
    """Two installations, each with a session file of its own."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        put_session(folder, f"of {folder.name}")
    return folders


def cookie(credentials: Credentials) -> str:
    return credentials.cookies[0].value


def rotate(records: AppContext, to: str) -> None:
    [old] = records.credentials().cookies
    records.keep_credentials(
        records.credentials().model_copy(update={"cookies": (old.model_copy(update={"value": to}),)})
    )


def test_two_accounts_on_one_database_each_keep_their_own_session(offices: list[Path], database: Path) -> None:
    for number, folder in enumerate(offices):
        with opened(folder, database) as records:
            records.credentials()
            records.keep_account(f"70{number}")
            rotate(records, f"rotated {folder.name}")
    for number, folder in enumerate(offices):
        with opened(folder, database) as records:
            assert (cookie(records.credentials()), records.account) == (f"rotated {folder.name}", f"70{number}")


def test_one_session_is_enough_without_its_file_but_of_two_none_is_guessed(offices: list[Path], database: Path) -> None:
    first, second = offices
    with opened(first, database) as records:
        records.credentials()
        records.keep_account("700")
    (first / "session.json").unlink()
    with opened(first, database) as records:
        assert (cookie(records.credentials()), records.account) == ("of a", "700")
    with opened(second, database) as records:
        records.credentials()
        records.keep_account("701")
    with opened(first, database) as records, pytest.raises(ConfigError, match="nhiều tài khoản"):
        records.credentials()


def test_a_new_session_of_the_same_account_takes_the_place_of_the_old_one(offices: list[Path], database: Path) -> None:
    folder = offices[0]
    for cookies in ("first login", "second login"):
        put_session(folder, cookies)
        with opened(folder, database) as records:
            records.credentials()
            records.keep_account("700")
    (folder / "session.json").unlink()
    with opened(folder, database) as records:
        assert cookie(records.credentials()) == "second login"


LOGGED_IN = Credentials.model_validate(
    {
        "imei": "moi",
        "user_agent": "Mozilla/5.0",
        "cookies": [{"name": "zpw_sek", "value": "qr", "domain": "chat.zalo.me"}],
    }
)


def test_a_session_of_a_login_is_the_one_used_until_another_is_put_into_the_file(
    offices: list[Path], database: Path
) -> None:
    folder = offices[0]
    file = folder / "session.json"
    with opened(folder, database) as records:
        assert records.session_origin is SessionOrigin.SESSION_FILE
        records.credentials()
        records.keep_account("700")
        records.keep_fingerprints({"a": "1"})
        records.keep_login(LOGGED_IN, "700")
    assert "qr" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    with opened(folder, database) as records:
        assert (records.session_origin, records.account) == (SessionOrigin.LOGIN, "700")
        assert records.credentials() == LOGGED_IN
        assert records.fingerprints() == {"a": "1"}
        rotate(records, "rotated")
    slip = file.read_bytes()
    put_session(folder, "from a browser")
    with opened(folder, database) as records:
        assert records.session_origin is SessionOrigin.SESSION_FILE
        assert cookie(records.credentials()) == "from a browser"
    file.write_bytes(slip)
    with opened(folder, database) as records:
        assert cookie(records.credentials()) == "rotated"


def test_a_login_of_another_account_leaves_nothing_of_the_one_before_and_all_of_the_other_office(
    offices: list[Path], database: Path
) -> None:
    for number, folder in enumerate(offices):
        with opened(folder, database) as records:
            records.credentials()
            records.keep_account(f"70{number}")
    with opened(offices[0], database) as records:
        records.keep_login(LOGGED_IN, "799")
        assert len(records.vault.names("zalo.credentials:")) == 2
        assert records.account == "799"
    with opened(offices[1], database) as records:
        assert (cookie(records.credentials()), records.account) == ("of b", "701")


def test_a_slip_without_its_session_says_that_one_has_to_log_in(offices: list[Path], database: Path) -> None:
    with opened(offices[0], database) as records:
        records.keep_login(LOGGED_IN, "700")
    elsewhere = database.with_name("other.db")
    with opened(offices[1], elsewhere):
        pass
    with opened(offices[0], elsewhere) as records, pytest.raises(ConfigError, match="zalo-governor login"):
        records.credentials()


def test_a_session_with_its_key_cookie_is_never_replaced_by_one_without(offices: list[Path], database: Path) -> None:
    with opened(offices[0], database) as records:
        kept = records.credentials()
        without = kept.model_copy(update={"cookies": (Cookie(name="zpsid", value="x"),)})
        records.keep_credentials(without)
        assert records.credentials() == kept
        rotate(records, "new")
        assert cookie(records.credentials()) == "new"


def test_a_database_that_is_gone_is_not_made_anew(tmp_path: Path, offices: list[Path], database: Path) -> None:
    office = offices[0]
    with opened(office, database) as records:
        records.keep_login(records.credentials(), "7000000000000000001")
    for lost in (database.unlink, database.touch):
        lost()
        with pytest.raises(LostDatabaseError, match=r"session\.json cho thấy"), opened(office, database):
            pass
    assert database.stat().st_size == 0
    backups = load_settings(office / "governor.yaml").backup_folder
    backups.mkdir()
    for day in (27, 28):
        (backups / f"sao-luu-202611{day}-010203.zgbackup").touch()
    with pytest.raises(LostDatabaseError, match=r"restore .*sao-luu-20261128-010203"), opened(office, database):
        pass


def test_reading_makes_no_database(tmp_path: Path, offices: list[Path], database: Path) -> None:
    (offices[0] / "governor.yaml").write_text(
        f"data_dir: {database.parent}\ndatabase_url: 'sqlite:///{database}'\n", encoding="utf-8"
    )
    with pytest.raises(OlderDatabaseError, match="zalo-governor init"):
        read_records(load_settings(offices[0] / "governor.yaml"), system_clock)
    assert list(database.parent.iterdir()) == []


def test_reading_upgrades_nothing_and_a_failing_upgrade_keeps_one_copy(
    tmp_path: Path, offices: list[Path], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(offices[0], database):
        pass
    with_a_later_revision(tmp_path, monkeypatch, body='raise RuntimeError("no")')
    settings = load_settings(offices[0] / "governor.yaml")
    with pytest.raises(OlderDatabaseError, match="zalo-governor upgrade"):
        read_records(settings, system_clock)
    for _ in range(3):
        with pytest.raises(UpgradeFailedError, match="giữ nguyên"):
            open_records(settings, system_clock)
    assert len(list(database.parent.glob("*truoc-nang-cap*"))) == 1
    assert exit_code(UpgradeFailedError("")) == ExitCode.WRONG_USE  # the unit does not start it again
