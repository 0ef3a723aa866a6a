"""Vietnamese texts for the label of a finding (what it is about) and for its reason codes (why a rule found it).

A label belongs to its rule: two rules may give the same label and mean different things.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from zalo_governor.domain.attachments import FileScan
from zalo_governor.domain.cases import UNCHECKED, UNSURE_LABEL, Case
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.findings import Finding, SealedFinding
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId
from zalo_governor.rules.base import Rule
from zalo_governor.rules.checks.classified import ClassifiedRule
from zalo_governor.rules.checks.files import FileRule
from zalo_governor.rules.checks.harmful import HarmfulRule
from zalo_governor.rules.checks.links import LinkRule


def _texts(prefix: str, *lines: str) -> dict[str, TextId]:
    """Return label -> text id `<prefix>_<label>`, for labels that are separated by blanks."""
    return {label: TextId(f"{prefix}_{label}") for line in lines for label in line.split()}


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
_FILES = _texts(
    "file",
    "executable script shortcut disk_image disguised double_extension hidden_name path_escape polyglot",
    "unread_container archive_bomb signature virus macro remote_template external_object dde activex",
    "exploit_object pdf_javascript pdf_launch pdf_action pdf_xfa",
)
"""Texts for the dangers of files (clause 4.4)."""
_CATEGORIES = _texts(
    "category",
    "drugs gambling prostitution obscenity violence crime public_order national_security illegal_religion superstition",
    "insult fine_customs scam advertising unverified other",
)
"""Texts for the categories of harmful content (clause 4.2)."""
_REASONS = {
    **_texts(
        "reason",
        "offer contact price link phone incite threat spread level listed gov brand letters misspelt foreign_suffix",
        "lure inside mixed_scripts foreign_script program script_file ip ip_disguised userinfo encoded_host long_host",
        "scheme shortened invitation forwards warning red_stamp grey_stamp typed_mark recall_stamp in_name in_file",
    ),
    "bracket": TextId("reason_level_bracket"),
    "disguise": TextId("reason_level_disguised"),
    "document": TextId("reason_level_paper"),
    "document_near": TextId("reason_level_paper"),
    "exclaimed": TextId("reason_level"),
    "field": TextId("reason_level_field"),
    "file": TextId("reason_level_file"),
    "heading": TextId("reason_level_line"),
    "initial": TextId("reason_level_bracket"),
    "line": TextId("reason_level_line"),
    "number": TextId("reason_paper_number"),
    "set_off": TextId("reason_level"),
    "stamp": TextId("reason_level_stamp"),
    "transmitting": TextId("reason_passed_on"),
    # The label of a finding is the gravest danger of a file; the other dangers are among its reason codes.
    **_FILES,
}

_ON_PAGE = frozenset({"red_stamp", "grey_stamp", "typed_mark", "recall_stamp"})
"""Reason codes of marks, such as a stamp, that are seen on one page of a file."""


class LabelWords(NamedTuple):
    """Ids of the texts for the labels (kinds of finding, such as `drugs`) of one rule."""

    texts: Mapping[str, TextId]
    """Label -> id of the text on what the finding is about, such as `ma túy` for `drugs`."""
    alert: TextId = TextId("alert_harmful")
    """Id of the text that alerts the admins."""
    request: TextId | None = None
    """Id of the text that asks the member to correct the breach; None for the general text."""


WORDS: Mapping[str, LabelWords] = {
    ClassifiedRule.id: LabelWords({UNSURE_LABEL: TextId("category_secrecy")}),
    HarmfulRule.id: LabelWords(_CATEGORIES),
    LinkRule.id: LabelWords(_LINKS, TextId("alert_link"), TextId("request_link")),
    FileRule.id: LabelWords(_FILES, TextId("alert_file"), TextId("request_file")),
}
"""Id of a rule -> the words for its labels. Cases of other rules are worded by the clause of the regulation alone."""


_DECLARED = LabelWords({})
"""Returned for rules that are written in YAML alone, whose files contain their words."""


def require_words(rules: Iterable[Rule[Any]], folder: Path) -> None:
    """Check that there are words for all labels that the rules may give.

    Raises:
        ConfigError: a rule has words for some of its labels only; the message names the rule's file in `folder`.
    """
    for rule in rules:
        known = WORDS[rule.id].texts if rule.id in WORDS else rule.labels
        if lacking := sorted(rule.labels - set(known)):
            raise ConfigError(
                f"{folder / rule.id}.yaml: chưa có lời cho nhãn {', '.join(lacking)}; nhãn dùng được: "
                f"{', '.join(sorted(known))}"
            )


def words_of(voice: MessageFormatter, of: Case | Finding | SealedFinding) -> LabelWords | None:
    """Return the words of the rule that made the finding or opened the case; None if it has none for that label."""
    if voice.regulation.words_of(of.rule_id):
        return _DECLARED
    words = WORDS.get(of.rule_id)
    return words if words and of.label in words.texts else None


def category(voice: MessageFormatter, of: Case | Finding) -> str:
    """Return what the case or finding is about, such as `ma túy`; "" if there are no words for its label."""
    if declared := voice.regulation.words_of(of.rule_id):
        return declared.title
    words = words_of(voice, of)
    return voice.render(words.texts[of.label]) if words else ""


def is_in_file(reason: str | None) -> bool:
    """Return whether the reason codes say that a finding was made in an attached file, not in the message's texts."""
    return reason is not None and IN_FILE in reason.split("+")


