"""From the frame to the outbox on each database, with every field of the elements in an attacker's hand."""

import json
import threading

import pytest
from sqlalchemy import func, select

from tests.hostile import HOSTILE, poisoned, poisoned_data
from tests.integration.line import pipeline
from tests.integration.seen import holding
from tests.unit.storage.stored import BOT, GROUP, MEMBER, START_MS, HandClock
from zalo_governor.domain.inbound import ElementKind, Source
from zalo_governor.domain.people import EVERYWHERE, Role
from zalo_governor.simulator.messages import attachment, group_act, group_message, quote_of
from zalo_governor.simulator.world import World
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import cases, inbox, outbox
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.frames.json import read_json

UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_no_field_stops_the_line_or_is_a_way_in(database: Database, clock: HandClock, payload: str) -> None:
    units = UnitsOfWork(database, BOT)
    units.seed_people(
        BOT, [SeedPerson("Lò Văn Minh", "Giám đốc", "7000000000000000022", None, None, {EVERYWHERE: (Role.ADMIN,)})]
    )
    _, intake, judge = pipeline(database, units, clock)
    world = World(clock)
    plain = group_message(world, {"_text": UNMARKED, "uidFrom": MEMBER})
    rich = group_message(world, {"_text": UNMARKED}) | {"quote": quote_of(plain), "content": attachment("Ảnh họp")}
    act = group_act(world, world.group(GROUP), "update", MEMBER, groupName="Tên mới")
    data = {
        "groupMsgs": [*poisoned(plain, payload), *poisoned(rich, payload), plain],
        "msgs": list(poisoned(plain | {"idTo": "0"}, payload)),
        "controls": [*poisoned(act, payload), *poisoned_data(act, payload)],
    }
    frame = Frame(521, 0, read_json(json.dumps({"data": data}).encode()))
    elements = elements_of(frame, account=BOT, source=Source.LIVE, now_ms=START_MS)
    judge.accept(intake.admit(elements))
    thread = threading.Thread(target=judge.run)
    thread.start()
    for _ in range(1000):
        clock.forward(seconds=1)  # what is held back gets its turn
        if judge.drain(0.02):
            break
    judge.stop()
    thread.join(60)
    assert not Inbox(database).counts().waiting
    assert Inbox(database).counts().heard > 30
    with database.read() as connection:
        faults = connection.scalars(select(inbox.c.reason).where(inbox.c.reason.like("%fault%"))).all()
        dead = connection.scalars(select(inbox.c.kind).where(inbox.c.state == "dead")).all()
        opened = connection.scalar(select(func.count()).select_from(cases))
        posted = connection.scalar(select(func.count()).select_from(outbox))
    assert faults == []
    assert ElementKind.MESSAGE.value not in dead
    assert opened
    assert posted
    with units.begin() as uow:
        assert [person.full_name for person in holding(uow, BOT, *Role)] == ["Lò Văn Minh"]
    assert SqlAuditLog(database).verify().faults == ()
