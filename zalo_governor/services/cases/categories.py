"""What a person looks at first, as people call it: the category behind a finding's label, and why, behind its codes."""

from zalo_governor.services.messaging.formatter import Voice
from zalo_governor.services.messaging.message_ids import Text

_CATEGORIES = {
    "drugs": Text.CATEGORY_DRUGS,
    "gambling": Text.CATEGORY_GAMBLING,
    "prostitution": Text.CATEGORY_PROSTITUTION,
    "obscenity": Text.CATEGORY_OBSCENITY,
    "violence": Text.CATEGORY_VIOLENCE,
    "crime": Text.CATEGORY_CRIME,
    "public_order": Text.CATEGORY_PUBLIC_ORDER,
    "national_security": Text.CATEGORY_NATIONAL_SECURITY,
    "illegal_religion": Text.CATEGORY_ILLEGAL_RELIGION,
    "superstition": Text.CATEGORY_SUPERSTITION,
    "insult": Text.CATEGORY_INSULT,
    "fine_customs": Text.CATEGORY_FINE_CUSTOMS,
    "scam": Text.CATEGORY_SCAM,
    "advertising": Text.CATEGORY_ADVERTISING,
    "unverified": Text.CATEGORY_UNVERIFIED,
    "other": Text.CATEGORY_OTHER,
    "look": Text.CATEGORY_SECRECY,
}
_REASONS = {
    "offer": Text.REASON_OFFER,
    "contact": Text.REASON_CONTACT,
    "price": Text.REASON_PRICE,
    "link": Text.REASON_LINK,
    "phone": Text.REASON_PHONE,
    "incite": Text.REASON_INCITE,
    "threat": Text.REASON_THREAT,
    "spread": Text.REASON_SPREAD,
    "bracket": Text.REASON_LEVEL_BRACKET,
    "disguise": Text.REASON_LEVEL_DISGUISED,
    "document": Text.REASON_LEVEL_PAPER,
    "document_near": Text.REASON_LEVEL_PAPER,
    "exclaimed": Text.REASON_LEVEL,
    "field": Text.REASON_LEVEL_FIELD,
    "file": Text.REASON_LEVEL_FILE,
    "heading": Text.REASON_LEVEL_LINE,
    "initial": Text.REASON_LEVEL_BRACKET,
    "level": Text.REASON_LEVEL,
    "line": Text.REASON_LEVEL_LINE,
    "number": Text.REASON_PAPER_NUMBER,
    "set_off": Text.REASON_LEVEL,
    "stamp": Text.REASON_LEVEL_STAMP,
    "transmitting": Text.REASON_PASSED_ON,
}


def has_category(label: str) -> bool:
    """Whether the label names what a person is told of by its category."""
    return label in _CATEGORIES


def category(voice: Voice, label: str) -> str:
    """`ma túy`; KeyError where `has_category` is False."""
    return voice.say(_CATEGORIES[label])


def why(voice: Voice, reason: str | None) -> str:
    """The rule's codes (`contact+offer`) in words; those that have none are left out, and a word stands for no code."""
    codes = [code for code in (reason or "").split("+") if code in _REASONS]
    said = dict.fromkeys(voice.say(_REASONS[code]) for code in codes)
    return ", ".join(said) if said else voice.say(Text.REASON_WORDS)
