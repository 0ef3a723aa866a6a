"""Facts about one message that the conditions of rules in YAML test; each is computed once for all rules together."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from zalo_governor.domain.clock import local
from zalo_governor.domain.events import MessageSent
from zalo_governor.rules.base import RuleContext
from zalo_governor.rules.declared.conditions import MessageKind
from zalo_governor.text.fold import fold
from zalo_governor.text.links.addresses import in_latin, split_address
from zalo_governor.text.links.finder import find_links
from zalo_governor.text.normalise import Normalised, normalise

WORD = re.compile(r"\w+")
_LONGEST = 20_000
"""How many characters of a message are read; Zalo itself allows 2,000."""
_EMOJI = re.compile(
    # Zalo writes its own pictures as signs with blanks around them: "/-heart", ":d", ":((", ";xx". Each alternative
    # begins with a character of its own, so that texts without any are passed over fast.
    r"(?:/(?<!\S/)-[A-Za-z]{2,10}|:(?<!\S:)(?:-?[)(]{1,3}|[>|~*'dopqtzDOPQTZ$3]{1,2})|;(?<!\S;)[)xpodXPOD-]{1,2}"
    r"|8(?<!\S8)-\)|-(?<!\S-)-b)(?!\S)"
    "|[\U0001f1e6-\U0001f1ff]{2}|[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\U0001f300-\U0001faff\u2640\u2642\u2764]\ufe0f?)*"
)
_KINDS: Mapping[str, MessageKind] = {
    "chat.photo": MessageKind.PICTURE,
    "chat.gif": MessageKind.GIF,
    "chat.doodle": MessageKind.DRAWING,
    "chat.sticker": MessageKind.STICKER,
    "chat.voice": MessageKind.VOICE,
    "chat.video.msg": MessageKind.FILM,
    "chat.video.memo": MessageKind.FILM,
    "chat.video.live.msg": MessageKind.FILM,
    "share.file": MessageKind.FILE,
    "chat.link": MessageKind.LINK,
    "share.link": MessageKind.LINK,
    "chat.webcontent": MessageKind.CARD,
    "chat.poll": MessageKind.POLL,
    "group.poll": MessageKind.POLL,
    "chat.location.new": MessageKind.LOCATION,
    "chat.livelocation": MessageKind.LOCATION,
    "chat.forward": MessageKind.FORWARD,
}
_RECOMMENDED = "chat.recommended"
"""Zalo's msgType of a previewed link, and of a card with somebody's account."""
TYPE_OF = {kind: message_type for message_type, kind in reversed([*_KINDS.items()])} | {MessageKind.CARD: _RECOMMENDED}
"""For each kind, one of Zalo's message types (msgType), from which messages in rules' examples are made."""


class Facts:
    """Facts about one message and its context, which conditions test; each is computed on first access."""

    def __init__(self, event: MessageSent, context: RuleContext) -> None:
        self.event = event
        self.context = context

    @cached_property
    def at(self) -> datetime:
        """When the message was sent, by the clock of Viet Nam."""
        return local(self.event.at)

    @cached_property
    def typed(self) -> Normalised:
        """The typed text after `normalise`: without invisible characters, look-alike letters made plain."""
        return normalise(self.event.text[:_LONGEST])

    @cached_property
    def folded(self) -> str:
        """The text in small letters without diacritics, at the length of `typed`."""
        return fold(self.typed.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text `folded`, and "", for patterns that require no word."""
        return frozenset(("", *WORD.findall(self.folded)))

    @cached_property
    def emoji(self) -> tuple[tuple[int, int], ...]:
        """Offsets [start, end), in the text as it was typed, of emoji and of Zalo's codes for its own (`/-heart`)."""
        return tuple(found.span() for found in _EMOJI.finditer(self.event.text[:_LONGEST]))

    @cached_property
    def links(self) -> tuple[tuple[str, tuple[int, int] | None], ...]:
        """(host, offsets [start, end) in the typed text) of each link; no offsets for the link of a preview or card."""
        text, attachment = self.event.text[:_LONGEST], self.event.attachment
        found: list[tuple[str, tuple[int, int] | None]] = [
            (_host_of(link.address), (link.start, link.end)) for link in find_links(text)
        ]
        if attachment and self.kind in {MessageKind.LINK, MessageKind.CARD} and attachment.url:
            found.append((_host_of(attachment.url), None))
        return tuple(found)

    @cached_property
    def kind(self) -> MessageKind:
        """Kind of the message; a text with a link is a text."""
        attachment = self.event.attachment
        if attachment is None:
            return _KINDS.get(self.event.message_type, MessageKind.TEXT if self.event.text else MessageKind.OTHER)
        if attachment.type == _RECOMMENDED:
            return MessageKind.LINK if attachment.url.startswith("http") else MessageKind.CARD
        return _KINDS.get(attachment.type, MessageKind.OTHER)


class FactReader:
    """Cache of the `Facts` of the latest event, so that each fact is computed once for all rules."""

    def __init__(self) -> None:
        self._last: Facts | None = None

    def read(self, event: MessageSent, context: RuleContext) -> Facts:
        """Return the facts of the event; those of the last call again, if it was for the same event and context."""
        last = self._last
        if last is None or last.event is not event or last.context is not context:
            last = self._last = Facts(event, context)
        return last


def _host_of(address: str) -> str:
    return in_latin(split_address(address).host)
