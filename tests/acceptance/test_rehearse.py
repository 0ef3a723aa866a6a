"""The rehearsal with the real Zalo, from the QR code to the recording, at a terminal against the simulator."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.processes import simulating
from tests.acceptance.rehearsing import TestGroup
from tests.acceptance.terminal import Terminal
from zalo_governor.cli.rehearse.acts import Act, Lead, all_acts


@pytest.fixture
def zalo() -> Iterator[str]:
    with simulating() as base:
        yield base


class Rehearsing:
    """Somebody at the terminal, with the people of the test group on the telephone."""

    def __init__(self, base: str, folder: Path, *arguments: str) -> None:
        self._base = base
        self.folder = folder
        self.group = TestGroup(base)
        self.begin(*arguments)

    def begin(self, *arguments: str) -> None:
        """Start the command."""
        self.terminal = Terminal(["rehearse", "--route-to", self._base, *arguments], self.folder)

    def log_in(self) -> None:
        """The first QR code is declined, the second confirmed."""
        for word, does in (("bấm Từ chối", "decline"), ("lần này bấm Đăng nhập", "confirm")):
            self.terminal.expect(word)
            self.terminal.expect("quét mã")
            _until(lambda: self.group.telephone("scan"))
            self.terminal.expect("đã quét mã")
            self.group.telephone(does)
        self.terminal.answer("Chọn Nhóm thử theo số", "1")

    def go_through(self, acts: list[Act], **changes: Any) -> None:
        """Do the acts as they are asked for; `changes` alter what tells of them."""
        for act in acts:
            self.terminal.expect(f"Việc {all_acts().index(act) + 1}/")
            self.terminal.expect(act.do[:30])
            if act.lead is Lead.GO_OFFLINE:
                self.terminal.expect("Đã ngắt kết nối")
                self.group.miss()
                self.terminal.type("")
            elif act.lead is None:
                self.group.do(act.id, changes.get(act.id))
            self.terminal.expect("→ ")

    def recording(self) -> dict[str, Any]:
        """What the file holds."""
        found: dict[str, Any] = json.loads((self.folder / "dien-tap" / "ban-ghi.json").read_text(encoding="utf-8"))
        return found

    def outcomes(self) -> dict[str, str]:
        """Id of each act -> what became of it."""
        return {act: observed["outcome"] for act, observed in self.recording()["acts"].items()}


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


ASKED = [act for act in all_acts() if act.lead not in {Lead.DECLINE, Lead.LOGIN}]


def test_a_rehearsal_in_which_all_is_as_known(zalo: str, tmp_path: Path) -> None:
    rehearsing = Rehearsing(zalo, tmp_path)
    rehearsing.log_in()
    rehearsing.go_through(ASKED)
    rehearsing.terminal.expect("Kết quả diễn tập")
    code = rehearsing.terminal.end()
    print(rehearsing.terminal.shown)
    assert rehearsing.outcomes() == {act.id: "known" for act in all_acts()}
    assert code == 0
