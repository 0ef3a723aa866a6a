"""Entries and elements as tests need them."""

from typing import Any

from zalo_governor.domain.inbound import Admitted, Element, ElementKind, Entry, Seal, Source

GROUP = "group"


def element(
    key: str,
    text: str = "Kính gửi các đồng chí",
    *,
    thread_id: str = GROUP,
    is_group: bool = True,
    kind: ElementKind = ElementKind.MESSAGE,
    sender_uid: str = "member",
    cli_key: str | None = None,
    at_ms: int = 1000,
    source: Source = Source.LIVE,
    raw: dict[str, Any] | None = None,
) -> Element:
    body = {"content": text} if raw is None else raw
    return Element("bot", thread_id, is_group, kind, key, cli_key, sender_uid, at_ms, source, repr(body).encode(), body)


def entry(
    key: str,
    text: str = "Kính gửi các đồng chí",
    *,
    thread_id: str = GROUP,
    at_ms: int = 1000,
    received_ms: int = 0,
    sender_uid: str = "member",
    cli_key: str | None = None,
    seal: Seal | None = None,
) -> Entry:
    return Entry(
        account="bot",
        thread_id=thread_id,
        is_group=True,
        kind=ElementKind.MESSAGE,
        key=key,
        cli_key=cli_key,
        sender_uid=sender_uid,
        at_ms=at_ms,
        source=Source.LIVE,
        received_ms=received_ms,
        fingerprint=text.encode(),
        raw=None if seal else {"content": text},
        seal=seal,
    )


def admitted(
    number: int, *, key: str, at_ms: int, thread_id: str = GROUP, received_ms: int = 0, text: str = ""
) -> Admitted:
    return Admitted(number, entry(key, text, thread_id=thread_id, at_ms=at_ms, received_ms=received_ms), False)
