"""Vietnamese texts for the label of a finding (what it is about) and for its reason codes (why a rule found it)."""

from collections.abc import Sequence

from zalo_governor.domain.cases import UNSURE_LABEL
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId

_LINKS = {
    "dangerous_link": TextId("link_listed"),
    "lookalike_link": TextId("link_lookalike"),
    "program_link": TextId("link_program"),
    "hidden_link": TextId("link_hidden"),
    "command_link": TextId("link_command"),
    "short_link": TextId("link_short"),
    "group_invitation": TextId("link_invitation"),
}
"""Texts for the dangers of links (clause 4.4)."""
_FILES = {
    "executable": TextId("file_executable"),
    "script": TextId("file_script"),
    "shortcut": TextId("file_shortcut"),
    "disk_image": TextId("file_disk_image"),
    "disguised": TextId("file_disguised"),
    "double_extension": TextId("file_double_extension"),
    "hidden_name": TextId("file_hidden_name"),
    "path_escape": TextId("file_path_escape"),
    "polyglot": TextId("file_polyglot"),
    "unread_container": TextId("file_unread_container"),
    "archive_bomb": TextId("file_archive_bomb"),
    "signature": TextId("file_signature"),
    "virus": TextId("file_virus"),
    "macro": TextId("file_macro"),
    "remote_template": TextId("file_remote_template"),
    "external_object": TextId("file_external_object"),
    "dde": TextId("file_dde"),
    "activex": TextId("file_activex"),
    "exploit_object": TextId("file_exploit_object"),
    "pdf_javascript": TextId("file_pdf_javascript"),
    "pdf_launch": TextId("file_pdf_launch"),
    "pdf_action": TextId("file_pdf_action"),
    "pdf_xfa": TextId("file_pdf_xfa"),
}
"""Texts for the dangers of files (clause 4.4)."""
_CATEGORIES = {
    "drugs": TextId("category_drugs"),
    "gambling": TextId("category_gambling"),
    "prostitution": TextId("category_prostitution"),
    "obscenity": TextId("category_obscenity"),
    "violence": TextId("category_violence"),
    "crime": TextId("category_crime"),
    "public_order": TextId("category_public_order"),
    "national_security": TextId("category_national_security"),
    "illegal_religion": TextId("category_illegal_religion"),
    "superstition": TextId("category_superstition"),
    "insult": TextId("category_insult"),
    "fine_customs": TextId("category_fine_customs"),
    "scam": TextId("category_scam"),
    "advertising": TextId("category_advertising"),
    "unverified": TextId("category_unverified"),
    "other": TextId("category_other"),
    UNSURE_LABEL: TextId("category_secrecy"),
    **_LINKS,
    **_FILES,
}
_REASONS = {
    "offer": TextId("reason_offer"),
    "contact": TextId("reason_contact"),
    "price": TextId("reason_price"),
    "link": TextId("reason_link"),
    "phone": TextId("reason_phone"),
    "incite": TextId("reason_incite"),
    "threat": TextId("reason_threat"),
    "spread": TextId("reason_spread"),
    "bracket": TextId("reason_level_bracket"),
    "disguise": TextId("reason_level_disguised"),
    "document": TextId("reason_level_paper"),
    "document_near": TextId("reason_level_paper"),
    "exclaimed": TextId("reason_level"),
    "field": TextId("reason_level_field"),
    "file": TextId("reason_level_file"),
    "heading": TextId("reason_level_line"),
    "initial": TextId("reason_level_bracket"),
    "level": TextId("reason_level"),
    "line": TextId("reason_level_line"),
    "number": TextId("reason_paper_number"),
    "set_off": TextId("reason_level"),
    "stamp": TextId("reason_level_stamp"),
    "transmitting": TextId("reason_passed_on"),
    "listed": TextId("reason_listed"),
    "gov": TextId("reason_gov"),
    "brand": TextId("reason_brand"),
    "letters": TextId("reason_letters"),
    "misspelt": TextId("reason_misspelt"),
    "foreign_suffix": TextId("reason_foreign_suffix"),
    "lure": TextId("reason_lure"),
    "inside": TextId("reason_inside"),
    "mixed_scripts": TextId("reason_mixed_scripts"),
    "foreign_script": TextId("reason_foreign_script"),
    "program": TextId("reason_program"),
    "script_file": TextId("reason_script_file"),
    "ip": TextId("reason_ip"),
    "ip_disguised": TextId("reason_ip_disguised"),
    "userinfo": TextId("reason_userinfo"),
    "encoded_host": TextId("reason_encoded_host"),
    "long_host": TextId("reason_long_host"),
    "scheme": TextId("reason_scheme"),
    "shortened": TextId("reason_shortened"),
    "invitation": TextId("reason_invitation"),
    "forwards": TextId("reason_forwards"),
    "warning": TextId("reason_warning"),
    "red_stamp": TextId("reason_red_stamp"),
    "grey_stamp": TextId("reason_grey_stamp"),
    "typed_mark": TextId("reason_typed_mark"),
    "recall_stamp": TextId("reason_recall_stamp"),
    "in_name": TextId("reason_in_name"),
    "in_file": TextId("reason_in_file"),
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
    return voice.render(TextId("reason_words"))


def reasons(voice: MessageFormatter, reason: str | None) -> list[str]:
    """Return the texts of `why`, one for each known code: the mark seen on a page first, with its number."""
    codes = (reason or "").split("+")
    known = [code for code in codes if code in _REASONS]
    page = next((code.removeprefix(PAGE) for code in codes if code.startswith(PAGE)), None)
    if page is not None:
        known.sort(key=lambda code: code not in _ON_PAGE)
    said = list(dict.fromkeys(voice.render(_REASONS[code]) for code in known))
    if said and page is not None:
        said[0] = voice.render(TextId("reason_page"), said=said[0], page=page)
    return said


IN_FILE = "in_file"
"""Reason code of every finding in an attached file."""
PAGE = "page_"
"""Prefix of the reason code that names the page of a finding in a file, as in `page_3`."""
