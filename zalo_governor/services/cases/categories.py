"""Vietnamese texts for the label of a finding (what it is about) and for its reason codes (why a rule found it)."""

from collections.abc import Sequence

from zalo_governor.domain.cases import UNSURE_LABEL
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.message_ids import MessageId

_LINKS = {
    "dangerous_link": MessageId.LINK_LISTED,
    "lookalike_link": MessageId.LINK_LOOKALIKE,
    "program_link": MessageId.LINK_PROGRAM,
    "hidden_link": MessageId.LINK_HIDDEN,
    "command_link": MessageId.LINK_COMMAND,
    "short_link": MessageId.LINK_SHORT,
    "group_invitation": MessageId.LINK_INVITATION,
}
"""Texts for the dangers of links (clause 4.4)."""
_FILES = {
    "executable": MessageId.FILE_EXECUTABLE,
    "script": MessageId.FILE_SCRIPT,
    "shortcut": MessageId.FILE_SHORTCUT,
    "disk_image": MessageId.FILE_DISK_IMAGE,
    "disguised": MessageId.FILE_DISGUISED,
    "double_extension": MessageId.FILE_DOUBLE_EXTENSION,
    "hidden_name": MessageId.FILE_HIDDEN_NAME,
    "path_escape": MessageId.FILE_PATH_ESCAPE,
    "polyglot": MessageId.FILE_POLYGLOT,
    "unread_container": MessageId.FILE_UNREAD_CONTAINER,
    "archive_bomb": MessageId.FILE_ARCHIVE_BOMB,
    "signature": MessageId.FILE_SIGNATURE,
    "virus": MessageId.FILE_VIRUS,
    "macro": MessageId.FILE_MACRO,
    "remote_template": MessageId.FILE_REMOTE_TEMPLATE,
    "external_object": MessageId.FILE_EXTERNAL_OBJECT,
    "dde": MessageId.FILE_DDE,
    "activex": MessageId.FILE_ACTIVEX,
    "exploit_object": MessageId.FILE_EXPLOIT_OBJECT,
    "pdf_javascript": MessageId.FILE_PDF_JAVASCRIPT,
    "pdf_launch": MessageId.FILE_PDF_LAUNCH,
    "pdf_action": MessageId.FILE_PDF_ACTION,
    "pdf_xfa": MessageId.FILE_PDF_XFA,
}
"""Texts for the dangers of files (clause 4.4)."""
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
    UNSURE_LABEL: MessageId.CATEGORY_SECRECY,
    **_LINKS,
    **_FILES,
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
    "listed": MessageId.REASON_LISTED,
    "gov": MessageId.REASON_GOV,
    "brand": MessageId.REASON_BRAND,
    "letters": MessageId.REASON_LETTERS,
    "misspelt": MessageId.REASON_MISSPELT,
    "foreign_suffix": MessageId.REASON_FOREIGN_SUFFIX,
    "lure": MessageId.REASON_LURE,
    "inside": MessageId.REASON_INSIDE,
    "mixed_scripts": MessageId.REASON_MIXED_SCRIPTS,
    "foreign_script": MessageId.REASON_FOREIGN_SCRIPT,
    "program": MessageId.REASON_PROGRAM,
    "script_file": MessageId.REASON_SCRIPT_FILE,
    "ip": MessageId.REASON_IP,
    "ip_disguised": MessageId.REASON_IP_DISGUISED,
    "userinfo": MessageId.REASON_USERINFO,
    "encoded_host": MessageId.REASON_ENCODED_HOST,
    "long_host": MessageId.REASON_LONG_HOST,
    "scheme": MessageId.REASON_SCHEME,
    "shortened": MessageId.REASON_SHORTENED,
    "invitation": MessageId.REASON_INVITATION,
    "forwards": MessageId.REASON_FORWARDS,
    "warning": MessageId.REASON_WARNING,
    "red_stamp": MessageId.REASON_RED_STAMP,
    "grey_stamp": MessageId.REASON_GREY_STAMP,
    "typed_mark": MessageId.REASON_TYPED_MARK,
    "recall_stamp": MessageId.REASON_RECALL_STAMP,
    "in_name": MessageId.REASON_IN_NAME,
    "in_file": MessageId.REASON_IN_FILE,
    # A finding names the gravest danger of a file; the others are told as its reasons.
    **_FILES,
}

_ON_PAGE = frozenset({"red_stamp", "grey_stamp", "typed_mark", "recall_stamp"})
"""Reasons that are seen on one page of a file."""


def has_category(label: str) -> bool:
    """Return whether `category` has a Vietnamese text for the label of a finding, such as `drugs`."""
    return label in _CATEGORIES


def labels_with_text() -> Sequence[str]:
    """Return the labels of findings that have a Vietnamese text."""
    return list(_CATEGORIES)


def is_dangerous_link(label: str) -> bool:
    """Return whether a finding with that label is about a link that may be dangerous (clause 4.4)."""
    return label in _LINKS


def category(voice: MessageFormatter, label: str) -> str:
    """Return the Vietnamese text for the label of a finding, such as `ma túy` for `drugs`.

    Raises:
        KeyError: there is no text for the label (see `has_category`).
    """
    return voice.render(_CATEGORIES[label])


def is_dangerous_file(label: str) -> bool:
    """Return whether a finding with that label is about a file that may be dangerous (clause 4.4)."""
    return label in _FILES


def is_in_file(reason: str | None) -> bool:
    """Return whether the reason codes say that a finding was made in an attached file, not in the message's texts."""
    return reason is not None and IN_FILE in reason.split("+")


def why(voice: MessageFormatter, reason: str | None, label: str = "") -> str:
    """Return Vietnamese texts for the codes with which a rule explains why it made a finding.

    `reason` holds the codes joined by "+", such as `contact+offer`; `page_3` names a page. Unknown codes are left out;
    if none is known, or `reason` is None, a general text on the words is returned, but "" for the label of a link or
    file.
    """
    said = reasons(voice, reason)
    if said or is_dangerous_link(label) or is_dangerous_file(label):
        return ", ".join(said)
    return voice.render(MessageId.REASON_WORDS)


def reasons(voice: MessageFormatter, reason: str | None) -> list[str]:
    """Return the texts of `why`, one for each known code: the mark seen on a page first, with its number."""
    codes = (reason or "").split("+")
    known = [code for code in codes if code in _REASONS]
    page = next((code.removeprefix(PAGE) for code in codes if code.startswith(PAGE)), None)
    if page is not None:
        known.sort(key=lambda code: code not in _ON_PAGE)
    said = list(dict.fromkeys(voice.render(_REASONS[code]) for code in known))
    if said and page is not None:
        said[0] = voice.render(MessageId.REASON_PAGE, said=said[0], page=page)
    return said


IN_FILE = "in_file"
"""Reason code of every finding in an attached file."""
PAGE = "page_"
"""Prefix of the reason code that names the page of a finding in a file, as in `page_3`."""
