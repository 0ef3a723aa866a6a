"""Comparison of the roster with a group's members: who is present, missing, unlisted."""

from typing import NamedTuple

from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.domain.roster_matching import RosterMatching, compare
from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork


class Figures(NamedTuple):
    """Numbers from comparing the members of a group with its roster."""

    present: int
    """People on the roster who are in the group."""
    missing: int
    """People on the roster who are not known to be in the group (clause 7.2)."""
    strangers: int
    """Members of the group who are not on the roster (clause 4.5)."""


def attendance(uow: UnitOfWork, account: str, group_id: str) -> RosterMatching | None:
    """Return who on the roster is in the group or missing, and which members are not on it; None without a roster.

    Nobody is missing where Zalo hides the list of members: who is not shown may be in the group nevertheless.
    """
    approved = uow.roster.approved_uids(account, group_id)
    if approved is None:
        return None
    present = uow.members.present_uids(account, group_id) - {account}
    held = compare(uow.roster.matched(account, group_id), present, approved)
    snapshot = uow.members.group_snapshot(group_id)
    return held._replace(missing=()) if snapshot and snapshot.members_hidden else held


def figures(uow: UnitOfWork, account: str, group_id: str) -> Figures | None:
    """Return how many people on the roster are in the group or missing, and how many members are not on the roster.

    None if the group has no roster.
    """
    held = attendance(uow, account, group_id)
    return Figures(len(held.present), len(held.missing), len(held.strangers)) if held else None


def hidden(snapshot: GroupSnapshot | None, voice: MessageFormatter) -> str:
    """Return the text, after a blank, on how many members Zalo shows the bot, of how many; "" if it shows all."""
    if snapshot is None or not snapshot.members_hidden:
        return ""
    return " " + voice.render(TextId("members_hidden"), **seen_of_all(snapshot))


def seen_of_all(snapshot: GroupSnapshot) -> dict[str, str]:
    """Return {"seen": number of members that Zalo shows, "total": number of all}, as text for messages."""
    return {"seen": number(len(snapshot.member_uids)), "total": number(snapshot.total_members)}
