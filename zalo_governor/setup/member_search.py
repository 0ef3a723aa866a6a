"""Finding a member by part of the name, typed with marks or without."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.people import Member
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.normalise import normalise
from zalo_governor.text.similarity import words_of


class Found(NamedTuple):
    """Members whom what was typed may mean, and whether it can mean one alone."""

    members: tuple[Member, ...]

    @property
    def only(self) -> Member | None:
        """The one, if there is one."""
        return self.members[0] if len(self.members) == 1 else None


def find(members: Sequence[Member], typed: str) -> Found:
    """Whom it may mean: who bears the uid, else whose name has every word that was typed, or begins with it so.

    Marks that were typed count where they leave anybody; whole words count before beginnings of words. Of two with
    the same name both are found.
    """
    wanted = typed.strip()
    by_id = [member for member in members if wanted and wanted in {member.uid, member.global_id}]
    if by_id or not words_of(normalise(wanted).text):
        return Found(tuple(by_id))
    begun = [member for member in members if _begins(_folded(wanted), _folded(_names(member)))]
    whole = [member for member in begun if set(_folded(wanted)) <= set(_folded(_names(member)))]
    found = whole or begun
    if not has_marks(wanted):
        return Found(_in_order(found))
    marked = [member for member in found if _begins(_marked(wanted), _marked(_names(member)))]
    return Found(_in_order(marked or found))


def _in_order(found: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(found, key=lambda member: (_folded(member.display_name), member.uid)))


def _begins(wanted: Iterable[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _names(member: Member) -> str:
    return f"{member.display_name} {member.zalo_name}"


def _folded(text: str) -> list[str]:
    return words_of(normalise(text).text)


def _marked(text: str) -> list[str]:
    return normalise(text).text.lower().split()
