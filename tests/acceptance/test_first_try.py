"""What docs/cai-dat.md tells a newcomer to try without Zalo, typed line for line."""

import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.acceptance.processes import Lines
from tests.acceptance.terminal import Terminal
from tests.acceptance.test_login_and_init import wait_for
from tests.unit.app.monitoring.test_server import free_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "cai-dat.md"
_GOVERNOR = [sys.executable, "-m", "zalo_governor"]
_ANSWERS = (
    ("Chọn Nhóm theo số", ""),
    ("Trưởng nhóm: ", "su"),
    ("Chọn theo số (Enter: tìm lại)", "1"),
    ("Họ và tên", ""),
    ("Chức vụ [", ""),
    ("Lãnh đạo khác có quyền chỉ đạo trên Nhóm", ""),
    ("Quản trị Nhóm: ", "lo van minh"),
    ("Chọn theo số (Enter: tìm lại)", "1"),
    ("Họ và tên", ""),
    ("Chức vụ [", ""),
    ("người tiếp theo", ""),
    ("Cán bộ được giao", ""),
    ("Người được xem báo cáo", ""),
    ("Tỉnh, thành phố", "tỉnh Mẫu"),
    ("Cơ quan chủ quản", ""),
    ("Cơ quan lập báo cáo", ""),
    ("Chữ viết tắt", ""),
    ("Địa danh", ""),
    ("Chức vụ người ký", ""),
    ("Họ và tên người ký", ""),
    ("Số quyết định", "1"),
    ("Ngày ban hành", "01/11/2025"),
    ("Cơ quan ban hành", ""),
    ("Chọn theo số [3]", ""),
    ("Bật bảng điều khiển?", ""),
    ("Ghi các nội dung trên", ""),
)
"""The answers of the page: three, the number of who was found, and Enter."""


def typed() -> Iterator[str]:
    """The lines of the page's second step, in order."""
    step = PAGE.read_text(encoding="utf-8").partition("\n## 2. ")[2].partition("\n## ")[0]
    for block in re.findall(r"^```console\n(.*?)^```$", step, re.MULTILINE | re.DOTALL):
        yield from (line.removeprefix("$ ") for line in block.splitlines())


class Desk:
    """Somebody with three windows open. Only the folders and the port are others than on the page."""

    def __init__(self, elsewhere: Path) -> None:
        self._instead = {
            "/usr/share/zalo-governor": str(ROOT / "config" / "demo"),
            "/srv/lam-thu": str(elsewhere / "lam-thu"),
            "8900": str(free_port()),
        }
        self._folder = elsewhere
        self._zalo: Lines | None = None
        self._begun: Terminal | None = None
        self.done: list[str] = []

    def type(self, line: str) -> None:
        for there, here in self._instead.items():
            line = line.replace(there, here)
        words = shlex.split(line)
        self.done.append(" ".join(words[:2]) if words[0] == "zalo-governor" else words[0])
        match words:
            case ["cd", place]:
                self._folder = Path(place)
            case ["mkdir", place]:
                Path(place).mkdir()
            case ["rm", "-r", place]:
                self.leave()
                shutil.rmtree(place)
            case ["curl", "-s", "-d", body, address]:
                self._hold_the_telephone(body, address)
            case ["zalo-governor", "simulate", *_]:
                self._zalo = Lines([*_GOVERNOR, *words[1:]], self._folder)
                self._zalo.until("listening on ")
            case ["zalo-governor", "init" | "run", *_]:
                self._begun = Terminal(words[1:], self._folder)
            case ["zalo-governor", "doctor"]:
                assert "0 lỗi, " in self._answer(words, code=1)
            case ["zalo-governor", "cases"]:
                wait_for(lambda: "VP1 " in self._answer(words))
            case ["zalo-governor", "trial"]:
                assert "KẾT QUẢ CHẠY THỬ" in self._answer(words)
            case _:
                pytest.fail(f"nobody knows what this is: {line}")

    def leave(self) -> None:
        """Ctrl-C in both windows in which something runs."""
        if self._begun:
            self._begun.interrupt()
            self._begun.expect("Đang dừng Hệ thống")
            assert self._begun.end() == 0
            self._begun = None
        if self._zalo:
            assert self._zalo.end(signal.SIGINT) in {0, 130}
            self._zalo = None

    def _answer(self, words: list[str], code: int = 0) -> str:
        done = subprocess.run(
            [*_GOVERNOR, *words[1:]], cwd=self._folder, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def _hold_the_telephone(self, body: str, address: str) -> None:
        assert self._begun
        self._begun.expect("quét mã trên màn hình" if "scan" in body else "đã quét mã")
        wait_for(lambda: bool(requests.post(address, data=body, timeout=60).json()["ok"]))
        if "confirm" in body:
            for question, answer in _ANSWERS:
                self._begun.answer(question, answer)
            assert self._begun.end() == 0


def test_the_first_try_of_the_page_works_as_it_is_typed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    try:
        for line in typed():
            desk.type(line)
    finally:
        desk.leave()
    said = [done for done in desk.done if done.startswith("zalo-governor")]
    assert said == [f"zalo-governor {word}" for word in ("simulate", "init", "doctor", "run", "cases", "trial")]
    assert not (tmp_path / "lam-thu").exists()
