"""Take pictures of the terminal for docs/cai-dat.md and docs/dien-tap.md, of commands run against the simulator.

`make terminal` calls this. Nothing is rewritten but the name of the folder in which it runs, which is shown as the one
that the page tells people to make; `…` stands for what was left out.
"""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from tests.acceptance.processes import simulating
from tests.acceptance.rehearsing import ASKED, Change, Rehearsing
from tests.acceptance.terminal import Terminal

_WIDTH = 100
_IMAGES = Path(__file__).parent
_SCENARIO = "config/demo/ngay-lam-viec.yaml"
_SHOWN_FOLDER = "/srv/zalo-governor"
_PREFIX = "zalo-"
"""With the eight characters that follow it below /tmp, as long as the folder that is shown: tables keep their form."""
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]")
"""Escape sequences that are not colours."""
_CLEARED = "\x1b[2K"
"""Ends what a spinner has shown."""
_PEOPLE = (
    ("Trưởng nhóm", "su"),
    ("Lãnh đạo khác có quyền chỉ đạo trên Nhóm", "deo thi hoa"),
    ("Quản trị Nhóm", "lo van minh"),
    ("Cán bộ được giao", "thu"),
)


def main() -> None:
    """Run the commands, draw what they show."""
    # Only what a server has on its own is found beside the program.
    os.environ["PATH"] = "/usr/bin:/bin"
    with simulating("--scenario", _SCENARIO) as zalo, _folder() as folder:
        asked = _init(zalo, folder)
        logged_in = _login(zalo, folder)
        examined = Terminal(["doctor"], folder)
        examined.expect("mục tốt.")
        examined.end()
        _draw("dang-nhap", "zalo-governor login", logged_in, folder)
        _draw("khai-bao", "zalo-governor init", _excerpt(asked), folder)
        _draw("kham", "zalo-governor doctor", examined.coloured.rpartition(_CLEARED)[2], folder)

    with simulating() as zalo, _folder() as folder:
        rehearsed = _rehearse(zalo, folder)
        acts, _, result = rehearsed.partition("Kết quả diễn tập")
        _draw("dien-tap", "zalo-governor rehearse", _between(acts, "Việc 19/", "Việc 24/"), folder)
        _draw("dien-tap-ket-qua", "zalo-governor rehearse", _summary(result), folder)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir="/tmp") as made:
        yield Path(made)


def _login(zalo: str, folder: Path) -> str:
    terminal = Terminal(["login"], folder)
    _scan(zalo, terminal)
    terminal.expect("Phiên đăng nhập được lưu, đã mã hóa")
    terminal.end()
    return terminal.coloured


def _init(zalo: str, folder: Path) -> str:
    terminal = Terminal(["init", "--route-to", zalo], folder)
    _scan(zalo, terminal)
    terminal.answer("Chọn Nhóm theo số")
    for role, typed in _PEOPLE:
        terminal.answer(role, typed)
        terminal.answer("Chọn theo số (Enter: tìm lại)", "1")
        terminal.answer("Họ và tên")
        terminal.answer("Chức vụ [")
        if role != "Trưởng nhóm":
            terminal.answer("người tiếp theo")
    terminal.answer("Người được xem báo cáo")
    terminal.answer("Tỉnh, thành phố", "tỉnh Mẫu")
    for question in ("Cơ quan chủ quản", "Cơ quan lập báo cáo"):
        terminal.answer(question)
    terminal.answer("Chữ viết tắt", "SKHCN")
    for question in ("Địa danh", "Chức vụ người ký"):
        terminal.answer(question)
    terminal.answer("Họ và tên người ký", "Lò Văn Minh")
    terminal.answer("Số quyết định", "123/QĐ-UBND")
    terminal.answer("Ngày ban hành", "15/10/2026")
    for question in ("Cơ quan ban hành", "Chọn theo số [3]", "Bật bảng điều khiển", "Ghi các nội dung trên"):
        terminal.answer(question)
    terminal.expect("install-service")
    terminal.end()
    return terminal.coloured


def _rehearse(zalo: str, folder: Path) -> str:
    """A rehearsal in which one shape is new, one is not understood, and one act is left out."""
    rehearsing = Rehearsing(zalo, folder)
    rehearsing.log_in()
    for act in ASKED:
        if act.id == "edit":
            rehearsing.expect_act(act)
            rehearsing.terminal.type("b")
        else:
            rehearsing.go_through([act], _CHANGES)
    rehearsing.terminal.expect("bên làm chương trình")
    rehearsing.terminal.end()
    return rehearsing.terminal.coloured


def _changed(element: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return element | {"content": element["content"] | fields}


_CHANGES: dict[str, Change] = {
    "recall-phone": lambda element: _changed(element, cliMsgId=0),
    "recall-desktop": lambda element: _changed(element, reason=1),
}


def _between(shown: str, first: str, last: str) -> str:
    """What stands from the line with one text to the line with another."""
    lines = shown.split("\n")
    numbers = [next(number for number, line in enumerate(lines) if text in line) for text in (first, last)]
    return "\n".join(lines[numbers[0] : numbers[1]])


def _summary(shown: str) -> str:
    """Heading, some rows and the last lines of the summary."""
    rows, _, end = shown.partition("└")
    return f"Kết quả diễn tập{_between(rows, '', '│ 5 ')}\n…\n{_between(rows, '│ 21', '│ 24')}\n…\n└{end}"


def _scan(zalo: str, terminal: Terminal) -> None:
    terminal.expect("quét mã trên màn hình")
    _telephone(zalo, "scan")
    terminal.expect("đã quét mã")
    _telephone(zalo, "confirm")


def _telephone(zalo: str, does: str) -> None:
    while not requests.post(f"{zalo}/__sim/qr", json={"do": does}, timeout=10).json()["ok"]:
        time.sleep(0.1)


def _excerpt(shown: str) -> str:
    """Group and first people, and what will be written."""
    first = shown.partition("── Nhóm được theo dõi")[2].partition("Cán bộ được giao")[0]
    last = shown.partition("── Nội dung sẽ ghi")[2].partition("── Lời giới thiệu")[0]
    return f"── Nhóm được theo dõi{first}…\n\n── Nội dung sẽ ghi{last.rstrip()}\n"


def _draw(name: str, title: str, shown: str, folder: Path) -> None:
    console = Console(record=True, width=_WIDTH, file=StringIO())
    plain = _MOVES.sub("", shown).replace("\r", "").replace(str(folder), _SHOWN_FOLDER)
    for line in plain.rstrip().split("\n"):
        console.print(Text.from_ansi(line))
    picture = _FONT.sub("", console.export_svg(title=title, unique_id=name, theme=MONOKAI))
    (_IMAGES / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
