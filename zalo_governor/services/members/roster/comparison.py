"""Comparison of the roster with the stored members of a group: who is present, missing or an outsider."""

from typing import NamedTuple

from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.services.members.roster.matching import RosterMatching, compare
from zalo_governor.services.messaging.formatter import MessageFormatter, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.ports import UnitOfWork


class Figures(NamedTuple):
    """Numbers of people present, missing and not on the roster."""

    present: int
    """People on the roster who are in the group."""
    missing: int
    """People on the roster who are not known to be in the group (clause 7.2)."""
    strangers: int
    """Members of the group who are not on the roster (clause 4.5)."""


def attendance(uow: UnitOfWork, account: str, group_id: str) -> RosterMatching | None:
    """Return who of the roster is present or missing, and who is not on it; None if the group has no roster."""
    approved = uow.roster.approved_uids(account, group_id)
    if approved is None:
        return None
    present = uow.members.present_uids(account, group_id) - {account}
    return compare(uow.roster.matched(account, group_id), present, approved)


def figures(uow: UnitOfWork, account: str, group_id: str) -> Figures | None:
    """Return the numbers of people present, missing and not on the roster; None if the group has no roster."""
    held = attendance(uow, account, group_id)
    return Figures(len(held.present), len(held.missing), len(held.strangers)) if held else None


def hidden(snapshot: GroupSnapshot | None, voice: MessageFormatter) -> str:
    """Return the text saying that Zalo hides part of the member list; "" if all members are visible."""
    if snapshot is None or not snapshot.members_hidden:
        return ""
    seen, total = number(len(snapshot.member_uids)), number(snapshot.total_members)
    return voice.render(MessageId.MEMBERS_HIDDEN, seen=seen, total=total)
