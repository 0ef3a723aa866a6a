"""Reads JSON Lines for commands that answer each line of their input with a line of JSON (`check`, `directives`)."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
import typer

from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.cli.wrapping import say
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.system.error_text import of_system


class BadLineError(GovernorError):
    """A line of the input is faulty; the message has the line number but none of the line's content."""


def answer_file(file: str, answer: Callable[[bytes, int], bytes]) -> int:
    """Print the answer to each line of a JSON Lines file, of standard input if `file` is "-"; return the exit code.

    `answer` returns the JSON to print for (line, line number from 1), or raises BadLineError.

    Raises:
        ConfigError: the file cannot be read.
    """
    if file == "-":
        if sys.stdin.isatty():
            say("Đang chờ các dòng JSON; gõ xong thì bấm Ctrl-D. Cách gõ một dòng: thêm --help.", err=True)
        return answer_lines(sys.stdin.buffer, answer)
    try:
        with Path(file).open("rb") as lines:
            return answer_lines(lines, answer)
    except OSError as error:
        raise ConfigError(
            f"{file}: không đọc được: {of_system(error)}; hãy nêu tên một tệp JSON lines, "
            "hoặc - để đọc từ lệnh trước dấu |"
        ) from None


def answer_lines(lines: Iterable[bytes], answer: Callable[[bytes, int], bytes]) -> int:
    """Print the answer to each line that is not blank; return the exit code: 2 if any line was faulty, else 0.

    Faults are written to standard error; the other lines are still answered.
    """
    code = ExitCode.GOOD
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answered = answer(line, number)
        except BadLineError as error:
            typer.echo(str(error), err=True)
            code = ExitCode.WRONG_USE
            continue
        sys.stdout.buffer.write(answered + b"\n")
    sys.stdout.buffer.flush()
    return code


def parse_object(line: bytes, number: int, example: str) -> dict[str, Any]:
    """Return the JSON object of a line; `example` is an object of the right form, for the error message.

    Raises:
        BadLineError: the line is not a JSON object in UTF-8.
    """
    try:
        # The standard decoder keeps lone surrogates and large numbers, which other decoders refuse.
        item = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadLineError(
            f"dòng {number}: không phải một dòng JSON bằng UTF-8 ({type(error).__name__}); hãy sửa dòng này"
        ) from None
    if not isinstance(item, dict):
        raise BadLineError(f"dòng {number}: phải là một đối tượng, ví dụ {example}")
    return item


def as_json(answered: dict[str, Any]) -> bytes:
    """Return `answered`, the answer to one line of the input, as JSON without a line break."""
    try:
        return orjson.dumps(answered)
    except TypeError:
        # orjson rejects ids larger than 64 bits, which JSON allows.
        return json.dumps(answered, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
