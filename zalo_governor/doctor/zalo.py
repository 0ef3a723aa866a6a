"""Checks of Zalo: network connection, session, membership in the groups, and the bot account's rights in them."""

from collections import Counter
from collections.abc import Iterator

from zalo_governor.doctor.check import Result, error, good, note, warning
from zalo_governor.doctor.context import DoctorContext, SeenGroup
from zalo_governor.domain.clock import local
from zalo_governor.domain.errors import ConfigError
from zalo_governor.zalo.auth.session import KNOWN_VERSIONS
from zalo_governor.zalo.errors import LoginRefusedError, NotInGroupError, ZaloUnavailableError
from zalo_governor.zalo.http.connectivity import knock
from zalo_governor.zalo.http.file_download import FILE_DOMAINS
from zalo_governor.zalo.recording.rehearsal import FOLDER, RECORDING_FILE, Outcome, load_rehearsal

_MEND_REHEARSAL = "Diễn tập với một tài khoản dự phòng và một Nhóm thử: zalo-governor rehearse; xem docs/dien-tap.md."
_NETWORK_ERRORS = {
    "SSLError": "Kết nối bị chặn hoặc bị thay chứng thư ở giữa đường",
    "ConnectTimeout": "Zalo không trả lời",
    "ReadTimeout": "Zalo không trả lời",
}
_MEND_NETWORK = (
    "Kiểm tra mạng, DNS và tường lửa: máy phải ra được cổng 443 của "
    + ", ".join(f"*.{domain}" for domain in FILE_DOMAINS)
    + "."
)


def way(context: DoctorContext) -> Iterator[Result]:
    """Check that Zalo's servers can be reached over the network, and report how long they took to answer."""
    zalo = context.settings.zalo
    try:
        answer = knock(route_to=zalo.route_to, timeout=zalo.timeout_seconds)
    except ZaloUnavailableError as failed:
        kind = str(failed).rpartition(": ")[2]
        yield error(f"{_NETWORK_ERRORS.get(kind, 'Không nối được tới Zalo')} ({kind})", _MEND_NETWORK)
        return
    where = "Zalo mô phỏng (zalo.route_to)" if zalo.route_to else "Zalo"
    yield good(f"{where} trả lời sau {answer.seconds * 1000:.0f} ms")
    if zalo.route_to:
        yield warning(
            "zalo.route_to đang trỏ tới Zalo mô phỏng",
            "Khi dùng với Zalo thật, đặt zalo.route_to: null trong governor.yaml.",
        )


def session(context: DoctorContext) -> Iterator[Result]:
    """Check that a login session of the bot account is stored and that Zalo accepts it.

    With --offline, Zalo is not asked. If the bot is running, the session is in use and counts as good.
    """
    try:
        context.records.credentials()
        if context.occupant is not None:
            yield good("Hệ thống đang chạy và giữ phiên đăng nhập")
        elif not context.offline:
            yield good(f"Zalo nhận phiên đăng nhập, tài khoản {context.session.uid}")
        else:
            yield good("Có phiên đăng nhập; chưa hỏi Zalo, vì lệnh có --offline")
        if versions := ", ".join(map(str, context.records.credentials().refused_versions)):
            yield note(f"Zalo không nhận phiên bản Zalo Web {versions}; Hệ thống khai phiên bản khác mà Zalo nhận")
    except LoginRefusedError as refused:
        yield error(f"Zalo không nhận phiên đăng nhập (mã {refused.code})", "Đăng nhập lại: zalo-governor login.")
    except ConfigError as missing:
        yield error(f"Chưa có phiên đăng nhập dùng được: {missing}", "Đăng nhập: zalo-governor login.")


