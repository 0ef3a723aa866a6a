"""`zalo-governor trace`: find the group messages from which a leaked text may come (clause 4.6 of the regulation)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor.app.context import AppContext, read_records
from zalo_governor.cli.audit_access import note_access, note_opening
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.wrapping import folding_table, say
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.cases import Reader
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.features.analysis.leak_tracing import Origin, origins
from zalo_governor.storage.repositories.message_reader import MessageReader, SealedMessage
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork
from zalo_governor.system.error_text import of_system
from zalo_governor.text.fold import skeleton
from zalo_governor.zalo.events.text_fields import posted_text

_EXCERPT_LENGTH = 60
_MAX_DAYS = 36_500


def trace(
    text: Annotated[
        str, typer.Argument(metavar="VĂN_BẢN", help="Văn bản xuất hiện ngoài Nhóm, đặt trong ngoặc kép.")
    ] = "",
    file: Annotated[Path | None, typer.Option(help="Tệp văn bản UTF-8 chứa nội dung đó, thay cho VĂN_BẢN.")] = None,
    days: Annotated[int, typer.Option(min=1, max=_MAX_DAYS, help="Số ngày tìm ngược về trước.")] = 365,
    best: Annotated[int, typer.Option(min=1, max=100, help="Số tin hiện ra nhiều nhất.")] = 5,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Truy vết: tìm tin của Nhóm giống một văn bản xuất hiện bên ngoài, giống nhất trước; không lưu văn bản này."""
    leaked = _read_leaked_text(text, file)
    settings = load_settings(config)
    with closing(read_records(settings, system_clock)) as records:
        postings = MessageReader(records.database, records.account)
        since = records.clock() - timedelta(days=days)
        found = origins(leaked, texts_of(postings, since), count=best)
        sealed = postings.sealed_like(skeleton(leaked).encode())
        with UnitsOfWork(records.database, records.account).begin() as uow:
            _append_audit_entries(uow, records, found, sealed, postings)
            _print_results(uow, records.account, found, sealed, postings)


def _read_leaked_text(text: str, file: Path | None) -> str:
    if bool(text.strip()) is (file is not None):
        raise ConfigError("trace: hãy ghi văn bản trong ngoặc kép, hoặc dùng --file, không dùng cả hai")
    if file is None:
        return text
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file}: không đọc được: {of_system(error)}; hãy nêu tên một tệp văn bản") from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"{file}: không phải văn bản UTF-8; hãy chép nội dung vào một tệp văn bản thuần rồi lưu bằng UTF-8"
        ) from None


def texts_of(postings: MessageReader, since: datetime) -> Iterator[tuple[int, str]]:
    """Yield (id of the inbox entry, all text that people can read) for each group message stored since `since`.

    The inbox is the table of everything received from Zalo.
    """
    for id_, raw in postings.bodies(since=since):
        yield id_, posted_text(raw)


def _append_audit_entries(
    uow: UnitOfWork, records: AppContext, found: list[Origin], sealed: list[SealedMessage], postings: MessageReader
) -> None:
    """Record in the audit log that somebody searched for a leaked text, and which cases' messages the result shows.

    The leaked text itself is not recorded. `found` are similar messages; `sealed` are identical ones whose content is
    not stored, as it may be a state secret.
    """
    shown = [origin.id for origin in found]
    note_access(uow, records.clock, "trace", shown=shown, sealed=[posting.id for posting in sealed])
    for posting in postings.of(shown):
        for case in uow.cases.of_message(posting.group_id, posting.key):
            note_opening(uow, records.clock, case, "trace")


def _print_results(
    uow: UnitOfWork, account: str, found: list[Origin], sealed: list[SealedMessage], postings: MessageReader
) -> None:
    def who(uid: str) -> str:
        person = uow.people.find_or_create(account, uid)
        return person.name if person else ""

    for same in sealed:
        say(
            f"Trùng hoàn toàn với một tin không lưu nội dung: {local(same.at):%H:%M %d/%m/%Y}, "
            f"{who(same.sender_uid)}, Nhóm {same.group_id}"
        )
    if not found:
        say("Không có tin nào còn lưu giống văn bản này." if sealed else "Không tìm thấy tin nào giống.")
        return
    table = folding_table("Độ giống", "Thời gian", "Người đăng", "Nhóm", "Người đã xem", "Đoạn đầu")
    shares = {origin.id: origin.share for origin in found}
    for posting in postings.of(list(shares)):
        begins = " ".join(posted_text(posting.raw)[:_EXCERPT_LENGTH].split())
        moment = f"{local(posting.at):%H:%M %d/%m/%Y}"
        seen = _reader_names(uow, postings.readers(posting.group_id, posting.key))
        table.add_row(f"{shares[posting.id]:.0%}", moment, who(posting.sender_uid), posting.group_id, seen, begins)
    Console(markup=False, emoji=False).print(table)
    say("Người đã xem chỉ được lưu với tin thuộc một vụ việc; không có tên ở đây không có nghĩa là chưa xem.")
    say("Giống nhau chưa phải là kết luận: nhiều người có thể cùng đăng một nội dung lấy từ nguồn khác.")


def _reader_names(uow: UnitOfWork, readers: list[Reader]) -> str:
    """Return a Vietnamese text that names who has seen a message and counts to whom it was only delivered.

    `readers` are the receipts stored for the message, which are kept only for messages of a case.
    """
    names = [uow.people.get(reader.person_id).name for reader in readers if reader.seen]
    if not readers:
        return "không lưu"
    delivered = len(readers) - len(names)
    return ", ".join(names) + (f" (đã nhận, chưa rõ đã xem: {delivered})" if delivered else "")
