"""Finds whom a directive is addressed to: the words of its text that name agencies and people who are to act.

A linear-chain model (conditional random field) labels each token of the text: the beginning or inside of an addressee
(A), of an addressee whose head word is shared with the one before ("Sở NV, TC": R), of a word for everybody (L), or
none (O). `training/directives.py` makes it.
"""

import json
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from zalo_governor.text.directives.named import _GIVES_ORDER, drop_repeated, gives_order
from zalo_governor.text.directives.times import NamedTime
from zalo_governor.text.directives.vocabulary import HEADS, BOUND, HONORIFICS, NO_BOND, SHORT_VERBS, WordClass, bond_of, verb_at, word_classes
from zalo_governor.text.fold import fold

EVERYBODY = "@All"
"""How an order to everybody in the group ("các đồng chí", "cả nhóm") is named."""
NONE = "O"


class Token(NamedTuple):
    """A word, number or sign of a text, at [start, end)."""

    start: int
    end: int
    text: str


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a normalised text."""
    return [Token(match.start(), match.end(), match.group()) for match in _TOKEN.finditer(text)]


def features_of_tokens(text: str, tokens: Sequence[Token], times: Sequence[NamedTime]) -> list[list[str]]:
    """Return, for each token, its features: the word, its form and class, its place in the sentence, what is around it.

    `times` are the times that the text names: what follows one ("Sáng mai tổ hàn …") begins a clause.
    """
    words = [_LINE_END if token.text == "\n" else token.text for token in tokens]
    lower = [word.lower() for word in words]
    plain = [fold(word) for word in lower]
    forms = [_form(word) for word in words]
    known = word_classes()
    classes = [known.get(word) or known.get(bare, _UNKNOWN) for word, bare in zip(lower, plain, strict=True)]
    begins = [at == 0 or words[at - 1] in _BREAKS for at in range(len(words))]
    clauses = [_clause_at(tokens, at, times, begins=begins[at]) for at in range(len(words))]
    for_all = _tokens_of_everybody(text, tokens)
    acts = [verb_at(plain, at) for at in range(len(plain))]
    bonds = [NO_BOND, *(bond_of(one, next_) for one, next_ in pairwise(lower)), NO_BOND]
    count, sentence, found = len(words), 0, []
    for at, word in enumerate(plain):
        sentence += begins[at] and at > 0
        facts = [f"w={lower[at]}", f"f={word}", f"s={forms[at]}", f"in {min(sentence, 3)}", f"cb={clauses[at]}"]
        if begins[at]:
            facts += ["begins", f"begins {word}", f"begins s={forms[at]}"]
        if clauses[at] != _INSIDE:
            facts.append(f"cb {forms[at]}")
        if lower[at] in HEADS:
            facts.append("head")
        if lower[at] in HONORIFICS:
            facts.append("honorific")
        if for_all[at]:
            facts.append("everybody")
        if any(named.start <= tokens[at].start < named.end for named in times):
            facts.append("time")
        facts += [f"{by}v={acts[at + by]}" for by in (-1, 0, 1, 2, 3) if 0 <= at + by < count]
        facts += [f"{by}o={bonds[at + by]}" for by in (0, 1, 2) if at + by <= count]
        facts.append(f"oo={bonds[at]} {bonds[at + 1]} {clauses[at]}")
        if at + 1 < count:
            facts.append(f"cb {clauses[at]} v={acts[at + 1]}")
            facts.append(f"cc={classes[at].fine} {classes[at + 1].fine}")
            facts.append(f"kk={classes[at].coarse} {classes[at + 1].coarse} {clauses[at]}")
        if begins[at] and count > at + 1:
            facts.append(f"begins v={acts[at + 1]} {forms[at]}")
        for by in (-4, -3, -2, -1, 1, 2, 3, 4, 5):
            beside = at + by
            facts.append(f"{by}={plain[beside] if 0 <= beside < count else _EDGE[by > 0]}")
            if abs(by) <= 2 and 0 <= beside < count:
                facts.append(f"{by}s={forms[beside]}")
        for by in range(max(-2, -at), min(5, count - at)):
            facts += [f"{by}c={classes[at + by].fine}", f"{by}k={classes[at + by].coarse}"]
        for one, other in ((-2, -1), (-1, 0), (0, 1), (1, 2)):
            pair = [plain[at + by] if 0 <= at + by < count else "|" for by in (one, other)]
            facts.append(f"{one},{other}={'_'.join(pair)}")
        facts.append(f"to end {_distance(words, at, _ENDS)}")
        facts.append(f"to break {_distance(words, at, _PAUSES)}")
        facts += [f"B={plain[near]}" for near in _near(words, at, -1, _WORDS_BEFORE)]
        facts += [f"A={plain[near]}" for near in _near(words, at, 1, _WORDS_AFTER)]
        found.append(facts)
    return found


class SpanModel:
    """A trained labeller: gives each token of a text one of its labels, so that the whole sequence scores highest."""

    def __init__(self, packed: bytes) -> None:
        """Unpack a model.

        Raises:
            ValueError: the bytes are not a model of this version.
        """
        if not packed.startswith(_MAGIC):
            raise ValueError("not a table of addressees of this version; make it anew with training/")
        head, _, table = packed[len(_MAGIC) :].partition(b"\n")
        said = json.loads(head)
        self.labels: tuple[str, ...] = tuple(said["labels"])
        self._moves: list[list[float]] = said["moves"]
        self._unit: float = said["unit"]
        row = struct.Struct(f"<I{len(self.labels)}h")
        self._rows = {key: weights for key, *weights in row.iter_unpack(zlib.decompress(table))}

    def label(self, scores: Sequence[Sequence[float]], less_reluctant: float = 0.0) -> list[str]:
        """Return the best label of each token, given the scores of each.

        `less_reluctant` is taken off the score of `NONE` at each token.
        """
        if not scores:
            return []
        numbers = range(len(self.labels))
        less = [less_reluctant if label == NONE else 0.0 for label in self.labels]
        best = [score - off for score, off in zip(scores[0], less, strict=True)]
        back: list[list[int]] = []
        for own in scores[1:]:
            came: list[int] = []
            ahead: list[float] = []
            for to in numbers:
                score, one = max((best[one] + self._moves[one][to], one) for one in numbers)
                came.append(one)
                ahead.append(score + own[to] - less[to])
            best = ahead
            back.append(came)
        path = [max(numbers, key=best.__getitem__)]
        for came in reversed(back):
            path.append(came[path[-1]])
        return [self.labels[number] for number in reversed(path)]

    def scores(self, facts: Iterable[str]) -> list[float]:
        """Return the score of each label for a token, given its features."""
        rows = [row for fact in facts if (row := self._rows.get(_key_of(fact))) is not None]
        return [self._unit * sum(column) for column in zip(*rows, strict=True)] or [0.0] * len(self.labels)


def pack_spans(
    labels: Sequence[str], moves: Mapping[tuple[str, str], float], states: Mapping[tuple[str, str], float]
) -> bytes:
    """Return the bytes of a model file: a row for each feature with its CRC-32 and, for each label, its weight.

    Args:
        labels: the labels of tokens.
        moves: for (label of a token, label of the next), the weight; a pair that is missing never occurs.
        states: for (feature, label), the weight.
    """
    unit = max(map(abs, states.values())) / _MOST
    number = {label: at for at, label in enumerate(labels)}
    rows: dict[int, list[int]] = {}
    for (fact, label), weight in sorted(states.items()):
        rows.setdefault(_key_of(fact), [0] * len(labels))[number[label]] = round(weight / unit)
    row = struct.Struct(f"<I{len(labels)}h")
    table = b"".join(row.pack(key, *weights) for key, weights in sorted(rows.items()))
    table_of_moves = [[round(moves.get((one, to), _NEVER), 4) for to in labels] for one in labels]
    head = json.dumps({"labels": list(labels), "moves": table_of_moves, "unit": unit})
    return _MAGIC + head.encode("ascii") + b"\n" + zlib.compress(table, 9)


def _key_of(fact: str) -> int:
    return zlib.crc32(fact.encode("utf-8", "surrogatepass"))


@cache
def shipped_spans() -> SpanModel:
    """Return the labeller of addressees that ships; the file is read once per process."""
    return SpanModel(files("zalo_governor.text").joinpath("addressees.spans").read_bytes())


def addressees_in(text: str, model: SpanModel, times: Sequence[NamedTime]) -> list[str]:
    """Return the addressees that a normalised directive names, in the order of the text, as written there.

    `times` are the times that the text names.
    A shared head word is restored ("Sở NV, TC" gives "Sở NV", "Sở TC"); a word for everybody gives `EVERYBODY`.
    """
    tokens = tokens_of(text)
    gave: list[str] = []
    scores = [model.scores(facts) for facts in features_of_tokens(text, tokens, times)]
    for reluctance in (0.0, _LESS_RELUCTANT):
        labels = _with_whole_lists(tokens, model.label(scores, reluctance))
        found, ordered = _found_in(text, tokens, labels)
        gave = gave or ordered
        if found:
            break
    found = found or gave
    if not found and _ASKS_EVERYBODY.search(text):
        return [EVERYBODY]
    named = [name for name in found if name != EVERYBODY]
    return drop_repeated(list(dict.fromkeys(named or found)))


def _found_in(text: str, tokens: Sequence[Token], labels: Sequence[str]) -> tuple[list[str], list[str]]:
    found: list[str] = []
    gave: list[str] = []
    at = 0
    while at < len(tokens):
        kind, end = labels[at][2:], at + 1
        while end < len(tokens) and labels[end] == f"I-{kind}":
            end += 1
        if labels[at] != NONE:
            while end < len(tokens) and labels[end] == NONE and _goes_on(text, tokens, end):
                end += 1
            if at and labels[at - 1] == NONE and tokens[at].text.islower() and _bound(tokens, at):
                at -= 1
            said = text[tokens[at].start : tokens[end - 1].end]
            if kind == "L" or _names_everybody(said):
                found.append(EVERYBODY)
            elif not _GIVES_ORDER.match(said + text[tokens[end - 1].end :]):
                joint = text[tokens[max(0, at - 2)].start : tokens[at].start]
                shared = _shared_head(found[-1]) if found and (kind == "R" or _shares_head(found[-1], joint, said)) else None
                if found and shared and _HEADING.fullmatch(found[-1]) and text[:tokens[at].start].rstrip().endswith(":"):
                    found.pop()
                which = gave if gives_order(text, tokens[at].start, tokens[end - 1].end) else found
                which += _names_in(f"{shared} {said}" if shared else said)
        at = end
    return found, gave


def _shares_head(name: str, joint: str, said: str) -> bool:
    if not re.search(r"(?:, | và )$", joint) or said.split()[0].lower() in HEADS | HONORIFICS:
        return False
    if re.match(r"(?:(?:\d+|các|UBND) )*(?:xã|phường) [A-ZĐ]", name, re.IGNORECASE):
        return all(word.istitle() for word in said.split())
    return re.match(r"(?:các )?sở ", name, re.IGNORECASE) is not None and fold(said) in _OF_SO


_OF_SO = frozenset("y te|tai chinh|xay dung|noi vu|tu phap|cong thuong|tc|xd|nv|tp|ct|nn&mt|nnmt|gdđt|gd&đt|gddt|gd&dt|vhttdl|kh&cn|khcn|yt".split("|"))
_HEADING = re.compile(r"(?:UBND )?(?:các|\d+) (?:sở|xã|phường)", re.IGNORECASE)


def _shared_head(name: str) -> str | None:
    if heading := _HEADING.fullmatch(name):
        return re.sub(r"(?:các|\d+) ", "", heading.group()).replace("sở", "Sở")
    head = _HEAD.match(name)
    return head.group() if head and (head.group().split()[-1].lower() in HEADS or "." in head.group()) else None


def _names_in(said: str) -> list[str]:
    """Return the addressees that a span names: one, or several joined by "&" or "@", without surplus words."""
    names = [_without_verb(part) for part in _JOINED.split(said)]
    for surplus, instead in (
        (_POINT, ""),
        (_CALL, ""),
        (_PASSED_ON, ""),
        (_BRACKET, ""),
        (_COMRADES_OF, ""),
        (_PLURAL, r"\g<before>"),
    ):
        names = [surplus.sub(instead, name).strip(" -–:+,.>") for name in names]
    whole = (name for name in names if (")" not in name or "(" in name) and not _MOMENT.fullmatch(name))
    return [name for name in whole if name and fold(name) not in _PRONOUNS]


def _goes_on(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Return whether a token, which the model left out, is a further syllable of the proper name before it."""
    before, here = tokens[at - 1], tokens[at]
    if text[before.end : here.start] != " " or before.text in _BREAKS:
        return False
    if here.text.islower() and _bound(tokens, at):
        return verb_at([fold(token.text) for token in tokens[at : at + 2]], 0) != 2  # noqa: PLR2004
    return before.text[:1].isupper() and _form(here.text) == "Xx" and _form(before.text) == "Xx" and here.text != "Mai"


