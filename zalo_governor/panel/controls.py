"""The labels of buttons, and the answers of chat commands as pages show them.

The chat and the pages share one text, which names commands such as `/baonham VP12`; a page names the button or the page
that does the same instead.
"""

import re
from collections.abc import Callable
from functools import partial

from zalo_governor.features.cases.commands.decide import ConfirmCase
from zalo_governor.features.cases.commands.send_again import SendAgain
from zalo_governor.features.cases.commands.show import ShowCase
from zalo_governor.features.help.commands import Help
from zalo_governor.features.members.commands import Belongs
from zalo_governor.features.registry import COMMANDS
from zalo_governor.features.trial.commands import SwitchOn
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId
from zalo_governor.panel.buttons import BY_WORD

_COMMANDS = {Help.word, *(command.word for command in COMMANDS)}
_BUTTONS = BY_WORD.keys() | {SwitchOn.word, SendAgain.word}
PAGES = {
    "vipham": "Việc phải xem",
    "giaoviec": "Chỉ đạo",
    "thanhvien": "Thành viên",
    "baocao": "Báo cáo",
    "trangthai": "Sức khỏe",
    "quytac": "Quy chế và quy tắc",
    "quyche": "Quy chế và quy tắc",
    "chaythu": "Kết quả chạy thử",
}
"""Word of a command -> title of the page that shows what the command answers."""
_CODE = r"(?:VP|CĐ|TV)[0-9]+"
_EXAMPLE = re.compile(r" Ví dụ: /[a-z]+ .*?\.(?=\s|$)|[,;] ví dụ:? /[a-z]+ .*?(?=\.(?:\s|$))", re.MULTILINE)
"""Matches examples of what to type; left out on a page, which has a field for it."""
_COMMAND = re.compile(
    r"(?P<verb>\b[Gg]ửi (?:riêng (?:cho Hệ thống:\s+)?|lại )?|\b(?:[Dd]ùng|[Ll]ệnh|nhắn (?:riêng )?cho Hệ thống:) )?"
    rf"(?<![\w/.])/(?P<word>[a-z]+)\b(?: (?P<code>{_CODE})\b| tất cả\b| kèm (?:mã(?: TV| chỉ đạo)?|tên Nhóm)\b|"
    r" (?:áp dụng|thử)(?: [0-9][\w.-]*\w)?| (?:thêm|bớt)(?! tên)\b)*(?: (?P<secret>[0-9]{6})\b)?"
)


def label(voice: MessageFormatter, word: str, variant: str = "") -> str:
    """Return the label of the button that carries out the command `word`, such as "baonham".

    `variant` is appended to the id of the label's text, such as "_secret" for another wording; "" for the usual one.
    """
    return voice.render(TextId(f"control_{word}{variant}"))


def on_page(voice: MessageFormatter, text: str, here: str, is_secret: Callable[[str], bool]) -> str:
    """Return a command's answer with buttons for the commands that it names: "Bấm nút “…”" for "Gửi /baonham".

    `here` is the code of the page's case or directive; `is_secret` tells for a case's code whether a state secret is
    suspected, as the button of such a case has another label.
    """
    return _COMMAND.sub(partial(_control, voice, here, is_secret), _EXAMPLE.sub("", text))


def _control(voice: MessageFormatter, here: str, is_secret: Callable[[str], bool], found: re.Match[str]) -> str:
    word, code, verb = found["word"], found["code"] or "", found["verb"] or ""
    if word not in _COMMANDS:
        return found[0]
    if word == ShowCase.word:
        return code or "bấm mã vụ việc"
    typed, joint, more = found[0].removeprefix(verb).partition(" kèm")
    if verb.startswith("nhắn"):
        return f"{verb}“{typed}”{joint}{more}"
    if word in PAGES and not (code and word == Belongs.word):
        how, said = "mở ", f"trang “{PAGES[word]}”"
    elif word in _BUTTONS:
        variant = "_secret" if word == ConfirmCase.word and code and is_secret(code) else ""
        how, said = "bấm ", f"nút “{label(voice, word, variant)}”"
        said += f" của {code}" if code and code != here else ""
        said += f" với mã {found['secret']}" if found["secret"] else ""
    else:
        how, said = "", f"nhắn Hệ thống trên Zalo “{typed}”{joint}{more}"
    said = said if verb.lower() in {"", "lệnh "} else how + said
    return said[0].upper() + said[1:] if verb[:1].isupper() else said
