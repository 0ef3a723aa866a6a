"""Changes made to groups (name, settings …), the leader's approvals (permissions) of changes, and group pictures."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, delete, insert, select, update

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.group_changes import Approval, Change, ChangeKind, GroupChange
from zalo_governor.domain.people import picture_name
from zalo_governor.domain.pictures import Looked
from zalo_governor.storage.repositories.base import Repository, within
from zalo_governor.storage.repositories.rows import columns_of, fields_of
from zalo_governor.storage.schema import approvals, group_changes, group_pictures
from zalo_governor.storage.security.crypto import binding


class GroupChanges(Repository):
    """Repository of changes made to groups (name, settings …), and of approvals: the leader's permissions for them."""

    def add(self, account: str, change: GroupChange) -> None:
        """Store a change to a group that was observed by the bot account with uid `account`."""
        self._tx.lock_office()
        place = change_place(change.group_id, change.event_id)
        body = self._tx.keys.seal_text(change.change.model_dump_json(exclude={"removed"}), *place)
        more = {"account": account, "kind": change.change.kind.value, "body": body}
        self._tx.connection.execute(insert(group_changes), columns_of(group_changes, change) | more)

    def of_case(self, case: Case) -> list[GroupChange]:
        """Return the changes of the group (name, settings …) that a case is about, oldest first."""
        kept = select(group_changes).where(group_changes.c.case_id == case.id).order_by(group_changes.c.id)
        return [self._change(row) for row in self._tx.execute(kept)]

    def between(self, group_id: str, start: datetime, end: datetime) -> list[GroupChange]:
        """Return the changes made to the group in [start, end), oldest first."""
        columns = group_changes.c
        kept = select(group_changes).where(within(columns.group_id, columns.at_ms, group_id, start, end))
        return [self._change(row) for row in self._tx.execute(kept.order_by(columns.at_ms, columns.id))]

    def approve(self, case: Case, approval_id: int) -> None:
        """Record that the approval with that number, given afterwards, covers all changes that the case is about."""
        self._tx.connection.execute(
            update(group_changes).where(group_changes.c.case_id == case.id).values(approval_id=approval_id)
        )

    def _change(self, row: Row[Any]) -> GroupChange:
        body = self._tx.keys.open_text(row.body, *change_place(row.group_id, row.event_id))
        removed = Change(kind=ChangeKind(row.kind), removed=True)
        seen = Change.model_validate_json(body) if body else removed
        return GroupChange.model_validate(fields_of(row) | {"change": seen})

    def add_approval(self, approval: Approval) -> Approval:
        """Insert an approval (the leader's permission to change a group; its id is ignored); return it with its id."""
        self._tx.lock_office()
        body = orjson.dumps({"words": approval.words, "item": approval.item}).decode()
        row = columns_of(approvals, approval) | {
            "body": self._tx.keys.seal_text(body, *approval_place(approval.group_id, approval.given_by)),
            "until_ms": to_ms(approval.until),
        }
        number = self._tx.connection.execute(insert(approvals).returning(approvals.c.id), row).scalar_one()
        return approval.model_copy(update={"id": number})

    def approvals(self, group_id: str, at: datetime) -> list[Approval]:
        """Return the approvals (permissions to change the group) that have not expired at `at`, oldest first."""
        valid = select(approvals).where(approvals.c.group_id == group_id, approvals.c.until_ms > to_ms(at))
        return [self._approval(row) for row in self._tx.execute(valid.order_by(approvals.c.id))]

    def approval(self, approval_id: int) -> Approval | None:
        """Return the approval (permission to change a group) with that id; None if there is none."""
        row = self._tx.execute(select(approvals).where(approvals.c.id == approval_id)).first()
        return None if row is None else self._approval(row)

    def use_approval(self, approval_id: int, event_id: int) -> None:
        """Record the event as the first one that the approval permitted; do nothing if one is recorded already."""
        first = (approvals.c.id == approval_id, approvals.c.used_by_event.is_(None))
        self._tx.connection.execute(update(approvals).where(*first).values(used_by_event=event_id))

    def _approval(self, row: Row[Any]) -> Approval:
        body = self._tx.keys.open_text(row.body, *approval_place(row.group_id, row.given_by))
        typed = orjson.loads(body) if body else {"words": "", "item": ""}
        # Without its item, the approval would permit more than before: it counts as expired.
        until = from_ms(row.until_ms if body else row.given_ms)
        return Approval.model_validate(fields_of(row) | typed | {"until": until})


class Pictures(Repository):
    """Stored perceptual hashes and thumbnails of group pictures, by which a later picture is compared with them."""

    def save(self, account: str, group_id: str, address: str, looked: Looked) -> None:
        """Store the hash and thumbnail (`looked`) of the group picture at URL `address`, replacing earlier ones."""
        name = self._hashed_name(address)
        here = _picture_place(account, group_id, name)
        self._tx.execute(delete(group_pictures).where(*here))
        self._tx.connection.execute(
            insert(group_pictures),
            {
                "group_id": group_id,
                "account": account,
                "name": name,
                "likeness": looked.likeness,
                "thumbnail": self._tx.keys.seal(looked.thumbnail, binding("thumbnail", group_id)),
            },
        )

    def thumbnail(self, account: str, group_id: str, address: str) -> Looked | None:
        """Return the hash and thumbnail of the picture at URL `address`; None if it has not been fetched."""
        here = _picture_place(account, group_id, self._hashed_name(address))
        row = self._tx.execute(select(group_pictures).where(*here)).first()
        if row is None:
            return None
        return Looked(row.likeness, self._tx.keys.open(row.thumbnail, binding("thumbnail", group_id)))

    def _hashed_name(self, address: str) -> str:
        return self._tx.keys.mac(binding("picture", picture_name(address))).hex()


def change_place(group_id: str, event_id: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted body of a change to its row (arguments of `binding`)."""
    return ("group change", group_id, str(event_id))


def approval_place(group_id: str, given_by: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted words of an approval to its row (arguments of `binding`)."""
    return ("approval", group_id, str(given_by))


def _picture_place(account: str, group_id: str, name: str) -> list[Any]:
    columns = group_pictures.c
    return [columns.account == account, columns.group_id == group_id, columns.name == name]
