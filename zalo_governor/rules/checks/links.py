"""Rule for clause 4.4, in texts: links that may spread malware or lead to a deceiver's page.

Links are judged by their form and by lists; no request is ever made to them.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from pydantic import Field, field_validator

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.fold import fold
from zalo_governor.text.links.addresses import defang
from zalo_governor.text.links.finder import Link, find_links
from zalo_governor.text.links.judge import LABELS, LinkDanger, join_dangers, judge_link
from zalo_governor.text.links.lists import LinkLists
from zalo_governor.text.normalise import normalise


class LinkParameters(Parameters):
    """How severe each kind of dangerous link is, and how warnings are recognised."""

    uncertain: Severity = Severity.TRIAGE
    """Severity of a link that may be dangerous, where a person has to check first."""
    quoted: Severity = Severity.SUSPECT
    """Severity of a dangerous link in a quoted message of somebody else."""
    kinds: dict[str, Severity] = {}
    """Severity by label, for uncertain links of certain kinds, such as `short_link`.

    Invitations to groups of Zalo are reported only if `group_invitation` is among the labels.
    """
    warnings: tuple[str, ...] = Field(min_length=1)
    """Phrases of messages that warn of links, which then count as uncertain. Diacritics and case are ignored."""

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: dict[str, Severity]) -> dict[str, Severity]:
        if unknown := kinds.keys() - set(LABELS):
            raise ValueError(f"không có loại {', '.join(sorted(unknown))}; các loại: {', '.join(LABELS)}")
        return kinds


class LinkRule(Rule[LinkParameters]):
    """Rule on dangerous links in all strings of an event that people see, and in the targets of link cards."""

    id: ClassVar[str] = "4.4-lien-ket"
    parameters_type: ClassVar[type[Parameters]] = LinkParameters
    lexicon_names: ClassVar[tuple[str, ...]] = (
        "links-trusted.txt",
        "links-shared.txt",
        "links-dangerous.txt",
        "links-shorteners.txt",
        "links-brands.txt",
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.lists = LinkLists(
            trusted=self.lexicons["links-trusted.txt"],
            shared=self.lexicons["links-shared.txt"],
            dangerous=self.lexicons["links-dangerous.txt"],
            shorteners=self.lexicons["links-shorteners.txt"],
            brands=self.lexicons["links-brands.txt"],
        )
        """The lists by which links are judged, those in files (`judge_links`) too."""
        phrases = "|".join(re.escape(fold(phrase)) for phrase in self.parameters.warnings)
        self._warnings = re.compile(rf"(?<!\w)(?:{phrases})(?!\w)")

    def prepare(self) -> None:
        judge_link("https://mau.example", self.lists)

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(LABELS)

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield at most one finding per string of the event; commands to the bot in private are skipped."""
        for field, text in _seen_strings(event):
            links = find_links(text)
            if not links:
                continue
            if field == "file_name":
                links = tuple(link for link in links if "://" in link.address)
            finding = self._judge(field, text, links)
            if finding:
                yield finding

    def inspect(self, text: str) -> Finding | None:
        """Return the finding on the dangerous links in a text, None if there are none; 1,000 links are read at most."""
        links = find_links(text)[:_MOST_LINKS]
        return self._judge("text", text, links) if links else None

    def severity_of(self, danger: LinkDanger) -> Severity | None:
        """Return the severity of a dangerous link, without regard to the text around it; None if it is not reported."""
        if danger.certain:
            return self.severity
        if danger.label == "group_invitation" and danger.label not in self.parameters.kinds:
            return None
        return self.parameters.kinds.get(danger.label, self.parameters.uncertain)

    def _judge(self, field: str, text: str, links: Iterable[Link]) -> Finding | None:
        judged = [(link, danger) for link in links if (danger := judge_link(link, self.lists))]
        worst = join_dangers(danger for _, danger in judged)
        if worst is None:
            return None
        severity = self.severity_of(worst)
        if severity is None:
            return None
        reasons = sorted(worst.reasons)
        if field.startswith("quote"):
            severity = self.parameters.quoted
        elif worst.certain and self._warnings.search(fold(normalise(text).text)):
            severity = self.parameters.uncertain
            reasons.append("warning")
        shown = next(link for link, danger in judged if danger.label == worst.label)
        return self.finding(
            worst.label,
            severity=severity,
            field=field,
            spans=tuple((link.start, link.end) for link, _ in judged),
            reason="+".join(reasons),
            excerpt=defang(shown.address),
        )


def _seen_strings(event: EventBase) -> Iterator[tuple[str, str]]:
    """Yield (field name, text) for each string of the event that is to be checked.

    Left out is the address of a photo, file, voice or video message: it is that of Zalo's file server, and nobody sees
    it.
    """
    attachment = event.attachment if isinstance(event, MessageSent) else None
    is_file = attachment is not None and attachment.type in _FILES
    before: set[str] = set()
    for field, text in event.strings():
        if text in before:
            continue  # A card repeats its address as its target.
        before.add(text)
        if is_file and field in _TARGETS:
            continue
        if field == "text" and not event.is_group and text.startswith("/"):
            continue
        yield field, text


_MOST_LINKS = 1_000
_TARGETS = frozenset({"url", "link_target", "link_redirect"})
_FILES = frozenset(
    {"chat.photo", "share.file", "chat.voice", "chat.video.msg", "chat.gif", "chat.sticker", "chat.doodle"}
)
