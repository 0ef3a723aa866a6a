"""Parsing of chat commands as typed on a phone: diacritics, capitals, spaces and slash are optional, typos occur."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from zalo_governor.domain.people import Group
from zalo_governor.text.edit_distance import slips
from zalo_governor.text.fold import fold, skeleton
from zalo_governor.text.normalise import normalise, unpasted


class Typed(NamedTuple):
    """A message that was parsed as a command, or that resembles one."""

    word: str
    """The command's word, such as `baocao` (report); "" if the message only resembles a command."""
    rest: str
    """The text after the word, as typed, with runs of spaces collapsed."""
    slash: bool
    """Whether the message begins with a slash."""
    near: tuple[str, ...] = ()
    """If `word` is "": all known command words, those most similar to the typed word first."""
    close: bool = False
    """If `word` is "": whether the most similar word differs by so few typing errors that it was probably meant."""
    bare: bool = False
    """Whether the message is nothing but a case code, which is treated as the command `/xem` (view) with that code."""


def begins_with_slash(text: str) -> bool:
    """Return whether the first visible character of the text is a slash (also a full-width one)."""
    return unpasted(text[:_MAX_CHARACTERS]).text.lstrip()[:1] in _SLASHES


def read(text: str, words: Mapping[str, bool]) -> Typed | None:
    """Parse the command at the beginning of a message; return None if it has no slash and resembles no command.

    Args:
        text: the text of the message.
        words: each known command word -> whether typing errors in that word are corrected silently.
    """
    line = unpasted(text[:_MAX_CHARACTERS]).text.strip().replace("／", "/")
    slash = line.startswith("/")
    if slash:
        line = _GLUED.sub(r"\1 \2", line, count=1)
    tokens = line.lstrip("/").split()
    heads = []
    for length in (2, 1):  # "/xem lại VP1" is /xemlai, not /xem.
        if len(tokens) >= length and (head := skeleton("".join(tokens[:length]))):
            heads.append((length, head))
    for length, head in heads:
        if head in words:
            return Typed(head, " ".join(tokens[length:]), slash)
    return _match_with_typos(tokens, heads, words, slash=slash)


def named_group(rest: str, groups: Sequence[Group]) -> tuple[Group | None, str]:
    """Return (the group that the end of `rest` names, the text before the name); `rest` follows a command's word.

    A name is typed in full, or its end of at least two words: `Y tế` for `Ngành Y tế`; but `Sở Y tế` is an agency.
    Returns None and `rest` if no group is named, or several are.
    """
    words = rest.split()
    for start in range(len(words)):
        tail = folded(" ".join(words[start:])).strip(" .:").split()
        if not tail:
            break
        if start and folded(words[start - 1]) in _AGENCY_HEADS:
            continue
        names = [(group, folded(group.name).split()) for group in groups]
        whole = [group for group, name in names if name == tail]
        found = whole or [group for group, name in names if len(tail) > 1 and name[-len(tail) :] == tail]
        if len(found) == 1:
            return found[0], " ".join(words[:start])
    return None, rest


def further_command(rest: str, words: Mapping[str, bool]) -> str:
    """Return the word of a second command in `rest`, `xacnhan` in `VP3 lý do; /xacnhan VP4`; "" if there is none."""
    for part in _COMMAND_BREAK.split(unpasted(rest).text.replace("／", "/"))[1:]:
        typed = read(part, words)
        if typed is not None and typed.word and names_case(typed.rest):
            return typed.word
    return ""


def without_frame(text: str) -> str:
    """Return a request without polite words around it: `báo cáo tuần này` for `cho tôi xem báo cáo tuần này ạ`."""
    composed = unicodedata.normalize("NFC", unpasted(text[:_MAX_CHARACTERS]).text).strip()
    plain = fold(composed)  # Folding keeps the length.
    lead = _LEAD.match(plain)
    start = lead.end() if lead else 0
    tail = _TAIL.search(plain, start)
    return composed[start : tail.start() if tail else None].strip(" ,.?!")


def yes_or_no(text: str) -> tuple[bool, str] | None:
    """Read the answer to the question whether a message is a directive; return (yes or no, code or ""), else None.

    The answer is one word (`đúng`, `không`) or an equally short phrase; the code, in the form `CĐ12`, may stand on
    either side.
    """
    found = _YES_OR_NO.fullmatch(folded(text[:_MAX_CHARACTERS]))
    if found is None or (found["before"] and found["after"]):
        return None
    number = found["before"] or found["after"]
    return found["yes"] is not None, f"CĐ{int(number)}" if number else ""


