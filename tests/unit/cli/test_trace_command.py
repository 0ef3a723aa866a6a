"""`zalo-governor trace`: clause 4.6, as the admin's staff use it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, entry, message, new_case, new_directive, sealed_entry
from zalo_governor.app.context import open_records
from zalo_governor.cli import app
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock, to_ms
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.findings import Verdict
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.text.fold import skeleton

SECRET = "văn bản không lưu"
LEAKED = "Ba hộ ở bản Nà Mẫu phải di dời trước mười bảy giờ"


@pytest.fixture
def config(tmp_path: Path) -> str:
    """An office that has kept two messages and sealed one."""
    path = tmp_path / "governor.yaml"
    path.write_text(f'groups: [{{id: "{GROUP}", name: điều hành}}]\n', encoding="utf-8")
    (tmp_path / "session.json").write_text("{}")
    records = open_records(load_settings(path), system_clock)
    records.keep_account(BOT)
    now_ms = to_ms(system_clock())
    sealed = sealed_entry("3", mac=records.database.keys.mac(skeleton(SECRET).encode()), at_ms=now_ms)
    Inbox(records.database, BOT).admit(
        [
            entry("1", "Đề nghị ba hộ ở bản Nà Mẫu di dời trước mười bảy giờ hôm nay", at_ms=now_ms),
            entry("2", "Sáng mai họp giao ban", at_ms=now_ms),
            sealed,
        ]
    )
    records.close()
    return str(path)


def test_the_likest_message_is_shown_with_its_share(config: str) -> None:
    shown = CliRunner().invoke(app, ["trace", LEAKED, "--config", config], env={"COLUMNS": "160"})
    assert shown.exit_code == 0
    assert "Đề nghị ba hộ ở bản Nà Mẫu" in shown.output
    assert "%" in shown.output
    assert "họp giao ban" not in shown.output


def test_who_has_seen_it_stands_beside_it_where_that_is_kept(config: str) -> None:
    records = open_records(load_settings(Path(config)), system_clock)
    now = system_clock()
    [other] = Inbox(records.database, BOT).admit([entry("9", "Rõ ạ", at_ms=to_ms(now))])
    with UnitsOfWork(records.database, BOT).begin() as uow:
        uow.verdicts.store(other, message(other, sender_name="Tẩn A Mẫu - Văn thư"), Verdict(), now)
        seen, came = (person.id for uid in (MEMBER, OTHER) if (person := uow.people.find_or_create(BOT, uid)))
        uow.case_messages.note_readers(GROUP, "1", seen=[seen], delivered=[came], at=now)
    records.close()
    shown = CliRunner().invoke(app, ["trace", LEAKED, "--config", config], env={"COLUMNS": "250"})
    [row] = [line for line in shown.output.splitlines() if "Nà Mẫu" in line]
    assert row.count("Tẩn A Mẫu - Văn thư") == 2, "as who posted it, and as who has seen it"
    assert "(đã nhận, chưa rõ đã xem: 1)" in row
    unknown = CliRunner().invoke(app, ["trace", "sáng mai họp giao ban", "--config", config], env={"COLUMNS": "250"})
    assert "không lưu" in unknown.output


def test_brackets_in_a_members_name_are_shown_as_they_are_and_read_as_no_format(config: str) -> None:
    name = "Lò Văn Mẫu [sở y tế] [/b] :x:"
    records = open_records(load_settings(Path(config)), system_clock)
    [heard] = Inbox(records.database, BOT).admit([entry("9", LEAKED, at_ms=to_ms(system_clock()))])
    with UnitsOfWork(records.database, BOT).begin() as uow:
        uow.verdicts.store(heard, message(heard, sender_name=name), Verdict(), system_clock())
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person
        uow.cases.add(new_case(person.id, heard.id))
        uow.directives.add(new_directive(person.id))
    records.close()
    for words in (["trace", LEAKED], ["cases"], ["directives", "list"], ["directives", "show", "CĐ1"]):
        shown = CliRunner().invoke(app, [*words, "--config", config], env={"COLUMNS": "250"})
        assert (shown.exit_code, name in shown.output) == (0, True), words


def test_a_file_may_hold_the_text(config: str, tmp_path: Path) -> None:
    leaked = tmp_path / "lo.txt"
    leaked.write_text("﻿ba ho o ban na mau di doi", encoding="utf-8")
    shown = CliRunner().invoke(app, ["trace", "--file", str(leaked), "--config", config], env={"COLUMNS": "160"})
    assert "Nà Mẫu" in shown.output


def test_a_sealed_message_is_known_again_by_its_hash_alone(config: str) -> None:
    shown = CliRunner().invoke(app, ["trace", SECRET.upper(), "--config", config])
    assert "một tin không lưu nội dung" in shown.output
    assert SECRET not in shown.output.casefold()


def test_nothing_like_it_is_said_plainly(config: str) -> None:
    shown = CliRunner().invoke(app, ["trace", "Chúc mừng sinh nhật", "--config", config])
    assert shown.exit_code == 0
    assert "Không tìm thấy" in shown.output


@pytest.mark.parametrize("given", [[], [LEAKED, "--file", "lo.txt"]])
def test_either_the_text_or_a_file_must_be_given(config: str, given: list[str]) -> None:
    refused = CliRunner().invoke(app, ["trace", *given, "--config", config])
    assert isinstance(refused.exception, ConfigError)


def test_a_file_that_is_no_text_is_named(config: str, tmp_path: Path) -> None:
    file = tmp_path / "anh.jpg"
    file.write_bytes(b"\xff\xd8\xff")
    refused = CliRunner().invoke(app, ["trace", "--file", str(file), "--config", config])
    assert "anh.jpg" in str(refused.exception)
