"""The words of the pages' controls, and the texts of the chat in which they stand for the commands."""

import re

import pytest

from tests.unit.features.command_table import TABLE
from tests.unit.features.desk import CATALOGUE, Desk
from zalo_governor.messaging.templates import TextId
from zalo_governor.panel.controls import PAGES, label, on_page

VOICE = Desk().policy.voice
ON_A_PAGE = {
    "Nếu nhầm, trong 10 phút gửi /hoantac VP12.": "Nếu nhầm, trong 10 phút bấm nút “Hoàn tác quyết định” của VP12.",
    "Nếu nhầm: /baonham VP7 kèm lý do.": "Nếu nhầm: nút “Báo nhầm” kèm lý do.",
    "Nếu đã chuyển: /xacnhan VP4.": "Nếu đã chuyển: nút “Ghi nhận đã chuyển cơ quan có thẩm quyền” của VP4.",
    "xin gửi riêng cho Hệ thống:\n/xoa VP7 123456\nMã": "xin bấm nút “Xóa tin cho cả Nhóm” với mã 123456\nMã",
    "Đề nghị xem (/xem VP12).": "Đề nghị xem (VP12).",
    "Xem danh sách: /vipham.": "Xem danh sách: trang “Việc phải xem”.",
    "Áp dụng lại: /quytac áp dụng 3.1-tieng-viet-co-dau.": "Áp dụng lại: trang “Quy chế và quy tắc”.",
    "đã qua. Ví dụ: /giahan CĐ1 17h ngày 25/11 Sở Y tế.": "đã qua.",
    "Lệnh /duyet dành cho Trưởng nhóm.": "Nút “Duyệt thay đổi” dành cho Trưởng nhóm.",
    "Ghim trên Nhóm: /ghim CĐ1.": "Ghim trên Nhóm: nhắn Hệ thống trên Zalo “/ghim CĐ1”.",
    "số 7/KH và/hoặc http://x/xoa": "số 7/KH và/hoặc http://x/xoa",
}  # fmt: skip


def _shown(text: str) -> str:
    return on_page(VOICE, text, "VP7", lambda code: code == "VP4")


@pytest.mark.parametrize("text", ON_A_PAGE)
def test_a_page_names_the_control_where_the_chat_names_the_command(text: str) -> None:
    assert _shown(text) == ON_A_PAGE[text]


def test_no_text_of_the_chat_leaves_a_bare_command_on_a_page() -> None:
    named = re.compile(rf"(?<![\w/.“])/(?:{'|'.join(TABLE)})\b")
    left = [key for key in CATALOGUE if named.search(_shown(CATALOGUE.template(TextId(key)).text))]
    assert not left


def test_every_command_has_a_name() -> None:
    assert all(label(VOICE, word) for word in TABLE)
    assert set(PAGES) <= set(TABLE)
