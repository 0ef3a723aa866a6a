"""One message as it is kept, on every database."""

from tests.unit.storage.stored import BOT, GROUP, entry, sealed_entry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.message_reader import MessageReader


def test_a_message_is_given_in_its_newest_form(database: Database) -> None:
    forms = [entry("10", text, raw={"msgId": "10", "content": text}) for text in ("Họp lúc 7 giờ", "Họp lúc 8 giờ")]
    Inbox(database).admit([*forms, entry("11")])
    assert MessageReader(database, BOT).message(GROUP, "10") == {"msgId": "10", "content": "Họp lúc 8 giờ"}


def test_what_was_not_heard_here_or_is_sealed_in_any_form_is_not_given(database: Database) -> None:
    inbox = Inbox(database)
    inbox.admit([entry("10"), sealed_entry("11"), entry("11", "tin đã sửa")])
    postings = MessageReader(database, BOT)
    assert postings.message(GROUP, "11") is None
    assert postings.message(GROUP, "99") is None
    assert postings.message("8000000000000000009", "10") is None
    assert MessageReader(database, "7000000000000000777").message(GROUP, "10") is None
