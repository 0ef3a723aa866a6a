"""The roster held against a group as the store knows it, and what cannot be seen of the group."""

from typing import NamedTuple

from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.services.members.roster.matching import RosterMatching, compare
from zalo_governor.services.messaging.formatter import MessageFormatter, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.ports import UnitOfWork


class Figures(NamedTuple):
    """How many are where."""

    present: int
    """In the roster and in the group."""
    missing: int
    """In the roster, not known to be in the group (clause 7.2)."""
    strangers: int
    """In the group and not in the roster (clause 4.5)."""


def attendance(uow: UnitOfWork, account: str, group_id: str) -> RosterMatching | None:
    """Who is where; None where the group has no roster."""
    approved = uow.roster.approved_uids(account, group_id)
    if approved is None:
        return None
    present = uow.members.present_uids(account, group_id) - {account}
    return compare(uow.roster.matched(account, group_id), present, approved)


def figures(uow: UnitOfWork, account: str, group_id: str) -> Figures | None:
    """The same without names; None where the group has no roster."""
    held = attendance(uow, account, group_id)
    return Figures(len(held.present), len(held.missing), len(held.strangers)) if held else None


def hidden(snapshot: GroupSnapshot | None, voice: MessageFormatter) -> str:
    """What the program cannot see of the members, in words; "" where it sees them all."""
    if snapshot is None or not snapshot.members_hidden:
        return ""
    seen, total = number(len(snapshot.member_uids)), number(snapshot.total_members)
    return voice.render(MessageId.MEMBERS_HIDDEN, seen=seen, total=total)
