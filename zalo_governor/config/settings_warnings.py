"""Warnings about settings that are valid but probably not intended."""

from collections import Counter
from collections.abc import Iterator

from zalo_governor.config.settings import Settings
from zalo_governor.domain.people import DESK, EVERYWHERE, Role


def doubts(settings: Settings) -> Iterator[str]:
    """Yield a Vietnamese warning for each doubtful setting: its key, the consequence and what to do."""
    if not settings.groups:
        yield (
            "groups: chưa có Nhóm nào được theo dõi; hãy nhắn một tin trong Nhóm, đọc mã ở dòng group_not_watched của "
            "nhật ký chạy rồi ghi vào groups"
        )
        return
    if shared := shared_roles(settings):
        yield shared
    for group in settings.groups:
        held = _held_in(settings, group.id)
        place = f" (Nhóm {group.name or group.id})" if len(settings.groups) > 1 else ""
        if DESK.isdisjoint(held):
            yield (
                f"people{place}: chưa ai có vai trò admin hoặc admin_staff, nên thông báo của Hệ thống chưa có người "
                "nhận; hãy ghi Quản trị Nhóm vào people"
            )
        if Role.LEADER not in held:
            yield (
                f"people{place}: chưa ai có vai trò leader, nên không ai được báo cáo khi Quản trị Nhóm chưa trả lời "
                "và không ai duyệt được thay đổi của Nhóm; hãy ghi Trưởng nhóm vào people"
            )
        if held[Role.LEADER] > 1:
            yield (
                f"people{place}: {held[Role.LEADER]} người cùng có vai trò leader, ai trong số đó cũng duyệt được "
                "thay đổi của Nhóm; Quy chế chỉ có một Trưởng nhóm, hãy xem lại"
            )


def _held_in(settings: Settings, group_id: str) -> Counter[Role]:
    """Return how many people hold each role in the group."""
    grants = map(settings.grants_of, settings.people)
    return Counter(role for held in grants for place in (EVERYWHERE, group_id) for role in held.get(place, ()))


def shared_roles(settings: Settings) -> str:
    """Return a Vietnamese warning naming people who hold roles in all groups as their `groups` is not set, or ""."""
    silent = [person.full_name for person in settings.people if person.groups is None and person.roles != (Role.BOT,)]
    if len(settings.groups) < 2 or not silent:
        return ""
    groups = ", ".join(group.name or group.id for group in settings.groups)
    return (
        f"people: vai trò của {', '.join(silent)} chưa ghi ở Nhóm nào nên có hiệu lực ở CẢ {len(settings.groups)} Nhóm "
        f"({groups}): những người này nhận thông báo và xem được vụ việc của mọi Nhóm, kể cả Nhóm mà mình không tham "
        "gia; hãy ghi groups (tên các Nhóm, hoặc all) cho từng người"
    )
