"""Warnings about settings that are valid but probably not intended."""

from collections.abc import Iterator
from itertools import chain

from zalo_governor.config import Settings
from zalo_governor.domain.people import DESK, Role


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
    held = list(chain.from_iterable(person.roles for person in settings.people))
    if DESK.isdisjoint(held):
        yield (
            "people: chưa ai có vai trò admin hoặc admin_staff, nên thông báo của Hệ thống chưa có người nhận; hãy ghi "
            "Quản trị Nhóm vào people"
        )
    if Role.LEADER not in held:
        yield (
            "people: chưa ai có vai trò leader, nên không ai được báo cáo khi Quản trị Nhóm chưa trả "
            "lời và không ai duyệt "
            "được thay đổi của Nhóm; hãy ghi Trưởng nhóm vào people"
        )
    if held.count(Role.LEADER) > 1:
        yield (
            f"people: {held.count(Role.LEADER)} người cùng có vai trò leader, ai trong số đó cũng duyệt được thay "
            "đổi của Nhóm; Quy chế chỉ có một Trưởng nhóm, hãy xem lại"
        )


def shared_roles(settings: Settings) -> str:
    """Return a Vietnamese warning that every role holds in all groups; "" if there is only one group, or nobody."""
    if len(settings.groups) < 2 or not settings.people:
        return ""
    groups = ", ".join(group.name or group.id for group in settings.groups)
    return (
        f"people: mỗi vai trò có hiệu lực ở CẢ {len(settings.groups)} Nhóm ({groups}): Quản trị, Lãnh đạo ghi ở people "
        "nhận thông báo và xem được vụ việc của mọi Nhóm, kể cả Nhóm mà người ấy không tham gia; nếu không muốn vậy, "
        "hãy dùng mỗi Nhóm một bản cài riêng"
    )
