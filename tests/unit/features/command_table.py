"""Every command with one line that uses it in full: who may, what it answers, and what it makes of a case.

A command that has no row here fails the tests of the table.
"""

from typing import NamedTuple

from tests.unit.features.desk import PEOPLE
from zalo_governor.domain.cases import CaseState

DESK = frozenset({"admin", "admin_staff"})
KEEPERS = DESK | {"leader", "leadership"}
READERS = frozenset({"leader", "report_reader", "admin"})
WITH_A_PANEL = frozenset(PEOPLE) - {"member", "stranger"}
EVERYBODY = frozenset(PEOPLE)
OPEN = frozenset({CaseState.NEW, CaseState.REMINDED, CaseState.UNDER_REVIEW})


class Moves(NamedTuple):
    """What a command makes of the case VP1: to which state, and out of which; in all others the case stays."""

    light: CaseState
    sealed: CaseState
    out_of: frozenset[CaseState]
    by: frozenset[str] = EVERYBODY
    """Whose word moves it; the case is that of `member`."""
    except_for: frozenset[tuple[str, CaseState]] = frozenset()


class Row(NamedTuple):
    """A command."""

    line: str
    """As it is typed, with all that has to follow; where it is about a case, about VP1."""
    people: frozenset[str]
    """Who may use it, by the keys of `PEOPLE`."""
    without_cases: str
    """What the private answer says where there is no case yet."""
    moves: Moves | None = None


TABLE = {
    "vipham": Row("/vipham", DESK, "Không có vụ việc"),
    "xem": Row("/xem VP1", DESK, "Không có vụ việc VP1"),
    "xacnhan": Row(
        "/xacnhan VP1",
        DESK,
        "Không có vụ việc VP1",
        Moves(CaseState.CONFIRMED, CaseState.REFERRED, OPEN | {CaseState.REMEDIED}),
    ),
    "baonham": Row(
        "/baonham VP1 tên riêng",
        DESK,
        "Không có vụ việc VP1",
        Moves(
            CaseState.FALSE_ALARM,
            CaseState.FALSE_ALARM,
            OPEN | {CaseState.REMEDIED, CaseState.CONFIRMED, CaseState.REFERRED},
        ),
    ),
    "hoantac": Row("/hoantac VP1", DESK, "Không có vụ việc VP1"),
    "xemlai": Row(
        "/xemlai VP1 đề nghị đọc lại",
        EVERYBODY,
        "Không có vụ việc VP1",
        Moves(
            CaseState.UNDER_REVIEW,
            CaseState.UNDER_REVIEW,
            frozenset(CaseState) - {CaseState.UNDER_REVIEW},
            DESK | {"member"},
            frozenset({("member", CaseState.FALSE_ALARM)}),
        ),
    ),
    "giaitrinh": Row("/giaitrinh VP1 tôi gõ vội", EVERYBODY, "Không có vụ việc VP1 của đồng chí"),
    "ghichu": Row("/ghichu VP1 đã gọi điện", DESK | {"leader"}, "Không có vụ việc VP1"),
    "chuyen": Row("/chuyen VP1", DESK, "Không có vụ việc VP1"),
    "daxem": Row("/daxem VP1", DESK, "Không có vụ việc VP1"),
    "guilai": Row("/guilai VP1", DESK, "Không có vụ việc VP1"),
    "xoa": Row("/xoa VP1", DESK, "Không có vụ việc VP1"),
    "thanhvien": Row("/thanhvien", DESK | {"leader"}, "chưa có danh sách thành viên"),
    "moira": Row("/moira VP1", DESK | {"leader"}, "Không có người nào"),
    "duyet": Row("/duyet VP1", DESK | {"leader"}, "Không có vụ việc VP1"),
    "ghinhan": Row("/ghinhan 4.6 Giàng A Viên có phản ánh", DESK, "chưa xác định được người liên quan"),
    "giaoviec": Row("/giaoviec tôi", EVERYBODY, "không có chỉ đạo nào đang chờ đồng chí"),
    "xong": Row("/xong CĐ1 Sở Mẫu", KEEPERS, "Không có chỉ đạo CĐ1"),
    "molai": Row("/molai CĐ1", KEEPERS, "Không có chỉ đạo CĐ1"),
    "giahan": Row("/giahan CĐ1 25/11", KEEPERS, "Không có chỉ đạo CĐ1"),
    "nhac": Row("/nhac CĐ1", KEEPERS, "Không có chỉ đạo CĐ1"),
    "giao": Row("/giao CĐ1 thêm Sở Mẫu", KEEPERS, "Không có chỉ đạo CĐ1"),
    "bo": Row("/bo CĐ1 nhầm", KEEPERS, "Không có chỉ đạo CĐ1"),
    "dung": Row("/dung CĐ1", KEEPERS, "Không có chỉ đạo CĐ1"),
    "khong": Row("/khong CĐ1", KEEPERS, "Không có chỉ đạo CĐ1"),
    "desau": Row("/desau CĐ1", KEEPERS, "Không có chỉ đạo CĐ1"),
    "ghim": Row("/ghim", frozenset({"leader", "leadership", "admin"}), "trả lời (trích dẫn) tin cần ghim"),
    "baocao": Row("/baocao tuần", READERS, "BÁO CÁO HOẠT ĐỘNG"),
    "trangthai": Row("/trangthai", READERS | DESK, "thông suốt"),
    "trogiup": Row("/trogiup", EVERYBODY, "Các lệnh thường dùng"),
    "quyche": Row("/quyche 4.1", EVERYBODY, "Khoản 1 Điều 4 Quy chế: Không đăng"),
    "nhom": Row("/nhom", EVERYBODY, "- Nhóm Zalo điều hành tỉnh Mẫu"),
    "suco": Row("/suco không nhận được tin từ sáng", EVERYBODY, "SC-1"),
    "gopy": Row("/gopy nên ghim lịch trực", EVERYBODY, "GY-1"),
    "gioithieu": Row("/gioithieu", EVERYBODY, "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15"),
    "chaythu": Row("/chaythu", DESK, "KẾT QUẢ THEO TỪNG KHOẢN"),
    "quytac": Row("/quytac", frozenset({"admin"}), "CÁC QUY TẮC"),
    "batdau": Row("/batdau", frozenset({"admin"}), "đang hoạt động chính thức"),
    "bang": Row("/bang", WITH_A_PANEL, "chưa bật bảng điều khiển"),
    "thoatbang": Row("/thoatbang", WITH_A_PANEL, "đã thoát bảng điều khiển"),
    "themdau": Row("/themdau hop luc may gio", EVERYBODY, "- họp lúc mấy giờ"),
}
