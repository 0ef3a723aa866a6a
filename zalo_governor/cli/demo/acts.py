"""Words for what people do in a demonstration."""

from zalo_governor.cli.language import Language, language
from zalo_governor.domain.inbound import RawDict

_KINDS = {
    "accept": "nhận vào Nhóm",
    "admin": "đặt phó nhóm",
    "ask_to_join": "xin vào Nhóm",
    "call": "gọi nhóm",
    "contact": "danh thiếp",
    "delete": "xóa tin",
    "describe_group": "đổi mô tả Nhóm",
    "file": "tệp",
    "follow": "theo dõi",
    "group_picture": "đổi ảnh Nhóm",
    "invite_link": "đường dẫn mời",
    "join": "vào Nhóm",
    "leave": "rời Nhóm",
    "link": "liên kết",
    "owner": "chuyển trưởng nhóm",
    "photo": "ảnh",
    "pin": "ghim tin",
    "poll": "bình chọn",
    "react": "bày tỏ cảm xúc",
    "recall": "thu hồi tin",
    "remind": "nhắc hẹn",
    "rename_group": "đổi tên Nhóm",
    "rename_member": "đổi tên hiển thị",
    "reply": "trả lời",
    "setting": "cài đặt của Nhóm",
    "sticker": "nhãn dán",
    "vote": "biểu quyết",
}


def kind_of(act: RawDict) -> str:
    """Return, in the language of the terminal, what kind of thing a simulated person did, such as "đổi tên Nhóm"."""
    kind = str(act["kind"])
    return kind if language() is Language.ENGLISH else _KINDS.get(kind, kind)
