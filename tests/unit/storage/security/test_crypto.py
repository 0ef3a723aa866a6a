import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.storage.stored import MASTER, entry
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.inbound import NESTED_TOO_DEEP, Entry
from zalo_governor.storage.errors import WrongKeyError
from zalo_governor.storage.repositories.bodies import open_message, seal_message, storable
from zalo_governor.storage.security.crypto import Keys, master_key

KEYS = Keys(MASTER)


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "governor.key"
    first = Keys(master_key(path, None))
    again = Keys(master_key(path, None))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert again.open(first.seal(b"letter", b"here"), b"here") == b"letter"
    assert [child.name for child in path.parent.iterdir()] == ["governor.key"]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Keys(master_key(tmp_path / "k", None)), range(8)))
    assert len({keys.mac(b"x") for keys in made}) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "governor.key"
    Keys(master_key(path, None))
    path.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        Keys(master_key(path, None))


def test_the_environment_takes_the_place_of_the_file(tmp_path: Path) -> None:
    keys = Keys(master_key(tmp_path / "none", base64.b64encode(MASTER).decode()))
    assert keys.mac(b"x") == KEYS.mac(b"x")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("value", ["short", base64.b64encode(b"k" * 31).decode(), "ÿ" * 44])
def test_a_bad_key_is_named_without_being_repeated(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="32 byte") as complaint:
        Keys(master_key(tmp_path / "none", value))
    assert value not in str(complaint.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"too short"])
def test_a_damaged_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "governor.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"governor\.key"):
        Keys(master_key(path, None))


def test_ciphertext_opens_only_with_its_key_in_its_place_and_unchanged() -> None:
    sealed = KEYS.seal(b"GIA DINH", b"place")
    for keys, changed, place in (
        (Keys(os.urandom(32)), sealed, b"place"),
        (KEYS, sealed, b"other"),
        (KEYS, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"place"),
        (KEYS, b"", b"place"),
    ):
        with pytest.raises(WrongKeyError):
            keys.open(changed, place)


def test_keyed_hashes_depend_on_the_key_and_every_byte() -> None:
    assert len(KEYS.mac(b"a")) == 16
    assert KEYS.mac(b"a") == KEYS.mac(b"a")
    assert len({KEYS.mac(b"a"), KEYS.mac(b"b"), Keys(os.urandom(32)).mac(b"a"), KEYS.chain(b"", b"a")[:16]}) == 4
    assert KEYS.chain(b"1", b"a") != KEYS.chain(b"2", b"a")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_whatever_zalo_sends_is_read_back_exactly(raw: dict[str, object]) -> None:
    written = entry(raw=raw)
    assert _opened(written) == raw


def test_an_element_nested_beyond_reason_still_becomes_an_entry() -> None:
    raw: dict[str, object] = {}
    for _ in range(200_000):
        raw = {"x": raw}
    written = entry(raw=raw)
    assert _opened(written) == {"nested_too_deep": True}


def test_what_is_nested_deep_is_opened_from_anywhere_or_said_to_be_too_deep() -> None:
    raw: dict[str, object] = {}
    for _ in range(900):
        raw = {"x": raw}

    def from_farther_up(frames: int) -> object:
        return from_farther_up(frames - 1) if frames else open_message(KEYS, "1", "2", "3", sealed)

    sealed = seal_message(KEYS, "1", "2", "3", raw)
    assert from_farther_up(100) in (raw, NESTED_TOO_DEEP)


def _opened(written: Entry) -> object:
    place = written.account, storable(written.thread_id), storable(written.key)
    assert written.raw is not None
    return open_message(KEYS, *place, seal_message(KEYS, *place, written.raw))


@given(st.text(st.characters(exclude_categories=())))
def test_every_id_is_made_fit_for_any_database(text: str) -> None:
    fit = storable(text)
    assert "\0" not in fit
    assert fit.encode().decode() == fit
