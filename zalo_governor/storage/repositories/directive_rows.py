"""Converts rows of the directive ledger to objects and back, and names the row to which a ciphertext is bound."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.directives import (
    AnswerKind,
    AnswerWay,
    Directive,
    DirectiveAnswer,
    DirectiveItem,
    DirectiveState,
)
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.schema import directive_answers, directives
from zalo_governor.storage.security.crypto import Keys


class _Body(BaseModel):
    """The fields of a directive that are stored encrypted, in one column."""

    items: tuple[DirectiveItem, ...] = ()
    mentioned_uids: tuple[str, ...] = ()
    reason: str = ""
    closing_words: dict[str, str] = {}
    unconfirmed: bool = False
    place: str = ""


def changing_values(keys: Keys, directive: Directive) -> dict[str, Any]:
    """Return column -> value for those columns of a directive's row that may change; the texts are encrypted."""
    body = _Body.model_validate(directive.model_dump(include=set(_Body.model_fields)))
    place = directive_place(directive.group_id, directive.given_by, to_ms(directive.at))
    return {
        "state": directive.state.value,
        "changed_ms": to_ms(directive.changed_at),
        "body": keys.seal_text(body.model_dump_json(), *place),
    }


def directive_of(keys: Keys, row: Row[Any]) -> Directive:
    """Convert a row of the table `directives` to a Directive; without items if its text was deleted."""
    opened = keys.open_text(row.body, *directive_place(row.group_id, row.given_by, row.at_ms))
    body = _Body.model_validate_json(opened) if opened else _Body()
    return Directive(
        id=row.id,
        group_id=row.group_id,
        account=row.account,
        message_key=row.message_key,
        given_by=row.given_by,
        entered_by=row.entered_by,
        at=from_ms(row.at_ms),
        state=DirectiveState(row.state),
        changed_at=from_ms(row.changed_ms),
        items=body.items,
        mentioned_uids=body.mentioned_uids,
        reason=body.reason,
        closing_words=body.closing_words,
        unconfirmed=body.unconfirmed,
        place=body.place,
    )


def directive_place(group_id: str, given_by: int, at_ms: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted body of a directive to its row (arguments of `binding`)."""
    return ("directive", group_id, str(given_by), str(at_ms))


def assignee_place(directive_id: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted name of an addressee to its directive (arguments of `binding`)."""
    return ("directive assignee", str(directive_id))


def answer_of(row: Row[Any]) -> DirectiveAnswer:
    """Convert a row of the table `directive_answers` to a DirectiveAnswer."""
    return DirectiveAnswer(
        group_id=row.group_id,
        directive_id=row.directive_id,
        assignee_id=row.assignee_id,
        target_key=row.target_key,
        message_key=row.message_key,
        person_id=row.person_id,
        at=from_ms(row.at_ms),
        kind=AnswerKind(row.kind),
        way=AnswerWay(row.way),
        assumed=row.assumed,
    )


def by_message(group_id: str, message_key: str) -> tuple[Any, ...]:
    """Return the SQL conditions for the answers stored because of one message (`message_key` is its msgId)."""
    columns = directive_answers.c
    return (columns.group_id == group_id, columns.message_key == storable(message_key))


def given_within(group_id: str, start: datetime, end: datetime) -> tuple[Any, ...]:
    """Return the SQL conditions for the directives given in the group in [start, end)."""
    columns = directives.c
    return (columns.group_id == group_id, columns.at_ms >= to_ms(start), columns.at_ms < to_ms(end))
