"""A rehearsal against the simulator: the people of the test group, and somebody at the terminal."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.acceptance.processes import order
from tests.acceptance.terminal import Terminal
from zalo_governor.cli.rehearse.acts import Act, Lead, all_acts

BOT = "7000000000000000001"
OWNER = "7000000000000000031"
DEPUTY = "7000000000000000032"
MEMBER = "7000000000000000033"
NEWCOMER = "7000000000000000034"
GROUP = "8000000000000000009"
PHONE, DESKTOP = "phone", "desktop"

Change = Callable[[dict[str, Any]], dict[str, Any]]


class TestGroup:
    """The people of a test group with their telephones and computers."""

    __test__ = False

    def __init__(self, base: str) -> None:
        self._base = base
        self._said: dict[str, str] = {}
        people = [
            {"uid": OWNER, "name": "Giàng A Trưởng"}, {"uid": DEPUTY, "name": "Lò Thị Phó"},
            {"uid": MEMBER, "name": "Vàng Thành Viên"}, {"uid": NEWCOMER, "name": "Người Mới"},
        ]  # fmt: skip
        group = {
            "id": GROUP, "name": "Nhóm diễn tập", "owner": OWNER, "admins": [DEPUTY],
            "members": [BOT, OWNER, DEPUTY, MEMBER],
        }  # fmt: skip
        order(base, "world", people=people, groups=[group])

    def telephone(self, does: str) -> bool:
        """Scan, confirm or decline the QR code; False while there is none."""
        return bool(requests.post(f"{self._base}/__sim/qr", json={"do": does}, timeout=60).json()["ok"])

    def do(self, act: str, change: Change | None = None) -> None:
        """Do an act of the rehearsal; `change` alters the element that tells of it."""
        _ACTS[act](self, change)

    def act(self, change: Change | None = None, *, name: str = "", array: str = "", **act: Any) -> None:
        """One act as scenarios name it; later acts name the message that it sends by `name`."""
        told = order(self._base, "act", group_id=GROUP, act=self._with_ids(act), aloud=change is None)
        element = told["element"] or {}
        if name:
            self._said[name] = element["msgId"]
        if change:
            self.push(change(element), array or "groupMsgs")

    def push(self, element: dict[str, Any], array: str = "groupMsgs") -> None:
        """An element as it stands; of a message, the fields that are not given are added."""
        given = {"idTo": GROUP, "_text": None, **element} if array == "groupMsgs" else element
        order(self._base, "push", frames=[{"cmd": _COMMANDS[array], "data": {array: [given]}}])

    def send(self, message_type: str, **content: Any) -> None:
        """A member's message of a type for which scenarios have no act."""
        common = {"title": "", "description": "", "href": "https://file.zdn.vn/1", "thumb": "", "childnumber": 0}
        given = {"action": "", "params": "{}", "type": "", **common, **content}
        self.push({"uidFrom": MEMBER, "msgType": message_type, "content": given})

    def control(self, change: Change | None, act: str, by: str, **data: Any) -> None:
        """A change of the group."""
        base = {"groupId": GROUP, "sourceId": by, "time": "1790000000000", "groupName": "Nhóm", "updateMembers": []}
        content = {"act_type": "group", "act": act, "data": json.dumps(base | data)}
        self.push((change or dict)({"content": content}), "controls")

    def miss(self) -> None:
        """What people do while the program is offline."""
        for text in ("Tin gửi lúc mất mạng", "Tin thứ hai"):
            order(self._base, "act", group_id=GROUP, act={"by": MEMBER, "say": text}, aloud=False)

    def open_zalo_web(self) -> None:
        """Somebody logs in with the same account elsewhere."""
        order(self._base, "close", code=3003)

    def _with_ids(self, given: Any) -> Any:
        if isinstance(given, dict):
            return {key: self._with_ids(item) for key, item in given.items()}
        return self._said.get(given, given) if isinstance(given, str) else given


_COMMANDS = {"groupMsgs": 521, "reactGroups": 612, "controls": 601}


def _acts(by: str, device: str = PHONE, **act: Any) -> Callable[[TestGroup, Change | None], None]:
    return lambda group, change: group.act(change, by=by, device=device, **act)


