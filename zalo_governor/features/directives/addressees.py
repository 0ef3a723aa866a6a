"""Finds the agencies and people of a group that the names in a directive mean: single ones, or all of a kind."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from zalo_governor.domain.directives import GIVERS
from zalo_governor.domain.people import Role, Standing
from zalo_governor.domain.roster import whole_agency
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.agency_names import agency_in, agency_words, bare_kind, contains, likeness, words_in
from zalo_governor.text.directives.addressees import EVERYBODY
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

T = TypeVar("T")

_NAME_LENGTH = 80


class Listed(NamedTuple):
    """A person whom a directive may address: an entry of the roster, or a member of the group who is on no roster."""

    full_name: str
    title: str
    agency: str
    """"" for a person of whom no agency is known."""
    uids: frozenset[str]
    """The uids of the person's accounts that are in the group; empty if none is."""


class Addressee(NamedTuple):
    """An agency or person who has to answer, with the accounts in the group from which answers count."""

    name: str
    uids: tuple[str, ...]
    """Accounts whose answers count; the first is reminded: the person named, or the agency's first on the roster."""
    known: bool = True
    """False where nobody of that name is known."""


class GroupDirectory:
    """The agencies and people of one group, found by the names that messages use.

    Args:
        people: everybody who may be addressed; the leadership and the bot account are left out.
        kinds: which agencies "các sở", "các ban" mean: {kind: beginnings of their names}.
    """

    def __init__(self, people: Sequence[Listed], kinds: Mapping[str, Sequence[str]]) -> None:
        self._people = people
        self._kinds = {fold(kind): [words_in(name) for name in names] for kind, names in kinds.items()}
        self._agencies: dict[str, list[Listed]] = {}
        for person in people:
            if person.agency:
                self._agencies.setdefault(person.agency, []).append(person)
        self._keys = {agency: agency_words(agency) for agency in self._agencies}
        self._names = [(words_in(person.full_name), person) for person in people]

    def find(self, names: Iterable[str], mentioned_uids: Sequence[str] = ()) -> list[Addressee]:
        """Return the addressees that the names in a directive mean, each once, in the order of the names.

        A name that fits nobody, or several, becomes an addressee of that name with `known` false.

        Args:
            names: the addressees as named in the text.
            mentioned_uids: whom the message mentions; an "@Name" in the text is one of them.
        """
        found: dict[str, Addressee] = {}
        for name in joined(list(names), self._agencies):
            for addressee in self._find(name, mentioned_uids):
                found.setdefault(addressee.name, addressee)
        used = {uid for addressee in found.values() for uid in addressee.uids}
        left = [uid for uid in mentioned_uids if uid not in used and uid != _MENTION_ALL]
        for name, addressee in found.items():
            if not addressee.known and name.startswith("@") and left:
                # Neither the roster nor a group sync has given this person's name yet; the mention gives the account.
                found[name] = Addressee(name, (left.pop(0),))
            elif not addressee.known and (quoted := self._of_kind(bare_kind(name), left)):
                found[name] = self._person(quoted)
        return list(found.values())

    def by_uids(self, uids: Iterable[str]) -> list[Addressee]:
        """Return the people of the directory who have these accounts; uids of anybody else are left out."""
        people = {id(person): person for uid in uids for person in self._people if uid in person.uids}
        return [self._person(person) for person in people.values()]

    def _of_kind(self, kind: str, uids: Sequence[str]) -> Listed | None:
        """Return the only person with one of these accounts and an agency of that kind; None if none or several are."""
        having = (one for one in self._people if not one.uids.isdisjoint(uids))
        return _only(one for one in having if kind in self._keys.get(one.agency, ()))

    def _find(self, name: str, mentioned_uids: Sequence[str]) -> list[Addressee]:
        typed = normalise(name).text.strip()
        if typed == EVERYBODY or _EVERYBODY.fullmatch(fold(typed)):
            return self._all(self._agencies, with_people=True)
        if typed.startswith("@"):
            mentioned = [person for person in self._people if not person.uids.isdisjoint(mentioned_uids)]
            if person := _only(one for one in mentioned if _is_called(one, typed)):
                return [self._person(person)]
            if mentioned_uids and self._agency(typed[1:]) is None:
                # The message mentions a person whose name is not known yet; somebody else of that name is not meant.
                return [Addressee(typed[:_NAME_LENGTH], (), known=False)]
        if agency := self._whole_agency_in(typed):
            return [self._of_agency(agency)]
        if collective := self._collective(fold(typed)):
            return collective
        bare = _HONORIFIC.sub("", typed).strip(" .:,;-")
        if agency := self._agency(bare):
            return [self._of_agency(agency)]
        if person := self._named(bare):
            return [self._person(person)]
        return [Addressee(typed[:_NAME_LENGTH], (), known=False)]

    def _collective(self, folded: str) -> list[Addressee]:
        """Return the agencies of the kinds that a collective name ("các sở, ban, ngành") means; [] if it is none."""
        plain = " ".join(re.findall(r"\w+", folded))
        if _COUNTED.match(plain) or not _COLLECTIVE.match(plain):
            return []
        communes = [agency for agency, key in self._keys.items() if _is_commune(key)]
        others = [agency for agency in self._agencies if agency not in communes]
        wants_communes, wants_others = bool(_COMMUNES.search(plain)), bool(_DEPARTMENTS.search(plain))
        if wants_communes and not wants_others:
            return self._all(communes)
        if wants_others and not _ALL_DEPARTMENTS.search(plain):
            others = [agency for agency in others if self._is_of_kind(agency, plain)]
        if wants_others:
            return self._all([*others, *communes] if wants_communes else others)
        return self._all(self._agencies) if _UNITS.search(plain) else []

    def _is_of_kind(self, agency: str, collective: str) -> bool:
        """Return whether the agency is of a kind that the collective name, without diacritics, contains."""
        words = words_in(agency)
        named = [names for kind, names in self._kinds.items() if re.search(rf"\b{re.escape(kind)}\b", collective)]
        return any(words[: len(name)] == name for names in named for name in names)

    def _all(self, agencies: Iterable[str], *, with_people: bool = False) -> list[Addressee]:
        found = [self._of_agency(agency) for agency in agencies if self._keys[agency] != _THE_PROVINCE]
        if with_people:
            found += [self._person(person) for person in self._people if not person.agency]
        return found

    def _of_agency(self, agency: str) -> Addressee:
        return Addressee(agency[:_NAME_LENGTH], _uids(self._agencies[agency]))

    def _person(self, person: Listed) -> Addressee:
        """Return a person as addressee; colleagues of the same agency can answer too."""
        colleagues = [one for one in self._agencies.get(person.agency, ()) if one is not person]
        return Addressee(person.full_name[:_NAME_LENGTH], _uids([person, *colleagues]))

    def _agency(self, typed: str) -> str | None:
        words = agency_words(typed)
        if not words:
            return None
        scores = {agency: likeness(words, key) for agency, key in self._keys.items()}
        best = max(scores.values(), default=0)
        likest = [agency for agency, score in scores.items() if best and score == best]
        # Without diacritics, "Nậm" and "Nam" are the same.
        same = [agency for agency in likest if agency.lower() in typed.lower() or typed.lower() in agency.lower()]
        return _only(same or likest)

    def _whole_agency_in(self, typed: str) -> str | None:
        """Return the agency in a name such as `các đồng chí Giám đốc Sở Y tế` (heads of agencies); else None."""
        words = agency_words(typed)
        named = any(len(key) > 1 and contains(words, key) for key in self._keys.values())
        return self._agency(typed) if named and _HEADS.match(fold(typed)) else None

    def _named(self, typed: str) -> Listed | None:
        words = words_in(_TITLE.sub("", fold(typed)) or typed)
        if not words:
            return None
        return _only(person for name, person in self._names if name[-len(words) :] == words)


