"""Finds whom a directive is addressed to: the words of its text that name agencies and people who are to act.

A linear-chain model (conditional random field) labels each token of the text: the beginning or inside of an addressee
(A), of an addressee whose head word is shared with the one before ("Sở NV, TC": R), of a word for everybody (L), or
none (O). `training/directives.py` makes it.
"""

import json
import re
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from zalo_governor.text.directives.names import (
    Token,
    drop_repeated,
    is_bound,
    is_heading,
    names_in,
    only_passes_on,
    shared_head,
    tokens_of,
    without_verb,
)
from zalo_governor.text.directives.times import NamedTime
from zalo_governor.text.directives.vocabulary import (
    HEADS,
    HONORIFICS,
    NO_BOND,
    WordClass,
    bond_of,
    verb_at,
    word_classes,
)
from zalo_governor.text.fold import fold

EVERYBODY = "@All"
"""The addressee that means everybody in the group, whom an order calls "các đồng chí" or "cả nhóm"."""
NONE = "O"


def features_of_tokens(text: str, tokens: Sequence[Token], times: Sequence[NamedTime]) -> list[list[str]]:
    """Return the features of each token, by which `SpanModel` finds addressees: the word, its place, its neighbours.

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
    """A trained model that finds addressees: it labels each token as the beginning, inside or outside of one.

    Of all sequences of labels for a text, the one with the highest score is taken.
    """

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
        self._table = zlib.decompress(table)
        self._row = struct.Struct(f"<I{len(self.labels)}h")
        self._keys = array("I", (key for key, *_ in self._row.iter_unpack(self._table)))

    def label(self, scores: Sequence[Sequence[float]], less_reluctant: float = 0.0) -> list[str]:
        """Return the label of each token in the best sequence; `scores` holds the scores of each token's labels.

        `less_reluctant` is subtracted from each score of `NONE` (no addressee), so that more addressees are found.
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
        # The table stays as it is in the file, sorted by keys: as a dictionary of rows it would take 9 MB.
        rows = []
        for key in map(_key_of, facts):
            at = bisect_left(self._keys, key)
            if at < len(self._keys) and self._keys[at] == key:
                rows.append(self._row.unpack_from(self._table, at * self._row.size)[1:])
        return [self._unit * sum(column) for column in zip(*rows, strict=True)] or [0.0] * len(self.labels)


def pack_spans(
    labels: Sequence[str], moves: Mapping[tuple[str, str], float], states: Mapping[tuple[str, str], float]
) -> bytes:
    """Return the bytes of the file `addressees.spans`, from which `SpanModel` is made.

    Args:
        labels: the labels of tokens: begins an addressee, is inside of one, is outside.
        moves: for (label of a token, label of the next), the weight; a pair that is missing never occurs.
        states: for (feature of a token, label), the weight.
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
    """Return the model of addressees that ships with the program; its file is read once per process."""
    return SpanModel(files("zalo_governor.text").joinpath("addressees.spans").read_bytes())


def addressees_in(text: str, model: SpanModel, times: Sequence[NamedTime]) -> list[str]:
    """Return the addressees that a normalised directive names, in the order of the text, as written there.

    One is repeated where the text names it again. `times` are the times that the text names. A shared head word is
    restored ("Sở NV, TC" gives "Sở NV", "Sở TC"); a word for everybody gives `EVERYBODY`.
    """
    tokens = tokens_of(text)
    unsure: list[str] = []
    scores = [model.scores(facts) for facts in features_of_tokens(text, tokens, times)]
    for reluctance in (0.0, _LESS_RELUCTANT):
        found, others = _found_in(text, tokens, _with_whole_lists(text, tokens, model.label(scores, reluctance)))
        unsure = unsure or others
        if found:
            break
    found = found or unsure
    if not found and _ASKS_EVERYBODY.search(text):
        return [EVERYBODY]
    named = [name for name in found if name != EVERYBODY] or found
    kept = drop_repeated(list(dict.fromkeys(named)))
    return [name for name in named if name in kept]


def _found_in(text: str, tokens: Sequence[Token], labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the addressees, and who is named for another reason (see `only_passes_on`)."""
    found, others = list[str](), list[str]()
    at = last = 0
    while at < len(tokens):
        kind, end = labels[at][2:], at + 1
        while end < len(tokens) and labels[end] == f"I-{kind}":
            end += 1
        if labels[at] != NONE:
            while end < len(tokens) and labels[end] == NONE and _goes_on(text, tokens, end):
                end += 1
            at -= at > last and is_bound(tokens, at)
            start = tokens[at].start - (3 if _MR.search(text, max(0, tokens[at].start - 4), tokens[at].start) else 0)
            said = text[start : tokens[end - 1].end]
            if kind == "L" or _names_everybody(said):
                found.append(EVERYBODY)
            else:
                between = text[tokens[last - 1].end : start] if last else ""
                head = shared_head(found[-1], between, said, shared=kind == "R") if found else ""
                if head and is_heading(found[-1], between):
                    found.pop()
                if head or not _GIVES_ORDER.match(text, start):
                    (others if only_passes_on(text, start, start + len(said)) else found).extend(names_in(head + said))
            last = end
        at = end
    return found, others


