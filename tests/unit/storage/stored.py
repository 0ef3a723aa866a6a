"""What tests of the store put into it."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.directives import Directive, DirectiveItem, DirectiveState
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.inbound import Admitted, ElementKind, Entry, Seal, Source
from zalo_governor.domain.notices import Notice, Purpose

BOT = "7000000000000000001"
MEMBER = "7000000000000000002"
OTHER = "7000000000000000003"
GROUP = "8000000000000000001"
MASTER = b"k" * 32
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
START_MS = round(START.timestamp() * 1000)


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now


def entry(key: str = "1", text: str = "Xin gửi báo cáo", **changes: Any) -> Entry:
    """A group message of MEMBER that passed the door."""
    made = Entry(
        account=BOT,
        thread_id=GROUP,
        is_group=True,
        kind=ElementKind.MESSAGE,
        key=key,
        cli_key=None,
        sender_uid=MEMBER,
        at_ms=START_MS,
        source=Source.LIVE,
        received_ms=START_MS,
        fingerprint=hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(),
        raw={"msgId": key, "content": text},
        seal=None,
    )
    return made._replace(**changes)


def sealed_entry(key: str = "1", mac: bytes = b"m" * 16, **changes: Any) -> Entry:
    """A message of which the door kept nothing."""
    return entry(key, **changes)._replace(
        raw=None, fingerprint=mac, seal=Seal("4.1-noi-dung-mat", "classified", "mat", 40, mac)
    )


def message(admitted: Admitted, **changes: Any) -> MessageSent:
    """The event that an admitted message is."""
    heard = admitted.entry
    values: dict[str, Any] = {
        "id": admitted.id,
        "account": heard.account,
        "thread_id": heard.thread_id,
        "is_group": heard.is_group,
        "key": heard.key,
        "sender_uid": heard.sender_uid,
        "at": from_ms(heard.at_ms),
        "source": heard.source,
        "text": heard.raw["content"] if heard.raw else "",
    }
    return MessageSent(**(values | changes))


def new_case(person_id: int, event_id: int, **changes: Any) -> Case:
    """A case as the office opens it."""
    values: dict[str, Any] = {
        "id": 0,
        "group_id": GROUP,
        "rule_id": "3.1-tieng-viet-co-dau",
        "clause": "3.1",
        "severity": Severity.MINOR,
        "label": "no_diacritics",
        "person_id": person_id,
        "state": CaseState.NEW,
        "opened_at": START,
        "event_at": START,
        "last_event_at": START,
        "first_event_id": event_id,
        "message_key": "1",
        "state_at": START,
    }
    return Case(**(values | changes))


def notice(text: str = "Kính gửi đồng chí", **changes: Any) -> Notice:
    """A private message to MEMBER."""
    values: dict[str, Any] = {
        "account": BOT,
        "thread_id": MEMBER,
        "text": text,
        "purpose": Purpose.MEMBER_REQUEST,
        "group_id": GROUP,
        "created_at": START,
    }
    return Notice(**(values | changes))


def new_directive(given_by: int, **changes: Any) -> Directive:
    """An open directive of somebody, not stored yet."""
    values: dict[str, Any] = {
        "group_id": GROUP,
        "account": BOT,
        "message_key": "1",
        "given_by": given_by,
        "at": START,
        "state": DirectiveState.OPEN,
        "items": (DirectiveItem(text="Sở Mẫu báo cáo số liệu", names=("Sở Mẫu",)),),
        "changed_at": START,
    }
    return Directive(**(values | changes))
