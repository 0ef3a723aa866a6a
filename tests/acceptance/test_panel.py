"""The panel in a real browser: each task of the desk from its page to the database, and what every page owes people."""

import re
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.acceptance.panel import CHROMIUM, DEAF, HEADS, SECRET, STAFF, UNSURE, Stage, stage
from tests.rig import ADMIN, GROUP, LEADER, somebody
from zalo_governor.cli.demo.processes import ask
from zalo_governor.domain.clock import local, system_clock, to_ms
from zalo_governor.panel.assets import Assets
from zalo_governor.panel.rendering import Templates

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs /usr/bin/chromium (Debian package chromium)")
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
PAGES = (
    "/viec", f"/viec?ghi={GROUP}#ghi", "/vu-viec/1", "/chi-dao", "/chi-dao/1", "/chi-dao/1/nhac", "/thanh-vien",
    "/bao-cao", "/quy-tac/ket-qua",
    "/quy-tac", "/quy-tac/tu/titles.txt", "/tin-da-gui", "/suc-khoe", "/nhat-ky", "/khong-co-trang-nay",
)  # fmt: skip
REFUSED = (403, 413, 429, 503, "busy", "off", "sealed")
LEADERS = "/truong-nhom"
PLAIN: dict[str, Any] = {"java_script_enabled": False}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with sync_playwright() as playwright, stage(tmp_path_factory.mktemp("panel"), playwright) as made:
        yield made


@pytest.fixture
def desk(running: Stage) -> Iterator[Stage]:
    yield running
    running.close_pages()


@pytest.mark.parametrize("browser", [{}, PLAIN], ids=["with-scripts", "without"])
def test_several_cases_are_decided_with_one_reason_and_one_is_taken_back(desk: Stage, browser: dict[str, Any]) -> None:
    codes = desk.new_cases(3)
    page = desk.open("/viec", **browser)
    for code in codes:
        page.get_by_label(f"Chọn {code}").check()
    press(page, "Báo nhầm")
    assert "Báo nhầm thì cần ghi lý do" in told(page)
    assert {desk.state(code) for code in codes} == {"reminded"}
    for code in codes:
        page.get_by_label(f"Chọn {code}").check()
    page.get_by_label("Lý do").fill("đồng chí gõ vội")
    press(page, "Báo nhầm")
    assert {desk.state(code) for code in codes} == {"false_alarm"}
    assert '"place":"panel"' in desk.audited("baonham")
    press(page, f"Hoàn tác {codes[1]}")
    assert [desk.state(code) for code in codes] == ["false_alarm", "reminded", "false_alarm"]
    page.goto(f"{desk.base}/vu-viec/{codes[1].removeprefix('VP')}")
    assert "đồng chí gõ vội" in page.get_by_role("region", name="Vụ việc tương tự đã xử lý").inner_text()


def test_a_case_is_read_noted_and_decided_by_one_of_two_who_look_at_it(desk: Stage) -> None:
    [code] = desk.new_cases(1)
    address = f"/vu-viec/{code.removeprefix('VP')}"
    first, second = desk.open(address), desk.open(address, STAFF)
    assert "De nghi cac so" in first.locator(".talk .own").inner_text()
    second.get_by_text("Lò Văn Minh (Giám đốc Sở) đang xem vụ việc này.").wait_for()
    first.get_by_label("Lý do, ý kiến").fill("đã gọi điện cho xã")
    press(first, "Ghi chú")
    assert "đã gọi điện cho xã" in first.get_by_role("region", name="Phát hiện gì").inner_text()
    assert desk.one("SELECT count(*) FROM case_notes WHERE case_id = ?", code.removeprefix("VP")) == 1
    first.get_by_label("Lý do, ý kiến").fill("tên riêng")
    press(first, "Báo nhầm")
    assert desk.state(code) == "false_alarm"
    press(second, "Xác nhận vi phạm")
    assert "đồng chí Lò Văn Minh (Giám đốc Sở) chuyển vụ việc sang “báo nhầm”. Chưa làm gì" in told(second)
    assert desk.state(code) == "false_alarm"


