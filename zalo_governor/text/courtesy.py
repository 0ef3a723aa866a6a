"""What politeness puts around a message: salutations, mentions, thanks, forwarding marks, links to the state's pages.

Whoever says the same thing more politely says the same thing: rules that weigh words read a message without these.
"""

import re


def without_courtesy(text: str) -> str:
    """The normalised text without what stands around its matter; the text itself where nothing else is left."""
    text = " ".join((_LINKS.sub(" ", text) if ".vn" in text else text).split())
    left = _MENTION.sub(" ", text) if "@" in text else text
    for _ in range(_MOST_LAYERS):
        shorter = _LEAD.sub("", _ENDS.sub("", left), count=1)
        shorter = _ENDS.sub("", _TAIL.sub("", _ENDS.sub("", shorter), count=1))
        if shorter == left:
            break
        left = shorter
    return left if _LETTER.search(left) else text


def sentences(text: str) -> list[str]:
    """The sentences of a text that are long enough to be judged alone; none where it has only one."""
    parts = [part for part in _STOP.split(text) if part.count(" ") >= _FEWEST_GAPS]
    return parts if len(parts) > 1 or (parts and len(parts[0]) < len(text) * _MOST_OF_IT) else []


_ENDS = re.compile(r"^[^\w@$+]+|[^\w?!]+$")
"""Signs, emoji and blanks at either end that say nothing; "!" and "?" do."""
_LETTER = re.compile(r"[^\W\d_]")
_STOP = re.compile(r"(?<=[.!?…;])\s+|\n+")
_FEWEST_GAPS = 3
_MOST_OF_IT = 0.9
_MOST_LAYERS = 4
_LINKS = re.compile(r"(?:https?://)?(?:[\w-]+\.)*(?:gov\.vn|chinhphu\.vn|dangcongsan\.vn)(?:/\S*)?", re.IGNORECASE)
_MENTION = re.compile(
    r"(?<!\w)@(?:(?i:tất cả|all\b|văn phòng|văn thư)|[^\W\d_]+(?: [A-ZĐÀ-ỸẠ-Ỹ][^\W\d_]*){0,3})"
    r"(?: ?[-–(] ?(?i:phó |quyền )*(?i:chánh văn phòng|chánh thanh tra|trưởng (?:phòng|ban|thôn|bản)|giám đốc|chủ tịch|bí thư"
    r"|chuyên viên|văn thư|kế toán|cán bộ|công an)(?: xã| huyện| tỉnh| ubnd| sở)?\)?)?"
)
_WHOM = (
    r"(?:quý|các|cac|toàn thể|toan the|tất cả|tat ca|cả|ca|mọi|moi|mn|anh|chị|chi|em|ace|ae|ac|a|c|e|đồng chí|dong chi|đ/c|d/c|đc|dc"
    r"|bác|bac|cô|co|chú|chu|ông|ong|bà|ba|thầy|thay|lãnh đạo|lanh dao|lđ|sếp|sep|thủ trưởng|thu truong|nhóm|nhom|văn phòng"
    r"|van phong|phòng|phong|ban|hội|hoi|sở|so|ubnd|cơ quan|co quan|đơn vị|don vi|nhà|nha|team|group|buổi|buoi|ngày|ngay|đầu|dau"
    r"|bạn|ban|con|cháu|chau|thường trực|bí thư|chủ tịch|giám đốc|trưởng)"
)
_REST = r"(?: [^\W_][\w/.]*){0,7}"
_LEAD = re.compile(
    r"^(?:"
    r"(?:(?:dạ|da|vâng|vang|ạ|ừ|uh|ok|à|ơ|alo|a lô|hi|hello)[ ,.!:]+)"
    r"|(?:(?:dạ|da|vâng|vang)[, ]+)?(?:(?:em|cháu|tôi|mình|con|xin|xin phép|em xin|tôi xin|em xin phép) )*"
    rf"(?:kính gửi|kinh gui|kính thưa|kinh thua|kính chào|kinh chao|kính mời|thưa|thua|chào|chao|gửi|gui|báo cáo|bao cao|nhờ|nho|kính trình)"
    rf" {_WHOM}\b{_REST} ?[,:!.\-–—]+ "
    rf"|{_WHOM}{_REST} (?:ơi|oi|ạ)\b ?[,:!.\-–—]* "
    r"|(?:fwd?|re|tr|vv|v/v)[ :]+"
    r"|\[?(?:tin )?(?:chuyển tiếp|chuyen tiep|forwarded)[^:\]\n]{0,40}[:\]] "
    r"|(?:nhờ|nho|mời|moi) [^,.:!?]{1,30} xem(?: giúp| giup| hộ| ho)? ?[:,] "
    r")",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:"
    r"(?:^|[ .!?…,;–—-]) *(?:(?:dạ|và) )?(?:em |cháu |tôi |con )?(?:xin |kính |rất )?(?:chân thành |trân trọng )?"
    r"(?:trân trọng|tran trong|cảm ơn|cám ơn|cam on|thanks|tks|kính báo|kinh bao|kính chúc|kinh chuc|chúc (?:các|cả|mọi|anh|chị|quý|bà)"
    r"|mong (?:các|nhận|anh|chị|lãnh|được)|kính mong|kinh mong|rất mong|đề nghị các (?:đồng chí|đơn vị|đ/c|anh|phòng)(?: [^\W\d_]+){0,4}"
    r" (?:báo cáo|quan tâm|nghiên cứu|thực hiện|nghiêm túc|triển khai|lưu ý|biết|nắm))"
    r"(?: [\w/.,]+){0,9}"
    r"|(?: (?:ạ|nhé|nhe|nha|nhá|ah|nhỉ|hen|nghen|hihi|hehe|haha|ha|:\)+))"
    r")[ .!…,]*$",
    re.IGNORECASE,
)
