"""Signs that messages may leak from the group, such as outsiders in it (a leak itself cannot be observed)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import EVER
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.people import Group, GroupSnapshot
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.reports import LeakSigns
from zalo_governor.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_NAMED = 3


class LeakSignService(Speaker):
    """Service that describes a group's leak signs (signs that messages may leak from it), and reports new ones."""

    def line(self, uow: UnitOfWork, group: Group, named: str) -> str:
        """Return the line of `/trangthai` (status) on the leak signs of a group, which it calls `named`; "" if none."""
        found = self._found(uow, group)
        if not found:
            return ""
        return self._voice.render(TextId("status_signs"), group=named, signs="; ".join(found))

    def tell(self, uow: UnitOfWork) -> int:
        """Tell the admins of each group's leak signs, unless told before; return the number of groups reported."""
        told = 0
        for group in self._policy.governed:
            found = self._found(uow, group)
            mark = hashlib.blake2b("\n".join(found).encode(), digest_size=8).hexdigest()
            if not found or not uow.claims.claim_once(f"signs:{group.id}:{mark}", EVER):
                continue
            rows = "\n".join(self._voice.render(TextId("change_row"), change=sign) for sign in found)
            text = self._voice.render(
                TextId("signs_digest"),
                group=self._voice.group(group),
                signs=rows,
                citation=self._voice.citation_of(ClauseTopic.FORWARDING),
            )
            self._post.to_desk(uow, text, group_id=group.id)
            told += 1
        return told

    def _found(self, uow: UnitOfWork, group: Group) -> list[str]:
        """Return the group's present leak signs, each as a part of a sentence."""
        snapshot = uow.members.group_snapshot(group.id)
        open_cases = uow.cases.opened_between(group.id, open_only=True, rule_id=OUTSIDERS)
        uids = snapshot.official_uids[:_NAMED] if snapshot else ()
        people = [uow.people.find_or_create(self._policy.account, uid) for uid in uids]
        who = ", ".join(self._voice.who(uow.people.get(person.id)) for person in people if person)
        return in_words(signs_of(snapshot, open_cases, self._policy.clock()), self._voice, who)


def signs_of(snapshot: GroupSnapshot | None, open_cases: Iterable[Case], now: datetime) -> LeakSigns:
    """Return the leak signs (outsiders, a join link …) in the group's `snapshot` (None: unknown) and its open cases."""
    outsiders = sum(case.rule_id == OUTSIDERS for case in open_cases)
    if snapshot is None:
        return LeakSigns(outsider_cases=outsiders)
    expires = snapshot.link_expires_at
    expired = expires is not None and expires <= now
    return LeakSigns(
        official_accounts=len(snapshot.official_uids),
        link_opened_at=None if expired else snapshot.link_opened_at,
        link_expires_at=None if expired else expires,
        outsider_cases=outsiders,
    )


def in_words(signs: LeakSigns, voice: MessageFormatter, who: str = "") -> list[str]:
    """Return a phrase for each leak sign of a group, such as an open join link.

    `who` names the Official Accounts (accounts of organisations or programs) that are members of the group.
    """
    found = []
    if signs.official_accounts:
        named = voice.render(TextId("sign_official_who"), who=who) if who else ""
        found.append(voice.render(TextId("sign_official"), count=number(signs.official_accounts), who=named))
    if signs.link_opened_at:
        ends = signs.link_expires_at
        expires = voice.render(TextId("sign_link_expires"), when=moment(ends)) if ends else ""
        found.append(voice.render(TextId("sign_link"), when=moment(signs.link_opened_at), expires=expires))
    if signs.outsider_cases:
        citation = voice.citation_of(ClauseTopic.OUTSIDERS)
        found.append(voice.render(TextId("sign_outsiders"), count=number(signs.outsider_cases), citation=citation))
    return found
