"""Checks of the people with roles (leader, admin …): whether they are in a watched group and get private messages."""

from collections.abc import Collection, Iterator

from zalo_governor.doctor.check import Result, error, good, note, warning
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.delivery import KEPT_IN_SIGHT, NOTHING_OUTGOING
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import EVERYWHERE, Person, Reach, Role
from zalo_governor.setup.choices import ROLE_NAMES
from zalo_governor.storage.repositories.outbox import Outbox


def present(context: DoctorContext) -> Iterator[Result]:
    """Check that each person who has a role (leader, admin …) in the settings is a member of a group where it holds.

    Overseers need not be members of any group.
    """
    account, known = context.records.account, context.settings
    with context.store() as uow:
        members = {group.id: frozenset(uow.members.present_uids(account, group.id)) for group in known.groups}
        by_global_id = {person.global_id: person.uid for person in uow.people.holders(account) if person.global_id}
    if not any(members.values()) and context.may_ask:  # before the first run, the database has no members yet
        seen = {group.id: context.seen_or_none(group.id) for group in known.groups}
        members = {group_id: frozenset(group.snapshot.member_uids) for group_id, group in seen.items() if group}
    if not any(members.values()):
        yield note(
            "Chưa đối chiếu được người có vai trò với thành viên của Nhóm: Hệ thống chưa đọc Nhóm lần nào",
            "Khởi động Hệ thống xong thì kiểm tra lại.",
        )
        return
    found, missing = set(), 0
    for person in known.people:
        held = known.grants_of(person)
        places = [group for group in known.groups if EVERYWHERE in held or group.id in held]
        here = frozenset[str]().union(*(members.get(group.id, ()) for group in places))
        if not here or set(person.roles) == {Role.OVERSEER}:
            continue
        if here.isdisjoint({person.uid, by_global_id.get(person.global_id or "")}):
            missing += 1
            named = "" if EVERYWHERE in held else f" {', '.join(group.name or group.id for group in places)}"
            yield warning(
                f"{person.full_name} ({_role_names(person.roles)}) có vai trò nhưng không thấy trong Nhóm{named}",
                "Kiểm tra uid bằng zalo-governor members; người đã đổi tài khoản Zalo thì ghi uid mới vào mục people.",
            )
        found.add(person.uid or person.global_id)
    if found and not missing:
        yield good(f"{len(found)} người có vai trò đều ở trong Nhóm")


def reachable(context: DoctorContext) -> Iterator[Result]:
    """Check whether Zalo delivers the bot's private messages to each person with a role (leader, admin …).

    Nothing is sent: the result is known from earlier messages. People who never got one are named in a note.
    """
    account = context.records.account
    with context.store() as uow:
        holders = [person for person in uow.people.holders(account) if not person.holds(NO_GROUP, Role.BOT)]
    refused = [person for person in holders if person.reach is Reach.REFUSED]
    for person in refused:
        yield warning(
            f"{_name_with_roles(person)} không nhận được tin riêng của Hệ thống (Zalo từ chối)",
            "Đề nghị người này kết bạn với tài khoản của Hệ thống, hoặc cho phép nhận tin từ người lạ.",
        )
    untried = [person for person in holders if person.reach is Reach.UNKNOWN]
    if untried:
        names = ", ".join(map(_name_with_roles, untried))
        yield note(
            f"Chưa rõ tin riêng có đến được không: {names}",
            "Đề nghị từng người nhắn /trogiup cho tài khoản của Hệ thống.",
        )
    if holders and not refused and not untried:
        yield good(f"Cả {len(holders)} người có vai trò đều nhận được tin riêng")


def undelivered(context: DoctorContext) -> Iterator[Result]:
    """Report how many of the bot's messages could not be delivered in the last 7 days, and how many wait to be sent."""
    now = context.records.clock()
    counts = Outbox(context.records.database, context.records.account).counts(now)
    if counts.urgent_failed:
        yield error(
            f"{counts.urgent_failed} tin khẩn chưa đến được người nhận",
            "Xem vụ việc bằng lệnh /vipham; xem thêm mục Tin riêng và mục Kết nối tới Zalo.",
        )
    if counts.failed:
        codes = ", ".join(f"{code} ({number})" if code else f"không có mã ({number})" for code, number in counts.codes)
        yield warning(
            f"{counts.failed} tin không gửi được trong {KEPT_IN_SIGHT.days} ngày qua; mã lỗi của Zalo: {codes}",
            "Ý nghĩa các mã: docs/giao-tin.md.",
        )
    if counts.oldest_waiting_at:
        minutes = minutes_of(now - counts.oldest_waiting_at)
        yield warning(
            f"{counts.waiting} tin chờ gửi, lâu nhất {minutes} phút",
            "Zalo hoặc mạng đang có lỗi; Hệ thống tự gửi lại. Xem mục Kết nối tới Zalo.",
        )
    if counts == NOTHING_OUTGOING._replace(waiting=counts.waiting):
        yield good(f"Mọi tin đều gửi được; {counts.waiting} tin chờ gửi")


def _name_with_roles(person: Person) -> str:
    return f"{person.name} ({_role_names(person.roles_in(NO_GROUP))})"


def _role_names(roles: Collection[Role]) -> str:
    """Return the roles of a person as one text, separated by semicolons.

    Roles that `init` asks for have their Vietnamese names, others their keys in governor.yaml.
    """
    asked = [name for role, name in ROLE_NAMES.items() if role in roles]
    return "; ".join([*asked, *sorted(role for role in roles if role not in ROLE_NAMES)])
