"""A file is the old one or the new one, whatever happens while it is written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from zalo_governor.system.atomic_files import open_draft, replace_file


def test_a_file_is_replaced_with_the_rights_that_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    before = os.umask(0o077)
    try:
        replace_file(path, b"new", mode=0o644)
    finally:
        os.umask(before)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o644)
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new", mode=0o600)
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


def test_a_writer_that_was_killed_leaves_no_draft_behind_once_the_file_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    killed = (
        "import os, sys\nfrom pathlib import Path\nfrom zalo_governor.system.atomic_files import open_draft\n"
        "with open_draft(Path(sys.argv[1]), mode=0o600) as (_, file):\n"
        "    file.write(b'half')\n    file.flush()\n    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", killed, str(path)], check=False)
    others = tmp_path / ".b.0123456789abcdef"
    others.write_bytes(b"of another file")
    assert len(list(tmp_path.iterdir())) == 2
    replace_file(path, b"new", mode=0o600)
    assert sorted(tmp_path.iterdir()) == [others, path]


def test_the_draft_of_a_writer_that_lives_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with open_draft(path, mode=0o600) as (draft, file):
        file.write(b"slow")
        file.flush()
        replace_file(path, b"fast", mode=0o600)
        draft.replace(path)
    assert path.read_bytes() == b"slow"
