"""What a look at the group shows and nobody said on the wire, as elements for the pipeline: names, comings, changes."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from zalo_governor.domain.inbound import Element, ElementKind, RawDict, Source
from zalo_governor.domain.people import GroupSnapshot, Member, picture_name


class GroupSnapshotDiff(NamedTuple):
    """One look at a group."""

    account: str
    group_id: str
    now_ms: int
    """When, milliseconds since 1970."""
    since_ms: int
    """When the look before was through; part of every key. So what comes back after a change is judged again, and what
    was found by a look that was broken off is not."""

    def names(self, members: Sequence[Member], known: Mapping[str, str]) -> Iterator[Element]:
        """Every member whose display name is new or differs from the one last judged (`known`: uid -> name).

        They are judged after what `changes` gives: who has come in from outside is not asked for a proper name.
        """
        for member in members:
            name = member.zalo_name or member.display_name
            if name and member.uid != self.account and known.get(member.uid) != name:
                yield self._element(ElementKind.NAME, member.uid, {"uid": member.uid, "name": name}, after_ms=1)

    def changes(
        self, before: GroupSnapshot | None, after: GroupSnapshot, present: Set[str], writers: Set[str] = frozenset()
    ) -> Iterator[Element]:
        """What changed since the group was last seen, without an event that told of it.

        Args:
            before: the group as it was last seen; None at the first look, which is where everything begins.
            present: uids of those who were members by all that was heard.
            writers: uids of those who wrote in it just now, and so are there even where Zalo hides the members.
        """
        if before is None:
            return
        hidden = before.members_hidden or after.members_hidden
        now = set(after.member_uids)
        for uid in sorted((writers if hidden else now) - present - {self.account}):
            yield self._element(ElementKind.GROUP_STATE, "", {"joined": uid})
        if not hidden:
            for uid in sorted(present - now - {self.account}):
                yield self._element(ElementKind.GROUP_STATE, "", {"left": uid})
        for raw in _info(before, after):
            yield self._element(ElementKind.GROUP_STATE, "", raw)

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


def _info(before: GroupSnapshot, after: GroupSnapshot) -> Iterator[RawDict]:
    """What is other about the group itself; what was not known before has not changed."""
    if before.name and after.name and before.name != after.name:
        yield {"name": after.name}
    if before.description is not None and after.description is not None and before.description != after.description:
        yield {"description": after.description}
    if _other_picture(before.avatar_url, after.avatar_url):
        yield {"avatar": after.avatar_url}
    changed = {flag: now for flag, now in after.settings.items() if before.settings.get(flag, now) != now}
    if changed:
        yield {"settings": changed}
    if before.owner_uid and after.owner_uid and before.owner_uid != after.owner_uid:
        yield {"owner": after.owner_uid}
    there, now_there = set(before.co_admin_uids), set(after.co_admin_uids)
    for uid in sorted(now_there - there):
        yield {"admin_added": uid}
    # Whoever left the group, or now owns it, is no deputy any more without anybody having taken that right away.
    gone = there - now_there - {after.owner_uid}
    for uid in sorted(gone if after.members_hidden else gone.intersection(after.member_uids)):
        yield {"admin_removed": uid}


def to_remember(before: GroupSnapshot | None, after: GroupSnapshot) -> GroupSnapshot:
    """The group as it is to be kept after a look: what `changes` hands on is taken over when it is judged, not now, so
    that a process that dies in between loses nothing, and what the wire has told meanwhile is not told twice.
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
            "owner_uid": before.owner_uid or after.owner_uid,
            "co_admin_uids": tuple(uid for uid in stay if uid != after.owner_uid),
            "link_opened_at": before.link_opened_at,
            "link_expires_at": before.link_expires_at,
        }
    )


def _other_picture(before: str | None, after: str | None) -> bool:
    return before is not None and after is not None and picture_name(before) != picture_name(after)
