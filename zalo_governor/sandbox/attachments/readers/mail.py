"""Reads e-mails (RFC 5322, MIME): .eml files, mailboxes (RFC 4155), and pages saved as .mht."""

import email
import email.errors
import email.feedparser
import email.header
import email.message
import email.parser
import email.policy
import re
from itertools import chain

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.characters import decode
from zalo_governor.sandbox.attachments.readers.collector import Collector

_HEADERS = ("Subject", "From", "To", "Cc", "Reply-To", "Comments", "Keywords", "Thread-Topic")
_NEXT_MAIL = re.compile(rb"\n(?=From [^\n]*\n[!-9;-~]+:)")
_MOST_PARTS = 1_000
_LONGEST_HEADER = 10_000


def read(content: bytes, collector: Collector) -> None:
    """Add the headers, texts and attachments of an e-mail or of all in a mailbox; HTML is added as inner files."""
    mails = _NEXT_MAIL.split(content) if content.startswith(b"From ") else [content]
    messages = (email.message_from_bytes(mail, policy=email.policy.compat32) for mail in mails)
    for count, part in enumerate(chain.from_iterable(message.walk() for message in messages)):
        collector.budget.check_time()
        if count >= _MOST_PARTS:
            collector.note(NotChecked.LIMIT)
            break
        # A line of its text may have looked like the next mail of the mailbox; attachments behind it are then lost.
        if len(mails) > 1 and any(isinstance(flaw, email.errors.CloseBoundaryNotFoundDefect) for flaw in part.defects):
            collector.note(NotChecked.DAMAGED)
        with collector.noting_damage():
            _read_headers(part, collector)
            if not part.is_multipart():
                _read_part(part, collector)


def _read_headers(part: email.message.Message, collector: Collector) -> None:
    for name in _HEADERS:
        for value in part.get_all(name, []):
            collector.add_text(f"{name}: {_decoded(str(value))}", place="header")


def _read_part(part: email.message.Message, collector: Collector) -> None:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        return
    if len(content) > collector.budget.left("unpacked"):
        collector.note(NotChecked.LIMIT)
        return
    collector.budget.spend("unpacked", len(content))
    name = _decoded(part.get_filename() or "")
    if part.get_content_type() == "text/plain" and not name:
        for text in decode(content, str(part.get_content_charset() or "")):
            collector.add_text(text)
    else:
        collector.add_inner(name or f"part.{part.get_content_subtype()}", content)


def _decoded(value: str) -> str:
    """Return a header with its encoded words decoded (RFC 2047)."""
    value = value[:_LONGEST_HEADER]
    try:
        words = email.header.decode_header(value)
    except (email.errors.HeaderParseError, ValueError):
        return value
    texts = [word if isinstance(word, str) else decode(word, charset or "")[0] for word, charset in words]
    return "".join(texts)
