"""Decides which letter groups are possible Vietnamese syllables: onset × rime × tone, by phonology, not by a list.

Names of the province's ethnic groups and loan words do not follow these rules, so a word that is no possible syllable
may still be correct.
"""

from functools import lru_cache
from itertools import product

from zalo_governor.text.alphabet import ACUTE, DOT, split_tone
from zalo_governor.text.fold import fold


def is_syllable(word: str) -> bool:
    """Return whether the word is a possible Vietnamese syllable.

    Upper and lower case do not matter, nor on which vowel a tone mark is written ("hòa", "hoà").
    """
    return len(word) <= _LONGEST and _is_syllable(word.lower())


def only_with_marks(word: str) -> bool:
    """Return whether the word is no Vietnamese syllable as typed, but one with diacritics added: "Huyen" (Huyền)."""
    lower = word.lower()
    return lower in _BARE and lower not in TONELESS


def is_bare_syllable(lower: str) -> bool:
    """Return whether a lower-case word is a possible syllable whose diacritics were removed: "viet" for "việt"."""
    return lower in _BARE


@lru_cache(maxsize=2_048)
def _is_syllable(lower: str) -> bool:
    toneless, tone = split_tone(lower)
    return toneless in TONELESS and (tone in _STOPPED_TONES or not toneless.endswith(_STOPS))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_LONGEST = len("nghiêng")
_STOPS = ("p", "t", "c", "ch")
_STOPPED_TONES = frozenset({ACUTE, DOT})

_RIMES = _listed(
    """
a ai ao au ay ac ach am an ang anh ap at   ăc ăm ăn ăng ăp ăt   âc âm ân âng âp ât âu ây
e ec em en eng eo ep et   ê êch êm ên ênh êp êt êu   i ia ich im in inh ip it iu
iêc iêm iên iêng iêp iêt iêu   o oc oi om on ong op ot ooc oong
oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oem oen oeo oet
ô ôc ôi ôm ôn ông ôp ôt   ơ ơi ơm ơn ơp ơt   u ua uc ui um un ung up ut
uôc uôi uôm uôn uông uôt   uân uâng uât uây uê uêch uên uênh uơ uơn uy uya uych uyên uyêt uyn uynh uyt uyu
ư ưa ưc ưi ưm ưn ưng ưt ưu   ươc ươi ươm ươn ương ươp ươt ươu
"""
)
_AFTER_Q = _listed(
    """
ua uai uan uang uanh uao uat uay uac uach uau uăc uăm uăn uăng uăp uăt uâc uân uâng uât uây
ue uen ueo uet ueng uê uên uênh uêt uêch uêu uơ uơi uơn uôc uôt uy uya uych uyên uyêt uyn uynh uyt uyu uit uip uich
"""
)
_ONSETS = _listed("b c ch d đ g gh gi h k kh l m n ng ngh nh ph p r s t th tr v x")
_FRONT = ("i", "e", "ê", "y")
_ONLY_FRONT = frozenset({"k", "gh", "ngh"})
_NEVER_FRONT = frozenset({"c", "g", "ng"})
_Y_SYLLABLES = frozenset(_listed("y yêm yên yêng yêt yêu hy ky ly my ny sy ty vy thy khy"))


def _fits(onset: str, rime: str) -> bool:
    front = rime.startswith(_FRONT)
    if onset in _ONLY_FRONT:
        return front
    if onset in _NEVER_FRONT:
        return not front
    return not (onset == "gi" and rime.startswith("i") and len(rime) > 1)


TONELESS: frozenset[str] = frozenset(
    {rime for rime in _RIMES if not rime.startswith(("iê", "uya"))}
    | {onset + rime for onset, rime in product(_ONSETS, _RIMES) if _fits(onset, rime)}
    | {"q" + rime for rime in _AFTER_Q}
    | {"gi", "gin", "gim", "gip", "giêng", "giêt", "giêm", "giên", "giêu", "giêc", "gich"}
    | _Y_SYLLABLES
)
"""All possible syllables in lower case, without tone marks but with their vowel marks ("tiêng" for "tiếng")."""
_BARE = frozenset(map(fold, TONELESS))