def test_a_suspected_secret_is_neither_shown_nor_stored(desk: Stage) -> None:
    author = somebody()
    desk.bot.say(SECRET, author)
    code = desk.bot.case_of(author)
    page = desk.open(f"/vu-viec/{code.removeprefix('VP')}")
    assert "nội dung không được lưu, không hiện ở đây" in page.inner_text("main")
    notes = desk.one("SELECT count(*) FROM case_notes")
    page.get_by_label("Lý do, ý kiến").fill(SECRET)
    press(page, "Ghi chú")
    assert page.get_by_role("heading", name="Chưa lưu").is_visible()
    assert desk.one("SELECT count(*) FROM case_notes") == notes
    page = desk.open("/", LEADER)
    page.get_by_role("link", name=code, exact=True).click()
    page.wait_for_load_state()
    assert "Không có nội dung ở đây" in page.inner_text("main")
    page.get_by_label("Một câu gửi Quản trị Nhóm").fill("Đề nghị làm rõ trong ngày")
    press(page, "Cho ý kiến")
    assert "gửi riêng tới Quản trị Nhóm" in told(page)
    desk.bot.until(
        lambda: any("Đề nghị làm rõ trong ngày" in said for said in desk.bot.told(ADMIN)), "the admin is told"
    )


def test_directives_are_accepted_put_off_and_reminded_of(desk: Stage) -> None:
    page = desk.open("/chi-dao")
    proposals = page.locator("#ask")
    expect(proposals).to_have_attribute("open", "")
    proposals.locator("summary").click()
    page.evaluate("document.getElementById('main').dataset.mark = 'before'; changed()")
    expect(page.locator("#main")).not_to_have_attribute("data-mark", "before")
    expect(proposals).not_to_have_attribute("open", "")
    proposals.locator("summary").click()
    asked = page.locator("article.ask", has_text=UNSURE)
    code = asked.locator("strong").inner_text()
    asked.get_by_role("button", name="Đúng là chỉ đạo").click()
    page.wait_for_load_state()
    assert desk.one("SELECT state FROM directives WHERE id = ?", code.removeprefix("CĐ")) == "open"
    page.goto(f"{desk.base}/chi-dao/1")
    due = (local(system_clock()) + timedelta(days=9)).replace(second=0, microsecond=0)
    page.get_by_label("Thời hạn mới", exact=True).fill(f"{due:%Y-%m-%dT%H:%M}")
    press(page, "Đổi thời hạn của mọi đơn vị")
    assert set(desk.bot.query("SELECT due_ms FROM directive_assignees WHERE directive_id = 1")) == {(to_ms(due),)}
    page.get_by_role("button", name="Xem và nhắc 2 người chưa trả lời").click()
    text = page.locator("blockquote").inner_text()
    assert f"{due:%H:%M %d/%m}" in text
    heads = [HEADS[agency] for agency in ("Sở Y tế", "Sở Tài chính")]
    press(page, "Gửi 2 lời nhắc")
    desk.bot.until(lambda: all(any("CĐ1" in said for said in desk.bot.told(uid)) for uid in heads), "both are reminded")
    assert any(text.splitlines()[-1] in said for said in desk.bot.told(heads[0]))
    assert '"outcome":"done"' in desk.audited("nhac")
    page.goto(f"{desk.base}/chi-dao/1")
    row = page.locator("tbody tr", has_text="Sở Y tế")
    row.locator("summary", has_text="Kết thúc").click()
    row.get_by_label("Lý do, kết quả").fill("đã gửi văn bản số 12")
    row.get_by_role("button", name="Kết thúc với Sở Y tế").click()
    expect(row).to_contain_text("đã gửi văn bản số 12")
    row.get_by_role("button", name="Hoàn tác").click()
    expect(row).not_to_contain_text("đã gửi văn bản số 12")


def test_a_message_that_did_not_arrive_is_sent_again(desk: Stage) -> None:
    code = desk.bot.case_of(DEAF)
    page = desk.open("/tin-da-gui")
    assert "Zalo không nhận (mã 122)" in page.inner_text("table")
    desk.bot.control("world", people=[{"uid": DEAF, "takes_messages": True}])
    press(page, f"Gửi lại tin về {code}")
    desk.bot.until(lambda: bool(desk.bot.told(DEAF)), "it arrives")
    assert code in desk.bot.told(DEAF)[0]


def test_a_sentence_is_tried_on_the_rules(desk: Stage) -> None:
    page = desk.open("/quy-tac")
    events = desk.one("SELECT count(*) FROM inbox")
    page.get_by_label("Câu, hoặc tên hiển thị").fill(SECRET)
    page.get_by_role("region", name="Thử trên câu này").get_by_role("button", name="Thử").click()
    expect(page.locator(".told")).to_contain_text("KHẨN, bí mật nhà nước")
    assert desk.one("SELECT count(*) FROM inbox") == events


