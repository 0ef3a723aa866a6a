"""`zalo-governor roster`: import, export and compare the roster, the office's approved list of group members.

Sources: Article 1.3 of the decision on the group (who may be a member) and clause 7.2 of the group's regulation.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor.app.context import AppContext, open_records
from zalo_governor.app.roster_import import import_roster, plan_import
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, GroupId, chosen_group
from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.spreadsheets.writer import write_sheet
from zalo_governor.cli.terminal import Terminal
from zalo_governor.cli.wrapping import print_rows, say
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import GroupSnapshot, Role
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.roster import RosterDifference, RosterEntry
from zalo_governor.domain.roster_matching import Proposal, RosterMatching, proposals
from zalo_governor.features.members.roster.column_names import FIELD_NAMES, ColumnNames
from zalo_governor.features.members.roster.comparison import attendance
from zalo_governor.features.members.roster.importer import NoHeadingError, RosterReading, read_roster
from zalo_governor.features.members.roster.positions import Positions
from zalo_governor.sandbox.spreadsheets.reader import read_sheets
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

roster = Terminal(help="Danh sách thành viên đã được duyệt của cơ quan.", no_args_is_help=True)


@roster.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp .xlsx hoặc .csv.")],
    config: ConfigFile = DEFAULT_CONFIG,
    group: GroupId = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ghi luôn, không hỏi.")] = False,
    sheet: Annotated[
        str | None, typer.Option(help="Tên trang tính; không nêu thì trang đầu tiên có danh sách.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Thay toàn bộ: ai không có trong tệp thì ra khỏi danh sách.")
    ] = False,
    drop: Annotated[int, typer.Option(help="Với --replace --yes: đồng ý đưa ra đúng chừng này người.")] = 0,
) -> None:
    """Nhập danh sách, chỉ thêm và sửa hoặc thay toàn bộ: cho xem các thay đổi rồi ghi; có ô sai thì không ghi gì."""
    settings = load_settings(config)
    group_id = chosen_group(settings, group).id
    reading = _read_file(file, settings, sheet)
    with closing(open_records(settings, system_clock)) as records:
        units = UnitsOfWork(records.database, records.account)
        with units.begin(reading=True) as uow:
            before = uow.roster.entries(group_id)
        found = plan_import(before, reading.entries, replacing=replace)
        absent = plan_import(before, reading.entries, replacing=True).removed
        _show_difference(found, () if replace else absent)
        _show_unsplit(reading)
        _show_roles(reading)
        _show_positions(reading, Positions.load(settings.rules_dir / "positions.yaml"), local(records.clock()).date())
        if found.empty:
            say("Danh sách không có gì thay đổi.")
            return
        if not yes:
            dropping = f", đưa {len(found.removed)} người ra" if found.removed else ""
            if not Asking(Console()).yes(f"Ghi danh sách này{dropping}?", default=False):
                say("Chưa thay đổi gì.")
                return
            drop = len(found.removed)
        stored = import_roster(
            units, records.account, group_id, reading.entries, replacing=replace, drops=drop, at=records.clock()
        )
    say(f"Đã ghi danh sách {len(stored.after)} người.")


@roster.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp .xlsx hoặc .csv sẽ ghi.")],
    config: ConfigFile = DEFAULT_CONFIG,
    group: GroupId = None,
) -> None:
    """Xuất danh sách ra tệp, theo dạng nhập lại được."""
    settings = load_settings(config)
    group_id = chosen_group(settings, group).id
    with (
        closing(open_records(settings, system_clock)) as records,
        UnitsOfWork(records.database, records.account).begin(reading=True) as uow,
    ):
        entries = uow.roster.entries(group_id)
    words = ColumnNames.load(settings.rules_dir / "roster.yaml")
    headings = [_heading(words, field) for field in RosterEntry.model_fields]
    write_sheet(file, headings, [_cells(entry, words) for entry in entries])
    say(f"{file}: {len(entries)} người.")


@roster.command("compare")
def compare_(config: ConfigFile = DEFAULT_CONFIG, group: GroupId = None) -> None:
    """Đối chiếu danh sách với thành viên của Nhóm."""
    settings = load_settings(config)
    group_id = chosen_group(settings, group).id
    with closing(open_records(settings, system_clock)) as records:
        held, guesses, names, snapshot = _compare_with_group(records, group_id)
    say(f"Có trong danh sách và trong Nhóm: {len(held.present)} người.")
    if snapshot and snapshot.members_hidden:
        say(
            f"Nhóm ẩn danh sách thành viên: Hệ thống chỉ đọc được {len(snapshot.member_uids)} trên "
            f"{snapshot.total_members} người, nên phần dưới đây chưa đầy đủ."
        )
    _print_entries("Có trong danh sách, chưa có trong Nhóm", held.missing)
    strangers = [(uid, names.get(uid, "")) for uid in held.strangers]
    print_rows("Có trong Nhóm, không có trong danh sách", ("UID", "Tên hiển thị"), strangers)
    likely = [(one.entry.full_name, names[one.uid], one.uid) for one in guesses]
    title = "Có thể là cùng một người; xác nhận bằng zalo-governor roster match"
    print_rows(title, ("Họ tên", "Tên hiển thị", "UID"), likely)


@roster.command("match")
def match_(config: ConfigFile = DEFAULT_CONFIG, group: GroupId = None) -> None:
    """Ghép người trong danh sách với tài khoản có tên giống nhau, hỏi xác nhận từng người."""
    settings = load_settings(config)
    group_id = chosen_group(settings, group).id
    with closing(open_records(settings, system_clock)) as records:
        _, guesses, names, _ = _compare_with_group(records, group_id)
        confirmed = 0
        asking = Asking(Console())
        for one in guesses:
            entry = one.entry
            who = f"{entry.full_name} ({entry.title}, {entry.agency})"
            question = f"{who} trong danh sách là tài khoản {one.uid}, tên hiển thị {names[one.uid]!r}?"
            if asking.yes(question, default=False):
                confirmed += 1
                _store_match(records, group_id, one)
    say(f"Đã ghi {confirmed} trên {len(guesses)} người.")


def _compare_with_group(
    records: AppContext, group_id: str
) -> tuple[RosterMatching, list[Proposal], Mapping[str, str], GroupSnapshot | None]:
    """Compare the roster with the group's members as last read from Zalo.

    Returns:
        The comparison; pairs of a roster entry and a member who are likely the same person, by their names; display
        names by uid; the group as Zalo described it, None if it never did.

    Raises:
        ConfigError: the group has no roster, or its members were never read.
    """
    with UnitsOfWork(records.database, records.account).begin() as uow:
        names = uow.members.judged_names(records.account, group_id)
        held = attendance(uow, records.account, group_id)
        matched = uow.roster.matched(records.account, group_id)
        present = uow.members.present_uids(records.account, group_id) - {records.account}
        snapshot = uow.members.group_snapshot(group_id)
        # Accounts that use the name of a person known under another account must not be matched by name.
        honest = [uid for uid in held.strangers if not _has_namesake(uow, records.account, uid)] if held else []
    if held is None:
        raise ConfigError("roster: Nhóm này chưa có danh sách; hãy chạy: zalo-governor roster import TỆP")
    if not present:
        raise ConfigError(
            "roster: Hệ thống chưa thấy thành viên của Nhóm; khởi động Hệ thống, chờ một phút rồi làm lại"
        )
    return held, proposals(matched, honest, names), names, snapshot


def _has_namesake(uow: UnitOfWork, account: str, uid: str) -> bool:
    seen = uow.people.find_or_create(account, uid)
    return seen is not None and uow.people.get(seen.id).namesake is not None


def _store_match(records: AppContext, group_id: str, one: Proposal) -> None:
    with UnitsOfWork(records.database, records.account).begin() as uow:
        entry = one.entry.model_copy(update={"uid": one.uid})
        uow.roster.put(records.account, group_id, one.place, entry)
        person = uow.people.find_or_create(records.account, one.uid)
        uow.audit.append(
            "roster.recognised",
            at=records.clock(),
            group_id=group_id,
            subject=records.configuration.book_of(group_id).regulation.number_of(ClauseTopic.ACCOUNTS),
            detail={"by": "operator", "person": person.id if person else None},
        )


def _read_file(file: Path, settings: Settings, wanted: str | None) -> RosterReading:
    """Read the roster from the sheet `wanted` of the file, or from the first one that has a heading row; say which."""
    names = settings.rules_dir / "roster.yaml"
    words, sheets = ColumnNames.load(names), read_sheets(file)
    if wanted is not None and wanted not in sheets:
        raise ConfigError(f"{file}: không có trang tính “{wanted}”; các trang: {', '.join(sheets) or 'chỉ một'}")
    readings: dict[str, RosterReading] = {}
    without = []
    for name, rows in sheets.items() if wanted is None else [(wanted, sheets[wanted])]:
        try:
            readings[name] = read_roster(rows, words)
        except NoHeadingError as error:
            without.append(f"  {_describe_headless(name, error)}")
    if not readings:
        raise ConfigError(
            "\n".join(
                (
                    f"{file}: không thấy dòng tiêu đề có cả cột họ tên và cột chức vụ. Đã đọc:",
                    *without,
                    f"Hãy sửa tên cột trong tệp, hoặc thêm cách gọi của cơ quan vào {names}",
                )
            )
        )
    chosen, reading = next(iter(readings.items()))
    if len(sheets) > 1:
        say(f"Đọc trang tính “{chosen}”: {len(reading.entries)} người.")
    for name, other in readings.items():
        if name != chosen and other.entries:
            say(
                f"Trang tính “{name}” cũng có danh sách ({len(other.entries)} người), lần này không đọc; muốn nhập "
                f'trang ấy thì thêm: --sheet "{name}"'
            )
    if reading.complaints:
        lines = "\n".join(f"{file}: {complaint}" for complaint in reading.complaints)
        raise ConfigError(f"{lines}\n{len(reading.complaints)} chỗ cần sửa; chưa thay đổi gì.")
    if not reading.entries:
        raise ConfigError(f"{file}: không có người nào dưới dòng tiêu đề; chưa thay đổi gì.")
    return reading


def _describe_headless(name: str, error: NoHeadingError) -> str:
    """Describe a sheet in which no heading row was found: the row most like one, and the columns that it lacks."""
    place = f"trang tính “{name}”, " if name else ""
    if error.row is None:
        return f"{place}không có dòng nào"
    cells = "; ".join(filter(None, error.row.cells[:_MOST_HEADINGS]))
    missing = " và ".join(FIELD_NAMES[field] for field in error.missing)
    return f"{place}dòng {error.row.number}: {cells} (chưa nhận ra cột {missing})"


def _show_unsplit(reading: RosterReading) -> None:
    if reading.unsplit:
        say(
            f"Cột {reading.columns['title']} ({reading.headings['title']}) ghi chức vụ và đơn vị trong một ô; "
            f"{len(reading.unsplit)} dòng chưa rõ đơn vị bắt đầu từ đâu, cả ô được ghi là chức vụ: dòng "
            f"{', '.join(map(str, reading.unsplit))}. Đề nghị tách thành hai cột rồi nhập lại."
        )


def _show_difference(found: RosterDifference, kept: Sequence[RosterEntry]) -> None:
    """Print how the import changes the roster, and who is not in the file but stays on the roster (`kept`)."""
    _print_entries("Thêm", found.added)
    _print_entries("Bỏ ra", found.removed)
    _print_entries("Không có trong tệp, vẫn giữ (muốn bỏ ra thì thêm --replace)", kept)
    rows = []
    for change in found.changed:
        names = ", ".join(FIELD_NAMES[field] for field in change.fields)
        rows.append((change.after.full_name, names, change.after.title))
    print_rows("Thay đổi", ("Họ tên", "Mục thay đổi", "Chức vụ mới"), rows)
    say(f"Giữ nguyên: {found.same} người.")


def _print_entries(title: str, entries: Sequence[RosterEntry]) -> None:
    rows = [(entry.full_name, entry.title, entry.agency) for entry in entries]
    print_rows(title, ("Họ tên", "Chức vụ", "Cơ quan"), rows)


def _show_positions(reading: RosterReading, positions: Positions, today: date) -> None:
    """Print who on the imported roster has a position that Article 1.3 of the decision on the group does not list.

    This is only a hint to the operator: the leader may approve such people. `positions` are those of the decision.
    """
    column, heading = reading.columns["title"], reading.headings["title"]
    outside = [
        f"dòng {row}, cột {column} ({heading}): {entry.full_name}, {entry.title} {entry.agency}".rstrip()
        for row, entry in zip(reading.rows, reading.entries, strict=True)
        if not positions.eligible(entry, today)
    ]
    if outside:
        say(f"Chức danh chưa có trong thành phần của Nhóm (config/positions.yaml), đề nghị xem lại: {len(outside)}")
        for line in outside:
            say(f"  {line}")


def _show_roles(reading: RosterReading) -> None:
    holders = [entry.full_name for entry in reading.entries if entry.roles - {Role.MEMBER}]
    if holders:
        say(
            f"Vai trò ghi trong danh sách ({', '.join(holders)}) chỉ để đối chiếu; quyền ra lệnh cho Hệ thống do mục "
            "people trong governor.yaml quyết định."
        )


def _heading(words: ColumnNames, field: str) -> str:
    name = words.columns[field][0]
    return name[:1].upper() + name[1:]


def _cells(entry: RosterEntry, words: ColumnNames) -> list[str | date]:
    roles = [words.roles[role][0] for role in Role if role in entry.roles and role in words.roles]
    return [
        entry.full_name,
        entry.title,
        entry.agency,
        entry.phone.replace("+84", "0", 1) if entry.phone else "",
        entry.uid or "",
        ", ".join(roles),
        entry.since or "",
    ]


_MOST_HEADINGS = 12