def _goes_on(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Return whether a token, which the model left out, is a further syllable of the name before it."""
    before, here = tokens[at - 1], tokens[at]
    if text[before.end : here.start] != " " or before.text in _BREAKS:
        return False
    if is_bound(tokens, at):
        return verb_at([fold(token.text) for token in tokens[at : at + 2]], 0) != 2
    return _form(here.text) == "Xx" and _form(before.text) == "Xx" and here.text != "Mai"


def _with_whole_lists(text: str, tokens: Sequence[Token], labels: Sequence[str]) -> list[str]:
    """Return the labels, with those of names that the model left out of a list of names ("Mũi 1, Mũi 4 quét lại")."""
    full = list(labels)
    for listed in _LIST.finditer(text):
        items = [numbers_of(tokens, *item.span()) for item in _ITEM.finditer(text, *listed.span(1))]
        named = [any(labels[number] != NONE for number in item) for item in items]
        for item, known in zip(items, named, strict=True):
            after = item[-1] + 1
            if any(named) and not known and (after == len(tokens) or not is_bound(tokens, after)):
                full[item[0] : after] = ["B-A"] + ["I-A"] * (len(item) - 1)
    return full


def _names_everybody(said: str) -> bool:
    """Return whether a span is a word for everybody, perhaps with the verb that follows it."""
    found = WORDS_FOR_EVERYBODY.match(said)
    return found is not None and (found.end() == len(said) or without_verb(said).strip() == found.group())


def numbers_of(tokens: Sequence[Token], start: int, end: int) -> list[int]:
    """Return the numbers of the tokens that lie, at least partly, in [start, end) of the text."""
    return [number for number, token in enumerate(tokens) if token.start < end and token.end > start]


def _tokens_of_everybody(text: str, tokens: Sequence[Token]) -> list[bool]:
    places = [(match.start(), match.end()) for match in WORDS_FOR_EVERYBODY.finditer(text)]
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
    """Return the number of words to the next of the signs, or to the end; `_FAR` if there are more than four."""
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
    r"mn\b|ae\b(?! (?:bên|ở|(?-i:[A-ZĐ])))|@?mọi ng\b|cả nhóm|cả đoàn|"
    r"(?:các|mấy) (?:đ/c|đồng chí|anh chị em|anh chị|anh|chị|em|bác)\b|anh chị em|anh em|cả nhà|quý vị)"
)
WORDS_FOR_EVERYBODY = re.compile(_FOR_ALL, re.IGNORECASE)
_ASKS_EVERYBODY = re.compile(rf"(?:^|[.!?:;\n] *|đề nghị |yêu cầu |mong |nhờ ){_FOR_ALL}", re.IGNORECASE)
_ONE = r"(?:[2-5]|các|anh|chị|em|[ace]|đ/c|chú|cô|bác|xã|phường|thôn|ca|đội|tổ|mũi|sở|phòng|bên|trạm|đồn)"
_MR = re.compile(r"\b[ÔB]\. $")  # "Ô. Tú", "B. Lan"
_ITEM = re.compile(
    rf"(?:(?i:{_ONE}) ){{0,3}}(?:[ÔB]\. )?[A-ZĐ][\w&./]*(?: (?:[A-ZĐ][\w&.]*|\d+\b)){{0,5}}|(?i:{_ONE}) \d+\b"
)
_LIST = re.compile(
    rf"(?:^|[.!?;:•\n] ?|\b[Gg]iao )"
    rf"((?:{_ITEM.pattern})(?:(?:, ?| ?[+/&] ?| (?:và|với|vs|cùng) )(?:{_ITEM.pattern})){{1,20}})"
)
"""Names, joined by signs or "và", at the beginning of a sentence: group 1."""
_GIVES_ORDER = re.compile(
    r"(?:TL |(?:(?:đ/c|đồng chí|anh|chị|a\.|c\.) ?)?"
    r"(?:PCT|Phó Chủ tịch|Chủ tịch(?! (?:UBND )?(?:các|xã|phường))|CT|CVP|LĐ|Chánh V))"
    r"[^,.;:!?\n]{0,40}?(?: (?:chỉ đạo|yêu cầu|giao|đề nghị|có bút phê|có ý kiến|vừa|đã|nhắc|nhờ|cho ý kiến)\b|:)",
    re.IGNORECASE,
)
"""A leader who gives the order that is relayed, at the beginning of a text."""
