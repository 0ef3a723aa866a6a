"""`zalo-governor directives`: read messages in JSON Lines as directives; or show the directive ledger."""

import sys
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Annotated, Any

import typer

from zalo_governor.cli.directive_ledger import list_directives, show_directive
from zalo_governor.cli.json_lines import BadLineError, answer_file, answer_lines, as_json, parse_object
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.domain.clock import local
from zalo_governor.features.directives.reading import first_day_of_tet
from zalo_governor.text.directives.reader import DirectiveReader, Item

_EXAMPLE = '{"id": 1, "text": "…", "sender_role": "leader", "sent_at": "2026-11-24T08:00"}'
_ROLES = ("leader", "leadership", "admin", "member")


def directives(
    file: Annotated[
        str,
        typer.Argument(
            metavar="VIỆC",
            help="list: các chỉ đạo đang theo dõi; show: một chỉ đạo; hoặc tên tệp có các tin cần xét "
            "(-: đọc từ lệnh trước dấu |).",
        ),
    ] = "",
    code: Annotated[str, typer.Argument(metavar="MÃ", help="Với show: mã chỉ đạo, ví dụ CĐ1.")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Với list, show: hiện JSON thay cho bảng.")] = False,
) -> None:
    """Liệt kê các chỉ đạo đang theo dõi (list), xem một chỉ đạo (show CĐ1), hoặc xét các tin trong một tệp.

    Mỗi dòng của tệp: {"id", "text", "sender_role", "sent_at"[, "reply"]}. Kết quả: chỉ đạo hay không, giao ai, hạn nào.
    """
    first = b"" if file or sys.stdin.isatty() else sys.stdin.buffer.readline()
    if file == "list" or not (file or first):
        list_directives(config, as_json=as_json)
        return
    if file == "show":
        show_directive(config, code, as_json=as_json)
        return
    read = partial(read_line, DirectiveReader(tet=first_day_of_tet))
    raise typer.Exit(answer_file(file, read) if file else answer_lines(chain([first], sys.stdin.buffer), read))


def read_line(reader: DirectiveReader, line: bytes, number: int) -> bytes:
    """Read the message in one JSON line; return as JSON whether it is a directive, its addressees, deadline and items.

    If the line has a `reply`, the result also says what that is to the message: ack (only received), answer or no.

    Raises:
        BadLineError: a key is missing or has a value of another form; `number` is the line's number from 1.
    """
    item = parse_object(line, number, _EXAMPLE)
    text, role = _text(item, "text", number), _text(item, "sender_role", number)
    if role not in _ROLES:
        raise BadLineError(f"dòng {number}: sender_role phải là một trong {', '.join(_ROLES)}")
    try:
        given = datetime.fromisoformat(_text(item, "sent_at", number))
        sent_at = (local(given) if given.tzinfo else given).replace(tzinfo=None)
    except ValueError:
        raise BadLineError(f"dòng {number}: sent_at phải có dạng 2026-11-24T08:00 (giờ Việt Nam)") from None
    reading = reader.read(text, role, sent_at)
    answered: dict[str, Any] = {
        "id": item.get("id"),
        "directive": "unsure" if reading.directive is None else reading.directive,
        "addressees": list(reading.addressees),
        "deadline": _moment(reading.deadline),
        "items": [_as_object(one) for one in reading.items],
    }
    if "reply" in item:
        answered["reply"] = reader.reply(_text(item, "reply", number), text)
    return as_json(answered)


def _text(item: dict[str, Any], key: str, number: int) -> str:
    if not isinstance(item.get(key), str):
        raise BadLineError(f"dòng {number}: phải có mục {key}, giá trị là chữ; ví dụ {_EXAMPLE}")
    return str(item[key])


def _as_object(item: Item) -> dict[str, Any]:
    return {"addressees": list(item.addressees), "deadline": _moment(item.deadline), "text": item.text}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment else None
