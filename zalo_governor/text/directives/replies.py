"""Features by which a message is judged as a reply to a directive: receipt, answer, or neither."""

import re

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.fold import fold
from zalo_governor.text.topics import features_of

ACKNOWLEDGED, ANSWERED, NEITHER = "ack", "answer", "no"
"""The classes of the model `reply.classes`: only confirms receipt; tells something of the matter; none of the two."""


def features_of_reply(reply: str, directive: str) -> frozenset[str]:
    """Return the features of a normalised reply: words, length, figures, words that it shares with the directive."""
    found = set(features_of(reply))
    tokens = _TOKEN.findall(fold(reply))
    asked = set(_TOKEN.findall(fold(directive)))
    words = [token for token in tokens if token[0].isalpha()]
    shared = set(words) & asked
    found.update((
        f"words {min(len(words), _MOST_WORDS)}", f"length {min(len(words) // 3, 8)}",
        f"shared {min(len(shared), 5)}", f"share {4 * len(shared) // max(1, len(set(words)))}",
        f"figures {min(len(_FIGURE.findall(reply)), 3)}",
        f"asks back {'?' in reply}", f"asked {'?' in directive}", f"marked {has_marks(reply.lower())}",
        f"begins {' '.join(tokens[:3])}", f"all {' '.join(tokens)[:40]}", f"ends {' '.join(words[-2:])}",
    ))  # fmt: skip
    if not words:
        found.add("signs " + "".join(sorted(set(tokens))))
    found.update(f"both {word}" for word in shared)
    found.update(f"t {' '.join(three)}" for three in zip(tokens, tokens[1:], tokens[2:], strict=False))
    if _DONE.search(reply.lower()):
        found.add("done")
    if _PROMISED.search(reply.lower()):
        found.add("promised")
    return frozenset(found)


def is_delay(reply: str) -> bool:
    """Return whether a normalised reply asks for more time, or says that the work is not done.

    A question ("đã xong chưa?") and a report that also names what is left ("đã cấp 8 xã, còn 2 xã chưa xong") are none.
    """
    said = fold(reply)
    if _MORE_TIME.search(said):
        return True
    undone = _UNDONE.search(said)
    return undone is not None and "?" not in reply and not _DONE_BEFORE.search(said[: undone.start()])


def says_done(reply: str) -> bool:
    """Return whether a normalised reply, with diacritics, says that work is done: "đã nộp", "vừa bàn giao"."""
    said = reply.lower()
    return "?" not in reply and _ACT_DONE.search(said) is not None and not _NO_REPORT.search(said)


def says_arrived(reply: str) -> bool:
    """Return whether a normalised reply says that somebody has come to the place of the work."""
    return "?" not in reply and _ARRIVED.search(reply.lower()) is not None


_ARRIVED = re.compile(r"\bđã(?: \w+)? (?:có mặt|đến nơi|tới nơi|đến hiện trường|tới hiện trường)\b")
_ACT_DONE = re.compile(
    r"\b(?:đã|vừa)(?: mới)? (?:trình|gửi|nộp|ký|cấp|lắp|thay|đổi|điền|thêm|viếng|gặp|kê|vá|gỡ|sửa|dừng|cắt|dọn|"
    r"tháo|phát|đóng|mở|bàn giao|hoàn thành)\b(?! tin| lời| ý kiến|[^.,;]* chưa\b)"
)
_NO_REPORT = re.compile(r"\b(?:c[ảá]m ơn|nếu|khi nào|hồi|năm ngoái)\b")
"""Words beside which the act is somebody else's, or of another time."""
_MORE_TIME = re.compile(
    r"\b(?:xin (?:phep )?(?:duoc )?(?:gia han|lui|cham|nop muon|them (?:thoi gian|\d)|hoan)|gia han"
    r"|cham (?:do|vi|so voi)|dang vuong|vuong mac|lui (?:thoi han|han)"
    r"|xin (?:\w+ ){0,2}(?:cham|muon)|xin (?:anh|chi|chu tich) (?:den|sang|toi) (?=\d|mai|thu|tuan)"
    r"|xin (?:\w+ )?(?:lam|nop|gui) (?:vao )?(?:sang|chieu|trua|ngay) mai|khat (?:lai|den|sang|toi|them)"
    r"|xin (?:den|sang|toi) (?:het |cuoi |dau |sang |chieu )?(?:thu|ngay|mai|\d|tuan|trua))\b"
)
_UNDONE = re.compile(
    r"\bchua (?:kip|xong|hoan thanh|hoan tat|the|thuc hien duoc|lam duoc|bao cao duoc|tong hop duoc|tong hop xong"
    r"|gui duoc|nop duoc|trinh duoc|(?:co|du|nhan duoc|ra) (?:ket qua|so lieu|bao cao|ho so|phan hoi|thong tin))\b"
    r"|\b(?:so lieu|ket qua|ho so|bao cao) (?:van |hien )?chua (?:du|co|xong|day du|ve|tong hop)\b"
    r"|\bkhong (?:the|kip)(?: \w+)? (?:hoan thanh|xong|nop|gui|bao cao|lam|thuc hien)\b"
    r"|\bkhong kip\b|\bkhong hoan thanh (?:dung|kip)\b"
)
_DONE_BEFORE = re.compile(r"\bda (?!nhan|ro|nam)\w+|\d+ ?/ ?\d+|\d+ (?:xa|huyen|phuong|thon|ban|don vi|ho|truong)\b")
"""What was done, or how far it has come, said before what is not: the reply is a report."""
_MOST_WORDS = 14
_TOKEN = re.compile(r"\w+|[^\w\s]")
_FIGURE = re.compile(r"\d+")
_DONE = re.compile(r"\b(?:đã|xong|rồi|hiện|đang|da|roi|hien|dang)\b")
_PROMISED = re.compile(r"\b(?:sẽ|ngay|làm|triển khai|thực hiện|se|lam)\b")
