"""From the frame to the outbox on each database, with every field of the elements in an attacker's hand."""

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.hostile import HOSTILE, poisoned, poisoned_data
from tests.unit.services.desk import LETTERHEAD
from tests.unit.storage.stored import BOT, GROUP, MEMBER, START_MS, HandClock
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.domain.inbound import ElementKind, Source
from zalo_governor.domain.people import Role
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.intake import Intake
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.rules.engine import RulesHere
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.services.facade import ServiceFacade
from zalo_governor.services.group_changes.vocabulary import ChangeVocabulary
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.policy import LineStatus, ServicePolicy
from zalo_governor.services.reports.directive_quality import ClarityPolicy
from zalo_governor.simulator.messages import attachment, group_act, group_message, quote_of
from zalo_governor.simulator.world import World
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import SqlInbox
from zalo_governor.storage.repositories.outbox import SqlOutbox
from zalo_governor.storage.schema import cases, inbox, outbox
from zalo_governor.storage.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.frames.json import read_json

CONFIG = Path(__file__).parents[2] / "config"
UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_no_field_stops_the_line_or_is_a_way_in(database: Database, clock: HandClock, payload: str) -> None:
    units = SqlUnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò Văn Minh", "Giám đốc", "7000000000000000022", None, None, (Role.ADMIN,))])
    intake, judge = _pipeline(database, units, clock)
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
    thread.join(10)
    assert not SqlInbox(database).counts().waiting
    assert SqlInbox(database).counts().heard > 30
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
        assert [person.full_name for person in uow.people.with_role(BOT, *Role)] == ["Lò Văn Minh"]
    assert SqlAuditLog(database).verify().faults == ()


def _pipeline(database: Database, units: SqlUnitsOfWork, clock: HandClock) -> tuple[Intake, Judge[SqlUnitOfWork]]:
    rulebook = load_rulebook(CONFIG)
    policy = ServicePolicy(
        look_at=lambda _group_id: None,
        look_for=lambda _group_id, _uid: None,
        account=BOT,
        groups={GROUP: "điều hành tỉnh Mẫu"},
        regulation=rulebook.regulation,
        ladder=rulebook.ladder,
        catalogue=Catalogue.load(CONFIG / "messages.vi.yaml"),
        clock=clock,
        status=lambda: LineStatus(None, since=None, heard_at=None, looked_at=None),
        draw_code=lambda: "482913",
        with_marks=lambda sentence: [sentence],
        letterhead=LETTERHEAD,
        changes=ChangeVocabulary.load(CONFIG / "thay-doi-nhom.yaml"),
        clarity=ClarityPolicy.load(CONFIG / "y-kien.yaml"),
        escalation=EscalationSettings(member_cooldown_hours=0, quiet_hours=None),
    )
    stored = SqlInbox(database, BOT)
    judge = Judge[SqlUnitOfWork](
        inbox=stored,
        units=units,
        parser=parse,
        rules=RulesHere(lambda: rulebook.engine),
        door_rules=lambda: rulebook.engine.door_rules,
        reactions=ServiceFacade(policy),
        outbox=SqlOutbox(database, BOT),
        groups=[GROUP],
        on_judged=lambda results: None,
        progress=Heartbeat(),
        clock=clock,
    )
    door = SecretGate(rulebook.engine.door_rules, database.keys.mac)
    intake = Intake(
        stored, door, groups=[GROUP], watched=lambda receipt: True, on_admitted=lambda admitted: None, clock=clock
    )
    return intake, judge