def test_a_rule_is_put_on_trial_and_the_bot_hears_of_it_at_once(desk: Stage) -> None:
    page = desk.open("/quy-tac")
    press(page, "Cho chạy thử: Tiếng Việt không dấu")
    expect(page.locator(".told")).to_contain_text("không ai được nhắc")
    uid, cases = somebody(), desk.one("SELECT count(*) FROM cases")
    desk.bot.say("de nghi cac dong chi gui so lieu ve van phong de tong hop", uid)
    desk.bot.until(lambda: desk.one("SELECT count(*) FROM findings WHERE shadow") == 1, "it is recorded")
    assert desk.one("SELECT count(*) FROM cases") == cases
    page.goto(f"{desk.base}/quy-tac/ket-qua")
    found = page.get_by_role("region", name="Tiếng Việt không dấu").inner_text()
    assert "1 dấu hiệu" in found
    assert "“de nghi cac dong chi gui so lieu" in found
    press(page, "Áp dụng, thôi thử: Tiếng Việt không dấu")
    expect(page.locator(".told")).to_contain_text("được áp dụng")
    assert len(desk.new_cases(1)) == 1


def test_remarks_are_edited_before_the_report_is_printed(desk: Stage) -> None:
    page = desk.open("/bao-cao")
    page.get_by_label(re.compile("Nhận xét")).fill("Các đơn vị chấp hành tốt trong tuần thử nghiệm.")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Tải văn bản (Word)").click()
    with zipfile.ZipFile(BytesIO(coming.value.path().read_bytes())) as document:
        assert "chấp hành tốt trong tuần thử nghiệm" in document.read("word/document.xml").decode()


def test_the_health_page_and_the_audit_log(desk: Stage) -> None:
    page = desk.open("/suc-khoe")
    assert "Hệ thống đang chạy và theo dõi được Nhóm." in page.inner_text("main")
    press(page, "Kiểm tra ngay")
    checks = page.locator(".checks")
    assert "Hệ thống đang chạy trên máy chủ." in checks.inner_text()
    assert "--offline" not in checks.inner_text()
    checks.locator("summary").first.click()
    assert checks.locator("details[open] small").count()
    page.goto(f"{desk.base}/vu-viec/1")
    page.goto(f"{desk.base}/nhat-ky")
    done = page.locator("tbody").inner_text()
    assert "Xem tình trạng của Hệ thống" in done
    assert "trangthai" not in done  # It is folded away with the other codes.
    page.get_by_label("Về").fill("vp1")
    press(page, "Tìm")
    assert set(page.locator("tbody tr td:nth-child(4)").all_inner_texts()) == {"VP1"}
    press(page, "Kiểm tra nhật ký")
    [rows] = re.findall(r"([\d.]+) dòng\. Toàn vẹn", page.inner_text("main"))
    assert int(rows.replace(".", "")) == desk.one("SELECT count(*) FROM audit")


def test_the_leader_reads_one_page_and_decides_nothing(desk: Stage) -> None:
    page = desk.open("/", LEADER, viewport={"width": 360, "height": 740})
    assert page.url == desk.base + LEADERS
    assert "Chỉ đạo đang theo dõi" in page.inner_text("main")
    assert not page.locator("main form[method=post]").count()
    for path in ("/viec", "/vu-viec/1", "/nhat-ky", "/tin-da-gui"):
        answer = page.goto(desk.base + path)
        assert answer is not None
        assert answer.status == 404
    assert page.get_by_role("heading", name="Không mở được trang này").is_visible()


def test_the_queue_is_worked_through_by_keyboard_alone(desk: Stage) -> None:
    second, first = desk.new_cases(2)
    page = desk.open("/viec")
    rows = page.locator("tbody tr").all_inner_texts()
    for _ in range(1 + next(place for place, row in enumerate(rows) if first in row)):
        page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    ticked = page.locator("tr:has(input:checked)").all_inner_texts()
    assert [first in ticked[0], second in ticked[1]] == [True, True]
    # The first press leads to the first thing on the page: who sees no screen jumps over the menu.
    tab_to(page, "Đến nội dung")
    page.keyboard.press("Enter")
    page.keyboard.press("l")
    page.keyboard.type("tên riêng")
    # Enter in a field must not decide: the first button confirms what was to be a false alarm.
    page.keyboard.press("Enter")
    tab_to(page, "bao-nham")
    page.keyboard.press("Enter")
    page.locator(".told").wait_for()
    assert [desk.state(first), desk.state(second)] == ["false_alarm", "false_alarm"]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    opened = page.locator("tr.at a").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.base}{opened}")


