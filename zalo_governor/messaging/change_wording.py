"""Texts that describe changes of a group, such as a new name, for messages to people."""

from collections.abc import Sequence

from zalo_governor.domain.group_changes import Change, ChangeKind
from zalo_governor.domain.people import Person
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary
from zalo_governor.messaging.formatter import MessageFormatter, number, plain
from zalo_governor.messaging.shortening import Shortenable, shortest
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_VALUE = 120
_SHORT_VALUE = 30
_BOTH_VALUES = 40
"""Most characters of the old and new value together in a shortened text; if longer, only the new one is given."""


class ChangeFormatter:
    """Writer of texts that describe changes of a group, in the words of config/thay-doi-nhom.yaml."""

    def __init__(self, voice: MessageFormatter, words: ChangeVocabulary) -> None:
        self._voice = voice
        self._words = words

    def rows(self, uow: UnitOfWork, changes: Sequence[Change]) -> str:
        """Return a `Shortenable` text with a line for each change; in short, the last one and how many others."""
        rows = [self._row(uow, change, _VALUE) for change in changes]
        brief = [shortest(self._row(uow, change, _SHORT_VALUE)) for change in changes[-1:]]
        if len(changes) > 1:
            brief.append(self._voice.render(TextId("change_more"), count=number(len(changes) - 1)))
        return Shortenable("\n".join(rows), "\n".join(brief))

    def _row(self, uow: UnitOfWork, change: Change, longest: int) -> str:
        return self._voice.render(TextId("change_row"), change=self.change(uow, change, longest))

    def change(self, uow: UnitOfWork, change: Change, longest: int = _VALUE) -> str:
        """Return a short text describing one change, with names and titles of at most `longest` characters."""
        if change.removed:
            return self._voice.render(TextId("change_removed"), what=self._words.kinds[change.kind].title)
        match change.kind:
            case ChangeKind.NAME | ChangeKind.DESCRIPTION:
                return self._describe_value(change, longest)
            case ChangeKind.PICTURE:
                return self._voice.render(TextId("change_picture"))
            case ChangeKind.SETTING:
                return self._describe_setting(change)
            case ChangeKind.ADMIN:
                text = TextId("change_admin_added") if change.after == "1" else TextId("change_admin_removed")
                return self._voice.render(text, who=self._who(uow, change.item))
            case ChangeKind.OWNER:
                before, after = self._who(uow, change.before or ""), self._who(uow, change.after)
                return self._voice.render(TextId("change_owner"), before=before, after=after)
            case ChangeKind.LINK:
                return self._voice.render(TextId("change_link"))
            case ChangeKind.PIN | ChangeKind.BOARD:
                title, what = plain(change.after or change.before or "", longest), self._words.act(change.item)
                if not title:
                    return self._voice.render(TextId("change_board_empty"), what=what)
                return self._voice.render(TextId("change_board"), what=what, title=title)

    def _describe_value(self, change: Change, longest: int) -> str:
        what = self._words.kinds[change.kind].title
        after = _changed_part(change.before or "", change.after, longest)
        before = _changed_part(change.after, change.before or "", longest)
        if not after:
            if not before:
                return self._voice.render(TextId("change_value_empty"), what=what)
            return self._voice.render(TextId("change_value_gone"), what=what, before=before)
        if change.before is None:
            return self._voice.render(TextId("change_value_new"), what=what, after=after)
        if not before:
            return self._voice.render(TextId("change_value_added"), what=what, after=after)
        if longest < _VALUE and len(before) + len(after) > _BOTH_VALUES:
            return self._voice.render(TextId("change_value_brief"), what=what, after=after)
        return self._voice.render(TextId("change_value"), what=what, before=before, after=after)

    def _describe_setting(self, change: Change) -> str:
        if not change.item:
            return self._voice.render(TextId("change_setting_unknown"))
        return self._voice.render(
            TextId("change_setting"),
            what=self._words.setting(plain(change.item)),
            before=self._words.value(change.before or ""),
            after=self._words.value(change.after),
        )

    def _who(self, uow: UnitOfWork, number: str) -> str:
        person: Person | None = uow.people.get(int(number)) if number.isdecimal() else None
        return self._voice.who(person) if person else self._voice.render(TextId("who_nobody"))


def _changed_part(other: str, text: str, longest: int) -> str:
    """Return `text` cut to `longest` characters; if longer, first without the words with which `other` begins too.

    The reader thus sees what was changed in a long text.
    """
    words = plain(text, len(text) or 1).split()
    same = 0
    for word, counterpart in zip(words[:-1], plain(other, len(other) or 1).split(), strict=False):
        if len(_from(words, same)) <= longest or word != counterpart:
            break
        same += 1
    return plain(_from(words, same), longest)


def _from(words: Sequence[str], start: int) -> str:
    """Return the words from index `start` on, after "…" if `start` is not 0."""
    return " ".join(["…", *words[start:]] if start else words)