def _with_whole_lists(tokens: Sequence[Token], labels: Sequence[str]) -> list[str]:
    """Return the labels, with those of names that the model left out of a list of names ("Mũi 1, Mũi 4 quét lại")."""
    full = list(labels)
    for at in range(len(tokens)):
        if at and tokens[at - 1].text not in _BEFORE_LIST:
            continue
        items: list[range] = []
        start = at
        while True:
            end = start
            while end < len(tokens) and end < start + 5 and (
                tokens[end].text[0].isupper() or (end > start and tokens[end].text.isdigit())
                or (end == start and tokens[end].text.lower() in _ONE)
            ):
                end += 1
            if end == start or not any(token.text[0].isupper() or (token.text.isdigit() and token.start > tokens[start].start) for token in tokens[start:end]):
                break
            if end < len(tokens) and tokens[end].text.islower() and _bound(tokens, end):
                if full[start] != NONE:
                    items.append(range(start, end))
                break
            items.append(range(start, end))
            if end < len(tokens) and tokens[end].text in _JOINTS:
                start = end + 1
            else:
                break
        if len(items) > 1 and any(full[number] != NONE for item in items for number in item):
            for item in items:
                if all(full[number] == NONE for number in item):
                    for number in item:
                        full[number] = "B-A" if number == item[0] else "I-A"
    return full