def test_an_urgent_case_appears_on_the_open_list_by_itself(desk: Stage) -> None:
    page, waiting = desk.open("/viec"), desk.open("/viec", STAFF)
    waiting.locator("tbody input").first.check()
    press(page, "Báo nhầm")
    page.wait_for_timeout(1500)  # The first look has been had: what is compared is from before.
    took = []
    for _ in range(3):
        author = somebody()
        desk.bot.say(SECRET, author)
        code = desk.bot.case_of(author)
        opened = time.monotonic()
        expect(page.locator("tr.urgent", has_text=code)).to_be_visible(timeout=10_000)
        took.append(time.monotonic() - opened)
    # The quickest, as a browser beside other tests has to wait for a processor now and then.
    assert min(took) < 4
    assert "Chưa chọn vụ việc nào" in told(page), "a page that refreshes itself keeps what it said of a press"
    # What somebody has ticked is not swept away.
    expect(waiting.locator("#changed")).to_be_visible(timeout=2000)
    assert waiting.locator("tbody input:checked").count() == 1
    # Nor is what a decision that was refused gives back.
    press(waiting, "Báo nhầm")
    assert "vẫn được giữ" in told(waiting)
    desk.bot.say(SECRET, somebody())
    expect(waiting.locator("#changed")).to_be_visible(timeout=5000)
    assert waiting.locator("tbody input:checked").count() == 1


def test_every_page_says_so_when_the_panel_is_gone_and_not_when_it_is_back(desk: Stage) -> None:
    page = desk.open("/viec")
    expect(page.locator("#lost")).to_be_hidden()
    page.wait_for_timeout(500)
    desk.close()
    expect(page.locator("#lost")).to_contain_text("Mất liên lạc")
    desk.start_panel()
    expect(page.locator("#lost")).to_be_hidden(timeout=10_000)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1366), ("dark", 360)])
def test_no_page_is_wider_than_the_screen_and_axe_finds_no_fault(desk: Stage, scheme: str, width: int) -> None:
    faults = []
    for path, page in every_page(desk, color_scheme=scheme, viewport={"width": width, "height": 800}):
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append((path, "too wide", "", ""))
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults += [
            (path, one["id"], node["html"][:150], node["any"][0]["message"] if node["any"] else "")
            for one in found["violations"]
            for node in one["nodes"]
        ]
    assert not faults


def test_without_scripts_the_main_tasks_are_done_all_the_same(desk: Stage) -> None:
    [code] = desk.new_cases(1)
    page = desk.open(f"/vu-viec/{code.removeprefix('VP')}", **PLAIN)
    page.get_by_label("Lý do, ý kiến").fill("đã nhắc qua điện thoại")
    press(page, "Ghi chú")
    press(page, "Xác nhận vi phạm")
    assert desk.state(code) == "confirmed"
    press(page, "Hoàn tác quyết định")
    assert desk.state(code) == "reminded"
    page.goto(f"{desk.base}/chi-dao/1")
    due = (local(system_clock()) + timedelta(days=12)).replace(second=0, microsecond=0)
    page.get_by_label("Thời hạn mới", exact=True).fill(f"{due:%Y-%m-%dT%H:%M}")
    press(page, "Đổi thời hạn của mọi đơn vị")
    assert set(desk.bot.query("SELECT due_ms FROM directive_assignees WHERE directive_id = 1")) == {(to_ms(due),)}
    page.goto(f"{desk.base}/bao-cao")
    page.locator("select[name=ky]").select_option("tuần")
    press(page, "Xem")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Tải bảng (Excel)").click()
    assert openpyxl.load_workbook(BytesIO(coming.value.path().read_bytes())).sheetnames
    page.goto(f"{desk.base}/quy-tac")
    page.get_by_label("Câu, hoặc tên hiển thị").fill("De nghi cac so gui so lieu truoc ngay hai muoi lam")
    page.get_by_role("region", name="Thử trên câu này").get_by_role("button", name="Thử").click()
    assert "khoản 1 Điều 3" in told(page)


