"""Generator of Vietnamese office messages of about 120 characters, as texts for load tests.

Messages without diacritics are needed, too: the regulation of the group forbids them, so the bot must report them.
"""

import unicodedata

_OPENINGS = (
    "Kính gửi các đồng chí báo cáo nhanh số {number}: đến {hour} giờ {minute} phút hôm nay",
    "Văn phòng thông báo số {number}: theo kế hoạch tuần này, lúc {hour} giờ {minute}",
    "Thực hiện ý kiến chỉ đạo của lãnh đạo tại buổi họp số {number}",
    "UBND xã Mẫu {number} báo cáo nhanh tình hình đến {hour} giờ",
    "Đề nghị các đơn vị rà soát danh mục số {number} trước {hour} giờ {minute}",
    "Trung tâm Điều hành cập nhật lần thứ {number}",
)
_MIDDLES = (
    "mực nước suối đã giảm, đường vào bản thông trở lại",
    "toàn bộ hồ sơ của người dân đã được tiếp nhận và giải quyết",
    "lực lượng xung kích đã hỗ trợ bà con dọn dẹp nhà cửa, trường học",
    "số liệu giải ngân vốn đầu tư công được tổng hợp đầy đủ",
    "các điểm trường đã đón học sinh quay lại lớp bình thường",
    "công tác chuẩn bị hội nghị trực tuyến cơ bản hoàn thành",
    "việc tiêm phòng cho đàn gia súc đạt tiến độ đề ra",
)
_ENDINGS = (
    "xin ý kiến chỉ đạo của đồng chí Chủ tịch.",
    "đơn vị sẽ tiếp tục theo dõi và báo cáo khi có thay đổi.",
    "đề nghị các xã phản hồi trước cuối buổi chiều.",
    "trân trọng cảm ơn các đồng chí đã phối hợp.",
    "tài liệu kèm theo được gửi qua phần mềm quản lý văn bản.",
)


def sentence(number: int) -> str:
    """Return the text of the invented office message with this number; different numbers give different texts."""
    opening = _OPENINGS[number % len(_OPENINGS)]
    middle = _MIDDLES[number // len(_OPENINGS) % len(_MIDDLES)]
    ending = _ENDINGS[number // (len(_OPENINGS) * len(_MIDDLES)) % len(_ENDINGS)]
    return f"{opening.format(hour=number % 24, minute=number % 60, number=number)}, {middle}; {ending}"


def without_marks(text: str) -> str:
    """Return `text` without its Vietnamese diacritics (accents), for example "Dien Bien" for "Điện Biên"."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