_BEFORE_LIST = frozenset(".!?;:¶•\n") | {"giao", "Giao"}
_ONE = frozenset("2 3 4 5 các anh chị a c em đ/c chú cô bác xã phường thôn ca đội tổ mũi sở phòng bên trạm đồn".split())
_JOINTS = frozenset({",", "+", "/", "&", "và", "với", "vs", "cùng"})


def _bound(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a token is the second syllable of a word of two."""
    return bond_of(tokens[at - 1].text.lower(), tokens[at].text.lower()) >= BOUND


def _names_everybody(said: str) -> bool:
    """Return whether a span is a word for everybody, perhaps with the verb that follows it."""
    found = _EVERYBODY.match(said)
    return found is not None and (found.end() == len(said) or _without_verb(said).strip() == found.group())


def _without_verb(said: str) -> str:
    """Return the span up to the first verb of orders in it, which the model took for a part of the name."""
    tokens = tokens_of(said)
    plain = [fold(token.text) for token in tokens]
    for at in range(1, len(tokens)):
        word = tokens[at].text
        if tokens[at - 1].text in {"chưa", "có", "được", "còn", "đã", "phải", "sách"}:
            continue
        if word[0].islower() and not _bound(tokens, at) and not (at + 1 < len(tokens) and _bound(tokens, at + 1) and word in SHORT_VERBS) and (word in SHORT_VERBS or verb_at(plain, at) == 2 or word in _ENDING_VERBS):
            return said[: tokens[at].start].rstrip()
    return said


def labels_for(text: str, tokens: Sequence[Token], addressees: Iterable[str]) -> list[str]:
    """Return the label of each token of a text whose addressees are known, for the training."""
    labels = [NONE] * len(tokens)
    at = 0
    for addressee in addressees:
        found = _place_of(text, addressee, at, tokens, labels)
        if found is None:
            continue
        start, end, kind = found
        inside = _numbers_of(tokens, start, end)
        for number in inside:
            labels[number] = f"{'B' if number == inside[0] else 'I'}-{kind}"
        at = end if kind != "L" else at
    return labels


def _place_of(
    text: str, addressee: str, at: int, tokens: Sequence[Token], labels: Sequence[str]
) -> tuple[int, int, str] | None:
    if addressee == EVERYBODY:
        free = (
            match
            for match in _EVERYBODY.finditer(text)
            if all(
                labels[n] == NONE for n, one in enumerate(tokens) if one.start < match.end() and one.end > match.start()
            )
        )
        match = next(free, None)
        return (match.start(), match.end(), "L") if match else None
    words = addressee.split(" ")
    for dropped in range(len(words)):
        tail = " ".join(words[dropped:])
        start = text.find(tail, at)
        if start < 0 and not dropped:
            start = text.find(tail)
        if start >= 0 and (dropped or not _PLURAL.match(addressee)):
            plural = _PLURAL_BEFORE.search(text[:start])
            # "UBND các xã A, B": the first stands with the plural of the head, which its name does not have.
            if dropped and plural and fold(words[0]) == fold(plural.group().split()[0]):
                return plural.start(), start + len(tail), "A"
            return start, start + len(tail), "R" if dropped else "A"
    return None


def _numbers_of(tokens: Sequence[Token], start: int, end: int) -> list[int]:
    """Return the numbers of the tokens that lie, at least partly, in [start, end) of the text."""
    return [number for number, token in enumerate(tokens) if token.start < end and token.end > start]


def _tokens_of_everybody(text: str, tokens: Sequence[Token]) -> list[bool]:
    places = [(match.start(), match.end()) for match in _EVERYBODY.finditer(text)]
    return [any(token.start < end and token.end > start for start, end in places) for token in tokens]


def _clause_at(tokens: Sequence[Token], at: int, times: Sequence[NamedTime], *, begins: bool) -> str:
    """Return what begins with the token: a sentence, a part after a comma, after a time, after "and"; or nothing."""
    if begins:
        return "sentence"
    before = tokens[at - 1]
    if before.text in _COMMAS:
        return ","
    if any(before.start < named.end <= tokens[at].start for named in times):
        return "time"
    return "and" if before.text.lower() in _ANDS else _INSIDE


def _distance(words: Sequence[str], at: int, signs: frozenset[str]) -> int:
    """Return how many words stand up to the next of the signs, or the end; `_FAR` if more than four do."""
    return next((by for by in range(1, _FAR) if at + by >= len(words) or words[at + by] in signs), _FAR)


def _near(words: Sequence[str], at: int, step: int, most: int) -> list[int]:
    """Return the numbers of the words before (`step` -1) or after (1) a word, within its sentence, at most `most`."""
    found: list[int] = []
    at += step
    while 0 <= at < len(words) and words[at] not in _ENDS and len(found) < most:
        found.append(at)
        at += step
    return found


def _form(word: str) -> str:
    if word.isdigit():
        return "#"
    if word.isupper():
        return "X" if len(word) > 1 else "x1"
    if word[:1].isupper():
        return "Xx"
    return "x" if word[:1].isalpha() else word


_MAGIC = b"zalo-governor spans 2\n"
_MOST = 32767
"""The highest weight of a table."""
_NEVER = -30.0
_LESS_RELUCTANT = 1.0
"""What is taken off the score of "no addressee" where a directive seems to name nobody: nine in ten name somebody."""
_TOKEN = re.compile(r"\d+[\w/.:]*\w|\w+(?:[&/\-]\w+)*|[^\w\s]|\n")
_LINE_END = "¶"
_BREAKS = frozenset('.!?;:¶•-–"“(')
_ENDS = frozenset(".!?;¶")
_PAUSES = _ENDS | frozenset(":,–-(")
_COMMAS = frozenset(",/+&")
_ANDS = frozenset({"với", "và", "voi", "va", "vs"})
_INSIDE = "-"
_FAR = 5
_UNKNOWN = WordClass("?", "?")
_EDGE = {False: "^", True: "$"}
_WORDS_BEFORE, _WORDS_AFTER = 12, 8
_FOR_ALL = (
    r"(?:@all|@?toàn thể(?: (?:các )?(?:đồng chí|đ/c|anh em|nhóm))?|"
    r"@?tất cả(?: (?:các )?(?:đồng chí|đ/c|mọi người|anh em|anh chị em|anh chị|các anh|các chị))?(?! các)|mọi người|"
    r"\bmn\b|cả nhóm|cả đoàn|(?:các|mấy) (?:đ/c|đồng chí|anh chị em|anh chị|anh|chị|em|bác)\b|anh chị em|anh em|cả nhà|quý vị)"
)
_EVERYBODY = re.compile(_FOR_ALL, re.IGNORECASE)
_ASKS_EVERYBODY = re.compile(rf"(?:^|[.!?:;\n] *|đề nghị |yêu cầu |mong |nhờ ){_FOR_ALL}", re.IGNORECASE)
_JOINED = re.compile(r"[ ,+]+(?=@)|(?<=\w\w)/(?=[A-ZĐ][\w.])| & (?=(?:UBND|Sở|Ban|xã|phường|Công|Cty|VP|Chi|Trung)\b)")
_MOMENT = re.compile(r"[NT](?:\+\d)?|[Kk]m ?\d+")
_CALL = re.compile(r" (?:ơi|oi|ới|à)\b.*")
_POINT = re.compile(r"^\(?(?:[a-z0-9]{1,2}\)|\d{1,2}\.) ?")
"""The letter or number of a point: "(a) Y tế"."""
_PASSED_ON = re.compile(
    r"^(?:(?:(?i:anh|chị|a|c|thầy|cô|chú|bác|ông|bà|sếp) [A-ZĐ]\w*|CT|ảnh|chỉ) )?"
    r"(?:kêu|bảo(?! (?:vệ|hiểm|tàng|dưỡng))|biểu|dặn|nhờ|nho|kéo|nói|nhắn|giao(?! thông)|mời|nữa|còn) "
)
_BRACKET = re.compile(r" ?\([^)]*\)?$")
_COMRADES_OF = re.compile(
    r"^(?:(?:các |mấy )?(?:anh em|anh|chị|đ/c|đồng chí) (?:bên|ở)|anh em) (?=[A-ZĐ])", re.IGNORECASE
)
_ENDING_VERBS = frozenset({"xuống", "lên", "gửi", "phải", "cho", "không", "đừng", "hãy", "cần", "xem", "gọi", "lo",
    "sẽ", "mai", "mốt", "chỉ", "mỗi", "đóng", "gắn", "nấu", "phủ", "thuê", "hút", "gỡ", "đem", "vô", "nhớ", "cấm", "phun",
    "mang", "đối", "tăng", "nhận", "cắt", "coi", "giúp"})
_PRONOUNS = frozenset(
    {"anh", "chi", "em", "d/c", "dong chi", "cac dong chi", "cac d/c", "chu", "bac", "co", "ong", "ba"}
)
"""Words that alone name nobody: who is meant was named before."""
_COUNT = r"(?:các|mấy|hai|ba|bốn|năm|0?\d{1,2})"
_PLURAL = re.compile(
    rf"^(?P<before>(?:(?:UBND|CA|Công an) )?){_COUNT} "
    r"(?=(?:xã|phường|sở|phòng|đặc khu|thị trấn|Ban QLDA|Công ty)(?-i: [A-ZĐ]))",
    re.IGNORECASE,
)
"""A plural before a head word and a proper name ("UBND các xã Vũ Hà"); group `before` is what stays."""
_PLURAL_BEFORE = re.compile(rf"(?:UBND|CA|Công an) {_COUNT} $", re.IGNORECASE)
_HEAD = re.compile(
    r"(?:các |mỗi |mấy )?(?:UBND (?:các )?(?:xã|phường|huyện|thị trấn|đặc khu)|(?:công an|CA) (?:xã|phường)|"
    r"ban (?:quản lý|QL)|[^\s]+)(?= )",
    re.IGNORECASE,
)
