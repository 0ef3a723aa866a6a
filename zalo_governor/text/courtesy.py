"""Removes polite phrases around a message: greetings, mentions, thanks, "forwarded" labels, links to government sites.

These phrases do not change what a message says, so rules that score its words read the message without them.
"""

import re

from zalo_governor.text.fold import fold


def without_courtesy(text: str) -> str:
    """Return the normalised text without the polite phrases around it: greetings, thanks, mentions, "forwarded" labels.

    Links to government sites are removed too, and line breaks become spaces. A text of nothing but such phrases keeps
    them.
    """
    text = " ".join((_LINKS.sub(" ", text) if ".vn" in text else text).split())
    left = _MENTION.sub(" ", text) if "@" in text else text
    for _ in range(_MOST_LAYERS):
        shorter = _strip(left)
        # The two long expressions are slow, so each is tried only on texts with a word that it needs.
        if _may_have_lead(shorter):
            shorter = _strip(_LEAD.sub("", shorter, count=1))
        if _may_have_tail(shorter):
            shorter = _strip(_TAIL.sub("", shorter, count=1))
        if shorter == left:
            break
        left = shorter
    return left if _LETTER.search(left) else text


def _may_have_lead(text: str) -> bool:
    """Return whether `_LEAD` may match the text; a quick check, of which only False is certain."""
    first = _FIRST_WORD.match(text)
    return first is None or len(first[0]) < _LONG_ENOUGH or first[0].lower() in _FIRST_WORDS


def _may_have_tail(text: str) -> bool:
    """Return whether `_TAIL` may match the text; a quick check, of which only False is certain."""
    lower = text.lower()
    return any(map(lower.__contains__, _NEEDED_FOR_TAIL)) or bool(_PARTICLE_END.search(lower.rstrip(" .!…,")[-_END:]))


def is_only_courtesy(text: str) -> bool:
    """Return whether the normalised text is nothing but a salutation or thanks: "Kính gửi các đồng chí lãnh đạo"."""
    words = _WORD.findall(text.lower())
    courteous = len(words) <= _MOST_COURTEOUS_WORDS and not _WORDS_OF_COURTESY.isdisjoint(words)
    return courteous and _POLITE_WORDS.issuperset(words)


def sentences(text: str) -> list[str]:
    """Return the sentences of the text that have at least four words, so that each can be scored for harmful content.

    The list is empty if scoring them adds nothing to scoring the whole text: if no sentence is that long, or the only
    long one makes up at least 90 per cent of the text.
    """
    parts = [part for part in _STOP.split(text) if part.count(" ") >= _FEWEST_GAPS]
    return parts if len(parts) > 1 or (parts and len(parts[0]) < len(text) * _MOST_OF_IT) else []


def _strip(text: str) -> str:
    """Return the text without the spaces, emoji and punctuation at its two ends.

    Signs that carry meaning stay: "!" and "?" at the end, "@", "$" and "+" at the beginning.
    """
    end = len(text)
    while end and not (text[end - 1].isalnum() or text[end - 1] in "_?!"):
        end -= 1
    start = 0
    while start < end and not (text[start].isalnum() or text[start] in "_@$+"):
        start += 1
    return text[start:end]


def _any_of(phrases: str) -> str:
    """Return a regular expression for any of the comma-separated phrases, with or without diacritics, longest first."""
    known = [phrase.strip() for phrase in phrases.split(",")]
    both = sorted({*known, *map(fold, known)}, key=lambda phrase: (-len(phrase), phrase))
    return f"(?:{'|'.join(map(re.escape, both))})"


def _words(listed: str) -> frozenset[str]:
    """Split a list of words separated by spaces into the set of these words, each with and without diacritics."""
    return frozenset(way for word in listed.split() for way in (word, fold(word)))


