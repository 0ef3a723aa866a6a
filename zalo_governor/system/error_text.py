"""Vietnamese error texts for users, made from errors of pydantic and of the operating system."""

import errno
from typing import Any

from pydantic_core import ErrorDetails


def of_value(item: ErrorDetails) -> str:
    """Return in Vietnamese what a setting's value should be like, for pydantic's error `item` about a wrong value.

    The wrong value is not quoted, as it may be secret. Messages of the program's own validators are returned unchanged.
    """
    kind, limits = item["type"], dict(item.get("ctx") or {})
    if kind in {"value_error", "assertion_error"}:
        return item["msg"].partition(", ")[2]
    if kind in {"enum", "literal_error"}:
        return f"phải là một trong: {_choices(limits)}"
    if kind == "string_pattern_mismatch":
        return _PATTERN_MESSAGES.get(limits["pattern"], f"không đúng dạng cần có: {limits['pattern']}")
    if limits.get("min_length") == 1:
        return "không được để trống"
    said = _MESSAGES.get(kind)
    return said.format_map(limits) if said else "giá trị không dùng được ở đây"


def of_system(error: OSError) -> str:
    """Return in Vietnamese why a system call failed; where there is no translation, the system's own text."""
    return _ERRNO_MESSAGES.get(error.errno or 0) or error.strerror or type(error).__name__


def _choices(limits: dict[str, Any]) -> str:
    """Convert pydantic's list of allowed values, `'a', 'b' or 'c'`, to `a, b, c` for an error text."""
    return str(limits["expected"]).replace(" or ", ", ").replace("'", "")


_EXPECT_MAPPING = "phải gồm những dòng `mục: giá trị`, thụt vào dưới mục này"
_EXPECT_LIST = "phải là danh sách, ví dụ [a, b]"
_EXPECT_TIME = 'phải là giờ và phút trong ngoặc kép, ví dụ "17:00"'
_EXPECT_MOMENT = 'phải là ngày và giờ trong ngoặc kép, ví dụ "2026-03-31 17:00"'
_EXPECT_DATE = "phải là ngày viết theo dạng NĂM-THÁNG-NGÀY, ví dụ 2026-03-31"
_MESSAGES = {
    "missing": "còn thiếu; hãy thêm mục này",
    "string_type": "phải là chữ; hãy đặt giá trị trong ngoặc kép",
    "string_too_short": "phải dài ít nhất {min_length} ký tự",
    "string_too_long": "phải dài không quá {max_length} ký tự",
    "too_short": "phải có ít nhất {min_length} phần tử",
    "too_long": "phải có không quá {max_length} phần tử",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "float_type": "phải là số",
    "float_parsing": "phải là số",
    "finite_number": "phải là số",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "phải từ {le} trở xuống",
    "time_type": _EXPECT_TIME,
    "time_parsing": _EXPECT_TIME,
    "date_type": _EXPECT_DATE,
    "date_parsing": _EXPECT_DATE,
    "date_from_datetime_parsing": _EXPECT_DATE,
    "date_from_datetime_inexact": _EXPECT_DATE,
    "datetime_type": _EXPECT_MOMENT,
    "datetime_parsing": _EXPECT_MOMENT,
    "datetime_from_date_parsing": _EXPECT_MOMENT,
    "list_type": _EXPECT_LIST,
    "tuple_type": _EXPECT_LIST,
    "set_type": _EXPECT_LIST,
    "frozen_set_type": _EXPECT_LIST,
    "dict_type": _EXPECT_MAPPING,
    "mapping_type": _EXPECT_MAPPING,
    "model_type": _EXPECT_MAPPING,
    "model_attributes_type": _EXPECT_MAPPING,
    "path_type": "phải là đường dẫn; hãy đặt trong ngoặc kép",
    "none_required": "phải là null",
    "json_invalid": "không đúng cú pháp JSON; hãy xem dấu ngoặc kép, dấu phẩy và dấu ngoặc nhọn",
    "json_type": "phải là JSON",
}
_PATTERN_MESSAGES = {
    r"^\d+$": 'phải là dãy chữ số đặt trong ngoặc kép, ví dụ "8000000000000000001"',
    r"^https?://": "phải bắt đầu bằng http:// hoặc https://",
    r"^[a-z0-9][a-z0-9.-]*$": "chỉ gồm chữ thường không dấu, chữ số, dấu chấm, dấu gạch ngang, ví dụ quang-cao",
    r"^[\w-]+(\.[\w-]+)*$": "phải là tên miền, không có https:// và đường dẫn phía sau, ví dụ facebook.com",
    r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$": (
        'phải là hai giờ từ 00:00 đến 23:59, giữa là dấu gạch ngang, ví dụ "22:00-05:00"'
    ),
    r"^\w+$": "phải là đuôi tệp không có dấu chấm, ví dụ mp3",
    r"^$|^[\w.-]+\.(txt|xlsx)$": "phải là tên một tệp .txt hoặc .xlsx trong thư mục lexicons, ví dụ tu-cam.txt",
}
_ERRNO_MESSAGES = {
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.EACCES: "không có quyền đọc hoặc ghi",
    errno.EPERM: "hệ điều hành không cho phép",
    errno.EISDIR: "là thư mục, không phải tệp",
    errno.ENOTDIR: "có phần trong đường dẫn không phải thư mục",
    errno.EEXIST: "đã có tệp cùng tên",
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EDQUOT: "đã hết dung lượng được cấp trên ổ đĩa",
    errno.EFBIG: "tệp lớn quá mức hệ điều hành cho phép",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.EIO: "ổ đĩa gặp lỗi khi đọc hoặc ghi",
    errno.ENAMETOOLONG: "tên tệp quá dài",
    errno.EMFILE: "chương trình mở quá nhiều tệp cùng lúc",
    errno.EADDRINUSE: "cổng đang được chương trình khác dùng",
    errno.EADDRNOTAVAIL: "máy này không có địa chỉ ấy",
    errno.ECONNREFUSED: "nơi nhận từ chối kết nối",
}