def joined(names: Sequence[str], agencies: Iterable[str]) -> Iterator[str]:
    """Yield the names; parts of the name of one agency ("Sở Giáo dục", "Đào tạo") are joined to one."""
    keys = [agency_words(agency) for agency in agencies if _LISTS.search(agency)]
    while names:
        several = (end for end in range(min(len(names), 4), 1, -1) if agency_words(" ".join(names[:end])) in keys)
        end = next(several, 1)
        yield " ".join(names[:end])
        names = names[end:]


def directory_of(uow: UnitOfWork, account: str, group_id: str, kinds: Mapping[str, Sequence[str]]) -> GroupDirectory:
    """Return the directory of a group: its roster, and its members who are on no roster, by their display names.

    `account` is the bot account's uid, `kinds` as in `GroupDirectory`. If the group has a roster, accounts that are not
    on it are left out; but an account whose display name is on the roster counts as that person's if no account of the
    person is known and no other account has the name.

    Holders of the roles that give directives are left out: a collective name never means them.
    """
    present = uow.members.present_uids(account, group_id)
    givers = {person.uid for person in uow.people.holders(account) if person.holds(group_id, *GIVERS, Role.BOT)}
    roster = uow.roster.matched(account, group_id)
    listed = [
        Listed(entry.full_name, entry.title, entry.agency or agency_in(entry.title), frozenset(uids & present))
        for entry, uids in roster
        if uids.isdisjoint(givers) and not entry.roles & GIVERS
    ]
    known = givers.union({account}, *(person.uids for person in listed))
    claims: dict[str, list[str]] = {}
    for uid, shown in sorted(uow.members.judged_names(account, group_id).items()):
        if uid not in present or uid in known:
            continue
        name, _, title = (part.strip() for part in shown.partition(" - "))
        standing = _standing(uow, account, uid) if roster else Standing.UNKNOWN
        if standing is Standing.UNMATCHED:
            claims.setdefault(fold(name), []).append(uid)
        elif standing is not Standing.OUTSIDE:
            listed.append(Listed(name, title, agency_in(title), frozenset({uid})))
    listed = [person if person.uids else _claimed(person, claims) for person in listed]
    agencies = {person.agency for person in listed}
    people = [person._replace(agency=whole_agency(person.agency, agencies)) for person in listed]
    return GroupDirectory(people, kinds)


