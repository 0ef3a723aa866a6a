"""Checks the directory of an archive before anything is decompressed: sizes, ratios, and the names of members."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.text.file_names.danger import Danger
from zalo_governor.text.file_names.names import check_name, check_path

RATIO = 200
"""A member that inflates to more than this many times its size, and to more than `BOMB_SIZE`, is a bomb."""
BOMB_SIZE = 10 << 20
_CERTAIN_SIZE = 1 << 30
"""Declared size from which a bomb is certain: no useful file compresses so well; a smaller may be a white bitmap."""


class Member(NamedTuple):
    """A member of an archive, as the archive's directory declares it; sizes in bytes."""

    name: str
    size: int
    packed: int


def is_bomb(size: int, packed: int) -> bool:
    """Return whether a member of `packed` bytes that inflates to `size` is a bomb, made to use up the memory."""
    return size > BOMB_SIZE and size > RATIO * max(packed, 1)


def check_directory(members: Iterable[Member], archive_size: int, budget: Budget, contents: Contents) -> Sequence[str]:
    """Add to `contents` a danger `archive_bomb`, and `NotChecked.LIMIT` if above the budget; return the bombs' names.

    Bombs are recognised by the sizes that the directory declares, and by their sum compared with the archive's own
    size, as members of a bomb may share their packed bytes.
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
    """Add the danger `path_escape` to `contents` if a member's path leads out of the folder where it is unpacked."""
    contents.dangers += check_path(name)


def skip_member(name: str, reason: NotChecked, contents: Contents) -> None:
    """Note in `contents` why a member is not read, and add the dangers of its name."""
    contents.not_checked.add(reason)
    contents.dangers += check_name(name)