def why(voice: MessageFormatter, reason: str | None, of: Case | Finding | None = None) -> str:
    """Return Vietnamese texts for the codes with which a rule explains why it made a finding.

    `reason` holds the codes joined by "+", such as `contact+offer`; `page_3` names a page. Unknown codes are left out;
    if none is known, or `reason` is None, a general text on the words is returned, but "" for a link or file.
    """
    if of and (declared := voice.regulation.words_of(of.rule_id)):
        return declared.why.rstrip(". ")
    said = reasons(voice, reason)
    if said or (of and of.rule_id in {LinkRule.id, FileRule.id}):
        return ", ".join(said)
    return voice.render(TextId("reason_words"))


def reasons(voice: MessageFormatter, reason: str | None) -> list[str]:
    """Return a text for each known code in `reason` ("a+b"); a mark seen on a page first, with the page number."""
    codes = (reason or "").split("+")
    known = [code for code in codes if code in _REASONS]
    page = next((code.removeprefix(PAGE) for code in codes if code.startswith(PAGE)), None)
    if page is not None:
        known.sort(key=lambda code: code not in _ON_PAGE)
    said = list(dict.fromkeys(voice.render(_REASONS[code]) for code in known))
    if said and page is not None:
        said[0] = voice.render(TextId("reason_page"), said=said[0], page=page)
    return said


def why_sealed(voice: MessageFormatter, case: Case, scans: Iterable[FileScan]) -> str:
    """Return what made the program suspect a state secret: marks on pages of the scanned files, else the words.

    "" if the case is not sealed, or only because a check failed. Content is never quoted, as none is stored.
    """
    if not case.sealed or case.label == UNCHECKED:
        return ""
    found = [one for scan in scans for one in scan.result.findings if one.seals][:_MOST_FOUND]
    codes = [[*(one.reason or "").split("+"), IN_FILE, f"{PAGE}{one.page}" if one.page else ""] for one in found]
    model = voice.render(TextId("reason_model"))
    said = (
        ", ".join(([] if _ON_PAGE.intersection(one) else [model]) + reasons(voice, "+".join(one)))
        for one in codes or [["level"] if case.level else []]
    )
    return "; ".join(dict.fromkeys(said))


_MOST_FOUND = 5
IN_FILE = "in_file"
"""Reason code of every finding in an attached file."""
PAGE = "page_"
"""Prefix of the reason code that names the page of a finding in a file, as in `page_3`."""
