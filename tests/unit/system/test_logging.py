"""The log never holds what somebody wrote, wherever a line is written and whatever an exception says."""

import ast
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import structlog

import zalo_governor
from zalo_governor.domain.errors import ConfigError, GovernorError, StoreUnavailableError
from zalo_governor.system.log_file import LogFile
from zalo_governor.system.logging import KEYS, MASKED, configure, mask
from zalo_governor.zalo.errors import LoginRefusedError, ZaloCallError, ZaloUnavailableError

BODY = "GIẢ ĐỊNH: đề nghị các đồng chí họp lúc 14 giờ tại phòng số 3"
BODIES = [BODY, BODY.encode(), [BODY], {"text": BODY}, (BODY, 1), object(), "hop luc 14 gio", "họp", "a\nb"]
PACKAGE = Path(zalo_governor.__file__).parent


class Site(NamedTuple):
    """A place in the program that writes a line."""

    place: str
    call: ast.Call


def sites() -> Iterator[Site]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            logger, level = node.func.value, node.func.attr
            if isinstance(logger, ast.Name) and logger.id in {"log", "_log"} and level in LEVELS:
                yield Site(f"{path.relative_to(PACKAGE)}:{node.lineno}", node)


LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
SITES = list(sites())


def test_the_lines_of_the_whole_program_are_found() -> None:
    assert len(SITES) > 60


def test_every_key_that_a_line_uses_is_known_and_no_other_is() -> None:
    used = {keyword.arg for site in SITES for keyword in site.call.keywords if keyword.arg}
    facts = {
        key
        for error in (
            LoginRefusedError(1, ""),
            ZaloCallError(1, "", ""),
            ZaloUnavailableError("", "", sent=True),
            StoreUnavailableError(""),
        )
        for key in error.facts
    }
    assert used | facts | {"event", "level", "timestamp", "logger", "error"} == KEYS


@pytest.mark.parametrize("site", SITES, ids=[site.place for site in SITES])
def test_no_line_can_quote_a_body(site: Site) -> None:
    """Whatever stands at its place: as the event, under each of its keys, and under one that somebody adds."""
    keys = [keyword.arg or "something_new" for keyword in site.call.keywords]
    assert len(site.call.args) == 1, "an event, and all else by name"
    for body in (*BODIES, ValueError(BODY), GovernorError(BODY), ZaloCallError(3, BODY, f"/api/{BODY}")):
        line = mask(None, "info", {"event": body, **dict.fromkeys(keys, body)})
        _assert_says_nothing(json.dumps(line))
    assert not [keyword for keyword in site.call.keywords if keyword.arg == "exc_info"]


def test_an_exception_is_told_by_its_class_and_its_codes() -> None:
    line = mask(None, "error", {"event": "login_failed", "error": LoginRefusedError(401, BODY)})
    assert line == {"event": "login_failed", "error": "LoginRefusedError", "code": 401}
    line = mask(None, "error", {"event": "x", "error": StoreUnavailableError(BODY, "SQLITE_FULL")})
    assert line == {"event": "x", "error": "StoreUnavailableError", "reason": "SQLITE_FULL"}
    assert mask(None, "error", {"event": "x", "error": KeyError(BODY)}) == {"event": "x", "error": "KeyError"}


def test_ids_counts_and_words_of_the_program_stay_as_they_are() -> None:
    line = {"event": "command.done", "group": "8000000000000000001", "count": 3, "sealed": True, "case": "VP12"}
    assert mask(None, "info", dict(line)) == line


@contextmanager
def logging_to(file: LogFile | None) -> Iterator[None]:
    """The whole chain as `run` sets it up, undone afterwards."""
    root = logging.getLogger()
    handlers, level, own = root.handlers[:], root.level, logging.getLogger("zalo_governor").level
    try:
        configure(console=False, file=file)
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("zalo_governor").setLevel(own)
        logging.raiseExceptions = True


def log_file(folder: Path, **other: Any) -> LogFile:
    limits: dict[str, Any] = {"most_bytes": 1_000_000, "files": 5, "kept": timedelta(days=30)} | other
    return LogFile(folder / "logs" / "governor.log", **limits)


