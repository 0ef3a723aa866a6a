"""Applies the rules to what was read in a file: secrecy (4.1, 4.3), harmful content (4.2), dangers and links (4.4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from zalo_governor.domain.attachments import ScanFinding
from zalo_governor.domain.cases import UNSURE_LABEL
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Rule
from zalo_governor.rules.checks.classified import ClassifiedRule
from zalo_governor.rules.checks.files import FileRule
from zalo_governor.rules.checks.harmful import HarmfulRule
from zalo_governor.rules.checks.links import LinkRule
from zalo_governor.rules.engine import Engine
from zalo_governor.sandbox.attachments.contents import Contents, LimitError, TextPart
from zalo_governor.sandbox.attachments.document_topics import (
    BODY,
    Topics,
    heading_of,
    is_table,
    paragraphs,
    topics_of,
    without_empty_columns,
)
from zalo_governor.sandbox.attachments.stamps import Stamp
from zalo_governor.text.file_names.danger import merge
from zalo_governor.text.links.judge import judge_links

R = TypeVar("R", bound=Rule[Any])
PICTURE = "picture"
"""Value of `TextPart.place` for text that was recognised in a picture."""
_FEWEST_WORDS = 4
"""Fewest words of a text that can be an offer; fewer are a number, a name, or data such as a test file's."""
_OWN_PLACES = frozenset({"header", "master", "property", "name", "outline"})
"""Values of `TextPart.place`, besides the body, for texts of the document itself, unlike comments and notes."""
_NO_ADDRESSES = frozenset({PICTURE, "file_name", "field", "formula", "name", "property"})
"""Values of `TextPart.place` for texts in which no addresses are looked for: these come as links, or have dots."""
_MARKS = frozenset({"bracket", "line", "field", "stamp", "set_off", "level", "number", "transmitting"})
"""Reason codes of texts that bear a secrecy mark, name a secret paper with its number, or pass one on."""
_MOST_CODES = 4
"""Most reason codes of one finding; an admin reads them on a phone."""


