"""Converts rows of the directive ledger to objects and back, and names the row to which a ciphertext is bound."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Row

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.directives import Assignee, Directive, DirectiveAnswer
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.rows import fields_of
from zalo_governor.storage.schema import directive_answers
from zalo_governor.storage.security.crypto import Keys

_ENCRYPTED = {"items", "mentioned_uids", "reason", "closing_words", "unconfirmed", "place"}
"""Fields of a directive that are stored encrypted, as JSON, in the column `body`."""


def changing_values(keys: Keys, directive: Directive) -> dict[str, Any]:
    """Return column -> value for those columns of a directive's row that may change; the texts are encrypted."""
    place = directive_place(directive.group_id, directive.given_by, to_ms(directive.at))
    return {
        "state": directive.state.value,
        "changed_ms": to_ms(directive.changed_at),
        "body": keys.seal_text(directive.model_dump_json(include=_ENCRYPTED), *place),
    }


def directive_of(keys: Keys, row: Row[Any]) -> Directive:
    """Convert a row of the table `directives` to a Directive; without items if its text was deleted."""
    body = keys.open_text(row.body, *directive_place(row.group_id, row.given_by, row.at_ms))
    return Directive.model_validate(fields_of(row) | (orjson.loads(body) if body else {"items": ()}))


def directive_place(group_id: str, given_by: int, at_ms: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted body of a directive to its row (arguments of `binding`)."""
    return ("directive", group_id, str(given_by), str(at_ms))


def assignee_place(directive_id: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted name of an addressee to its directive (arguments of `binding`)."""
    return ("directive assignee", str(directive_id))


def assignee_of(keys: Keys, row: Row[Any], person_ids: Iterable[int]) -> Assignee:
    """Convert a row of the table `directive_assignees` to an Assignee for whom these people can answer."""
    name = keys.open_text(row.name, *assignee_place(row.directive_id))
    return Assignee.model_validate(fields_of(row) | {"name": name, "person_ids": person_ids})


def answer_of(row: Row[Any]) -> DirectiveAnswer:
    """Convert a row of the table `directive_answers` to a DirectiveAnswer."""
    return DirectiveAnswer.model_validate(fields_of(row))


def by_message(group_id: str, message_key: str) -> tuple[Any, ...]:
    """Return the SQL conditions for the answers stored because of one message (`message_key` is its msgId)."""
    columns = directive_answers.c
    return (columns.group_id == group_id, columns.message_key == storable(message_key))