def _standing(uow: UnitOfWork, account: str, uid: str) -> Standing:
    person = uow.people.find_or_create(account, uid)
    return uow.people.get(person.id).standing if person else Standing.OUTSIDE


def _claimed(person: Listed, claims: Mapping[str, Sequence[str]]) -> Listed:
    """Return the person with the account that `claims` (name -> uids) has for the name; unchanged if not just one."""
    uid = _only(claims.get(fold(person.full_name), ()))
    return person._replace(uids=frozenset({uid})) if uid else person


def _is_commune(key: Sequence[str]) -> bool:
    return any(word in {"xa", "phuong"} for word in key[:2]) or key[:2] == ["dac", "khu"] or key[:2] == ["thi", "tran"]


def _is_called(person: Listed, typed: str) -> bool:
    name, words = words_in(person.full_name), words_in(typed)
    return bool(name) and words[: len(name)] == name


def _uids(people: Iterable[Listed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(uid for person in people for uid in sorted(person.uids)))


def _only(found: Iterable[T]) -> T | None:
    """Return the only element of `found`; None if there is none, or if there are several."""
    things = list(found)
    return things[0] if len(things) == 1 else None


_LISTS = re.compile(r",|\bvà\b")
_HEADS = re.compile(r"(?:cac|nhung)\s+(?:dong chi|d\s?/?\s?c|anh|chi|ong|ba)\b")
_MENTION_ALL = "-1"
_THE_PROVINCE = ["ubnd"]
"""Words of the agency of the leadership itself, which no collective name means."""
_HONORIFIC = re.compile(
    r"^(?:@|(?:đ\s?/\s?c|đ\s?c|dc|d/c|đồng chí|dong chi|anh|a\.|chị|c\.|ông|bà|em|e\.|bác|chú|cô|các|cac"
    r"|bên|phía|lãnh đạo|lanh dao|thủ trưởng|thu truong)(?=[\s.:,]|(?<=\.))\s*)+",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^(?:(?:pho )?(?:giam doc|chu tich|chanh van phong|truong phong|truong ban|bi thu|vien truong|chi cuc truong"
    r"|cuc truong|hieu truong|truong cong an|chi huy truong|doi truong)|pho chanh van phong|gd|pgd|ct|pct|cvp|pcvp|tp"
    r"|ptp)\s+"
)
_EVERYBODY = re.compile(
    r"@?(?:all|tat ca|moi nguoi|ca nhom|toan the(?: nhom| thanh vien)?|cac d\s?/?\s?c|cac dong chi)"
)
_COUNTED = re.compile(r"\d+ ")
"""A collective name with a number ("12 xã nêu trên") does not say which ones are meant."""
_COLLECTIVE = re.compile(
    r"(?:(?:thu truong|lanh dao|chu tich|ubnd)\s)*(?:cac|nhung|tat ca|toan the|so ban|cap xa|cap so)\b"
)
_COMMUNES = re.compile(r"\b(?:xa|phuong|dac khu|thi tran|dia phuong|cap xa|huyen)\b")
_DEPARTMENTS = re.compile(r"\b(?:so|ban|nganh|cap so)\b")
_ALL_DEPARTMENTS = re.compile(r"\b(?:nganh|cap so|co quan|don vi)\b")
_UNITS = re.compile(r"\b(?:don vi|co quan|nganh|thanh vien|dong chi)\b")
