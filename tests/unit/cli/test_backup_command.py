"""`zalo-governor backup` says what is in the backup that may have to go again."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.storage.stored import START
from zalo_governor.backup.archive import End
from zalo_governor.backup.create import Backup
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.cli import backup


def test_messages_whose_files_wait_are_named_by_their_times(capsys: pytest.CaptureFixture[str]) -> None:
    sent = tuple(START + timedelta(minutes=number) for number in range(7))
    end = End(counts={"inbox": 3}, audit_head="")
    say = backup._say_what_was_made
    say(Backup(Path("a.zgbackup"), end, 10, 0, sent), RecoveryCode(b"c" * 15))
    said = " ".join(capsys.readouterr().out.split())
    assert "chú thích, tên tệp của 7 tin mà tệp, ảnh chưa quét xong" in said
    assert said.count("/2026") == 5
    assert "…" in said
    say(Backup(Path("a.zgbackup"), end, 10, 0, ()), RecoveryCode(b"c" * 15))
    assert "chưa quét xong" not in capsys.readouterr().out