def test_the_file_holds_json_lines_for_the_programs_user_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to(log_file(tmp_path)):
        structlog.get_logger("zalo_governor.somewhere").warning("history_refused", error=GovernorError(BODY), tried=2)
    path = tmp_path / "logs" / "governor.log"
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told.pop("timestamp")
    assert told == {"event": "history_refused", "error": "GovernorError", "tried": 2, "level": "warning"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(capsys.readouterr().out)["event"] == "history_refused"


def test_a_library_is_named_and_not_quoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError(BODY)

    with logging_to(log_file(tmp_path)):
        library = logging.getLogger("apscheduler.executors")
        library.error("Job %s raised", BODY)
        try:
            fail()
        except ValueError:
            library.exception(BODY)
        library.warning(BODY)
    lines = [json.loads(line) for line in (tmp_path / "logs" / "governor.log").read_text().splitlines()]
    assert [(line["event"], line["logger"], line.get("error")) for line in lines] == [
        ("library", "apscheduler.executors", None),
        ("library", "apscheduler.executors", "ValueError"),
    ]
    _assert_says_nothing(json.dumps(lines) + capsys.readouterr().out)


def test_a_large_file_is_put_aside_and_the_oldest_go(tmp_path: Path) -> None:
    file = log_file(tmp_path, most_bytes=200, files=2)
    with logging_to(file):
        for number in range(12):
            structlog.get_logger("zalo_governor.x").info("swept", count=number)
    aside = sorted(file.path.parent.glob("governor-*.log"))
    assert len(aside) == 2
    lines = [json.loads(line)["count"] for path in (*aside, file.path) for line in path.read_text().splitlines()]
    assert lines == list(range(lines[0], 12)), "the newest are all there, in order"
    assert lines[0] > 0
    assert {path.stat().st_mode & 0o777 for path in aside} == {0o600}


def test_a_file_that_somebody_removed_to_free_the_disk_is_begun_anew(tmp_path: Path) -> None:
    file = log_file(tmp_path)
    with logging_to(file):
        for number in range(3):
            structlog.get_logger("zalo_governor.x").info("swept", count=number)
            if number == 0:
                file.path.unlink()
    assert [json.loads(line)["count"] for line in file.path.read_text().splitlines()] == [1, 2]
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_yesterdays_file_is_put_aside_and_what_is_older_than_the_limit_goes(tmp_path: Path) -> None:
    file = log_file(tmp_path)
    file.path.parent.mkdir()
    ancient, current = file.path.with_name("governor-20200101-000000-000000.log"), file.path
    for path, age_days in ((ancient, 40), (current, 1)):
        path.write_text("{}\n")
        _make_older(path, age_days)
    with logging_to(file):
        structlog.get_logger("zalo_governor.x").info("started")
    assert not ancient.exists()
    [yesterday] = file.path.parent.glob("governor-*.log")
    assert yesterday.read_text() == "{}\n"
    assert json.loads(current.read_text())["event"] == "started"


def test_a_folder_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match=r"governor\.log: không ghi được nhật ký chạy: .*logs\.file"):
        configure(console=False, file=log_file(tmp_path))


def test_under_journald_each_line_begins_with_its_urgency(tmp_path: Path) -> None:
    program = (
        "import os; there = os.fstat(1); os.environ['JOURNAL_STREAM'] = f'{there.st_dev}:{there.st_ino}'\n"
        "import structlog; from zalo_governor.system.logging import configure\n"
        "configure(console=False)\n"
        "log = structlog.get_logger('zalo_governor.x')\n"
        "log.info('swept', group='8000'); log.error('blind', since='2026-01-01T00:00:00+00:00', text='GIẢ ĐỊNH')\n"
    )
    out = tmp_path / "out"
    with out.open("w") as stream:
        subprocess.run([sys.executable, "-c", program], stdout=stream, check=True)
    assert out.read_text().splitlines() == [
        "<6>swept group=8000",
        f"<3>blind since=2026-01-01T00:00:00+00:00 {MASKED}={MASKED}",
    ]


def _assert_says_nothing(line: str) -> None:
    for words in ("đề nghị", "14 gi", "họp", "hop luc", "GIẢ", "\\u1ecdp", "\\u0111"):
        assert words not in line, line


def _make_older(path: Path, days: int) -> None:
    before = time.time() - days * 86_400
    os.utime(path, (before, before))
