"""Comparison of the roster with a group's members: who is present, missing, unlisted."""

from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.domain.roster_matching import RosterMatching, compare
from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork


def attendance(uow: UnitOfWork, account: str, group_id: str) -> RosterMatching | None:
    """Return who on the roster is in the group or missing (clause 7.2), and which members are not on it (4.5).

    None without a roster. Nobody is missing where Zalo hides the list of members: who is not shown may be in the group.
    """
    approved = uow.roster.approved_uids(account, group_id)
    if approved is None:
        return None
    present = uow.members.present_uids(account, group_id) - {account}
    held = compare(uow.roster.matched(account, group_id), present, approved)
    snapshot = uow.members.group_snapshot(group_id)
    return held._replace(missing=()) if snapshot and snapshot.members_hidden else held


def hidden(snapshot: GroupSnapshot | None, voice: MessageFormatter) -> str:
    """Return the text, after a blank, on how many members Zalo shows the bot, of how many; "" if it shows all."""
    if snapshot is None or not snapshot.members_hidden:
        return ""
    return " " + voice.render(TextId("members_hidden"), **seen_of_all(snapshot))


def seen_of_all(snapshot: GroupSnapshot) -> dict[str, str]:
    """Return {"seen": number of members that Zalo shows, "total": number of all}, as text for messages."""
    return {"seen": number(len(snapshot.member_uids)), "total": number(snapshot.total_members)}
