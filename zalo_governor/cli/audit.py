"""`zalo-governor audit`: list the audit log, and verify that nobody has changed it afterwards."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.text import Text as Plain

from zalo_governor.app.context import AppContext, read_records
from zalo_governor.cli import words
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.cli.language import translated
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.terminal import Terminal
from zalo_governor.cli.wrapping import folding_table, say
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.audit import SHOWN, AuditEntry, ChainReport, Fault, FaultKind, PrintedHead
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.features.cases.commands.record import with_place
from zalo_governor.features.directives.register import with_addressee
from zalo_governor.messaging.typed_dates import EXAMPLES, end_of, start_of
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

audit = Terminal(help="Nhật ký kiểm tra: ai làm gì, và nhật ký còn toàn vẹn hay không.", no_args_is_help=True)

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_HEADINGS = (
    ("Dòng", "Row"),
    ("Thời gian", "Time"),
    ("Người thực hiện", "Who"),
    ("Việc", "Action"),
    ("Đối tượng", "About"),
    ("Chi tiết", "Detail"),
)
_FAULTS = {
    FaultKind.CHANGED: "dòng {row} ({when}) đã bị sửa",
    FaultKind.INSERTED: "dòng {row} ({when}) do người khác chèn vào, không phải Hệ thống ghi",
    FaultKind.REMOVED: "{rows} dòng ngay trước dòng {row} ({when}) đã bị xóa",
    FaultKind.TAIL_CUT: "phần cuối đã bị cắt: mất {rows} dòng sau dòng {row} ({when})",
    FaultKind.NO_HEAD: "cơ sở dữ liệu không còn mã đối chiếu nhật ký; không rõ phần cuối có bị cắt hay không",
    FaultKind.SHORTER: (
        "nhật ký kiểm tra ngắn hơn {rows} dòng so với mã đối chiếu đã in: cơ sở dữ liệu đã bị đưa về bản cũ"
    ),
    FaultKind.OTHER_PAST: (
        "dòng {row} ({when}) khác với mã đối chiếu đã in: cơ sở dữ liệu đã bị đưa về bản cũ rồi ghi tiếp, "
        "hoặc đây là nhật ký kiểm tra khác"
    ),
}


@audit.callback()
def _group() -> None:
    """Nhật ký kiểm tra: ai làm gì, và nhật ký còn toàn vẹn hay không."""


@audit.command()
def verify(
    config: ConfigFile = DEFAULT_CONFIG,
    head: Annotated[str | None, typer.Option(help="Mã đối chiếu trên báo cáo đã in: 1234-0f3c9a5be1d27764.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Hiện dạng JSON thay cho câu chữ.")] = False,
) -> None:
    """Xem nhật ký kiểm tra có bị sửa không; mã thoát 3 nếu có chỗ không toàn vẹn."""
    printed = _parse_printed_head(head)
    with closing(read_records(load_settings(config), system_clock)) as records:
        report = SqlAuditLog(records.database).verify(printed)
    if as_json:
        typer.echo(orjson.dumps(_as_json(report)))
    else:
        say("\n".join(_sentences(report)))
    if report.faults:
        raise typer.Exit(ExitCode.FAULTS_FOUND)


@audit.command("list")
def list_(
    config: ConfigFile = DEFAULT_CONFIG,
    since: Annotated[str | None, typer.Option(help=f"Ngày đầu, {EXAMPLES}.")] = None,
    until: Annotated[str | None, typer.Option(help="Ngày cuối (tính cả ngày này), ghi như --since.")] = None,
    action: Annotated[
        str | None, typer.Option(help="Chỉ loại việc có mã này, ví dụ case.opened; gõ mã không có thì lệnh nêu mọi mã.")
    ] = None,
    about: Annotated[str | None, typer.Option(help="Chỉ những dòng nói về một vụ việc (VP12) hoặc một khoản.")] = None,
    case: Annotated[str | None, typer.Option(help="Chỉ những lần mở xem vụ việc này, ví dụ VP12.")] = None,
    uid: Annotated[str | None, typer.Option(help="Chỉ việc của người có uid này.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một đối tượng JSON thay cho bảng.")] = False,
) -> None:
    """Liệt kê các dòng, cũ trước mới sau, giờ Việt Nam."""
    _require_known(action)
    start = start_of(since, "--since") if since else _ALWAYS
    end = end_of(until, "--until") if until else _NEVER
    with closing(read_records(load_settings(config), system_clock)) as records:
        entries = SqlAuditLog(records.database).entries(start=start, end=end)
        found = [entry for entry in entries if _is_wanted(entry, action, about, case)]
        with UnitsOfWork(records.database, records.account).begin() as uow:
            note_access(uow, system_clock, "audit.listed")
            actor = _find_actor(uow, records, uid)
            found = [entry for entry in found if actor in {None, entry.actor_id}]
            found = [with_addressee(uow, with_place(uow, entry)) for entry in found]
            named = {entry.actor_id: _name(uow, entry.actor_id) for entry in found}
    if as_json:
        for entry in found:
            typer.echo(orjson.dumps(entry.model_dump() | {"actor": named[entry.actor_id]}).decode())
    else:
        _show(found, named)


def _require_known(action: str | None) -> None:
    """Check that `action` is the code of an action, such as `case.opened`, or the first part of some, such as `case`.

    Raises:
        ConfigError: it is neither; the message lists all codes with their meaning.
    """
    known = words.vietnamese()["actions"]
    if action is None or any(_is_of(code, action) for code in known):
        return
    listed = "\n".join(f"  {code:24} {words.action(code)}" for code in sorted(known))
    raise ConfigError(f"--action: không có mã này; các mã:\n{listed}")


def _is_of(code: str, action: str) -> bool:
    """Return whether `code` is that of `action` or of a kind of `action`: `case.opened` is a kind of `case`."""
    return code == action or code.startswith(f"{action}.")


def _is_wanted(entry: AuditEntry, action: str | None, about: str | None, case: str | None) -> bool:
    if action and not _is_of(entry.action, action):
        return False
    if about and about not in {entry.subject, entry.detail.get("about")}:
        return False
    return case is None or (entry.action, entry.subject) == (SHOWN, case)


def _find_actor(uow: UnitOfWork, records: AppContext, uid: str | None) -> int | None:
    if uid is None:
        return None
    person = uow.people.find(records.account, uid)
    if person is None:
        raise ConfigError(f"--uid: không ai có uid {uid}; xem uid bằng: zalo-governor members")
    return person.id


def _name(uow: UnitOfWork, actor_id: int | None) -> str:
    return translated("Hệ thống", "the program") if actor_id is None else uow.people.get(actor_id).name


def _show(found: list[AuditEntry], named: dict[int | None, str]) -> None:
    table = folding_table(*(translated(*heading) for heading in _HEADINGS))
    for entry in found:
        about = words.value(entry.subject)
        cells = (named[entry.actor_id], words.action(entry.action), about, words.facts(entry.detail))
        table.add_row(str(entry.id), _when(entry.at), *map(Plain, cells))
    Console().print(table)


def _sentences(report: ChainReport) -> Iterator[str]:
    yield f"Nhật ký kiểm tra: {report.rows} dòng. Mã đối chiếu: {report.head or 'không có'}"
    for row_id, at in report.adopted:
        yield (
            f"Lưu ý: đến dòng {row_id} ({_when(at)}) nhật ký chưa có mã đối chiếu. Sau khi nâng cấp thì điều này là "
            "bình thường; nếu không, có người đã xóa mã đó."
        )
    for fault in report.faults:
        yield f"KHÔNG TOÀN VẸN: {_describe_fault(fault)}."
    if not report.faults:
        yield "Toàn vẹn: không dòng nào bị sửa, chèn, xóa hoặc cắt ở cuối."


def _describe_fault(fault: Fault) -> str:
    row = "đầu tiên" if fault.row_id is None else fault.row_id
    return _FAULTS[fault.kind].format(row=row, when=_when(fault.at), rows=fault.rows or "một số")


def _as_json(report: ChainReport) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "head": str(report.head) if report.head else None,
        "adopted": [row_id for row_id, _ in report.adopted],
        "faults": [fault._asdict() for fault in report.faults],
    }


def _when(at: datetime | None) -> str:
    return f"{local(at):%d/%m/%Y %H:%M:%S}" if at else "không rõ lúc nào"


def _parse_printed_head(head: str | None) -> PrintedHead | None:
    try:
        return PrintedHead.read(head) if head else None
    except ValueError as error:
        raise ConfigError(f"--head: {error}") from None
