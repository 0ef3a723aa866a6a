"""`zalo-governor check-file` as a person runs it: one JSON line a file, in the order of the command line."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.zoo import makers as make
from zalo_governor.simulator import samples

TEST_FILES = Path("/usr/share/clamav-testfiles")
PROGRAM = [sys.executable, "-m", "zalo_governor", "check-file"]


def run(paths: Sequence[Path | str], *options: str) -> "subprocess.CompletedProcess[str]":
    command = [*PROGRAM, *map(str, paths), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


def test_files_are_told_in_order_and_what_cannot_be_read_is_told_apart(tmp_path: Path) -> None:
    files = {
        "quet.pdf": samples.stamped_scan(),
        "giay-moi.docx": make.pe(),
        "sach.docx": make.word(),
        "khoa.zip": make.encrypted_zip({"a.txt": b"x"}),
    }
    paths = [tmp_path / name for name in files]
    for path in paths:
        path.write_bytes(files[path.name])
    os.mkfifo(tmp_path / "ong")
    unread = [tmp_path / "khong-co.pdf", tmp_path / "ong", Path("/dev/zero")]
    done = run([*paths[:2], *unread, *paths[2:]], "--antivirus-socket", str(tmp_path / "none"))
    assert done.returncode == 1
    assert [path for path in unread if str(path) not in done.stderr] == []
    assert "Traceback" not in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(path) for path in paths]
    for line in lines:
        assert set(line) == {"file", "type", "findings", "not_checked", "seconds"}
        assert "no_antivirus" in line["not_checked"]
    stamp, program, clean, locked = lines
    [finding] = stamp["findings"]
    assert set(finding) == {"rule", "clause", "severity", "label", "level", "reason", "page"}
    assert (finding["clause"], finding["severity"], finding["level"], finding["page"]) == ("4.1", "critical", "mat", 1)
    assert {one["label"] for one in program["findings"]} == {"executable", "disguised"}
    assert not clean["findings"]
    assert "encrypted" in locked["not_checked"]


def test_good_files_end_with_0(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"tinh Mau")
    done = run([tmp_path / "a.txt"])
    assert done.returncode == 0
    assert json.loads(done.stdout)["findings"] == []


@pytest.mark.skipif(not TEST_FILES.is_dir(), reason="clamav-testfiles is not installed")
def test_debians_test_files_do_no_harm(tmp_path: Path) -> None:
    paths = sorted(path for path in TEST_FILES.iterdir() if path.is_file())
    for path in paths:
        shutil.copy(path, tmp_path)
    done = run([tmp_path / path.name for path in paths])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(lines)) == (0, len(paths))
    for line in lines:
        assert not {"crashed", "timed_out"} & set(line["not_checked"]), line
        found = {finding["label"] for finding in line["findings"]}
        # Without the antivirus, a program is still a program, wherever it lies; where not, it is said why.
        assert "executable" in found or line["not_checked"] != ["no_antivirus"], line
        assert all(finding["clause"] == "4.4" for finding in line["findings"]), line