_ACTS: dict[str, Callable[[TestGroup, Change | None], None]] = {
    "text-owner-phone": _acts(OWNER, say="Chào cả nhóm"),
    "text-owner-desktop": _acts(OWNER, DESKTOP, say="Chào từ máy tính", name="@owner"),
    "text-deputy-phone": _acts(DEPUTY, say="Tôi đã nhận"),
    "text-member-phone": _acts(MEMBER, say="Dạ vâng", name="@first"),
    "text-member-desktop": _acts(MEMBER, DESKTOP, say="Em gửi từ máy tính", name="@second"),
    "private-text": _acts(MEMBER, dm="Chào Hệ thống"),
    "mention": _acts(MEMBER, say={"text": "Mời @Lò Thị Phó xem", "mention": DEPUTY}, name="@third"),
    "reply": _acts(MEMBER, reply={"to": "@owner", "text": "Dạ em rõ"}, name="@reply"),
    "styled-text": _acts(OWNER, DESKTOP, say={"text": "Quan trọng", "styles": [{"start": 0, "len": 4, "st": "b"}]}),
    "photo-phone": _acts(MEMBER, photo={"caption": "Ảnh hiện trường"}),
    "photo-desktop": _acts(MEMBER, DESKTOP, photo={"caption": ""}),
    "file": _acts(MEMBER, DESKTOP, file={"name": "bieu-mau.docx"}),
    "voice": lambda group, change: group.send("chat.voice", params='{"duration":3,"m4a":"https://voice.zdn.vn/1"}'),
    "link": _acts(MEMBER, link={"url": "https://vi-du.vn/bai", "title": "Bài báo"}),
    "contact-card": _acts(MEMBER, contact=OWNER),
    "reaction-phone": lambda group, change: group.act(change, array="reactGroups", by=MEMBER, react="@owner"),
    "reaction-desktop": _acts(OWNER, DESKTOP, react="@first"),
    "reaction-removed": _acts(MEMBER, react={"to": "@owner", "icon": ""}),
    "recall-phone": _acts(MEMBER, recall="@first"),
    "recall-desktop": _acts(MEMBER, DESKTOP, recall="@second"),
    "edit": _acts(MEMBER, edit={"of": "@third", "text": "Mời đồng chí Phó xem"}),
    "delete-for-me": _acts(BOT, delete={"of": "@owner", "kind": "me"}),
    "deputy-deletes": _acts(DEPUTY, delete="@third"),
    "owner-deletes": _acts(OWNER, delete="@reply"),
    "rename": lambda group, change: (
        group.control(change, "update", OWNER) if change else group.act(by=OWNER, rename_group="Nhóm thử số 1")
    ),
    "pin": _acts(DEPUTY, pin="@owner"),
    "unpin": lambda group, change: (
        group.control(change, "unpin_topic", DEPUTY) if change else group.act(by=DEPUTY, unpin="@owner")
    ),
    "poll": _acts(MEMBER, poll="Họp lúc mấy giờ", name="@poll"),
    "vote": _acts(DEPUTY, vote="@poll"),
    "reminder": _acts(OWNER, remind="Họp giao ban"),
    "hidden-members": _acts(OWNER, setting={"lockViewMember": 1}),
    "join-by-link": lambda group, change: group.act(join=NEWCOMER),
    "removal": _acts(OWNER, remove=NEWCOMER),
    "clear-conversation": _acts(BOT, delete={"of": "@owner", "kind": "conversation"}),
    "zalo-web-elsewhere": lambda group, change: group.open_zalo_web(),
}
"""Id of an act of the rehearsal -> how somebody does it."""

ASKED = [act for act in all_acts() if act.lead not in {Lead.DECLINE, Lead.LOGIN}]
UNRECOGNISABLE = {"styled-text", "unpin"}
"""Acts whose change leaves nothing by which they could be recognised: the operator says what it was."""


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

    def go_through(self, acts: list[Act], changes: dict[str, Change] | None = None) -> None:
        """Do the acts as they are asked for; `changes` alter what tells of them."""
        for act in acts:
            self.expect_act(act)
            if act.lead is Lead.GO_OFFLINE:
                self.terminal.expect("Đã ngắt kết nối")
                self.group.miss()
                self.terminal.type("")
            elif act.lead is None:
                self.group.do(act.id, (changes or {}).get(act.id))
            if act.id in UNRECOGNISABLE and act.id in (changes or {}):
                self.terminal.expect("gõ n")
                self.terminal.type("n")
            self.terminal.expect("→ ")

    def expect_act(self, act: Act) -> None:
        """Wait until the act is asked for."""
        self.terminal.expect(f"Việc {all_acts().index(act) + 1}/")
        self.terminal.expect(act.do[:30])

    def recording(self) -> dict[str, Any]:
        """What the file holds."""
        found: dict[str, Any] = json.loads(
            (self.folder / "data" / "dien-tap" / "ban-ghi.json").read_text(encoding="utf-8")
        )
        return found

    def outcomes(self) -> dict[str, str]:
        """Id of each act -> what became of it."""
        return {act: observed["outcome"] for act, observed in self.recording()["acts"].items()}


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
