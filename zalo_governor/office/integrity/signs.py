"""Signs that something may leave the group (clause 4.6). That it does cannot be seen, and that is always said."""

import hashlib
from datetime import datetime

from zalo_governor.domain.clock import from_ms
from zalo_governor.office.messages import Text
from zalo_governor.office.policy import Group, OfficePolicy
from zalo_governor.office.ports import OfficeUnit
from zalo_governor.office.post import Post
from zalo_governor.office.voice import Voice, moment, number

_FORWARDING, _OUTSIDERS = "4.6", "4.5"
_NAMED = 3
_NEVER = from_ms(1 << 42)
_EVER = from_ms(0)


class Signs:
    """Lists them for whoever asks, and tells the desk of them where they are new."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._post = Post(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)

    def line(self, unit: OfficeUnit, group: Group) -> str:
        """One sentence on one group, also where there is nothing."""
        found = self._found(unit, group)
        return self._voice.say(Text.SIGNS, signs="; ".join(found)) if found else self._voice.say(Text.SIGNS_NONE)

    def tell(self, unit: OfficeUnit) -> int:
        """Tell the desk of each group whose signs are not those of which it was told last; how many groups."""
        told = 0
        for group in self._policy.governed:
            found = self._found(unit, group)
            mark = hashlib.blake2b("\n".join(found).encode(), digest_size=8).hexdigest()
            if not found or not unit.first_run(f"signs:{group.id}:{mark}", _EVER):
                continue
            rows = "\n".join(self._voice.say(Text.CHANGE_ROW, change=sign) for sign in found)
            text = self._voice.say(
                Text.SIGNS_DIGEST,
                group=self._voice.group(group),
                signs=rows,
                citation=self._voice.citation(_FORWARDING),
            )
            self._post.to_desk(unit, text, group_id=group.id)
            told += 1
        return told

    def _found(self, unit: OfficeUnit, group: Group) -> list[str]:
        found = []
        snapshot = unit.group_snapshot(group.id)
        if snapshot and snapshot.official_uids:
            people = [unit.sender(self._policy.account, uid) for uid in snapshot.official_uids[:_NAMED]]
            who = ", ".join(self._voice.who(person) for person in people if person)
            found.append(self._voice.say(Text.SIGN_OFFICIAL, count=number(len(snapshot.official_uids)), who=who))
        if snapshot and snapshot.link_opened_at and not self._expired(snapshot.link_expires_at):
            ends = snapshot.link_expires_at
            expires = self._voice.say(Text.SIGN_LINK_EXPIRES, when=moment(ends)) if ends else ""
            found.append(self._voice.say(Text.SIGN_LINK, when=moment(snapshot.link_opened_at), expires=expires))
        open_cases = unit.cases(group.id, start=_EVER, end=_NEVER, open_only=True)
        outsiders = sum(case.clause == _OUTSIDERS for case in open_cases)
        if outsiders:
            citation = self._voice.citation(_OUTSIDERS)
            found.append(self._voice.say(Text.SIGN_OUTSIDERS, count=number(outsiders), citation=citation))
        return found

    def _expired(self, ends: datetime | None) -> bool:
        return ends is not None and ends <= self._policy.clock()