class FileRules:
    """The rules that apply to files, taken from the engine of all rules."""

    def __init__(self, engine: Engine) -> None:
        self._classified = _only(engine, ClassifiedRule)
        self._harmful = _only(engine, HarmfulRule)
        self._files = _only(engine, FileRule)
        self._links = _only(engine, LinkRule)

    def judge(self, contents: Contents, stamps: Iterable[tuple[Stamp, int | None]]) -> tuple[list[ScanFinding], bool]:
        """Return (findings on a file, whether all was judged); each kind of finding comes once, with its first page.

        If the time is over (LimitError) while a rule judges, its findings up to then count, and not all was judged.
        `contents` is what was read from the file and all files inside it; `stamps` are secrecy stamps with their pages.
        """
        found: list[ScanFinding] = []
        in_time = True
        for findings in (
            self._judge_stamps(stamps),
            self._judge_secrecy(contents.texts),
            self._judge_harm(contents.texts),
            (_as_scan_finding(self._files.finding_on(danger), danger.page) for danger in merge(contents.dangers)),
            self._judge_links(contents.links),
            self._judge_addresses(contents.texts),
        ):
            try:
                found.extend(findings)
            except LimitError:
                in_time = False
        return list(_each_kind_once(found)), in_time

    def _judge_stamps(self, stamps: Iterable[tuple[Stamp, int | None]]) -> Iterator[ScanFinding]:
        for stamp, page in stamps:
            finding = self._classified.finding("classified", seals=True, level=stamp.level, reason=stamp.reason)
            yield _as_scan_finding(finding, page)

    def _judge_secrecy(self, texts: Iterable[TextPart]) -> Iterator[ScanFinding]:
        """Judge texts that name a level of secrecy.

        Findings by words alone, which the rule makes in chats, are left out: official papers all use such words. What
        the topic of the whole document explains is only counted.
        """
        texts = list(texts)
        parts = list(_by_page(texts))
        # The first marks come first, before the time may be over.
        for part in parts:
            if part.page in (None, 1):
                yield from self._judge_mark(part)
        topics = topics_of(texts)
        for part in parts:
            own = _is_own(part)
            # A sheet is a document of its own, also a hidden one.
            if is_table(part.text):
                yield from self._judge_mark(part)
            for paragraph in paragraphs(without_empty_columns(part.text)) if own else [part.text]:
                yield from self._judge_paragraph(part._replace(text=paragraph), topics if own else None)

    def _judge_mark(self, part: TextPart) -> Iterator[ScanFinding]:
        """Judge a secrecy mark alone in a line; a document with different marks is about marks, so not judged."""
        marks = {}
        for line in heading_of(part.text) if _is_own(part) else ():
            finding = self._classified.inspect(line)
            if finding and finding.seals and "line" in (finding.reason or "").split("+"):
                [(start, end), *_] = finding.spans
                if not any(map(str.isalnum, line[:start] + line[end:])):
                    marks[finding.level] = line
        if len(marks) == 1:
            yield from self._judge_paragraph(part._replace(text=marks.popitem()[1]), None)

    def _judge_paragraph(self, part: TextPart, topics: Topics | None) -> Iterator[ScanFinding]:
        """Judge a text by the rule on secrecy; `topics` are the document's, or None if they cannot excuse this text."""
        finding = self._classified.inspect(part.text)
        if finding is None or finding.level is None:
            return
        codes = set((finding.reason or "").split("+"))
        # In a document a bare word is no sign: places and people bear it too, as in the cell "Hòa Mật" of a table.
        if topics is not None and "words" in codes:
            return
        # What text recognition misread looks like letters that somebody has disguised.
        if part.place == PICTURE and "disguise" in codes:
            return
        if topics is not None and topics.explain(part.text, finding.level):
            finding = finding.model_copy(update={"severity": Severity.SUSPECT, "label": "borderline", "seals": False})
        elif topics is not None and finding.seals and not codes & _MARKS:
            # A sentence that merely names secret papers, in lower case: in documents, only an admin can tell.
            finding = finding.model_copy(update={"severity": Severity.TRIAGE, "label": UNSURE_LABEL, "seals": False})
        yield _as_scan_finding(finding, part.page)

    def _judge_harm(self, texts: Iterable[TextPart]) -> Iterator[ScanFinding]:
        """Judge whether a file with at most `short_text` characters, such as a poster, contains harmful offers."""
        parts = [part for part in texts if part.place in BODY or part.place == PICTURE]
        if sum(len(part.text) for part in parts) > self._files.parameters.short_text:
            return
        for part in _by_page(parts):
            if len(part.text.split()) < _FEWEST_WORDS:
                continue
            finding = self._harmful.inspect(part.text)
            # A table of prices is no poster: there, only a plain offer counts.
            if finding is not None and not (is_table(part.text) and finding.severity is Severity.TRIAGE):
                # Only an admin can tell a poster that warns from one that offers.
                yield _as_scan_finding(finding.model_copy(update={"severity": Severity.TRIAGE}), part.page)

    def _judge_links(self, links: Iterable[str]) -> Iterator[ScanFinding]:
        for judged in judge_links(dict.fromkeys(links), self._links.lists):
            severity = self._links.severity_of(judged.danger)
            reason = "+".join(sorted(judged.danger.reasons))
            if severity is not None:
                yield _as_scan_finding(self._links.finding(judged.danger.label, severity=severity, reason=reason), None)

    def _judge_addresses(self, texts: Iterable[TextPart]) -> Iterator[ScanFinding]:
        """Judge the web addresses in texts, but not those that text recognition read, as it misreads some."""
        for part in texts:
            if part.place not in _NO_ADDRESSES and (finding := self._links.inspect(part.text)):
                yield _as_scan_finding(finding, part.page)


def _only(engine: Engine, kind: type[R]) -> R:
    return next(rule for rule in engine.rules if isinstance(rule, kind))


def _is_own(part: TextPart) -> bool:
    return part.place in BODY or part.place in _OWN_PLACES


def _by_page(texts: Iterable[TextPart]) -> Iterator[TextPart]:
    """Yield the body text of each page as one part, and every other text, such as a comment, as it is."""
    bodies: defaultdict[int | None, list[str]] = defaultdict(list)
    for part in texts:
        if part.place == "body":
            bodies[part.page].append(part.text)
        else:
            yield part
    for page, body in bodies.items():
        yield TextPart("\n".join(body), page)


def _as_scan_finding(finding: Finding, page: int | None) -> ScanFinding:
    codes = finding.reason.split("+")[:_MOST_CODES] if finding.reason else []
    return ScanFinding.in_file(finding.model_copy(update={"reason": "+".join(codes) or None}), page)


def _each_kind_once(found: Iterable[ScanFinding]) -> Iterator[ScanFinding]:
    """Yield the first finding of each rule, label, severity and level."""
    seen = set()
    for finding in found:
        kind = (finding.rule_id, finding.label, finding.severity, finding.level)
        if kind not in seen:
            seen.add(kind)
            yield finding
