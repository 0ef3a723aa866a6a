"""Any JSON in any field of any kind of element, from the frame to the verdict on a database: the line goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.integration.line import Line, line
from tests.unit.storage.stored import MASTER, HandClock
from tests.wire.any_json import changed_elements
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.inbound import RawDict, Source
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import events, inbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.frames.json import read_json


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    clock = HandClock()
    folder: Path = tmp_path_factory.mktemp("line")
    database = Database(f"sqlite:///{folder / 'governor.db'}", Keys(MASTER), clock)
    database.migrate()
    with line(database, clock) as made:
        yield made
    database.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.lists(changed_elements(), min_size=1, max_size=12))
def test_any_json_in_any_field_is_judged_or_a_counted_dead_letter(bot: Line, frames: list[RawDict]) -> None:
    heard = []
    for data in frames:
        frame = Frame(521, 0, read_json(json.dumps({"data": data}).encode()))
        heard += elements_of(frame, account=bot.account, source=Source.LIVE, now_ms=to_ms(bot.clock()))
    dropped = bot._intake.dropped.total()
    admitted = bot._intake.admit(heard)
    assert len(admitted) + bot._intake.dropped.total() - dropped == len(heard)
    if admitted:
        bot.judge.accept(admitted)
    ordinary = bot.say(bot.message("Kính gửi các đồng chí"))
    ids = [one.id for one in (*admitted, *ordinary)]
    with bot.database.read() as connection:
        judged = set(connection.scalars(select(events.c.id).where(events.c.id.in_(ids))))
        dead = set(connection.scalars(select(inbox.c.id).where(inbox.c.id.in_(ids), inbox.c.state == "dead")))
        faults = connection.scalar(select(func.count()).where(inbox.c.reason.like("%fault%")))
    assert judged | dead == set(ids)
    assert not judged & dead
    assert faults == 0
