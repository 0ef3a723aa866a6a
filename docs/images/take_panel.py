"""Takes the pictures of docs/bang-dieu-khien.md: the pages of the panel, beside the bot of a running demo.

`make panelpictures` calls this. It needs Debian's chromium; nothing on the pages is rewritten.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.acceptance.panel import enter, launched
from tests.unit.app.monitoring.test_server import free_port
from zalo_governor.cli.demo.processes import Program, ask

_IMAGES = Path(__file__).parent
_SPEED = "300"
_LATE = "16:2"
"""When the pictures are taken, by the scenario's clock: most has happened, and the bot still runs."""
_COLOURS = 24
_WIDE, _PHONE = (1200, 750), (360, 740)
_PAGES = {
    "viec": "/viec",
    "chi-dao": "/chi-dao",
    "thanh-vien": "/thanh-vien",
    "bao-cao": "/bao-cao",
    "quy-tac": "/quy-tac",
    "tin-da-gui": "/tin-da-gui?loai=roi",
    "suc-khoe": "/suc-khoe",
    "nhat-ky": "/nhat-ky",
}


def main() -> None:
    """Run the demo, and take the pictures of the admin's pages and the leader's."""
    os.environ |= {
        "ZALO_GOVERNOR_PANEL__ENABLED": "true",
        "ZALO_GOVERNOR_PANEL__PORT": str(free_port()),
        "ZALO_GOVERNOR_HEALTH__PORT": str(free_port()),
    }
    with _late_in_the_day() as config, _panel(config) as base, sync_playwright() as playwright:
        browser = launched(playwright)
        page = _entered(browser, "Lò Văn Minh", config, _WIDE)
        for name, path in _PAGES.items():
            page.goto(base + path)
            if name == "quy-tac":
                page.get_by_label("Câu, hoặc tên hiển thị").fill("De nghi cac xa bao cao truoc 16 gio")
                page.get_by_role("button", name="Thử").first.click()
            _take(page, name)
        page.goto(f"{base}/viec")
        page.locator("tr.urgent", has_text="Nghiêm trọng").locator("a").first.click()
        _take(page, "vu-viec")
        _take(_entered(browser, "Giàng A Sử", config, _PHONE), "truong-nhom")
        browser.close()


@contextmanager
def _late_in_the_day() -> Iterator[str]:
    """The settings file of a demo of which most has happened, and which still runs."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "demo"
        command = [sys.executable, "-m", "zalo_governor", "demo", "--keep", str(folder), "--speed", _SPEED]
        demo = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.PIPE, encoding="utf-8", env=os.environ | {"PYTHONUNBUFFERED": "1"}
        )
        assert demo.stdout is not None  # noqa: S101 - a pipe
        try:
            next(line for line in demo.stdout if line.startswith(_LATE))
            yield str(folder / "governor.yaml")
        finally:
            demo.stdout.read()
            demo.wait()


@contextmanager
def _panel(config: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        panel = Program(["panel", "--config", config], Path(folder) / "panel.log")
        try:
            yield panel.wait_for("Bảng điều khiển: ")
        finally:
            panel.stop()


def _entered(browser: Browser, who: str, config: str, size: tuple[int, int]) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="vi-VN")
    return enter(context, ask(["panel", "link", who, "--config", config]).strip())


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state()
    time.sleep(0.3)
    whole = Image.open(BytesIO(page.screenshot())).convert("RGB")
    # Few pixels are red, and they matter.
    picture = whole.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(_IMAGES / f"panel-{name}.png", optimize=True)


if __name__ == "__main__":
    main()