def test_a_link_lets_one_browser_in_once_and_who_leaves_is_out(desk: Stage) -> None:
    link = ask(["panel", "link", "Nguyễn Thị Thu", "--config", str(desk.bot.config)]).strip()
    page = desk.stranger()
    page.goto(link)
    press(page, "Vào bảng điều khiển")
    assert page.url == f"{desk.base}/viec"
    assert "Nguyễn Thị Thu" in page.inner_text(".me")
    other = desk.stranger()
    other.goto(link)
    assert "Đường dẫn này đã được dùng" in other.inner_text("main")
    assert not other.get_by_role("button").count()
    press(page, "Thoát")
    answer = page.goto(f"{desk.base}/viec")
    assert answer is not None
    assert answer.status == 401
    again = desk.stranger()
    again.goto(desk.link(STAFF))
    press(again, "Vào bảng điều khiển")
    again.evaluate("stream.close()")  # as when nobody sees the page
    desk.bot.answer(STAFF, "/thoatbang")
    again.evaluate("listen()")
    expect(again.locator("#lost")).to_have_text(re.compile("Phiên làm việc đã hết"))
    again.reload()
    assert "phiên làm việc đã hết" in again.inner_text("main")
    desk.forget(STAFF)


def test_a_roster_with_odd_headings_is_taken_over_once_the_columns_are_named(desk: Stage, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ("STT", "Ai", "Làm gì", "Ở đâu"),
        (1, "Tẩn A Mẫu", "Giám đốc", "Sở Y tế"),
        (2, "Giàng Thị Thử", "Chánh Thanh tra", "Thanh tra tỉnh"),
    ):
        book.active.append(row)
    book.save(tmp_path / "danh sach.xlsx")
    page = desk.open("/thanh-vien")
    page.get_by_text("Nhập danh sách từ Excel").click()
    page.get_by_label("Tệp .xlsx").set_input_files(tmp_path / "danh sach.xlsx")
    press(page, "Xem trước")
    assert "cột nào là gì?" in page.inner_text("main")
    for column, field in (("Cột 2", "Họ tên"), ("Cột 3", "Chức vụ"), ("Cột 4", "Cơ quan")):
        page.get_by_label(column).select_option(field)
    press(page, "Đọc lại theo các cột này")
    changes = page.get_by_role("region", name="Thay đổi so với").inner_text()
    assert "Giàng Thị Thử, Chánh Thanh tra Thanh tra tỉnh" in changes
    assert "Không có trong tệp, vẫn giữ: 3" in changes
    assert desk.one("SELECT count(*) FROM roster") == 4
    page.get_by_text("Thay toàn bộ bằng tệp này").click()
    assert "Bỏ ra: 3" in page.get_by_role("region", name="Thay đổi so với").inner_text()
    page.get_by_label("3 người ra khỏi danh sách").check()
    press(page, "Thay toàn bộ: ghi danh sách 2 người, bỏ 3 người")
    assert "thêm 1, bỏ ra 3" in told(page)
    assert desk.one("SELECT count(*) FROM roster") == 2
    assert desk.bot.query("SELECT action FROM audit WHERE action LIKE 'roster%' ORDER BY id DESC LIMIT 1")


def every_page(desk: Stage, **browser: Any) -> Iterator[tuple[str, Page]]:
    """Each page in turn: the desk's, the leader's, the door's, and those that refuse."""
    page = desk.open(PAGES[0], **browser)
    for path in PAGES:
        page.goto(desk.base + path)
        yield path, page
    leaders = desk.open(LEADERS, LEADER, **browser)
    yield LEADERS, leaders
    secret = leaders.get_by_role("link", name="VP").first.get_attribute("href") or ""
    leaders.goto(desk.base + secret)
    yield secret, leaders
    door = desk.stranger(**browser)
    for path in ("/vao/khong-dung", "/viec"):
        door.goto(desk.base + path)
        yield path, door
    templates = Templates(Assets(), str)
    bodies = (templates.render("loi.html", {"status": status}) for status in REFUSED)
    door.route("**/loi", lambda route: route.fulfill(status=400, body=next(bodies), content_type="text/html"))
    for status in REFUSED:
        door.goto(desk.base + "/loi")
        yield f"{status}", door


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that comes of it."""
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def told(page: Page) -> str:
    """What the page says at its head of what was just done."""
    return page.locator(".told").inner_text()


def tab_to(page: Page, what: str) -> None:
    """Press Tab until what has the focus says so, or is called so."""
    here = "[document.activeElement.textContent, document.activeElement.name, document.activeElement.value]"
    for _ in range(200):
        page.keyboard.press("Tab")
        if what in page.evaluate(here):
            return
    pytest.fail(f"Tab never leads to {what}")
