"""`zalo-governor erase`: erase what is stored about a person, as ordered by a document whose number is recorded."""

from contextlib import closing
from typing import Annotated

import typer

from zalo_governor.app.context import AppContext, open_records
from zalo_governor.backup.staging import put_aside, schemas_put_aside
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.wrapping import say, wrapped
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.storage.engine.lock_owner import refuse_while_running
from zalo_governor.storage.engine.transaction import OFFICE_LOCK
from zalo_governor.storage.maintenance.erasure import Holdings, holdings
from zalo_governor.storage.maintenance.erasure import erase as erase_person
from zalo_governor.storage.unit_of_work import UnitsOfWork


class ErasureError(GovernorError):
    """The data stored about a person cannot be erased now, for example while the person has a role or an open case.

    The message says why and what to do.
    """


def erase(
    person: Annotated[str, typer.Argument(metavar="UID", help="uid của người đó; xem bằng zalo-governor members.")],
    paper: Annotated[str, typer.Option("--order", help="Số văn bản yêu cầu xóa, ví dụ 12/QĐ-UBND.")],
    config: ConfigFile = DEFAULT_CONFIG,
    do_it: Annotated[bool, typer.Option("--do-it", help="Xóa; bỏ trống thì chỉ xem sẽ xóa những gì.")] = False,
) -> None:
    """Xem dữ liệu đang lưu về một người; thêm --do-it thì xóa, chỉ còn một mã số không rõ của ai."""
    if not paper.strip():
        raise ConfigError("--order: đề nghị nêu số văn bản yêu cầu xóa")
    settings = load_settings(config)
    with closing(open_records(settings, system_clock)) as records:
        kept = _find_holdings(records, person)
        _print_holdings(kept)
        _check_erasable(kept)
        if not do_it:
            say("Chưa thay đổi gì. Để xóa: chạy lại lệnh này và thêm --do-it (dừng Hệ thống trước).")
            return
        refuse_while_running(records.database)
        typed = typer.prompt(wrapped(f"Dữ liệu đã xóa không khôi phục được. Gõ lại uid {person} để xác nhận"))
        if typed.strip() != person:
            raise ErasureError("uid gõ lại không khớp; chưa thay đổi gì.")
        _erase(records, kept, paper.strip())
        schemas = schemas_put_aside(records.database)
    say(
        "Đã xóa. Các bản sao lưu làm trước lúc này vẫn chứa dữ liệu đã xóa: đề nghị chạy zalo-governor backup để có "
        "bản mới rồi hủy các bản cũ. Khi khôi phục một bản cũ mà bản mới nằm cùng thư mục, dữ liệu này được xóa lại."
    )
    copies = {str(path): f"rm -r {path}" for path in put_aside(settings.data_dir)}
    copies |= {f"Schema {name}": f'DROP SCHEMA "{name}" CASCADE' for name in schemas}
    for copy, command in copies.items():
        say(
            f"{copy} là bản chép cũ của cơ sở dữ liệu, vẫn chứa dữ liệu đã xóa. "
            f"Khi Hệ thống đã chạy ổn định, đề nghị xóa: {command}"
        )


def _find_holdings(records: AppContext, uid: str) -> Holdings:
    with UnitsOfWork(records.database, records.account).begin() as uow:
        found = uow.people.find(records.account, uid)
    if found is None:
        raise ConfigError(f"Không có ai mang uid {uid}; xem bằng zalo-governor members")
    return holdings(records.database, found.id)


def _print_holdings(kept: Holdings) -> None:
    who = f"{kept.name} ({kept.title})" if kept.title else kept.name or "(chưa rõ họ tên)"
    say(f"Dữ liệu đang lưu về {who}, mang số {kept.person_id} trong cơ sở dữ liệu:")
    for count, what in (
        (kept.bodies, "nội dung tin nhắn, tên đã đổi và trao đổi riêng với Hệ thống: xóa"),
        (kept.excerpts, "đoạn trích trong kết quả kiểm tra: xóa"),
        (kept.notices, "tin Hệ thống đã gửi cho người này: xóa nội dung"),
        (kept.notes, "giải trình, ghi chú: xóa nội dung"),
        (kept.remarks, "phản ánh, góp ý: xóa nội dung"),
        (kept.receipts, "lượt đã nhận, đã xem: xóa"),
        (kept.roster_rows, "dòng trong danh sách thành viên: xóa"),
        (kept.closed_cases, "vụ việc đã khép lại: giữ làm số liệu, không còn nội dung và tên"),
    ):
        say(f"  {count} {what}")
    say(
        "  Họ tên, chức vụ, tên hiển thị, điện thoại, uid, mã chung (global_id): xóa; nhật ký kiểm "
        "tra chỉ ghi một con số."
    )
    if kept.present:
        say("Lưu ý: người này còn trong Nhóm; từ nay tin của người này được ghi như của người mới.")


def _check_erasable(kept: Holdings) -> None:
    if kept.roles:
        raise ErasureError(
            f"Người này đang giữ vai trò ({', '.join(kept.roles)}) trong governor.yaml; đề nghị bỏ khỏi mục people, "
            "dừng Hệ thống, rồi làm lại."
        )
    if kept.open_cases:
        codes = ", ".join(f"VP{number}" for number in kept.open_cases)
        raise ErasureError(
            f"Còn vụ việc đang xử lý: {codes}. Dữ liệu của vụ việc đang xử lý phải giữ đến khi khép lại; đề nghị "
            "khép lại rồi làm lại lệnh này."
        )


def _erase(records: AppContext, kept: Holdings, paper: str) -> None:
    database = records.database
    with UnitsOfWork(database, records.account).begin() as uow:
        connection = uow.tx.connection
        database.lock(connection, OFFICE_LOCK)
        gone = erase_person(connection, database.keys, kept.person_id, paper, system_clock())
        database.erase_traces()
        note_access(uow, system_clock, "person.erased", person=kept.person_id, order=paper, entries=gone)
    database.persons.forget()
