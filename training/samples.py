"""Training messages made from correct sentences: cut as people write, without or with few diacritics, in chat style.

All random choices use one `random.Random`, so that the same sentences and seed give the same samples.
"""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks, split_tone
from zalo_governor.text.fold import fold


class Sample(NamedTuple):
    """A training message, its label and its weight."""

    text: str
    violates: bool
    weight: float = 1.0


def samples_of(sentence: str, rng: Random, *, formal: bool) -> Iterator[Sample]:
    """Generate several samples from one correct sentence; a formal sentence is also rewritten in chat style."""
    words = _cut(sentence, rng)
    if not words:
        return
    if formal and rng.random() < _DRESSED:
        words = _dress(words, rng)
    if len(words) > 2 and rng.random() < _ADDRESSED:
        words = [*_form_of_address(rng), *words]
    right = " ".join(words)
    yield Sample(right, False)
    lossy = [at for at, word in enumerate(words) if has_marks(word)]
    if not lossy:
        return
    if len(lossy) == len(words) <= 2 or rng.random() < _SHARE_BARE:
        yield Sample(without_marks(right), True, _weight_of_bare(words, lossy))
    if len(lossy) >= 2 and len(words) >= 3:
        for _ in range(1 + (rng.random() < _SHARE_TWICE)):
            yield Sample(" ".join(_remove_some_diacritics(words, lossy, rng)), True)
    if len(words) >= 4 and len(lossy) >= 3 and rng.random() < _SHARE_SLIPS:
        slip = rng.choice(lossy)
        yield Sample(
            " ".join([*words[:slip], _remove_tone_or_all(words[slip], rng), *words[slip + 1 :]]),
            False,
            _WEIGHT_OF_A_SLIP,
        )


def without_marks(text: str) -> str:
    """Remove all diacritics from the text; capitals stay."""
    return "".join(bare.upper() if letter.isupper() else bare for letter, bare in zip(text, fold(text), strict=True))


def _weight_of_bare(words: Sequence[str], lossy: Sequence[int]) -> float:
    # A sentence with few diacritics, such as "Sau khi họp", hardly changes when they are removed.
    return 1.0 if len(lossy) > 1 or len(words) < 3 else 0.5


def _cut(sentence: str, rng: Random) -> list[str]:
    words = sentence.split()
    draw = rng.random()
    if draw < 0.35 or len(words) < 3:
        return words[:_LONGEST]
    if draw < 0.6:
        clauses = [clause for clause in _CLAUSES.split(sentence) if clause.strip()]
        return rng.choice(clauses).split()[:_LONGEST] if clauses else []
    size = rng.choice(_SIZES)
    start = rng.randrange(max(1, len(words) - size + 1))
    return words[start : start + size]


def _dress(words: Sequence[str], rng: Random) -> list[str]:
    small = rng.random() < 0.6
    short = rng.random() < 0.4
    plain = rng.random() < 0.4
    loud = rng.random() < 0.04
    out: list[str] = []
    for word in words:
        dressed = word.lower() if small else word
        if short and dressed.lower() in _SHORT and rng.random() < 0.7:
            dressed = rng.choice(_SHORT[dressed.lower()])
        if plain:
            dressed = dressed.strip(_PUNCTUATION) or dressed
        out.append(dressed.upper() if loud else dressed)
    if rng.random() < 0.15:
        out.append(rng.choice(_TAILS))
    return out


def _form_of_address(rng: Random) -> list[str]:
    """Return a random person's name as a form of address, mostly without diacritics, as people often type names."""
    parts = rng.sample(_GIVEN, rng.choice((1, 1, 2, 2, 3)))
    name = " ".join([rng.choice(_FAMILIES), *parts] if rng.random() < 0.8 or len(parts) == 1 else parts)
    if rng.random() < 0.15:
        name = " ".join([*name.split()[1:], name.split()[0]])
    return (without_marks(name) if rng.random() < _BARE_NAMES else name).split()


