"""Words for the things that can be changed about a group (name, picture …), read from config/thay-doi-nhom.yaml."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import field_validator, model_validator

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.group_changes import ChangeKind
from zalo_governor.domain.models import StrictModel
from zalo_governor.text.fold import skeleton

LONGEST = timedelta(days=30)
"""Longest validity of an approval (the leader's permission to change the group)."""
_UNITS = {
    "phut": timedelta(minutes=1),
    "gio": timedelta(hours=1),
    "tieng": timedelta(hours=1),
    "ngay": timedelta(days=1),
    "tuan": timedelta(weeks=1),
}
_POLITE = frozenset({"dong", "y", "cho", "phep", "duoc", "viec"})
INTO = "thanh"
"""Word, as `skeleton` makes it, between the approval to rename the group and the new name."""


class Wanted(NamedTuple):
    """What an approval, typed by the leader, permits to be changed about the group, and for how long."""

    kind: ChangeKind | None
    """The permitted kind of change; None for every kind."""
    item: str = ""
    """The only setting, or the only new name (without case, diacritics, spaces), that is permitted; "" for any."""
    length: timedelta | None = None
    """How long the approval is valid; None if the leader typed no duration."""


class _Named(StrictModel):
    title: str
    """Name of the thing that can be changed, as shown to people."""
    asked: tuple[str, ...] = ()
    """Phrases that the leader may type to approve a change of that thing."""


class ChangeVocabulary(StrictModel):
    """Words of config/thay-doi-nhom.yaml for the things that can be changed about a group (name, picture …).

    With them typed approvals are parsed (ignoring case and diacritics) and changes are described in texts.
    """

    kinds: Mapping[ChangeKind, _Named]
    everything: tuple[str, ...]
    """Phrases that approve every kind of change."""
    settings: Mapping[str, _Named]
    """Zalo's name of a group setting -> the name and the phrases that people use for it."""
    values: Mapping[str, str]
    """Value of a setting -> text shown to people."""
    acts: Mapping[str, str]
    """Zalo's name of an action on the group's board -> text shown to people."""

    @field_validator("kinds")
    @classmethod
    def _every_kind(cls, kinds: Mapping[ChangeKind, _Named]) -> Mapping[ChangeKind, _Named]:
        if kinds.keys() != set(ChangeKind):
            raise ValueError(f"phải có đúng các mục: {', '.join(ChangeKind)}")
        return kinds

    @model_validator(mode="after")
    def _no_words_twice(self) -> "ChangeVocabulary":
        seen: set[str] = set()
        for words, _ in self._phrases():
            key = skeleton(words)
            if key in seen:
                raise ValueError(f'"{words}" đang chỉ hai việc khác nhau; hãy bỏ một chỗ')
            seen.add(key)
        return self

    @classmethod
    def load(cls, path: Path) -> "ChangeVocabulary":
        """Read the words from the YAML file.

        Raises:
            ConfigError: the file is invalid; the message names file, line and key.
        """
        return validate(cls, load_yaml(path))

    def setting(self, flag: str) -> str:
        """Return the name shown to people for Zalo's group setting `flag`; `flag` itself if the file has none."""
        named = self.settings.get(flag)
        return named.title if named else flag

    def value(self, value: str) -> str:
        """Return the text shown to people for a value of a group setting; the value itself if the file has no text."""
        return self.values.get(value, value)

    def act(self, act: str) -> str:
        """Return the text shown to people for Zalo's name of an action on the group's board (polls, notes …)."""
        return self.acts.get(act, act)

    def wanted(self, typed: str) -> Wanted | None:
        """Parse a typed approval, such as "rename the group", "rename the group to A", "settings, for 2 hours".

        In Vietnamese: `đổi tên nhóm`, `đổi tên nhóm thành A`, `cài đặt trong 2 giờ`. Only phrases of the file match,
        with no other words: "không đổi tên nhóm" ("do not rename …") must never count as an approval.

        Returns:
            What is approved; None if the phrase is unknown, or the duration is invalid or over `LONGEST` (30 days).
        """
        tokens = typed.split()
        length = None
        if len(tokens) > 3 and skeleton(tokens[-3]) == "trong":
            length = _parse_length(tokens[-2], tokens[-1])
            if length is None:
                return None
            tokens = tokens[:-3]
        folded = [skeleton(token) for token in tokens]
        while folded and folded[0] in _POLITE and "".join(folded) not in self._known:
            tokens, folded = tokens[1:], folded[1:]
        found = self._known.get("".join(folded))
        if found is not None:
            return found._replace(length=length)
        if INTO in folded:
            at = folded.index(INTO)
            found = self._known.get("".join(folded[:at]))
            name = skeleton("".join(tokens[at + 1 :]))
            if found and found.kind is ChangeKind.NAME and name:
                return found._replace(item=name, length=length)
        return None

    @cached_property
    def _known(self) -> dict[str, Wanted]:
        return {skeleton(words): wanted for words, wanted in self._phrases()}

    def _phrases(self) -> Iterator[tuple[str, Wanted]]:
        for kind, named in self.kinds.items():
            yield from ((words, Wanted(kind)) for words in named.asked)
        for flag, named in self.settings.items():
            yield from ((words, Wanted(ChangeKind.SETTING, flag)) for words in named.asked)
        yield from ((words, Wanted(None)) for words in self.everything)


def _parse_length(count: str, unit: str) -> timedelta | None:
    one = _UNITS.get(skeleton(unit))
    if one is None or not (count.isascii() and count.isdecimal()) or len(count) > 4:
        return None
    length = int(count) * one
    return length if timedelta() < length <= LONGEST else None
