"""What a look at the group shows and nobody said on the wire, as elements for the pipeline: names, comings, changes."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from zalo_governor.domain.elements import Element, ElementKind, RawDict, Source
from zalo_governor.domain.people import GroupSnapshot, Member


class Look(NamedTuple):
    """One look at a group."""

    account: str
    group_id: str
    now_ms: int
    """When, milliseconds since 1970."""
    since_ms: int
    """When the look before was through; part of every key. So what comes back after a change is judged again, and what
    was found by a look that was broken off is not."""

    def names(self, members: Sequence[Member], known: Mapping[str, str]) -> Iterator[Element]:
        """Every member whose display name is new or differs from the one last judged (`known`: uid -> name)."""
        for member in members:
            name = member.zalo_name or member.display_name
            if name and member.uid != self.account and known.get(member.uid) != name:
                yield self._element(ElementKind.NAME, member.uid, {"uid": member.uid, "name": name})

    def changes(self, before: GroupSnapshot | None, after: GroupSnapshot, present: Set[str]) -> Iterator[Element]:
        """What changed since the group was last seen, without an event that told of it.

        Args:
            before: the group as it was last seen; None at the first look, which is where everything begins.
            present: uids of those who were members by all that was heard.
        """
        if before is None:
            return
        if not (before.members_hidden or after.members_hidden):
            now = set(after.member_uids)
            for uid in sorted(now - present - {self.account}):
                yield self._element(ElementKind.GROUP_STATE, "", {"joined": uid})
            for uid in sorted(present - now - {self.account}):
                yield self._element(ElementKind.GROUP_STATE, "", {"left": uid})
        if before.name and after.name and before.name != after.name:
            yield self._element(ElementKind.GROUP_STATE, "", {"name": after.name})
        changed = {flag: value for flag, value in after.settings.items() if before.settings.get(flag) != value}
        if before.settings and changed:
            yield self._element(ElementKind.GROUP_STATE, "", {"settings": changed})

    def _element(self, kind: ElementKind, sender_uid: str, raw: RawDict) -> Element:
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
            at_ms=self.now_ms,
            source=Source.SWEEP,
            said=said,
            raw=raw,
        )
