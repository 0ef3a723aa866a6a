"""Scans of attachments on both databases: what a late seal removes, what is not stored again, what was recalled."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from tests import postgresql
from tests.crash.opened import opened
from tests.integration.line import ADMIN, CLEAN, LEADER, STAMPED, Line, line
from tests.unit.storage.stored import BOT, GROUP, MASTER, MEMBER, OTHER, START, HandClock, notice
from zalo_governor.backup.create import Backup, Backups, give_up_oldest
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.attachments import FileScan, ScanFinding, ScanResult
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.escalation import QuietHours
from zalo_governor.domain.findings import Severity, Verdict
from zalo_governor.domain.group_changes import ChangeKind
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.domain.jobs import JobKind
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.simulator.messages import (
    DeletionKind,
    attachment,
    deletion_of,
    pin_act,
    private_message,
    quote_of,
    recall_of,
)
from zalo_governor.simulator.world import Group
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.bodies import open_message
from zalo_governor.storage.schema import cases, events, file_scans, inbox, jobs, outbox
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT, Keys, keep_master_key

ORDER = "Giao Sở Y tế báo cáo QUYTHUC về UBND tỉnh trước 17h ngày 26/11."
UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui quythuc ve van phong truoc ngay mai"
WORD = b"quythuc"
"""Stands in every caption, file name and address, and nowhere else."""

MACRO = ScanResult(
    type="application/vnd.ms-word",
    size=8,
    findings=(ScanFinding(rule_id="4.4-tep-dinh-kem", clause="4.4", severity=Severity.TRIAGE, label="macro"),),
)


@pytest.fixture
def bot(database: Database, clock: HandClock) -> Iterator[Line]:
    with line(database, clock) as made:
        yield made


def holding(database: Database) -> list[str]:
    """Where the word stands, of all that the database holds."""
    return [where for where, plain in opened(database) if WORD in plain.lower()]


def seals(database: Database) -> dict[str, tuple[bool, bool | None]]:
    """Zalo's id -> (whether its content is gone, whether only for what it quotes), of the messages sealed."""
    with database.read() as connection:
        rows = connection.execute(select(inbox).where(inbox.c.seal_rule.is_not(None)))
        return {row.key: (row.body is None, row.seal_quoted) for row in rows}


def body(database: Database, key: str) -> RawDict:
    with database.read() as connection:
        row = connection.execute(select(inbox).where(inbox.c.key == key)).one()
    return open_message(database.keys, row.account, row.thread_id, row.key, row.body)