_LETTER = re.compile(r"[^\W\d_]")
_STOP = re.compile(r"\s(?:(?<=[.!?…;]\s)\s*|(?<=\n)\n*)")
_FEWEST_GAPS = 3
_MOST_OF_IT = 0.9
_MOST_LAYERS = 4
_LINKS = re.compile(r"(?:https?://)?(?:[\w-]+\.)*(?:gov\.vn|chinhphu\.vn|dangcongsan\.vn)(?:/\S*)?", re.IGNORECASE)
_OFFICES = _any_of(
    "chánh văn phòng, chánh thanh tra, trưởng phòng, trưởng ban, trưởng thôn, trưởng bản, giám đốc, chủ tịch, bí thư,"
    "chuyên viên, văn thư, kế toán, cán bộ, công an"
)
_MENTION = re.compile(
    r"(?<!\w)@(?:(?i:tất cả|all\b|văn phòng|văn thư)|[^\W\d_]+(?: [A-ZĐÀ-ỸẠ-Ỹ][^\W\d_]*){0,3})"
    rf"(?: ?[-–(] ?(?i:(?:phó |quyền )*{_OFFICES}(?: xã| huyện| tỉnh| ubnd| sở)?)\)?)?"
)
_WHOM = _any_of(
    "quý, các, toàn thể, tất cả, cả, mọi, mn, anh, chị, em, ace, ae, ac, a, c, e, đồng chí, đ/c, đc, bác, cô, chú, ông,"
    "bà, thầy, lãnh đạo, lđ, sếp, thủ trưởng, nhóm, văn phòng, phòng, ban, hội, sở, ubnd, cơ quan, đơn vị, nhà, team,"
    "group, buổi, ngày, đầu, bạn, con, cháu, thường trực, bí thư, chủ tịch, giám đốc, trưởng"
)
_YES = _any_of("dạ, vâng, ạ, ừ, uh, ok, à, ơ, alo, a lô, hi, hello")
_I = _any_of("em, cháu, tôi, mình, con, xin, xin phép")
_GREETS = _any_of(
    "kính gửi, kính thưa, kính chào, kính mời, kính trình, thưa, chào, gửi, báo cáo, nhờ"
)  # fmt: skip
_LEAD = re.compile(
    rf"^(?:{_YES}[ ,.!:]+"
    rf"|(?:{_YES}[, ]+)?(?:{_I} )*{_GREETS} {_WHOM}\b(?: [^\W_][\w/.]*){{0,7}} ?[,:!.\-–—]+ "
    rf"|{_WHOM}(?: [^\W_][\w/.]*){{0,7}} {_any_of('ơi, ạ')}\b ?[,:!.\-–—]* "
    r"|(?:fwd?|re|tr|vv|v/v)[ :]+"
    r"|forwarded message[ -]*"
    r"|(?:\d{1,2}|[a-zđ])[.)] "
    rf"|\[?(?:tin )?(?:{_any_of('chuyển tiếp')}|forwarded)[^:\]\n]{{0,40}}[:\]] "
    rf"|{_any_of('nhờ, mời')} [^,.:!?]{{1,30}} xem(?: {_any_of('giúp, hộ')})? ?[:,] )",
    re.IGNORECASE,
)
_THANKS = _any_of(
    "trân trọng, cảm ơn, cám ơn, thanks, tks, kính báo, kính chúc, kính mong, rất mong, mong các, mong nhận, mong anh,"
    "mong chị, mong lãnh, mong được, chúc các, chúc cả, chúc mọi, chúc anh, chúc chị, chúc quý, chúc bà"
)
_ASKED = _any_of("đồng chí, đơn vị, đ/c, anh, phòng")
_TO_DO = _any_of("báo cáo, quan tâm, nghiên cứu, thực hiện, nghiêm túc, triển khai, lưu ý, biết, nắm")
_PARTICLE = "(?:ạ|nhé|nhe|nha|nhá|ah|nhỉ|hen|nghen|nhen|hihi|hehe|haha|ha|:\\)+)"
_TAIL = re.compile(
    rf"(?:(?:^|[ .!?…,;–—-]) *(?:(?:dạ|và) )?(?:{_I} ){{0,3}}(?:kính |rất )?(?:chân thành |trân trọng )?"
    rf"(?:{_THANKS}|{_any_of('đề nghị các')} {_ASKED}(?: [^\W\d_]+){{0,4}} {_TO_DO})(?: [\w/.,]+){{0,9}}"
    rf"| {_PARTICLE}(?: mọi người| cả nhà)?)[ .!…,]*$",
    re.IGNORECASE,
)
_NEEDED_FOR_TAIL = (
    *(
        "trân tr",
        "tran tr",
        "cảm ơn",
        "cám ơn",
        "cam on",
        "cảm on",
        "cám on",
        "cam ơn",
        "thanks",
        "tks",
        "kính ",
        "kinh ",
    ),
    *("mong", "chúc", "chuc", "nghị các", "nghi cac", "nghị cac", "nghi các"),
)
_PARTICLE_END = re.compile(rf" {_PARTICLE}(?: mọi người| cả nhà)?$")
_END = 24
_FIRST_WORD = re.compile(r"\w+")
_LONG_ENOUGH = 3
"""Shorter first words may be an item's number or `v/v` (about), so that `_FIRST_WORDS` does not decide."""
_FIRST_WORDS = _words(
    "dạ vâng alo hello con cháu tôi mình xin kính thưa chào gửi báo nhờ quý các toàn tất mọi anh chị ace đồng bác chú "
    "ông thầy lãnh sếp thủ nhóm văn phòng ban hội ubnd đơn nhà team group buổi ngày đầu bạn thường chủ giám trưởng fwd "
    "forwarded tin chuyển mời"
)


_WORD = re.compile(r"[\w/]+")
_MOST_COURTEOUS_WORDS = 12
_WORDS_OF_COURTESY = _words("kính chào thưa gửi trình dạ vâng ạ cảm cám ơn trân trọng hello hi thanks tks")
_WORDS_OF_ADDRESS = _words(
    "quý các toàn thể tất cả mọi người anh chị em ace ae ac đồng chí đ/c đc bác cô chú ông bà thầy lãnh đạo lđ sếp thủ "
    "trưởng nhóm văn phòng ban hội sở ngành ubnd cơ quan đơn vị tỉnh xã huyện phường thường trực bí thư chủ tịch giám "
    "đốc chánh phó tôi mình xin phép báo cáo nhiều và rất chân thành sáng trưa chiều tối nhé nha nhà"
) | {"buổi"}  # without its mark it would be an obscene word
_POLITE_WORDS = _WORDS_OF_COURTESY | _WORDS_OF_ADDRESS
