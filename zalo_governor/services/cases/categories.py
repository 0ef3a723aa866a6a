"""Vietnamese texts for the label of a finding (what it is about) and for its reason codes (why a rule found it)."""

from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.message_ids import MessageId

_CATEGORIES = {
    "drugs": MessageId.CATEGORY_DRUGS,
    "gambling": MessageId.CATEGORY_GAMBLING,
    "prostitution": MessageId.CATEGORY_PROSTITUTION,
    "obscenity": MessageId.CATEGORY_OBSCENITY,
    "violence": MessageId.CATEGORY_VIOLENCE,
    "crime": MessageId.CATEGORY_CRIME,
    "public_order": MessageId.CATEGORY_PUBLIC_ORDER,
    "national_security": MessageId.CATEGORY_NATIONAL_SECURITY,
    "illegal_religion": MessageId.CATEGORY_ILLEGAL_RELIGION,
    "superstition": MessageId.CATEGORY_SUPERSTITION,
    "insult": MessageId.CATEGORY_INSULT,
    "fine_customs": MessageId.CATEGORY_FINE_CUSTOMS,
    "scam": MessageId.CATEGORY_SCAM,
    "advertising": MessageId.CATEGORY_ADVERTISING,
    "unverified": MessageId.CATEGORY_UNVERIFIED,
    "other": MessageId.CATEGORY_OTHER,
    "look": MessageId.CATEGORY_SECRECY,
}
_REASONS = {
    "offer": MessageId.REASON_OFFER,
    "contact": MessageId.REASON_CONTACT,
    "price": MessageId.REASON_PRICE,
    "link": MessageId.REASON_LINK,
    "phone": MessageId.REASON_PHONE,
    "incite": MessageId.REASON_INCITE,
    "threat": MessageId.REASON_THREAT,
    "spread": MessageId.REASON_SPREAD,
    "bracket": MessageId.REASON_LEVEL_BRACKET,
    "disguise": MessageId.REASON_LEVEL_DISGUISED,
    "document": MessageId.REASON_LEVEL_PAPER,
    "document_near": MessageId.REASON_LEVEL_PAPER,
    "exclaimed": MessageId.REASON_LEVEL,
    "field": MessageId.REASON_LEVEL_FIELD,
    "file": MessageId.REASON_LEVEL_FILE,
    "heading": MessageId.REASON_LEVEL_LINE,
    "initial": MessageId.REASON_LEVEL_BRACKET,
    "level": MessageId.REASON_LEVEL,
    "line": MessageId.REASON_LEVEL_LINE,
    "number": MessageId.REASON_PAPER_NUMBER,
    "set_off": MessageId.REASON_LEVEL,
    "stamp": MessageId.REASON_LEVEL_STAMP,
    "transmitting": MessageId.REASON_PASSED_ON,
}


def has_category(label: str) -> bool:
    """Return whether `category` has a Vietnamese text for the label of a finding, such as `drugs`."""
    return label in _CATEGORIES


def category(voice: MessageFormatter, label: str) -> str:
    """Return the Vietnamese text for the label of a finding, such as `ma túy` for `drugs`.

    Raises:
        KeyError: there is no text for the label (see `has_category`).
    """
    return voice.render(_CATEGORIES[label])


def why(voice: MessageFormatter, reason: str | None) -> str:
    """Return Vietnamese texts for the codes with which a rule explains why it made a finding.

    `reason` holds the codes joined by "+", such as `contact+offer`. Unknown codes are left out; if none is known, or
    `reason` is None, a general text is returned.
    """
    codes = [code for code in (reason or "").split("+") if code in _REASONS]
    said = dict.fromkeys(voice.render(_REASONS[code]) for code in codes)
    return ", ".join(said) if said else voice.render(MessageId.REASON_WORDS)