def _remove_some_diacritics(words: Sequence[str], lossy: Sequence[int], rng: Random) -> list[str]:
    """Remove diacritics from at least two words: from scattered words, or from all before or after some word."""
    lose = rng.choices(
        (without_marks, _toneless, _without_bar, lambda word: _remove_tone_or_all(word, rng)), (55, 25, 5, 15)
    )[0]
    draw = rng.random()
    if draw < 0.2:
        cut = rng.randrange(1, len(words))
        chosen = [at for at in lossy if (at >= cut) == (draw < 0.12)]
    else:
        rate = rng.uniform(0.25, 0.95)
        chosen = [at for at in lossy if rng.random() < rate]
    out = list(words)
    for at in chosen:
        out[at] = lose(words[at])
    if sum(out[at] != words[at] for at in lossy) < 2:
        for at in rng.sample(list(lossy), 2):
            out[at] = without_marks(words[at])
    return out


def _remove_tone_or_all(word: str, rng: Random) -> str:
    other = _toneless(word)
    return other if other != word and rng.random() < 0.4 else without_marks(word)


def _without_bar(word: str) -> str:
    return word.replace("đ", "d").replace("Đ", "D")


def _toneless(word: str) -> str:
    bare, tone = split_tone(word)
    return bare if tone else word


_DRESSED = 0.6
_ADDRESSED = 0.03
_BARE_NAMES = 0.7
_FAMILIES = (
    "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Vũ", "Võ", "Phan", "Trương", "Bùi",
    "Đặng", "Đỗ", "Ngô", "Hồ", "Dương", "Đinh", "Lý", "Đoàn", "Lò", "Lường", "Giàng", "Sùng", "Vàng", "Cà", "Tẩn",
    "Chẻo", "Mai", "Tô",
)  # fmt: skip
_GIVEN = (
    "Thị", "Văn", "Minh", "Hồng", "Thu", "Hương", "Hải", "Hùng", "Cường", "Dũng", "Đức", "Tuấn", "Thành", "Thanh",
    "Quang", "Lan", "Anh", "Mai", "Hoa", "Hà", "Linh", "Trang", "Phương", "Thảo", "Ngọc", "Huyền", "Hạnh", "Hiền",
    "Yến", "Oanh", "Bình", "Sơn", "Nam", "Long", "Khánh", "Duy", "Đạt", "Kiên", "Trung", "Hiếu", "Thắng", "Lợi",
    "Phúc", "Quân", "Mạnh", "Vinh", "Huy", "Nhung", "Thủy", "Dung", "Hằng", "Loan", "Nga", "Vân", "Quỳnh", "Trâm",
    "Tú", "My", "Vy", "Nhi", "Bảo", "Khoa", "Đăng", "Tâm",
)  # fmt: skip
_SHARE_BARE = 0.85
_SHARE_TWICE = 0.5
_SHARE_SLIPS = 0.8
_WEIGHT_OF_A_SLIP = 1.4
_LONGEST = 40
_PUNCTUATION = '.,;:"“”()'
_SIZES = (1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 7, 8, 10, 12)
_CLAUSES = re.compile(r"[,;:.!?()–]+(?:\s|$)")
_TAILS = (
    "ạ", "nhé", "nha", "😂", "👍", ":))", "=))", "...", "!!!", "ạ 🙏", "nhé ạ", "vậy", "ok", "hihi", "❤", "kkk", "luôn",
    "ha ha", "hi hi", "he he", "haha", "vl", "á", "nè", "á nha", "đi", "luôn ạ", "quá",
)  # fmt: skip
_SHORT = {
    "không": ("ko", "k", "kg", "hok", "hem"), "được": ("đc", "dc", "đk"), "rồi": ("r", "rùi", "rồy"),
    "với": ("vs", "zới"), "gì": ("j",), "vậy": ("v", "zậy"), "người": ("ng", "ngừi"), "mọi": ("m",),
    "biết": ("bít", "bik"), "anh": ("a", "ank"), "em": ("e", "iem"), "chị": ("c",), "và": ("và", "n"),
    "như": ("như",), "quá": ("wá", "quáaa", "qá"), "thì": ("thì", "thỳ"), "bây": ("bây",), "điện": ("đt",),
    "công": ("công",), "làm": ("lm",), "trước": ("trc",), "sau": ("s",), "những": ("nhg",), "trong": ("trg",),
    "cũng": ("cg", "cug"), "nhiều": ("nhìu",), "việt": ("vn",), "đồng": ("đ/c",), "bạn": ("b", "bn"),
    "ủy": ("UBND",), "sở": ("Sở",), "là": ("là", "lè"), "mình": ("mk", "m"),
}  # fmt: skip
