"""Short forms and stretched words of chat: "ko" is read as "không" (not), "oiii" as "oi".

The language statistics count a short form as its full word, since it has the same neighbours. Short forms that are also
words ("a", "e", "lun") are not listed: the statistics already count them as they are.
"""

import re

STANDS_FOR = {
    short: full
    for full, shorts in {
        "không": "ko k kg kh hok hk kông kô",
        "được": "đc dc đk dk đx",
        "rồi": "r rr",
        "với": "vs",
        "gì": "j ji",
        "vậy": "v zậy dzậy vzậy z",
        "thế": "tn",
        "nào": "ntn",
        "mà": "nma nm nhma",
        "người": "ng ngừi ngừoi ngta",
        "biết": "bik bk",
        "chị": "c",
        "bạn": "b bn",
        "tao": "t",
        "mày": "m",
        "mình": "mk mik mjh",
        "nhiều": "nh",
        "trước": "trc trk",
        "cũng": "cx cg cũg",
        "nữa": "nx",
        "những": "nhg nhữg",
        "trong": "trg",
        "làm": "lm lmj",
        "như": "nhw",
        "nhưng": "nhưg",
        "bây": "bh",
        "giờ": "h gjo",
        "luôn": "lunn luônn",
        "quá": "wá qá wa",
        "sao": "s",
        "mới": "ms",
        "đang": "đg dg",
        "thích": "thik",
        "đi": "đj dj",
        "chồng": "ck",
        "vợ": "vk",
        "tiền": "xiền",
        "ừ": "uh uk uhm",
        "em": "ae ce",
        "nói": "ns",
        "nhắn": "nt",
        "điện": "đt dt sđt sdt",
        "phẩm": "sp",
        "sinh": "hs sv",
        "viên": "nv gv cbcc",
        "dân": "ubnd hđnd hdnd tand vksnd nd",
        "phố": "tp",
        "phòng": "vp",
        "định": "qđ",
        "văn": "cv",
        "trình": "ttr",
        "báo": "bc tb",
        "tịch": "pct",
        "đốc": "gđ pgđ",
        "bộ": "cb",
    }.items()
    for short in shorts.split()
}
"""For each short form in lower case, the word that the statistics use in its place.

That is the full word; for an abbreviated expression of several words one of them, mostly the last: "dân" for "ubnd" (ủy
ban nhân dân, people's committee).
"""


def unstretched(lower: str) -> str:
    """Return the word with each letter repeated three or more times reduced to one: "oi" for "oiii"."""
    return _HELD.sub(r"\1", lower)


_HELD = re.compile(r"([^\W\d_])\1\1+")