def folded(text: str) -> str:
    """Return the text in lower case without diacritics, with runs of spaces collapsed; punctuation is kept."""
    return " ".join(fold(normalise(text).text).split())


def case_number(text: str) -> tuple[int, str] | None:
    """Parse a case number at the beginning (`VP12`, `#12`, `ca 12`, `12`); return (number, rest as typed), or None."""
    return numbered(text, _CODE)


def each_case(text: str) -> list[str]:
    """Split several case codes at the beginning (`VP4, VP6 lý do`) into one argument each, with the text after them.

    A further code needs its letters or a comma (`4, 6`), unless nothing but numbers was typed (`4 6`): in
    `VP4 12 tin là tên riêng` and `VP4, 12 tin là tên riêng` the 12 is a part of the reason, as is a date or time. A
    text with one code is returned as it is.
    """
    composed = unicodedata.normalize("NFC", unpasted(text).text)
    plain = fold(composed)
    found = _CODE.match(plain)
    if found is None:
        return [text]
    further = _NUMBER_AFTER if _ONLY_NUMBERS.fullmatch(plain) else _CODE_AFTER
    numbers = [found[1]]
    end = found.end()
    while following := further.match(plain, end):
        if following[2] and counts_things(plain[following.start(2) :]):
            break
        numbers.append(following[1] or following[2])
        end = following.end()
    rest = composed[end:]
    return [f"VP{number}{rest}" for number in dict.fromkeys(numbers)] if len(numbers) > 1 else [text]


def directive_number(text: str) -> tuple[int, str] | None:
    """Parse a directive's number at the beginning (`CĐ12`, `12`); return (number, rest as typed), or None."""
    return numbered(text, _DIRECTIVE)


def code_within(text: str) -> int | None:
    """Return the number in the first directive code (`CĐ12`) of a sentence; None if there is no such code."""
    found = _CODE_WITHIN.search(folded(text))
    return int(found[1]) if found else None


def bare_code(text: str) -> str | None:
    """Return the code, as `VP12` or `CĐ12`, if the text is only that of a case or directive (`/vp 12`), else None."""
    found = _BARE_CODE.fullmatch(unpasted(text[:_MAX_CHARACTERS]).text.replace("／", "/"))
    return f"{'VP' if found['case'] else 'CĐ'}{int(found['number'])}" if found else None


def names_case(text: str) -> bool:
    """Return whether the text begins with the code of a case, member or directive (`VP12`, `tv 3`, `CĐ4`)."""
    return _WHOLE_CODE.match(unpasted(text).text) is not None


def only_code(text: str) -> str:
    """Return the one code of a case, member or directive (`VP12`) in a message of the bot; "" if not exactly one."""
    codes = set(_CODE_OF_BOT.findall(text))
    return codes.pop() if len(codes) == 1 else ""


def counts_things(text: str) -> bool:
    """Return whether the text begins with a number that counts something (`12 tin`, 12 messages), and so is no code."""
    return _COUNTED.match(folded(text)) is not None


def numbered(text: str, code: re.Pattern[str]) -> tuple[int, str] | None:
    """Parse a number with an optional prefix, such as `VP12`, at the beginning of the text; None if there is none.

    `code` is a pattern made by `code_pattern`. Diacritics and case are ignored.

    Returns:
        The number, and the text after it as typed.
    """
    composed = unicodedata.normalize("NFC", unpasted(text).text)
    found = code.match(fold(composed))  # Folding keeps the length, so the rest is cut out of what was typed.
    return (int(found[1]), composed[found.end() :].strip(" .,:;-–")) if found else None


def code_pattern(prefix: str) -> re.Pattern[str]:
    """Return a pattern for `numbered`, which matches a number, alone or after a prefix such as `VP`.

    `prefix` is a regex in lower case without diacritics.
    """
    return re.compile(rf"\s*(?:{prefix})?[\s\-#.]*0*([1-9][0-9]{{0,17}})(?![0-9a-z])")


def _match_with_typos(
    tokens: list[str], heads: list[tuple[int, str]], words: Mapping[str, bool], *, slash: bool
) -> Typed | None:
    if not slash and not any(len(head) >= _MIN_LETTERS for _, head in heads):
        return None
    ranked = sorted(
        (min((slips(head, word, _MAX_DISTANCE), length) for length, head in heads), word) for word in words if heads
    )
    if not ranked:
        return Typed("", "", slash=True) if slash else None
    (far, length), word = ranked[0]
    allowed = _tolerated_typos(word, slash=slash)
    near = tuple(word for _, word in ranked)
    doubtful = len(ranked) > 1 and ranked[1][0][0] == far
    if far <= allowed and words[word] and not doubtful:
        return Typed(word, " ".join(tokens[length:]), slash)
    close = far <= allowed
    return Typed("", "", slash, near, close) if slash or close else None


