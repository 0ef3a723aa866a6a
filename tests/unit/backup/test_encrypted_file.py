import tracemalloc
from pathlib import Path

import pytest

from zalo_governor.backup import encrypted_file
from zalo_governor.backup.encrypted_file import BackupError, SealedWriter, read_head, read_lines
from zalo_governor.backup.recovery_code import RecoveryCode

CODE = RecoveryCode(b"c" * 15)
LINES = [f"dòng {number} GIẢ ĐỊNH".encode() for number in range(3)] + [bytes(range(256)).replace(b"\n", b"") * 9000]


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    path = tmp_path / "b.zgbackup"
    with path.open("wb") as file:
        writer = SealedWriter(file, CODE, program="1.0", made_at="2026-11-24T01:00:00+00:00")
        for line in LINES:
            writer.line(line)
        writer.finish()
    return path


def test_what_was_written_is_read(backup: Path) -> None:
    assert list(read_lines(backup, CODE)) == LINES
    assert read_head(backup).code == CODE.mark
    assert "GIẢ ĐỊNH".encode() not in backup.read_bytes()


def test_another_code_is_told_which_one_the_file_needs(backup: Path) -> None:
    with pytest.raises(BackupError, match=CODE.mark):
        list(read_lines(backup, RecoveryCode(b"d" * 15)))


@pytest.mark.parametrize("cut", [1, 16, 400])
def test_a_file_that_was_cut_off_is_refused(backup: Path, cut: int) -> None:
    backup.write_bytes(backup.read_bytes()[:-cut])
    with pytest.raises(BackupError, match="bị hỏng hoặc bị cắt"):
        list(read_lines(backup, CODE))


@pytest.mark.parametrize("place", [-1, -300, 60])
def test_a_file_with_one_changed_byte_is_refused(backup: Path, place: int) -> None:
    content = bytearray(backup.read_bytes())
    content[place] ^= 1
    backup.write_bytes(content)
    with pytest.raises(BackupError, match=r"bị hỏng hoặc bị cắt|cần mã"):
        list(read_lines(backup, CODE))


def test_a_chunk_that_was_made_to_become_huge_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encrypted_file, "_LONGEST_LINE", 4 << 20)
    path = tmp_path / "b.zgbackup"
    with path.open("wb") as file:
        writer = SealedWriter(file, CODE, program="1.0", made_at="2026-11-24T01:00:00+00:00")
        writer.line(bytes(300 << 20))
        writer.finish()
    assert path.stat().st_size < 4 << 20
    tracemalloc.start()
    with pytest.raises(BackupError, match="bị hỏng hoặc bị cắt"):
        list(read_lines(path, CODE))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 32 << 20


def test_something_after_the_end_is_refused(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes() + b"\0")
    with pytest.raises(BackupError, match="bị hỏng hoặc bị cắt"):
        list(read_lines(backup, CODE))


def test_a_file_of_another_kind_and_one_of_a_newer_form_are_named(backup: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"PK\3\4")
    with pytest.raises(BackupError, match="không phải bản sao lưu"):
        read_head(other)
    backup.write_bytes(backup.read_bytes().replace(b'"format":1', b'"format":9'))
    with pytest.raises(BackupError, match="phiên bản mới hơn"):
        read_head(backup)
    with pytest.raises(BackupError, match="không đọc được"):
        read_head(tmp_path / "none")
