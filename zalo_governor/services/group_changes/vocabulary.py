"""How people call what can be changed about a group: config/thay-doi-nhom.yaml."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.group_changes import ChangeKind
from zalo_governor.text.fold import skeleton

LONGEST = timedelta(days=30)
"""No approval counts for longer than this."""
_UNITS = {
    "phut": timedelta(minutes=1),
    "gio": timedelta(hours=1),
    "tieng": timedelta(hours=1),
    "ngay": timedelta(days=1),
    "tuan": timedelta(weeks=1),
}
_POLITE = frozenset({"dong", "y", "cho", "phep", "duoc", "viec"})
_INTO = "thanh"


class Wanted(NamedTuple):
    """What an approval is to cover."""

    kind: ChangeKind | None
    """None for every kind."""
    item: str = ""
    """One flag, or the skeleton of the one name; "" for each."""
    length: timedelta | None = None
    """For how long; None where that was not said."""


class _Named(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    asked: tuple[str, ...] = ()
    """What the leader may type for it."""


class ChangeVocabulary(BaseModel):
    """The words; capitals, marks and punctuation do not matter in what is typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: Mapping[ChangeKind, _Named]
    everything: tuple[str, ...]
    settings: Mapping[str, _Named]
    """By Zalo's name of the flag."""
    values: Mapping[str, str]
    """Value of a flag -> how it is read."""
    acts: Mapping[str, str]
    """Zalo's word for an act of the board -> how it is read."""

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
        """Read the file.

        Raises:
            ConfigError: names file, line and key of what is wrong.
        """
        return validate(cls, load_yaml(path))

    def setting(self, flag: str) -> str:
        """How a flag is called; Zalo's own name where the file has none."""
        named = self.settings.get(flag)
        return named.title if named else flag

    def value(self, value: str) -> str:
        """How the value of a flag is read."""
        return self.values.get(value, value)

    def act(self, act: str) -> str:
        """How an act of the board is read."""
        return self.acts.get(act, act)

    def wanted(self, typed: str) -> Wanted | None:
        """What somebody wants to approve: `đổi tên nhóm`, `đổi tên nhóm thành A`, `cài đặt trong 2 giờ`.

        The words have to be those of the file and no others: "không đổi tên nhóm" must never count as a yes. None where
        they are not understood, or the time is none that may be given.
        """
        tokens = typed.split()
        length = None
        if len(tokens) > 3 and skeleton(tokens[-3]) == "trong":
            length = _length(tokens[-2], tokens[-1])
            if length is None:
                return None
            tokens = tokens[:-3]
        folded = [skeleton(token) for token in tokens]
        while folded and folded[0] in _POLITE and "".join(folded) not in self._known:
            tokens, folded = tokens[1:], folded[1:]
        found = self._known.get("".join(folded))
        if found is not None:
            return found._replace(length=length)
        if _INTO in folded:
            at = folded.index(_INTO)
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


def _length(count: str, unit: str) -> timedelta | None:
    one = _UNITS.get(skeleton(unit))
    if one is None or not (count.isascii() and count.isdecimal()) or len(count) > 4:
        return None
    length = int(count) * one
    return length if timedelta() < length <= LONGEST else None