def _tolerated_typos(word: str, *, slash: bool) -> int:
    """Return how many typing errors are tolerated in the command word `word`.

    Without a slash they are fewer, as the text may be ordinary talk.
    """
    if not slash:
        return int(len(word) >= _MIN_LETTERS)
    return 2 if len(word) > _MIN_LETTERS + 1 else 1


_COMMAND_BREAK = re.compile(r"[;\n]|(?<=\s)(?=/)")
_LEAD = re.compile(
    r"(?:(?:da|vang|thua|kinh|alo|xin|cho|gui|goi|nho|de nghi|vui long|lam on|phien|giup|hay|toi|anh|chi|em|minh|muon"
    r"|can|duoc|biet|lay|he thong|xem(?! ?(?:lai|vp|#|\d)))\b[\s,:.]*)+"
)
_TAIL = re.compile(
    r"[\s,.!?]*\b(?:(?:roi|nhe|nha|nhi|a|ha|voi|giup|gium|cai|di|the nao|ra sao|duoc khong|cho (?:toi|anh|chi|em|minh)"
    r"|(?:giup|gium) (?:toi|anh|chi|em|minh))\b[\s,.!?]*)+$"
)
_AGENCY_HEADS = frozenset({"so", "ban", "phong", "an", "ubnd"})
"""Words, without diacritics, after which an agency is named: `Sở Y tế` is no group, even if one is called `Y tế`."""
_CODE_WITHIN = re.compile(r"(?<!\w)cd[\s\-#]*0*([1-9]\d{0,17})(?!\w)")
_YES_OR_NO = re.compile(
    r"(?:cd[\s\-#]*(?P<before>[1-9]\d{0,17})[\s,:]*)?"
    r"(?:(?P<yes>(?:dung|phai|roi|u|uh|um)(?: (?:dung|phai|roi|vay|the|a|nhe|la chi dao))*)"
    r"|(?P<no>(?:khong|ko|hong)(?: (?:phai|dung|a|nhe|dau|la chi dao))*))"
    r"(?:[\s,:]+cd[\s\-#]*(?P<after>[1-9]\d{0,17}))?[\s.]*"
)
_SLASHES = ("/", "／")
_MAX_CHARACTERS = 3000
_MIN_LETTERS = 5
"""Minimum letters of a word that is recognised without a slash in spite of a typing error."""
_MAX_DISTANCE = 6
_GLUED = re.compile(r"^(/+\s*[^\W\d_]+?)((?:vp|tv|sc|gy|c[đd])?#?[0-9])", re.IGNORECASE)
"""Matches a command word and an argument typed without a space between them: `/xemVP12`, `/quyche4.1`."""
_CODE = code_pattern(r"vp|ca|case|(?:vu(?: viec)?|ma)(?: so)?(?: vp)?|so")
_DIRECTIVE = code_pattern(r"cd|(?:chi dao|ma)(?: so)?(?: cd)?|so")
_CODE_AFTER = re.compile(
    r"\s*(?:[,;+&]|va\b)?\s*vp[\s\-#]*0*([1-9]\d{0,17})(?!\w)|\s*[,;+&]\s*#?0*([1-9]\d{0,17})(?!\w|[/:.\-]\d)"
)
_NUMBER_AFTER = re.compile(r"[\s,;+&]*(?:va\b)?\s*(?:vp[\s\-#]*|#)?0*([1-9]\d{0,17})(?!\w)|(?!)()")
_ONLY_NUMBERS = re.compile(r"(?:\s|[,;+&.#\-]|vp|va\b|\d)+")
_COUNTED = re.compile(
    r"\d+ (?:tin|vu|lan|truong hop|nguoi|dong chi|ai|cai|don vi|xa|so|ho|y|noi dung|tep|anh|phut|gio|tieng|ngay|tuan"
    r"|thang)\b"
)
_BARE_CODE = re.compile(r"\s*/?\s*(?:(?P<case>vp)|c[đd])[\s\-#]*0*(?P<number>[1-9][0-9]{0,17})[\s.]*", re.IGNORECASE)
_CODE_OF_BOT = re.compile(r"(?<!\w)(?:VP|TV|CĐ)[1-9]\d*(?!\w)")
_WHOLE_CODE = re.compile(r"\s*(?:vp|tv|c[đd])[\s\-#]*0*[1-9][0-9]{0,17}(?![0-9A-Za-z])", re.IGNORECASE)