def states(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        rows = connection.execute(select(cases.c.clause, cases.c.state).order_by(cases.c.id))
        return [(row.clause, row.state) for row in rows]


def posted(database: Database) -> set[tuple[str, str]]:
    """(purpose, state) of what is in the outbox."""
    with database.read() as connection:
        return {(row.purpose, row.state) for row in connection.execute(select(outbox))}


def notices(bot: Line) -> list[str]:
    with bot.database.read() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    kept = [row for row in rows if row.body != NO_LONGER_KEPT]
    return [bot.database.keys.open_text(row.body, "outbox", row.account, row.thread_id) for row in kept]


def test_after_the_seal_nothing_of_an_order_in_a_caption_is_left(bot: Line) -> None:
    photo = bot.photo(ORDER, by=LEADER)
    reply = bot.message("Sở Y tế xin tiếp thu", quote=quote_of(photo))
    bot.say(photo, reply)
    with bot.units.begin() as uow:
        made = uow.directives.of_message(GROUP, photo["msgId"])
        assert made
        uow.outbox.add(notice(f"Nhắc ý kiến {made.code}: quythuc"))
        uow.outbox.add(notice(f"Nhắc ý kiến {made.code}0: khác"))
    assert {"inbox.body", "jobs.task", "directives.body"} <= set(holding(bot.database))
    bot.scan()
    assert holding(bot.database) == []
    assert seals(bot.database) == {photo["msgId"]: (True, False), reply["msgId"]: (True, True)}
    assert [text for text in notices(bot) if "Nhắc ý kiến" in text] == [f"Nhắc ý kiến {made.code}0: khác"]


@pytest.mark.parametrize("unnamed", [None, "global_msg_id", "client_msg_id"])
def test_after_the_seal_nothing_of_its_pin_is_left_and_a_later_pin_keeps_no_title(
    bot: Line, unnamed: str | None
) -> None:
    with bot.units.begin() as uow:
        snapshot = GroupSnapshot(group_id=GROUP, name="Nhóm", owner_uid=LEADER)
        uow.members.save_group(bot.account, snapshot, [], bot.clock())
    photo = bot.photo("Quythuc năm 2027")
    other = bot.message("Lịch họp tuần tới")
    bot.say(photo, other)
    group = Group(GROUP, "Nhóm", owner=LEADER)
    pins = [pin_act(bot.world, group, OTHER, message) for message in (photo, other, photo)]
    acts = [json.loads(json.dumps(pin).replace(unnamed, "not_given") if unnamed else json.dumps(pin)) for pin in pins]
    bot.arrive({"controls": acts[:2]})
    bot.settle()
    assert {"inbox.body", "group_changes.body"} <= set(holding(bot.database))
    bot.scan()
    assert holding(bot.database) == []
    bot.arrive({"controls": acts[2:]})
    bot.settle()
    assert holding(bot.database) == []
    with bot.units.begin() as uow:
        changes = [kept.change for kept in uow.group_changes.between(GROUP, START, bot.clock())]
    assert all(change.kind is ChangeKind.PIN for change in changes)
    assert sorted((change.after or "", change.removed) for change in changes) == [
        ("", False), ("", True), ("Lịch họp tuần tới", False),
    ]  # fmt: skip


def test_after_the_seal_nothing_of_a_case_on_the_caption_and_its_notices_is_left(bot: Line) -> None:
    file = bot.message(
        msgType="share.file", content=attachment("Quythuc.pdf", "https://file.zdn.vn/quythuc", description=UNMARKED)
    )
    bot.say(bot.photo(UNMARKED), file)
    assert "3.1" in {clause for clause, _ in states(bot.database)}
    assert {"outbox.body", "findings.excerpt"} & set(holding(bot.database))
    bot.scan()
    assert holding(bot.database) == []


def test_a_stamp_under_a_caption_that_has_a_case_of_its_own_opens_a_case_of_a_secret(bot: Line) -> None:
    bot.say(bot.photo(UNMARKED))
    assert states(bot.database) == [("3.1", "new")]
    bot.scan()
    assert [clause for clause, _ in states(bot.database)] == ["3.1", "4.1"]
    assert "KHẨN, bí mật nhà nước: VP2, tin của đồng chí Lò Thị Mẫu" in notices(bot)[-1]
    bot.say(bot.photo("Ảnh chụp lại", name="chup-lai"))
    bot.scan()
    with bot.units.begin() as uow:
        of_secrets = uow.cases.opened_between(GROUP, rule_id="4.1-noi-dung-mat")
    assert [(case.code, case.count) for case in of_secrets] == [("VP2", 2)]


def test_who_replied_without_diacritics_to_a_stamped_photo_is_not_accused_of_the_secret(bot: Line) -> None:
    photo = bot.photo("Ảnh hội nghị")
    bare = "da nhan duoc anh cua dong chi, chung toi se bao cao lanh dao so ngay trong chieu nay"
    bot.say(photo, bot.message(bare, quote=quote_of(photo), by=OTHER))
    bot.scan()
    with bot.units.begin() as uow:
        found = uow.cases.opened_between(GROUP)
    assert [(case.clause, case.sealed, case.urgent) for case in found] == [("3.1", False, False), ("4.1", True, True)]


def test_after_the_seal_no_answer_and_no_request_about_several_cases_quotes_the_message(bot: Line) -> None:
    bot.say(bot.photo(UNMARKED))
    bot.hear(bot.message("/xem VP1", by=ADMIN, idTo=BOT), private=True)
    bot.settle()
    assert "gui quythuc" in notices(bot)[-1]
    with bot.units.begin() as uow:
        uow.outbox.add(notice("Đề nghị gửi lại: VP1 quythuc; VP2 khác", created_at=bot.clock()))
        uow.outbox.add(notice("Danh sách: VP1, VP2", created_at=bot.clock(), purpose=Purpose.ADMIN_ALERT))
    bot.scan()
    assert holding(bot.database) == []
    assert "Danh sách: VP1, VP2" in notices(bot)


def test_a_stamp_under_a_doubtful_caption_makes_one_case_of_a_secret_that_is_the_same_as_no_other(bot: Line) -> None:
    bot.say(bot.photo("Tài liệu mật của quythuc, đề nghị các đồng chí lưu ý"))
    with bot.units.begin() as uow:
        [before] = uow.cases.opened_between(GROUP, rule_id="4.1-noi-dung-mat")
    assert (before.label, before.sealed) == ("look", False)
    bot.scan()
    with bot.units.begin() as uow:
        [case] = uow.cases.opened_between(GROUP, rule_id="4.1-noi-dung-mat")
    assert (case.label, case.sealed, case.level, case.same_as) == ("classified", True, "mat", None)


def test_a_reply_after_the_seal_is_stored_without_its_quote(bot: Line) -> None:
    photo = bot.photo(ORDER)
    bot.say(photo)
    bot.scan()
    reply = bot.message("Đã nhận ạ", quote=quote_of(photo), by=OTHER)
    other = bot.photo("Ảnh hội nghị", by=OTHER, name="khac")
    answer = bot.message("Ảnh đẹp ạ", quote=quote_of(other))
    bot.say(reply, other, answer)
    assert holding(bot.database) == []
    stored = body(bot.database, reply["msgId"])
    assert stored["content"] == "Đã nhận ạ"
    assert str(stored["quote"]["globalMsgId"]) == photo["msgId"]
    assert not {"msg", "attach"} & stored["quote"].keys()
    assert "attach" in body(bot.database, answer["msgId"])["quote"]


def test_a_reply_that_waited_to_be_judged_when_the_scan_ended_is_judged_as_sealed(bot: Line) -> None:
    photo = bot.photo("Ảnh chụp tỉnh Mẫu")
    bot.say(photo)
    bot.judge.hold(BOT, [GROUP])
    reply = bot.message(UNMARKED, quote=quote_of(photo), by=OTHER)
    bot.hear(reply)
    bot.scan()
    bot.judge.release(BOT, [GROUP])
    bot.settle()
    assert holding(bot.database) == []
    with bot.database.read() as connection:
        kind = connection.scalar(select(events.c.kind).join(inbox, inbox.c.id == events.c.id).where(
            inbox.c.key == reply["msgId"]))  # fmt: skip
    assert kind == "sealed_heard"
    assert [clause for clause, _ in states(bot.database)] == ["4.1"]


def test_the_message_revised_and_heard_by_another_account_is_not_stored_again(
    bot: Line, database: Database, clock: HandClock
) -> None:
    photo = bot.photo(ORDER)
    bot.say(photo)
    with line(database, clock, "7000000000000000777") as second:
        second.say(photo)  # before the scan
        bot.scan()
        assert holding(database) == []
        bot.say(photo | {"content": attachment(ORDER + " Sửa", "https://photo.zdn.vn/quythuc.jpg")})
        second.say(photo | {"content": attachment(ORDER + " Lại", "https://photo.zdn.vn/quythuc.jpg")})
    assert holding(database) == []
    with database.read() as connection:
        assert set(connection.scalars(select(inbox.c.body).where(inbox.c.key == photo["msgId"]))) == {None}
        assert connection.scalars(select(jobs.c.id).where(jobs.c.due_ms.is_not(None))).all() == []
    assert [clause for clause, _ in states(database)].count("4.1") == 1


def test_what_is_admitted_while_a_scan_seals_waits_for_it(bot: Line) -> None:
    photo = bot.photo(ORDER)
    [admitted] = bot.say(photo)
    reply = bot.message("Đã nhận ạ", quote=quote_of(photo), by=OTHER)
    scanned = FileScan(
        event_id=admitted.id,
        group_id=GROUP,
        account=BOT,
        message_key=photo["msgId"],
        sent_at=START,
        scanned_at=START,
        result=STAMPED,
    )
    seal = Seal("4.1-noi-dung-mat", "classified", "mat", 8, b"m" * 16, "4.1")
    with bot.units.begin() as uow:
        uow.file_scans.add(scanned)
        uow.verdicts.add(admitted.id, Verdict(), seal)
        assert uow.jobs.next_due(BOT, JobKind) is None  # the file of a sealed message is not needed
        thread = threading.Thread(target=bot.hear, args=(reply,))
        thread.start()
        time.sleep(0.3)
    thread.join(60)
    bot.settle()
    assert holding(bot.database) == []
    assert body(bot.database, reply["msgId"])["content"] == "Đã nhận ạ"


def test_a_photo_recalled_before_its_scan_is_told_as_such_and_nobody_is_asked(bot: Line) -> None:
    photo = bot.photo("Ảnh chụp tỉnh Mẫu")
    bot.say(photo)
    bot.say(bot.message(**recall_of(photo)))
    bot.scan()
    assert len(bot.fetched) == 1
    assert states(bot.database) == [("4.1", CaseState.REMEDIED.value)]
    [told] = [text for text in notices(bot) if "VP1" in text]
    assert "đã thu hồi hoặc xóa" in told
    assert "yêu cầu thu hồi" not in told
    with bot.units.begin() as uow:
        case = uow.cases.get(1)
        assert case
        [message] = uow.case_messages.of(case)
        assert message.gone_at
        assert not message.deleted


def test_a_photo_deleted_by_the_admin_before_its_scan_is_told_as_such(bot: Line) -> None:
    photo = bot.photo("Ảnh chụp tỉnh Mẫu")
    bot.say(photo)
    with bot.units.begin() as uow:
        uow.members.save_group(BOT, GroupSnapshot(group_id=GROUP, name="Nhóm", owner_uid=LEADER), [], bot.clock())
    deletion = deletion_of([photo], LEADER, DeletionKind.ALL)
    bot.say(bot.message(by=LEADER, msgType="chat.delete", content=deletion["content"]))
    bot.scan()
    assert states(bot.database) == [("4.1", CaseState.REMEDIED.value)]
    assert [text for text in notices(bot) if "đã thu hồi hoặc xóa" in text]


def test_a_recall_by_somebody_else_does_not_close_the_case(bot: Line) -> None:
    photo = bot.photo("Ảnh chụp tỉnh Mẫu")
    bot.say(photo)
    bot.say(bot.message(**(recall_of(photo) | {"uidFrom": OTHER})))
    bot.scan()
    assert states(bot.database) == [("4.1", CaseState.NEW.value)]


def test_files_of_private_messages_and_of_the_bot_itself_are_not_scanned(bot: Line) -> None:
    file: RawDict = {"msgType": "share.file", "content": attachment("BC tuần.pdf", "https://file.zdn.vn/1")}
    bot.hear(private_message(bot.world, {"_text": "", "uidFrom": MEMBER, "idTo": "0", **file}), private=True)
    bot.say(bot.message(by="0", **file))
    bot.scan(CLEAN)
    assert bot.fetched == []
    with bot.database.read() as connection:
        assert connection.scalars(select(events.c.kind)).all() == ["message_sent"] * 2
        assert connection.scalars(select(file_scans.c.event_id)).all() == []


def test_on_trial_the_admin_alone_is_told(database: Database, clock: HandClock) -> None:
    with line(database, clock, trial=timedelta(days=7)) as bot:
        bot.say(bot.photo("Ảnh chụp tỉnh Mẫu"))
        bot.scan()
    assert posted(database) == {("member_request", "withheld"), ("admin_alert", "waiting")}


def test_in_the_quiet_hours_only_what_is_grave_is_told(database: Database, clock: HandClock) -> None:
    night = EscalationSettings(quiet_hours=QuietHours(start="07:00", end="11:00"))
    with line(database, clock, escalation=night) as bot:
        bot.say(bot.photo("Biểu mẫu tỉnh Mẫu"))
        bot.scan(MACRO)
        assert posted(database) == set()
        bot.say(bot.photo("Ảnh chụp tỉnh Mẫu", by=OTHER))
        bot.scan(STAMPED)
    assert {purpose for purpose, _ in posted(database)} == {"member_request", "admin_alert"}


def test_a_finding_that_does_not_seal_leaves_the_message(bot: Line) -> None:
    photo = bot.photo("Ảnh chụp tỉnh Mẫu")
    bot.say(photo)
    bot.scan(MACRO)
    assert body(bot.database, photo["msgId"])["msgType"] == "chat.photo"


def test_after_the_seal_the_tables_are_vacuumed_outside_the_transaction_and_no_dead_row_is_left(
    request: pytest.FixtureRequest, clock: HandClock
) -> None:
    """F2: on PostgreSQL, every change of a row leaves the earlier form of it in the table until it is vacuumed."""
    url = postgresql.new_database(request.getfixturevalue("postgresql_folder"))
    database = Database(url, Keys(MASTER), clock)
    database.migrate()
    with line(database, clock) as bot:
        bot.say(bot.photo(ORDER, by=LEADER))
        assert vacuums(database)["jobs"] == 0
        bot.scan()
        for _ in range(100):
            if min(vacuums(database).values()):
                break
            time.sleep(0.05)
        assert min(vacuums(database).values()) > 0
        assert holding(database) == []
    database.close()


def test_a_vacuum_that_is_not_allowed_does_not_undo_the_seal(
    request: pytest.FixtureRequest, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgresql.new_database(request.getfixturevalue("postgresql_folder")), Keys(MASTER), clock)
    database.migrate()
    monkeypatch.setattr("zalo_governor.storage.engine.database._VACUUM_MS", -1)
    with line(database, clock) as bot:
        photo = bot.photo(ORDER, by=LEADER)
        bot.say(photo)
        bot.scan()
        assert seals(database) == {photo["msgId"]: (True, False)}
    database.close()


def vacuums(database: Database) -> dict[str, int]:
    """How often each table with content was vacuumed."""
    with database.read() as connection:
        rows = connection.execute(text("SELECT relname, vacuum_count FROM pg_stat_user_tables")).all()
    named = {"inbox", "jobs", "outbox", "findings", "cases", "directives", "directive_assignees"}
    return {row.relname: row.vacuum_count for row in rows if row.relname in named}


def test_a_backup_with_the_caption_of_a_message_that_is_sealed_later_is_named_and_then_outdated(
    bot: Line, clock: HandClock, tmp_path: Path
) -> None:
    config = tmp_path / "governor.yaml"
    config.write_text("{}\n", encoding="utf-8")
    settings = load_settings(config)
    keep_master_key(settings.key_path, MASTER)
    backups = Backups(settings, config, bot.database, clock)

    def backup() -> Backup:
        clock.forward(hours=1)
        nothing = lambda _: None  # noqa: E731
        return backups.make(tmp_path, RecoveryCode(b"c" * 15), BOT, written=nothing, checked=nothing)

    before = backup()
    bot.say(bot.photo(ORDER, by=LEADER))
    with_caption = backup()
    assert (len(before.unscanned), len(with_caption.unscanned)) == (0, 1)
    assert backups.outdated() == []
    bot.scan()
    assert backups.outdated() == [with_caption.path.name]
    newest = backup()
    assert newest.unscanned == ()
    assert give_up_oldest(newest.path, 9, backups.outdated()) == [with_caption.path]
    assert sorted(tmp_path.glob("*.zgbackup")) == [before.path, newest.path]
