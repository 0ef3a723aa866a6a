"""The session that an installation goes on with, also where several bot accounts share one database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.records import Records, open_records
from zalo_governor.settings import load_settings
from zalo_governor.zalo.session import Credentials


def put_session(folder: Path, cookie: str) -> None:
    session = {"imei": "thu-nghiem", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": cookie}}
    (folder / "session.json").write_text(json.dumps(session))


@contextmanager
def opened(folder: Path, database: Path) -> Iterator[Records]:
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


def rotate(records: Records, to: str) -> None:
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
