"""The list of all checks in the order in which they run: each after the checks that it needs."""

from zalo_governor.doctor import alerting, attachments, installation, machine, outside, people, running, zalo
from zalo_governor.doctor.runner import Check

CHECKS = (
    Check("python", "Python", machine.python),
    Check("timezone", "Múi giờ", machine.timezone),
    Check("settings", "Cấu hình", installation.settings),
    Check("rules", "Quy tắc, câu chữ", installation.rules, ("settings",)),
    Check("regulation", "Quy chế", installation.regulation, ("rules",)),
    Check("disk", "Ổ đĩa", machine.disk, ("settings",)),
    Check("data_dir", "Thư mục dữ liệu", installation.folder, ("settings",)),
    Check("secret_files", "Tệp cần giữ kín", installation.secret_files, ("settings",)),
    Check("key", "Khóa mã hóa", installation.key, ("data_dir",)),
    Check("database", "Cơ sở dữ liệu", installation.database, ("key",)),
    Check("process", "Chương trình", running.process, ("rules", "database")),
    Check("backup", "Sao lưu", installation.backup, ("process",)),
    Check("backup_copy", "Sao lưu ra ngoài máy", outside.backup_copy, ("process",)),
    Check("rehearsal", "Diễn tập khôi phục", outside.rehearsal, ("process",)),
    Check("heartbeat", "Tín hiệu hoạt động", outside.heartbeat, ("settings",), asks=True),
    Check("health", "Giám sát", running.health, ("process",)),
    Check("panel", "Bảng điều khiển", running.panel, ("settings",)),
    Check("zalo_way", "Kết nối tới Zalo", zalo.way, ("settings",), asks=True),
    Check("clock", "Đồng hồ", machine.clock, ("zalo_way",), asks=True),
    Check("zalo_session", "Phiên đăng nhập", zalo.session, ("process",)),
    Check("zalo_groups", "Nhóm", zalo.groups, ("zalo_session",)),
    Check("zalo_rights", "Quyền của tài khoản", zalo.rights, ("zalo_session",)),
    Check("zalo_rehearsal", "Diễn tập với Zalo", zalo.rehearsal, ("settings",)),
    Check("people_present", "Người có vai trò", people.present, ("zalo_session",)),
    Check("people_reachable", "Tin riêng", people.reachable, ("process",)),
    Check("undelivered", "Tin gửi đi", people.undelivered, ("process",)),
    Check("alarm", "Kênh cảnh báo dự phòng", alerting.reachable, ("settings",), asks=True),
    Check("scan_queue", "Tệp chờ quét", attachments.queue, ("process",)),
    Check("yara", "Luật YARA", attachments.yara_rules, ("settings",)),
    Check("sandbox", "Cách ly khi đọc tệp", attachments.sandbox, ("settings",)),
    Check("swap", "Bộ nhớ tráo đổi", attachments.swap, ("process",)),
    Check("optional_parts", "Phần tùy chọn", machine.optional_parts, ("settings",)),
)
