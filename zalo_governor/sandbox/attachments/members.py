"""Judges the directory of an archive before anything is inflated: sizes, ratios, and the names of members."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.text.file_names.danger import Danger, merge
from zalo_governor.text.file_names.names import check_name, check_path

RATIO = 200
"""A member that inflates to more than this many times its size, and to more than `BOMB_SIZE`, is a bomb."""
BOMB_SIZE = 10 << 20
_CERTAIN_SIZE = 1 << 30
"""From this declared size on no file compresses so well that somebody wants to open; below it may be a white bitmap."""


class Member(NamedTuple):
    """What the directory of an archive declares of a member; sizes in bytes."""

    name: str
    size: int
    packed: int


def is_bomb(size: int, packed: int) -> bool:
    """Return whether a member of `packed` bytes that inflates to `size` is a bomb, made to use up the memory."""
    return size > BOMB_SIZE and size > RATIO * max(packed, 1)


def check_directory(members: Iterable[Member], archive_size: int, budget: Budget, contents: Contents) -> Sequence[str]:
    """Add `archive_bomb`, and `NotChecked.LIMIT` if the budget is too small, to `contents`; return the bombs' names.

    They are judged by the sizes that the directory declares. The sum is compared with the archive's own size too, as
    members of a bomb may share their packed bytes.
    """
    members = list(members)
    total = sum(member.size for member in members)
    bombs = [member for member in members if is_bomb(member.size, member.packed)]
    if is_bomb(total, archive_size):
        bombs = bombs or members
    if bombs:
        contents.dangers.append(Danger("archive_bomb", certain=sum(bomb.size for bomb in bombs) >= _CERTAIN_SIZE))
    if total > budget.left("unpacked") or len(members) > budget.left("files"):
        contents.not_checked.add(NotChecked.LIMIT)
    return [member.name for member in bombs]


def check_member(name: str, contents: Contents) -> None:
    """Add to `contents` the danger that a member's path leads out of the folder where it is unpacked."""
    contents.dangers[:] = merge([*contents.dangers, *check_path(name)])


def skip_member(name: str, reason: NotChecked, contents: Contents) -> None:
    """Note a member whose content cannot be read, with the dangers of its name, which are known all the same."""
    contents.not_checked.add(reason)
    contents.dangers[:] = merge([*contents.dangers, *check_name(name)])
