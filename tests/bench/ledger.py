"""Benchmark of the directive ledger with 2,000 open directives of 200 addressees each."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from tests.acceptance.delivery.stage import policy_on
from tests.bench.count import memory_mb
from tests.bench.figures import Figures
from tests.unit.storage.stored import BOT, GROUP, MASTER, START, new_directive
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.people import EVERYWHERE, Group, Role
from zalo_governor.features.directives.commands import ShowDirectives, Wanted
from zalo_governor.features.directives.subscriber import DirectiveLedger
from zalo_governor.messaging.commands import Call
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.directive_rows import assignee_place, changing_values
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.schema import directive_assignees, directive_people, directives, person_uids, persons
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

DIRECTIVES, ADDRESSEES, TIMES = 2_000, 200, 50
LEADER, BYSTANDER, ADDRESSEE = "7000000000000000900", "7000000000000000901", "m7"
NOW = START + timedelta(days=2)
TALK = "Kính gửi các đồng chí lịch công tác tuần của Lãnh đạo, đề nghị các đơn vị theo dõi trên phần mềm ạ."


def ledger(folder: Path) -> Figures:
    """Measure /giaoviec, a message of a bystander and one of an addressee, and the memory that they take."""
    database = Database(f"sqlite:///{folder / 'ledger.db'}", Keys(MASTER), lambda: NOW)
    database.migrate()
    units = UnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò Văn Chủ", "Chủ tịch", LEADER, None, None, {EVERYWHERE: (Role.LEADER,)})])
    _fill(database)
    policy = policy_on(lambda: NOW)
    listener, command = DirectiveLedger(policy), ShowDirectives(policy)
    asked = MessageSent(account=BOT, thread_id=LEADER, is_group=False, sender_uid=LEADER, at=NOW, text="/giaoviec")

    def hear(uid: str, text: str) -> None:
        event = MessageSent(account=BOT, thread_id=GROUP, sender_uid=uid, at=NOW, text=text)
        with units.begin() as uow:
            started = time.perf_counter()
            listener.handle_event(uow, event, Verdict())
            spent.append(time.perf_counter() - started)

    def show(wanted: Wanted) -> None:
        with units.begin() as uow:
            leader = uow.people.find_or_create(BOT, LEADER)
            assert leader
            command.answer(Call(uow, leader, [Group(GROUP, "Nhóm")], asked), wanted)

    spent: list[float] = []
    hear(ADDRESSEE, TALK)
    show(Wanted())
    before = memory_mb("self", "VmRSS")
    figures: Figures = {
        "ledger_list_ms": _milliseconds(lambda: show(Wanted())),
        "ledger_page_ms": _milliseconds(lambda: show(Wanted(DIRECTIVES // 2))),
    }
    for name, uid in (("bystander", BYSTANDER), ("addressee", ADDRESSEE)):
        spent.clear()
        for _ in range(20 * TIMES):
            hear(uid, TALK)
        figures[f"ledger_us_{name}"] = 1e6 * median(spent)
    figures["ledger_growth_mb"] = memory_mb("self", "VmRSS") - before
    database.close()
    return figures


def _milliseconds(act: Callable[[], None]) -> float:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


def _fill(database: Database) -> None:
    keys = database.keys
    with database.write() as connection:
        first = 10
        connection.execute(
            insert(persons),
            [{"id": first + n, "full_name": "", "title": "", "reach": "unknown"} for n in range(ADDRESSEES)],
        )
        connection.execute(
            insert(person_uids),
            [{"account": BOT, "uid": f"m{n}", "person_id": first + n} for n in range(ADDRESSEES)],
        )
        for number in range(1, DIRECTIVES + 1):
            due = to_ms(NOW + timedelta(hours=number - DIRECTIVES // 2))
            row = changing_values(keys, new_directive(1, message_key=str(number)))
            here = {"group_id": GROUP, "directive_id": number}
            sums = {"addressees": ADDRESSEES, "answered": 20, "reported": 10, "due_ms": due}
            connection.execute(
                insert(directives),
                row
                | sums
                | {"group_id": GROUP, "account": BOT, "message_key": str(number), "given_by": 1, "at_ms": to_ms(START)},
            )
            name = keys.seal_text("UBND xã Mẫu", *assignee_place(number))
            given = {"item": 0, "name": name, "known": True, "removed": False, "assumed": False, "due_ms": due}
            ids = [(number - 1) * ADDRESSEES + place + 1 for place in range(ADDRESSEES)]
            connection.execute(insert(directive_assignees), [here | given | {"id": id_} for id_ in ids])
            connection.execute(
                insert(directive_people),
                [
                    here | {"assignee_id": id_, "person_id": first + place, "place": 0, "live": True}
                    for place, id_ in enumerate(ids)
                ],
            )
