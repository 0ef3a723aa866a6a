"""The panel as a process beside the bot and the simulator, and browsers in which people work with it."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.rig import ADMIN, BOT, GROUP, LEADER, MEMBER, Rig, rig, somebody
from tests.unit.app.monitoring.test_server import free_port
from zalo_governor.cli.demo.processes import Program, ask
from zalo_governor.domain.clock import local, system_clock

CHROMIUM = shutil.which("chromium")
STAFF = "7000000000000000023"
DEAF = "7000000000000000024"
"""Takes no messages of people who are no friends: what the bot writes to this member does not arrive."""
UNMARKED = "De nghi cac so gui so lieu giai ngan thang {} truoc ngay hai muoi lam de tong hop"
SECRET = "Em gửi các đồng chí văn bản tuyệt mật số 7/KH-GIẢ ĐỊNH để nghiên cứu trước"
ORDER = "Giao {} báo cáo tình hình {} trước 17 giờ ngày {}."
UNSURE = "Cảm ơn Sở Nội vụ. Các đồng chí chú ý an toàn trên đường."
AGENCIES = {
    "Sở Y tế": "Tẩn A Mẫu",
    "Sở Tài chính": "Vàng Thị Mẫu",
    "Sở Nội vụ": "Lý Văn Mẫu",
    "Sở Tư pháp": "Cháng Thị Mẫu",
}
HEADS = {agency: str(7600000000000000011 + place) for place, agency in enumerate(AGENCIES)}
_STRANGER = "7600000000000000101"
_CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


class Stage:
    """A group with a bot, cases, directives and a roster; the panel; and the people who are logged in to it."""

    def __init__(self, bot: Rig, browser: Browser) -> None:
        self.bot, self._browser = bot, browser
        self.base = ""
        self.panel: Program | None = None
        self.broken: list[str] = []
        """What the browsers complained of: errors of scripts, and what the pages' own policy forbids them."""
        self._entered: dict[str, Any] = {}
        _prepare(bot)
        bot.start_bot()
        self._fill()
        self.start_panel()

    def start_panel(self) -> None:
        """Start it, and wait until it listens."""
        self.panel = self.bot.program(["panel", "--config", str(self.bot.config)], self.bot.folder / "panel.log")
        self.base = self.panel.wait_for("Bảng điều khiển: ")

    def link(self, uid: str = ADMIN) -> str:
        """A fresh link, as the bot gives it."""
        before = self._links(uid)
        self.bot.tell_bot("/bang", uid)
        self.bot.until(lambda: self._links(uid) != before, "the bot gives a link")
        return self._links(uid)[-1]

    def open(self, path: str = "/", uid: str = ADMIN, **browser: Any) -> Page:
        """A page in a browser of its own; who has not been there yet enters by a link first."""
        if uid not in self._entered:
            context = self._browser.new_context()
            page = enter(context, self.link(uid))
            assert page.locator(".me").is_visible()
            self._entered[uid] = context.storage_state()
            context.close()
        page = self._browser.new_context(**({"storage_state": self._entered[uid]} | browser)).new_page()
        page.set_default_timeout(60_000)  # Other tests run beside these.
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.on("console", lambda said: self.broken.append(said.text) if "Security Policy" in said.text else None)
        page.goto(self.base + path)
        return page

    def stranger(self, **browser: Any) -> Page:
        """A page in a browser that nobody has entered with."""
        return self._browser.new_context(**browser).new_page()

    def close_pages(self) -> None:
        """Close all browsers: each open page asks for what changes."""
        for context in self._browser.contexts:
            context.close()

    def forget(self, uid: str) -> None:
        """The person's session has ended."""
        self._entered.pop(uid, None)

    def one(self, sql: str, *values: Any) -> Any:
        """The one value that the database answers with."""
        [(value,)] = self.bot.query(sql, *values)
        return value

    def state(self, code: str) -> str:
        """The state of a case."""
        return str(self.one("SELECT state FROM cases WHERE id = ?", code.removeprefix("VP")))

    def new_cases(self, count: int) -> list[str]:
        """The codes of so many light cases that nobody has decided yet; each call gives others."""
        members = [somebody() for _ in range(count)]
        texts = [(UNMARKED.format(int(uid[-4:])), uid) for uid in members]
        frames = [{"data": {"groupMsgs": [{"_text": text, "uidFrom": uid, "dName": "Chảo Mẫu - Chuyên viên"}]}}
                  for text, uid in texts]  # fmt: skip
        self.bot.control("push", frames=frames)
        codes = [self.bot.case_of(uid) for uid in members]
        for code in codes:
            self.bot.until_reminded(code)
        return codes

    def audited(self, word: str) -> str:
        """The detail of the youngest row of the audit log about a command."""
        sql = "SELECT detail FROM audit WHERE action = 'command' AND subject = ? ORDER BY id DESC LIMIT 1"
        return str(self.one(sql, word))

    def close(self) -> None:
        """End the panel."""
        if self.panel:
            assert self.panel.stop() == 0

    def _links(self, uid: str) -> list[str]:
        return [word for text in self.bot.told(uid) for word in text.split() if word.startswith(self.base)]

    def _fill(self) -> None:
        day = f"{local(system_clock() + timedelta(days=3)):%d/%m/%Y}"
        self.bot.say(ORDER.format("Sở Y tế, Sở Tài chính", "dịch bệnh", day), LEADER)
        self.bot.say(UNSURE, LEADER)
        self.bot.say(UNMARKED.format(0), DEAF)
        self.new_cases(2)
        self.bot.until(lambda: self.one("SELECT count(*) FROM directives") == 2, "both directives are noticed")
        refused = "SELECT count(*) FROM outbox WHERE state = 'refused'"
        self.bot.until(lambda: self.one(refused) > 0, "a message does not arrive")


def launched(playwright: Playwright) -> Browser:
    """Debian's Chromium, which asks for nothing from the network."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=_CHROMIUM)


def enter(context: BrowserContext, link: str) -> Page:
    """Follow a link and press the button."""
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Vào bảng điều khiển").click()
    page.wait_for_load_state()
    return page


@contextmanager
def stage(folder: Path, playwright: Playwright) -> Iterator[Stage]:
    """A stage that is cleared at the end."""
    browser = launched(playwright)
    with rig(folder) as bot:
        made = Stage(bot, browser)
        try:
            yield made
        finally:
            browser.close()
            made.close()


def _prepare(bot: Rig) -> None:
    names = {DEAF: "Sùng A Mẫu - Chuyên viên", _STRANGER: "Người lạ", STAFF: "Nguyễn Thị Thu"}
    names |= {uid: f"{AGENCIES[agency]} - Giám đốc {agency}" for agency, uid in HEADS.items()}
    people = [{"uid": uid, "name": name, "takes_messages": uid != DEAF} for uid, name in names.items()]
    bot.control("world", people=people, groups=[{"id": GROUP, "members": [BOT, MEMBER, LEADER, ADMIN, *names]}])
    settings = yaml.safe_load(bot.config.read_text())
    settings["people"].append(
        {"full_name": "Nguyễn Thị Thu", "title": "Chuyên viên Sở", "uid": STAFF, "roles": ["admin_staff"]}
    )
    settings |= {"panel": {"enabled": True, "port": free_port()}, "health": {"port": free_port()}}
    bot.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
    rows = [(name, "Giám đốc", agency, HEADS[agency]) for agency, name in AGENCIES.items()]
    file = bot.folder / "danh-sach.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("Họ tên", "Chức vụ", "Cơ quan", "Zalo uid"), *rows])
    ask(["roster", "import", str(file), "--yes", "--config", str(bot.config)])
