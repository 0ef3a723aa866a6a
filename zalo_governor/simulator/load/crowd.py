"""Creation of as many invented people and groups as a large province has (10 000 people, 50 groups), for load tests."""

from zalo_governor.simulator.world import GROUP_ID, Group, Person, World

_FIRST_UID = 7000000000000100000
_FIRST_GROUP = 8000000000000100000
_SURNAMES = ("Lò", "Vàng", "Giàng", "Nguyễn", "Tẩn", "Chẻo", "Đèo", "Pờ", "Trần", "Lý")
_MIDDLES = ("Văn", "Thị", "A", "Minh", "Thu", "Quốc", "Mai")
_NAMES = ("An", "Bình", "Chung", "Dung", "Én", "Giang", "Hà", "Khánh", "Lâm", "Mẫu", "Nga", "Phong", "Sơn")
_TITLES = ("Chuyên viên Văn phòng", "Phó Chủ tịch UBND xã", "Chủ tịch UBND xã", "Phó Giám đốc Sở", "Trưởng phòng")


def gather(world: World, members: int, groups: int) -> None:
    """Add `members` invented people to the main group (`GROUP_ID`) of `world`, and create `groups` - 1 further groups.

    The people are divided among the further groups, and the main account (the bot's) joins each of them. Person number
    n has the same uid and name in every call; existing people and groups are not changed.
    """
    uids = [str(_FIRST_UID + number) for number in range(members)]
    for number, uid in enumerate(uids):
        world.people.setdefault(uid, Person(uid, _name(number)))
    first = world.group(GROUP_ID)
    there = set(first.members)
    first.members += [uid for uid in uids if uid not in there]
    first.version += 1
    main = world.main_account.uid
    for number in range(1, groups):
        group_id, share = str(_FIRST_GROUP + number), uids[number - 1 :: groups - 1]
        owner = share[0] if share else main
        world.groups.setdefault(
            group_id, Group(group_id, f"Nhóm Zalo xã Mẫu {number}", owner=owner, members=[*share, main])
        )


def _name(number: int) -> str:
    parts = []
    for choices in (_SURNAMES, _MIDDLES, _NAMES, _TITLES):
        number, index = divmod(number, len(choices))
        parts.append(choices[index])
    return f"{parts[0]} {parts[1]} {parts[2]} - {parts[3]} Mẫu"
