"""Page "Thành viên" (members): the roster and the group's accounts compared, roles, and the import of a roster."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from zalo_governor.app.roster_import import DropsPeopleError, import_roster, plan_import
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.people import EVERYWHERE, Group, Role
from zalo_governor.domain.roster import Change, RosterEntry
from zalo_governor.domain.roster_matching import proposals
from zalo_governor.features.cases.commands.decide import ListCases
from zalo_governor.features.members.commands import Belongs, PutOut
from zalo_governor.features.members.roster.column_names import FIELD_NAMES, ColumnNames
from zalo_governor.features.members.roster.comparison import attendance
from zalo_governor.features.members.roster.importer import NoHeadingError, RosterReading, read_mapped, read_roster
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, NotFoundError, Reply, SealedError, SeeOther, Uploaded, Visit
from zalo_governor.sandbox.spreadsheets.client import read_spreadsheet
from zalo_governor.sandbox.spreadsheets.rows import SheetRow

PATH = "/thanh-vien"
_MOST_BYTES = 5_000_000
_SHOWN = 12
_KEPT = timedelta(minutes=15)
_OVER = (
    "Bản xem trước này không còn: đã ghi xong, đã có tệp khác thay, hoặc đã quá 15 phút. Đề nghị xem trang Thành viên; "
    "cần nhập thì chọn lại tệp."
)
FIELDS = {field: name[:1].upper() + name[1:] for field, name in FIELD_NAMES.items()}
_ROLE_NAMES = {
    Role.LEADER: "Trưởng nhóm",
    Role.LEADERSHIP: "Lãnh đạo",
    Role.ADMIN: "Quản trị Nhóm",
    Role.ADMIN_STAFF: "Cán bộ được giao",
    Role.REPORT_READER: "Người được xem báo cáo",
    Role.OVERSEER: "Người theo dõi chung",
}


class Draft(NamedTuple):
    """A spreadsheet that somebody has uploaded and not yet stored as the roster; kept in memory only."""

    person_id: int
    group_id: str
    rows: Sequence[SheetRow]
    reading: RosterReading | None
    """None until the columns are known."""
    heading: str = ""
    """Number of the row that somebody has chosen as the heading row."""


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    roles, desk = office.roles_for(Belongs.word), office.roles_for(ListCases.word)
    return [
        Route("GET", PATH, show, roles, title="Thành viên"),
        Route("POST", f"{PATH}/nhap", upload, desk, most_bytes=_MOST_BYTES),
        Route("GET", f"{PATH}/nhap/{{token}}", preview, desk),
        Route("POST", f"{PATH}/nhap/{{token}}/cot", choose_columns, desk),
        Route("POST", f"{PATH}/nhap/{{token}}", take_over, desk),
        Route("POST", f"{PATH}/{{word}}", act, roles, writes=True),
    ]


def show(visit: Visit) -> Reply:
    """Show the comparison of one group with its roster."""
    group, account = visit.one_group(), visit.office.account
    uow = visit.uow
    names = uow.members.judged_names(account, group.id)
    held = attendance(uow, account, group.id)
    matched = uow.roster.matched(account, group.id)
    strangers = held.strangers if held else ()
    people = {uid: person for uid in strangers if (person := uow.people.find(account, uid)) is not None}
    people = {uid: uow.people.get(person.id) for uid, person in people.items()}
    honest = [uid for uid, person in people.items() if person.namesake is None]
    guesses = {one.uid: one.entry for one in proposals(matched, honest, names)}
    facts = {
        "groups": visit.groups,
        "group": group,
        "has_roster": held is not None,
        "roster": [(entry, bool(uids)) for entry, uids in matched],
        "present": len(held.present) if held else 0,
        "missing": held.missing if held else (),
        "strangers": [
            {"person": person, "name": names.get(uid) or person.display_name, "guess": guesses.get(uid)}
            for uid, person in people.items()
        ],
        "roles": _roles(visit, group),
        "may_import": visit.may(ListCases.word, group.id),
        "snapshot": uow.members.group_snapshot(group.id),
    }
    return Html("thanh-vien.html", facts)


def act(visit: Visit) -> Reply:
    """Approve an account as a member of the group, or remove it, as by `/thanhvien TV34` and `/moira TV34`."""
    word, group = visit.asked.places["word"], visit.one_group()
    if word not in {Belongs.word, PutOut.word}:
        raise NotFoundError
    visit.do(word, f"{visit.field('ma')} {visit.field('noi_dung')}".strip(), group_id=group.id)
    return SeeOther(f"{PATH}?nhom={group.id}")


def upload(visit: Visit) -> Reply:
    """Read an uploaded spreadsheet in a sandboxed process, and show what would change."""
    group, file = visit.one_group(), visit.asked.files.get("tep")
    here = SeeOther(f"{PATH}?nhom={group.id}")
    if file is None:
        visit.complain("Chưa chọn tệp nào.")
        return here
    try:
        sheets = visit.outside(partial(_read, visit.office, file))
    except GovernorError as error:
        visit.complain(f"Chưa nhập được tệp: {error}")
        return here
    words = _column_names(visit)
    best, reading = next(iter(sheets.values()), []), None
    for rows in sheets.values():
        try:
            best, reading = rows, read_roster(rows, words)
            break
        except NoHeadingError:
            continue
    token = visit.office.drafts.keep(visit.person.id, Draft(visit.person.id, group.id, best, reading), _KEPT)
    return SeeOther(f"{PATH}/nhap/{token}")


def _read(office: Office, file: Uploaded) -> dict[str, list[SheetRow]]:
    sheets = read_spreadsheet(file.content, file.name)
    if office.is_secret({f"{at}": " ".join(row.cells) for at, row in enumerate(chain(*sheets.values()))}):
        raise SealedError
    return sheets


def preview(visit: Visit) -> Reply:
    """Show what the import would change or, if the columns were not recognised, ask which is which."""
    token, draft = _draft(visit)
    group = visit.group(draft.group_id)
    facts: dict[str, Any] = {
        "token": token,
        "group": group,
        "fields": FIELDS,
        "changed": changed_in_words,
        "rows": draft.rows[:_SHOWN],
        "width": max((len(row.cells) for row in draft.rows[:_SHOWN]), default=0),
        "reading": draft.reading,
        "added": None,
        "whole": None,
        "heading": draft.heading,
        "chosen": {},
    }
    if draft.reading is not None:
        facts["chosen"] = {letters: field for field, letters in draft.reading.columns.items()}
        if not draft.reading.complaints and draft.reading.entries:
            before = visit.uow.roster.entries(group.id)
            for name, replacing in (("added", False), ("whole", True)):
                facts[name] = plan_import(before, draft.reading.entries, replacing=replacing)
    return Html("nhap.html", facts)


def changed_in_words(change: Change) -> str:
    """Return the changes of a roster entry in words, "field: old → new" for each; telephone numbers only in part."""
    return "; ".join(
        f"{FIELDS[field]}: {_value(change.before, field)} → {_value(change.after, field)}" for field in change.fields
    )


def _value(entry: RosterEntry, field: str) -> str:
    value = entry.position if field == "title" else getattr(entry, field)
    match value:
        case frozenset():
            return ", ".join(_ROLE_NAMES.get(role, "Thành viên") for role in sorted(value))
        case date():
            return f"{value:%d/%m/%Y}"
        case str() if field == "phone":
            return f"{value.replace('+84', '0', 1)[:4]}…{value[-3:]}"
    return value or "(trống)"


def choose_columns(visit: Visit) -> Reply:
    """Read the spreadsheet again by the columns that somebody has chosen."""
    token, draft = _draft(visit)
    here = SeeOther(f"{PATH}/nhap/{token}")
    numbers = [str(row.number) for row in draft.rows]
    heading = visit.field("dong")
    if heading not in numbers:
        visit.complain("Dòng tiêu đề không có trong tệp.")
        return here
    columns: dict[str, list[int]] = {}
    for place in range(len(draft.rows[numbers.index(heading)].cells)):
        if (field := visit.field(f"cot{place}")) in FIELDS:
            columns.setdefault(field, []).append(place)
    if not {"full_name", "title"} <= columns.keys():
        visit.complain("Cần chọn ít nhất cột Họ tên, cột Chức vụ và dòng tiêu đề.")
        return here
    reading = read_mapped(draft.rows, numbers.index(heading), columns, _column_names(visit))
    visit.office.drafts.replace(token, draft._replace(reading=reading, heading=heading))
    return here


def take_over(visit: Visit) -> Reply:
    """Add the uploaded list to the group's roster, or replace it, as `zalo-governor roster import` does."""
    token, draft = _draft(visit)
    group = visit.group(draft.group_id)
    if draft.reading is None or draft.reading.complaints or not draft.reading.entries:
        return SeeOther(f"{PATH}/nhap/{token}")
    agreed = visit.field("bo")
    try:
        found = import_roster(
            visit.office.units,
            visit.office.account,
            group.id,
            draft.reading.entries,
            replacing=visit.field("cach") == "thay",
            drops=int(agreed) if re.fullmatch("[0-9]{1,6}", agreed) else 0,
            at=visit.now,
            by=visit.person.id,
        )
    except DropsPeopleError:
        visit.complain(
            "Có người sẽ ra khỏi danh sách mà chưa đánh dấu là đã xem, hoặc danh sách vừa thay đổi. Chưa ghi gì."
        )
        return SeeOther(f"{PATH}/nhap/{token}")
    visit.office.drafts.drop(token)
    visit.tell(
        f"Đã ghi danh sách {len(found.after)} người: thêm {len(found.added)}, bỏ ra {len(found.removed)}, "
        f"thay đổi {len(found.changed)}."
    )
    return SeeOther(f"{PATH}?nhom={group.id}")


def _draft(visit: Visit) -> tuple[str, Draft]:
    token = visit.asked.places["token"]
    draft = visit.office.drafts.get(token)
    if not isinstance(draft, Draft) or draft.person_id != visit.person.id:
        raise NotFoundError(_OVER)
    return token, draft


def _column_names(visit: Visit) -> ColumnNames:
    return ColumnNames.load(visit.office.records.settings.rules_dir / "roster.yaml")


def _roles(visit: Visit, group: Group) -> list[dict[str, Any]]:
    """Return who holds a role in the group, and whether it is held in all groups."""
    rows = []
    for person in visit.uow.people.holders(visit.office.account):
        held: Mapping[str, frozenset[Role]] = person.grants
        own, everywhere = held.get(group.id, frozenset()), held.get(EVERYWHERE, frozenset())
        if named := [name for role, name in _ROLE_NAMES.items() if role in own | everywhere]:
            rows.append({"who": visit.voice.named(person), "roles": ", ".join(named), "everywhere": bool(everywhere)})
    return rows