def groups(context: DoctorContext) -> Iterator[Result]:
    """Check that the bot account is a member of each group that the settings name."""
    for group in context.settings.groups:
        name = group.name or group.id
        try:
            seen = context.seen(group.id)
        except NotInGroupError:
            yield error(f"{name}: không thấy Nhóm", "Thêm tài khoản vào Nhóm, hoặc sửa mã ở mục groups.")
            continue
        if seen is None:
            yield note(f"{name}: chưa đọc thông tin của Nhóm lần nào", "Khởi động Hệ thống xong thì kiểm tra lại.")
        elif context.records.account not in seen.snapshot.member_uids:
            yield error(
                f"{name}: tài khoản không còn trong Nhóm",
                "Đề nghị trưởng nhóm hoặc phó nhóm trên Zalo thêm lại tài khoản.",
            )
        else:
            count, when = _count_members(context, seen), _seen_when(context, seen)
            yield good(f"{name}: {count} thành viên, kể cả tài khoản của Hệ thống; {when}")
            if seen.snapshot.encrypted:
                yield error(
                    f"{name}: Nhóm bật mã hóa đầu cuối nên Hệ thống không đọc được tin và tệp trong Nhóm",
                    "Tắt mã hóa đầu cuối của Nhóm trên Zalo nếu Zalo cho tắt, hoặc lập Nhóm khác.",
                )


def rights(context: DoctorContext) -> Iterator[Result]:
    """Check that the bot account is owner or deputy of each watched group, and sees the complete list of members.

    Only owner and deputies may delete messages or see requests to join (Zalo protocol notes, section 4).
    """
    account = context.records.account
    for group in context.settings.groups:
        name = group.name or group.id
        seen = context.seen_or_none(group.id)
        if seen is None:
            continue
        shown = seen.snapshot
        if account in shown.admin_uids:
            yield good(
                f"{name}: tài khoản của Hệ thống là "
                f"{'trưởng nhóm' if account == shown.owner_uid else 'phó nhóm'} trên Zalo"
            )
        else:
            yield warning(
                f"{name}: tài khoản của Hệ thống là thành viên thường nên không xóa được tin cho cả "
                "Nhóm (/xoa), không đưa được "
                "người ngoài ra (/moira), không ghim được tin, không thấy người xin vào",
                "Đề nghị trưởng nhóm trên Zalo đặt tài khoản làm phó nhóm (Quản lý nhóm, Trưởng và phó nhóm).",
            )
        if shown.members_hidden:
            yield warning(
                f"{name}: Nhóm ẩn danh sách thành viên (lockViewMember), chỉ thấy {len(shown.member_uids)} trong "
                f"{shown.total_members} người; chưa kiểm tra được đầy đủ người ngoài danh sách và tên hiển thị",
                "Đặt tài khoản làm phó nhóm, hoặc tắt việc ẩn danh sách thành viên.",
            )


def _count_members(context: DoctorContext, seen: SeenGroup) -> int:
    """Return how many members the group has: as Zalo says, or by the joins and leaves that the bot has stored since."""
    if context.may_ask or seen.snapshot.members_hidden:
        return seen.snapshot.total_members
    with context.store() as uow:
        return len(uow.members.present_uids(context.records.account, seen.snapshot.group_id))


def _seen_when(context: DoctorContext, seen: SeenGroup) -> str:
    if context.may_ask:
        return "vừa đọc từ Zalo"
    return f"theo dữ liệu hiện có, rà soát lúc {local(seen.at):%H:%M %d/%m/%Y}"


def rehearsal(context: DoctorContext) -> Iterator[Result]:
    """Report when `zalo-governor rehearse` last ran with the real Zalo, and how many acts it missed or misread."""
    done = load_rehearsal(context.settings.data_dir / FOLDER / RECORDING_FILE)
    if done is None or done.simulated or done.client_version is None:
        yield note(
            "Chưa diễn tập với Zalo thật: chưa biết Zalo gửi gì khác với những gì chương trình biết", _MEND_REHEARSAL
        )
        return
    outcomes = Counter(observed.outcome for observed in done.acts.values())
    says = f"Diễn tập với Zalo gần nhất: {local(done.changed_at):%d/%m/%Y}, phiên bản đã khai {done.client_version}"
    chosen = context.settings.zalo.client_version
    announced = (chosen,) if chosen else KNOWN_VERSIONS
    if done.client_version not in announced:
        yield note(f"{says}; nay khai phiên bản {announced[0]}", _MEND_REHEARSAL)
    elif unclear := outcomes[Outcome.NOT_UNDERSTOOD] + outcomes[Outcome.NOT_SEEN]:
        yield note(f"{says}; còn {unclear} việc không hiểu hoặc chưa thấy", _MEND_REHEARSAL)
    else:
        yield good(f"{says}; mọi việc đều thấy và hiểu được")
