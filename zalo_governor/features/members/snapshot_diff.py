"""Comparison of a group as read from Zalo with its stored state; each difference becomes an element to be judged."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from zalo_governor.domain.inbound import Element, ElementKind, RawDict, Source
from zalo_governor.domain.people import GroupSnapshot, Member, picture_name


class GroupSnapshotDiff(NamedTuple):
    """Comparison, in one group sync, of a group as just read from Zalo with its stored state.

    Each difference is turned into an element (input of the pipeline, like data received over the socket).
    """

    account: str
    group_id: str
    now_ms: int
    """Time of the sync, milliseconds since 1970."""
    since_ms: int
    """Time of the previous sync, milliseconds since 1970 (0: none); part of every element's key.

    Elements of equal key are judged once. So a value that changes and changes back is judged again, but not the
    elements of a sync that is repeated because the process died.
    """

    def names(self, members: Sequence[Member], known: Mapping[str, str]) -> Iterator[Element]:
        """Yield an element for each member whose display name is new, or differs from the one that the rules judged.

        The elements are dated later than those of `changes`, so that outsiders are known when their names are judged,
        and are not asked to correct them.

        Args:
            known: uid -> display name that the rules last judged.
        """
        for member in members:
            name = member.zalo_name or member.display_name
            if name and member.uid != self.account and known.get(member.uid) != name:
                yield self._element(ElementKind.NAME, member.uid, {"uid": member.uid, "name": name}, after_ms=1)

    def changes(
        self, before: GroupSnapshot | None, after: GroupSnapshot, present: Set[str], writers: Set[str] = frozenset()
    ) -> Iterator[Element]:
        """Yield an element for each change of the group (members, settings, name …) that no event has reported.

        Args:
            before: the stored state of the group; None at the first sync, which yields nothing but that the group is
                end-to-end encrypted.
            after: the state just read from Zalo.
            present: uids of the members known so far, from events and syncs.
            writers: uids that wrote in the group just now, and so are members even if Zalo hides the member list.
        """
        if after.encrypted is not None and after.encrypted is not bool(before and before.encrypted):
            yield self._element(ElementKind.GROUP_STATE, "", {"encrypted": after.encrypted})
        if before is None:
            return
        hidden = before.members_hidden or after.members_hidden
        now = set(after.member_uids)
        for uid in sorted((writers if hidden else now) - present - {self.account}):
            yield self._element(ElementKind.GROUP_STATE, "", {"joined": uid})
        if not hidden:
            for uid in sorted(present - now - {self.account}):
                yield self.left(uid)
        for raw in _group_data_changes(before, after):
            yield self._element(ElementKind.GROUP_STATE, "", raw)

    def left(self, uid: str) -> Element:
        """Return the element that says that the member with this uid is no longer in the group."""
        return self._element(ElementKind.GROUP_STATE, "", {"left": uid})

    def _element(self, kind: ElementKind, sender_uid: str, raw: RawDict, after_ms: int = 0) -> Element:
        said = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )
        return Element(
            account=self.account,
            thread_id=self.group_id,
            is_group=True,
            kind=kind,
            key=hashlib.blake2b(said + str(self.since_ms).encode(), digest_size=12).hexdigest(),
            cli_key=None,
            sender_uid=sender_uid,
            at_ms=self.now_ms + after_ms,
            source=Source.SWEEP,
            said=said,
            raw=raw,
        )


def _group_data_changes(before: GroupSnapshot, after: GroupSnapshot) -> Iterator[RawDict]:
    """Yield the raw content of an element for each change of the group's name, settings, admins …

    A value that was unknown before does not count as changed.
    """
    if before.name and after.name and before.name != after.name:
        yield {"name": after.name}
    if before.description is not None and after.description is not None and before.description != after.description:
        yield {"description": after.description}
    if _is_other_picture(before.avatar_url, after.avatar_url):
        yield {"avatar": after.avatar_url}
    changed = {flag: now for flag, now in after.settings.items() if before.settings.get(flag, now) != now}
    if changed:
        yield {"settings": changed}
    if before.owner_uid and after.owner_uid and before.owner_uid != after.owner_uid:
        yield {"owner": after.owner_uid}
    there, now_there = set(before.co_admin_uids), set(after.co_admin_uids)
    for uid in sorted(now_there - there):
        yield {"admin_added": uid}
    # A co-admin who left the group or became its owner was not removed as co-admin by anybody.
    gone = there - now_there - {after.owner_uid}
    for uid in sorted(gone if after.members_hidden else gone.intersection(after.member_uids)):
        yield {"admin_removed": uid}


def to_remember(before: GroupSnapshot | None, after: GroupSnapshot) -> GroupSnapshot:
    """Return the group's state to store after a sync: `after`, but the old values where `changes` yields elements.

    The new values are stored when these elements are judged, so that a crash in between loses no change, and a change
    of which an event came over the socket meanwhile is not reported twice.
    """
    if before is None:
        return after
    gone = set(before.co_admin_uids) - set(after.co_admin_uids) - set(after.member_uids)
    stay = before.co_admin_uids if after.members_hidden else [uid for uid in before.co_admin_uids if uid not in gone]
    return after.model_copy(
        update={
            "name": before.name or after.name,
            "description": after.description if before.description is None else before.description,
            "avatar_url": after.avatar_url if before.avatar_url is None else before.avatar_url,
            "settings": after.settings | before.settings,
            "encrypted": after.encrypted if before.encrypted is None and not after.encrypted else before.encrypted,
            "owner_uid": before.owner_uid or after.owner_uid,
            "co_admin_uids": tuple(uid for uid in stay if uid != after.owner_uid),
            "link_opened_at": before.link_opened_at,
            "link_expires_at": before.link_expires_at,
        }
    )


def _is_other_picture(before: str | None, after: str | None) -> bool:
    return before is not None and after is not None and picture_name(before) != picture_name(after)
