"""Lines of Zalo's software and content of unknown types, from the frame to what people are told, on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Table, func, select

from tests.integration.line import ADMIN, LEADER, Line, line
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, HandClock
from zalo_governor.domain.clock import local
from zalo_governor.domain.inbound import RawDict
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.queries.export import Extract, rows
from zalo_governor.storage.repositories.message_reader import MessageReader
from zalo_governor.storage.schema import cases, directives, events, findings, inbox, outbox
from zalo_governor.storage.unit_of_work import UnitsOfWork

SECRET = "Em gửi các đồng chí văn bản mật số 05/KH-GIẢ ĐỊNH về phương án Hạt Dẻ để nghiên cứu trước"
BAD_LINK = "https://chinhphu.gov.vn.mau-trang.top/tin"
UNMARKED = "kinh gui cac dong chi lich hop giao ban tuan toi cua tinh"
ORDER = "Giao Sở Y tế báo cáo tình hình dịch trước 17h00 ngày 26/11"


def pin(title: str, **more: object) -> RawDict:
    return {"action": "msginfo.actionlist", "title": title, "href": "", "params": "{}", **more}


def vote(question: str) -> RawDict:
    return {"action": "vote", "title": "", "params": json.dumps({"pollId": 1, "question": question})}


def told(bot: Line, uid: str) -> list[str]:
    with bot.database.read() as connection:
        sent = connection.execute(select(outbox).where(outbox.c.thread_id == uid).order_by(outbox.c.id)).all()
    return [bot.database.keys.open_text(row.body, "outbox", row.account, row.thread_id) for row in sent]


def number(database: Database, table: Table) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("msg_type", "content"),
    [
        ("webchat", pin(SECRET)),
        ("webchat", {"layoutType": 1, "title": SECRET}),
        ("chat.ecard", {"title": "Nhắc hẹn", "description": SECRET, "params": '{"actions":[]}'}),
        ("group.poll", vote(SECRET)),
        ("group.update", {"title": SECRET}),
        ("webchat", {"action": "zalo.tomorrow", "title": SECRET}),
        ("chat.tomorrow", {"deep": [json.dumps({"er": SECRET})]}),
        ("chat.recommended", {"action": "recommened.groupcall", "description": SECRET}),
    ],
)
def test_a_secret_that_nobody_is_known_to_have_written_is_sealed_and_accuses_nobody(
    database: Database, clock: HandClock, msg_type: str, content: RawDict
) -> None:
    with line(database, clock) as bot:
        bot.say(*(bot.message(by=by, msgType=msg_type, content=content) for by in (MEMBER, OTHER, MEMBER)))
        said = told(bot, ADMIN)
        assert [one for one in said if "do Zalo ghi hoặc do ứng dụng không chính thức gửi" in one] == said
        assert len(said) == 1
        assert told(bot, MEMBER) == told(bot, OTHER) == []
    with database.read() as connection:
        stored = connection.execute(select(inbox.c.body, inbox.c.seal_rule)).all()
        accused = connection.scalars(select(findings.c.person_id)).all()
    assert {row.body for row in stored} == {None}
    assert set(accused) == {None}
    assert number(database, cases) == 0


def test_a_bad_link_in_a_forged_notice_is_told_and_accuses_nobody(database: Database, clock: HandClock) -> None:
    with line(database, clock) as bot:
        bot.say(bot.message(msgType="webchat", content=pin("Lan đã ghim một tin nhắn", thumb=BAD_LINK)))
        clock.forward(days=1)
        bot.say(bot.message(msgType="webchat", content=pin("Lan đã ghim một tin nhắn", thumb=BAD_LINK)))
        assert len(told(bot, ADMIN)) == 2  # once a day
        assert told(bot, MEMBER) == []
    assert number(database, cases) == 0


@pytest.mark.parametrize("content", [pin(UNMARKED), pin(ORDER), pin("/trangthai"), vote(UNMARKED)])
def test_a_line_of_zalos_software_is_no_message_no_directive_and_no_command(
    database: Database, clock: HandClock, content: RawDict
) -> None:
    msg_type = "group.poll" if content["action"] == "vote" else "webchat"
    with line(database, clock) as bot:
        bot.say(bot.message(by=LEADER, msgType=msg_type, content=content))
        bot.say(bot.message("Kính gửi các đồng chí", by=MEMBER))
        assert told(bot, ADMIN) == told(bot, LEADER) == told(bot, GROUP) == []
        with bot.units.begin() as uow:
            activity = uow.statistics.activity(GROUP, START - timedelta(days=1), START + timedelta(days=1))
    assert (activity.messages, activity.senders, activity.changes) == (1, 1, 0)
    assert number(database, cases) + number(database, directives) == 0


def test_formatted_text_is_checked_like_any_other(database: Database, clock: HandClock) -> None:
    rtf = {"action": "rtf", "params": {"styles": [{"start": 0, "len": 4, "st": "b"}], "ver": 0}}
    with line(database, clock) as bot:
        bot.say(bot.message(by=LEADER, msgType="webchat", content=rtf | {"title": ORDER}))
        bot.say(bot.message(by=MEMBER, msgType="webchat", content=rtf | {"title": UNMARKED}))
        bot.say(bot.message(by=ADMIN, msgType="webchat", content=rtf | {"title": "/trangthai"}))
        answers = told(bot, ADMIN)
    with database.read() as connection:
        assert connection.scalars(select(directives.c.state)).all() == ["open"]
        assert connection.scalars(select(cases.c.label)).all() == ["no_diacritics"]
    assert any("soát tin sót" in one for one in answers)  # a line of the status page


def test_notices_can_be_searched_and_exported(database: Database, clock: HandClock) -> None:
    with line(database, clock) as bot:
        [notice] = bot.say(bot.message(msgType="webchat", content=pin("Lan đã ghim lịch họp giao ban")))
    reader = MessageReader(database, BOT)
    assert [id_ for id_, _ in reader.bodies(since=START - timedelta(days=1))] == [notice.id]
    assert reader.of([notice.id])[0].sender_uid == ""
    day = timedelta(days=1)
    exported = rows(database, Extract.EVENTS, start=START - day, end=START + day, after=None, limit=9, with_text=True)
    [(_, row)] = exported
    assert (row["kind"], row["message_type"], row["person_id"]) == ("system_notice", "webchat", None)
    assert row["text"] == "Lan đã ghim lịch họp giao ban"


def test_unknown_types_are_counted_by_type(database: Database, clock: HandClock) -> None:
    with line(database, clock) as bot:
        bot.say(*(bot.message(msgType="chat.tomorrow", content={"title": UNMARKED}) for _ in range(3)))
    with database.read() as connection:
        counted = connection.execute(
            select(events.c.kind, events.c.message_type, func.count()).group_by(events.c.kind, events.c.message_type)
        ).all()
    assert [tuple(row) for row in counted] == [("unknown_content", "chat.tomorrow", 3)]
    with bot.units.begin() as uow:
        coverage = uow.statistics.coverage(GROUP, START - timedelta(days=1), START + timedelta(days=1))
    assert (coverage.unknown, coverage.judged, coverage.dead_letters) == (3, 3, 0)


@pytest.mark.parametrize("named_by", ["globalMsgId", "cliMsgId"])
def test_an_edit_revises_its_authors_directive_and_the_admins_are_told_of_the_first(
    database: Database, clock: HandClock, named_by: str
) -> None:
    with line(database, clock) as bot:
        order = bot.message(ORDER, by=LEADER)
        bot.say(order)
        for by, hour in ((LEADER, "15h00"), (MEMBER, "8h00")):
            content = {"title": ORDER.replace("17h00", hour), "globalMsgId": 0, "cliMsgId": int(order["cliMsgId"])}
            if named_by == "globalMsgId":
                content["globalMsgId"] = int(order["msgId"])
            bot.say(bot.message(by=by, msgType="chat.msg.update", content=content))
        [directive] = _directives(bot.units)
        said = [one for one in told(bot, ADMIN) if "lần đầu có tin được sửa" in one]
    assert directive == "15:00"
    assert len(said) == 1


def test_an_edit_that_names_no_message_is_kept_and_scanned_and_nobodys(database: Database, clock: HandClock) -> None:
    with line(database, clock) as bot:
        bot.say(bot.message(msgType="chat.msg.update", content={"title": f"xem {BAD_LINK}"}))
        said = told(bot, ADMIN)
    assert sum("không gắn với người nào" in one for one in said) == 1
    assert sum("lần đầu có tin được sửa" in one for one in said) == 1
    assert number(database, cases) == 0


def test_a_forged_edit_joins_no_case_of_the_message_that_it_names(database: Database, clock: HandClock) -> None:
    with line(database, clock) as bot:
        bad = bot.message(f"xem {BAD_LINK}", by=MEMBER)
        bot.say(bad)
        content = {"globalMsgId": int(bad["msgId"]), "title": f"xem {BAD_LINK} ngay"}
        bot.say(bot.message(by=OTHER, msgType="chat.msg.update", content=content))
    with database.read() as connection:
        accused = connection.scalars(select(cases.c.person_id)).all()
    assert len(set(accused)) == 2


def _directives(units: UnitsOfWork) -> list[str]:
    """Times of day at which the directives are due, as people read them."""
    with units.begin() as uow:
        ids = uow.directives
        found = [ids.get(number) for number in (1, 2, 3)]
    return [f"{local(item.due_at):%H:%M}" for one in found if one for item in one.items if item.due_at]
