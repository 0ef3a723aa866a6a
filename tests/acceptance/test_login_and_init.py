"""An office begins: the account logs in, the questions are answered, and the bot hears its first message."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.acceptance.processes import order, simulating
from tests.acceptance.terminal import Terminal
from tests.rig import Rig
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.people import Role

BOT = "7000000000000000001"
MEMBER = "7000000000000000002"
LEADER = "7000000000000000021"
ADMIN = "7000000000000000022"
OTHER_SU = "7000000000000000023"
GROUP = "8000000000000000001"
SECOND_GROUP = "8000000000000000002"

PEOPLE = [
    {"uid": LEADER, "name": "Giàng A Sử - Chủ tịch UBND tỉnh"},
    {"uid": ADMIN, "name": "Lò Văn Minh - Giám đốc Sở"},
    {"uid": OTHER_SU, "name": "Vàng A Sử - Chuyên viên"},
]
ANSWERS = """\
office: {province: tỉnh Lai Châu}
regulation: {number: 1234, issued: 01/11/2025}
groups: [điều hành]
people:
  leader: giang a su
  admin: {name: lo van minh, title: Giám đốc Sở Khoa học và Công nghệ}
"""


@pytest.fixture
def zalo() -> Iterator[str]:
    """A simulator with two groups and two people whose names are alike."""
    with simulating() as base:
        groups = [
            {"id": GROUP, "name": "Nhóm điều hành tỉnh Mẫu", "members": [BOT, MEMBER, LEADER, ADMIN, OTHER_SU]},
            {"id": SECOND_GROUP, "name": "Nhóm thể thao", "members": [BOT, MEMBER]},
        ]
        order(base, "world", people=PEOPLE, groups=groups)
        yield base


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def until(base: str, **said: Any) -> None:
    """Somebody with a telephone, as soon as there is a code."""
    wait_for(lambda: bool(requests.post(f"{base}/__sim/qr", json=said, timeout=60).json()["ok"]))


def sent(base: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = order(base, "state", fields=["sent"])["sent"]
    return messages


def hears(folder: Path, base: str) -> str:
    """Start the bot, let a member write what is told at any hour, and give the log once the admin was told."""
    bot = Rig.program(["run", "--config", str(folder / "governor.yaml")], folder / "bot.log")
    try:
        wait_for(lambda: bot.log.exists() and '"swept"' in bot.log.read_text())
        said = {"_text": "Em gửi văn bản tuyệt mật số 9/KH-GIẢ ĐỊNH để nghiên cứu trước", "uidFrom": MEMBER}
        order(base, "push", frames=[{"data": {"groupMsgs": [said]}}])
        wait_for(lambda: any(message["thread"] == ADMIN and "VP1" in message["text"] for message in sent(base)))
    finally:
        code = bot.stop()
    assert code == 0
    return bot.log.read_text()


def test_a_file_of_answers_and_a_scan_are_enough_for_a_bot_that_hears(zalo: str, tmp_path: Path) -> None:
    (tmp_path / "tra-loi.yaml").write_text(ANSWERS, encoding="utf-8")
    # Zalo takes the old form of the login no longer.
    order(zalo, "config", plain_login=[114, "client is too old"])
    command = ["init", "--answers", "tra-loi.yaml", "--route-to", zalo]
    begun = subprocess.Popen(
        [sys.executable, "-m", "zalo_governor", *command], cwd=tmp_path, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )  # fmt: skip
    picture = tmp_path / "data" / "ma-qr-dang-nhap.png"
    wait_for(picture.exists)
    assert picture.stat().st_mode & 0o777 == 0o600
    until(zalo, do="scan")
    until(zalo, do="confirm")
    told, _ = begun.communicate(timeout=120)
    assert begun.returncode == 0, told
    assert not picture.exists()
    settings = load_settings(tmp_path / "governor.yaml")
    assert [(group.id, group.name) for group in settings.groups] == [(GROUP, "Nhóm điều hành tỉnh Mẫu")]
    roles = {person.full_name: set(person.roles) for person in settings.people}
    assert roles == {"Giàng A Sử": {Role.LEADER, Role.LEADERSHIP}, "Lò Văn Minh": {Role.ADMIN}}
    assert all(person.global_id and not person.uid for person in settings.people)
    assert 'number: "1234"' in (tmp_path / "config" / "quy-che.yaml").read_text(encoding="utf-8")
    # The session file is a slip: no cookie is on the disk in clear.
    slip = (tmp_path / "session.json").read_text(encoding="utf-8")
    assert "zpw_sek" not in slip
    assert BOT in slip
    log = hears(tmp_path, zalo)
    assert '"origin": "login", "event": "session_used"' in log
    assert '"form": "encrypted"' in log
    calls = order(zalo, "state", fields=["calls"])["calls"]
    assert {call["query"]["zpw_ver"] for call in calls if "zpw_ver" in call["query"]} == {"691"}
    # Asked again with the same answers it logs in no more, and changes nothing.
    before = {path: path.read_bytes() for path in [tmp_path / "governor.yaml", *(tmp_path / "config").rglob("*.yaml")]}
    again = subprocess.run(
        [sys.executable, "-m", "zalo_governor", *command], cwd=tmp_path, capture_output=True, encoding="utf-8",
        check=False, timeout=120,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert "Đang dùng phiên đăng nhập" in again.stdout
    assert {path: path.read_bytes() for path in before} == before


def test_the_conversation_at_a_terminal_from_an_empty_folder(zalo: str, tmp_path: Path) -> None:
    terminal = Terminal(["init", "--route-to", zalo], tmp_path)
    terminal.expect("▀")
    terminal.expect("quét mã trên màn hình")
    until(zalo, do="scan")
    terminal.expect("đã quét mã")
    until(zalo, do="confirm")
    terminal.expect("1. Nhóm điều hành tỉnh Mẫu (5 thành viên)")
    terminal.expect("2. Nhóm thể thao (2 thành viên)")
    terminal.answer("Chọn Nhóm theo số", "7")
    terminal.answer("Đề nghị gõ số từ 1 đến 2.", "1")
    terminal.answer("Trưởng nhóm", "")
    terminal.expect("Cần có Trưởng nhóm")
    terminal.answer("Trưởng nhóm", "su")
    terminal.expect("1. Giàng A Sử - Chủ tịch UBND tỉnh")
    terminal.expect("2. Vàng A Sử - Chuyên viên")
    terminal.answer("Chọn theo số (Enter: tìm lại)", "1")
    terminal.answer("Họ và tên [Giàng A Sử]")
    terminal.answer("Chức vụ [Chủ tịch UBND tỉnh]")
    terminal.answer("Lãnh đạo khác có quyền chỉ đạo trên Nhóm", "")
    terminal.answer("Quản trị Nhóm", "khong co")
    terminal.expect("Không tìm thấy thành viên nào có tên 'khong co'")
    terminal.answer("Quản trị Nhóm", "minh")
    terminal.answer("Chọn theo số (Enter: tìm lại)", "1")
    terminal.answer("Họ và tên [Lò Văn Minh]")
    terminal.answer("Chức vụ [Giám đốc Sở]", "Giám đốc Sở Khoa học và Công nghệ")
    terminal.answer("người tiếp theo", "")
    terminal.answer("Cán bộ được giao", "")
    terminal.answer("Người được xem báo cáo", "")
    terminal.answer("Tỉnh, thành phố", "tỉnh Lai Châu")
    terminal.answer("Cơ quan chủ quản [UBND tỉnh Lai Châu]")
    terminal.answer("Cơ quan lập báo cáo (của Quản trị Nhóm)")
    terminal.answer("Chữ viết tắt của cơ quan này trong số văn bản, ví dụ SKHCN (Enter: bỏ trống)", "SKHCN")
    terminal.answer("Địa danh ghi trên báo cáo [Lai Châu]")
    terminal.answer("Chức vụ người ký báo cáo")
    terminal.answer("Họ và tên người ký", "")
    # Nobody else's number is offered; a mistyped one is put right from the next question.
    terminal.answer("Số quyết định ban hành Quy chế, cả ký hiệu, ví dụ 01/QĐ-UBND: ", "")
    terminal.answer("Đề nghị không để trống", "5")
    terminal.answer("Ngày ban hành", "<")
    terminal.answer("Số quyết định ban hành Quy chế, cả ký hiệu, ví dụ 01/QĐ-UBND: ", "55")
    terminal.answer("Ngày ban hành", "mai")
    terminal.answer("Đề nghị ghi một ngày có trong lịch", "04/03/2025")
    terminal.answer("Cơ quan ban hành [UBND tỉnh Lai Châu]")
    terminal.expect("Kênh cảnh báo dự phòng")
    terminal.answer("Chọn theo số [3]", "1")
    terminal.answer("Máy chủ thư", "mail.example.vn")
    terminal.answer("Cổng [587]")
    terminal.answer("STARTTLS", "c")
    terminal.answer("Tên đăng nhập", "")
    terminal.answer("Địa chỉ thư của người gửi", "canh-bao@example.vn")
    terminal.answer("Địa chỉ thư của người nhận", "ky-thuat@example.vn")
    terminal.answer("Bật bảng điều khiển?", "c")
    terminal.expect("Trưởng nhóm: Giàng A Sử (Chủ tịch UBND tỉnh)")
    terminal.expect("4. Quy chế: số 55 ngày 04/03/2025, UBND tỉnh Lai Châu")
    # One section is answered anew; the others stay.
    terminal.answer("Ghi các nội dung trên?", "3")
    terminal.answer("Tỉnh, thành phố", "tỉnh Lai Châu")
    terminal.answer("Cơ quan chủ quản [UBND tỉnh Lai Châu]")
    terminal.answer("Cơ quan lập báo cáo (của Quản trị Nhóm)")
    terminal.answer("Chữ viết tắt", "SKHCN")
    terminal.answer("Địa danh ghi trên báo cáo [Lai Châu]", "Phong Thổ")
    terminal.answer("Chức vụ người ký báo cáo")
    terminal.answer("Họ và tên người ký", "Lò Văn Minh")
    terminal.expect("Người ký báo cáo: Giám đốc, Lò Văn Minh; chữ viết tắt của cơ quan lập báo cáo: SKHCN")
    terminal.expect("4. Quy chế: số 55 ngày 04/03/2025, UBND tỉnh Lai Châu")
    terminal.answer("Ghi các nội dung trên?", "c")
    terminal.expect("zalo-governor doctor")
    assert terminal.end() == 0
    settings = load_settings(tmp_path / "governor.yaml")
    assert settings.alarm.smtp
    assert settings.alarm.smtp.recipients == ("ky-thuat@example.vn",)
    assert settings.panel.enabled
    assert (settings.office.abbreviation, settings.office.signer_name) == ("SKHCN", "Lò Văn Minh")
    assert (settings.office.unit, settings.office.place) == ("UBND tỉnh Lai Châu", "Phong Thổ")
    assert [person.full_name for person in settings.people] == ["Giàng A Sử", "Lò Văn Minh"]
    # Who stops in the middle has changed nothing.
    before = (tmp_path / "governor.yaml").read_bytes()
    stopped = Terminal(["init"], tmp_path)
    stopped.expect("Đang dùng phiên đăng nhập")
    stopped.expect("Chọn Nhóm theo số (nhiều Nhóm thì cách nhau bằng dấu phẩy) [1]")
    stopped.interrupt()
    stopped.expect("Đã dừng; governor.yaml, bộ quy tắc và câu chữ riêng của cơ quan vẫn như trước.")
    assert stopped.end() == 130
    assert (tmp_path / "governor.yaml").read_bytes() == before


def test_who_stops_behind_the_login_is_told_what_lies_there_and_goes_on_without_a_scan(
    zalo: str, tmp_path: Path
) -> None:
    stopped = Terminal(["init", "--route-to", zalo], tmp_path)
    stopped.expect("riêng phiên đăng nhập được lưu ngay")
    stopped.expect("quét mã trên màn hình")
    until(zalo, do="scan")
    stopped.expect("đã quét mã")
    until(zalo, do="confirm")
    stopped.expect("Chọn Nhóm theo số")
    stopped.interrupt()
    stopped.expect("governor.yaml, bộ quy tắc và câu chữ riêng của cơ quan chưa được ghi")
    stopped.expect("Đã lưu: phiên đăng nhập, cơ sở dữ liệu, khóa mã hóa")
    stopped.expect("không phải quét mã lại")
    assert stopped.end() == 130
    assert not (tmp_path / "governor.yaml").exists()
    assert all((tmp_path / name).exists() for name in ("session.json", "data/governor.db", "data/governor.key"))
    again = Terminal(["init", "--route-to", zalo], tmp_path)
    again.expect("Đang dùng phiên đăng nhập")
    again.answer("Chọn Nhóm theo số", "<")
    again.expect("Đây là câu hỏi đầu tiên.")
    again.interrupt()
    assert again.end() == 130


def test_the_commands_end_with_a_code_for_what_went_wrong_and_keep_the_session_that_was(
    zalo: str, tmp_path: Path
) -> None:
    browser = '{"imei": "a", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": "from a browser"}}'
    (tmp_path / "session.json").write_text(browser, encoding="utf-8")
    (tmp_path / "governor.yaml").write_text(f"zalo: {{route_to: '{zalo}'}}\n", encoding="utf-8")
    login = [sys.executable, "-m", "zalo_governor", "login"]

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            login, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=120,
            stdin=subprocess.DEVNULL, env=os.environ | environment,
        )  # fmt: skip

    cut_off = run(ZALO_GOVERNOR_ZALO__ROUTE_TO="http://127.0.0.1:9")
    assert (cut_off.returncode, "Kiểm tra mạng" in cut_off.stderr) == (3, True), cut_off.stderr
    declined = subprocess.Popen(
        login, cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        encoding="utf-8",
    )  # fmt: skip
    until(zalo, do="scan")
    until(zalo, do="decline")
    assert "đã từ chối trên điện thoại" in declined.communicate(timeout=60)[1]
    assert declined.returncode == 4
    assert (tmp_path / "session.json").read_text(encoding="utf-8") == browser
    assert not (tmp_path / "data" / "ma-qr-dang-nhap.png").exists()
    for path, step in (
        ("/account/verify-client", "nhận thiết bị"),
        ("/account/authen/qr/generate", "tạo mã QR"),
        ("/account/authen/qr/waiting-scan", "chờ quét mã"),
    ):
        order(zalo, "config", outer={path: [-1005, "invalid login"]})
        refused = run()
        assert (refused.returncode, f"Zalo từ chối bước {step}, mã -1005: invalid login" in refused.stderr) == (6, True)
        assert "điện thoại và máy chủ dùng chung một mạng" in refused.stderr
        assert "không ai được mở Zalo Web" in refused.stdout
    assert (tmp_path / "session.json").read_text(encoding="utf-8") == browser
