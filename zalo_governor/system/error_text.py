"""What the libraries and the operating system complain of, in the words of the person who can mend it."""

import errno
from typing import Any

from pydantic_core import ErrorDetails


def of_value(item: ErrorDetails) -> str:
    """What is wrong with a value, and what it must be; the value itself is not repeated, it may be secret.

    Messages of our own validators (`ValueError`) are passed on as they are.
    """
    kind, limits = item["type"], dict(item.get("ctx") or {})
    if kind in {"value_error", "assertion_error"}:
        return item["msg"].partition(", ")[2]
    if kind in {"enum", "literal_error"}:
        return f"phải là một trong: {_choices(limits)}"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(limits["pattern"], f"không đúng dạng cần có: {limits['pattern']}")
    if limits.get("min_length") == 1:
        return "không được để trống"
    said = _SAID.get(kind)
    return said.format_map(limits) if said else "giá trị không dùng được ở đây"


def of_system(error: OSError) -> str:
    """Why the system did not do it; what it calls the reason itself where that has no words here."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


def _choices(limits: dict[str, Any]) -> str:
    """pydantic writes them as `'a', 'b' or 'c'`."""
    return str(limits["expected"]).replace(" or ", ", ").replace("'", "")


_LINES = "phải gồm những dòng `mục: giá trị`, thụt vào dưới mục này"
_LIST = "phải là danh sách, ví dụ [a, b]"
_TIME = 'phải là giờ và phút trong ngoặc kép, ví dụ "17:00"'
_DAY = "phải là ngày viết theo dạng NĂM-THÁNG-NGÀY, ví dụ 2026-03-31"
_SAID = {
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
    "time_type": _TIME,
    "time_parsing": _TIME,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _LINES,
    "mapping_type": _LINES,
    "model_type": _LINES,
    "model_attributes_type": _LINES,
    "path_type": "phải là đường dẫn; hãy đặt trong ngoặc kép",
    "none_required": "phải là null",
    "json_invalid": "không phải JSON viết đúng; hãy xem dấu ngoặc kép, dấu phẩy và dấu ngoặc nhọn",
    "json_type": "phải là JSON",
}
_PATTERNS = {
    r"^\d+$": 'phải là dãy chữ số đặt trong ngoặc kép, ví dụ "8000000000000000001"',
    r"^https?://": "phải bắt đầu bằng http:// hoặc https://",
}
_REASONS = {
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
