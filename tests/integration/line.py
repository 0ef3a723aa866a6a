"""The program from the frame to the outbox on a database, without Zalo: intake, judge, office and scans."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.rosters import put_roster
from tests.unit.features.desk import LETTERHEAD
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, HandClock
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.domain.attachments import ScanFinding, ScanResult
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.inbound import Admitted, RawDict, Source
from zalo_governor.domain.jobs import JobKind
from zalo_governor.domain.people import EVERYWHERE, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.attachments.scan_jobs import FetchedFile, ScanAttachmentHandler
from zalo_governor.features.cases.service import CaseService
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary
from zalo_governor.messaging.directive_quality import ClarityPolicy
from zalo_governor.messaging.policy import LineStatus, ServicePolicy
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.intake import Intake
from zalo_governor.pipeline.jobs import JobRunner
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.rules.engine import RulesHere
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.simulator.messages import attachment, group_message
from zalo_governor.simulator.world import World
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.frames.json import read_json

CONFIG = Path(__file__).parents[2] / "config"
LEADER = "7000000000000000021"
ADMIN = "7000000000000000022"
STAMPED = ScanResult(
    type="image/jpeg",
    size=8,
    findings=(
        ScanFinding(
            rule_id="4.1-noi-dung-mat",
            clause="4.1",
            severity=Severity.CRITICAL,
            label="classified",
            level="mat",
            reason="red_stamp",
            page=1,
            seals=True,
        ),
    ),
)
CLEAN = ScanResult(type="application/pdf", size=8)


def pipeline(
    database: Database,
    units: UnitsOfWork,
    clock: HandClock,
    account: str = BOT,
    regulation: str = "",
    **settings: Any,
) -> tuple[ServicePolicy, Intake, Judge]:
    """What a bot account's process is made of; of the judge, `run` is the caller's. `settings` change the policy.

    `regulation` names that of the group.
    """
    rulebook = load_rulebook(CONFIG)
    book = rulebook.own.get(regulation, rulebook)
    policy = ServicePolicy(
        sync_soon=lambda _group_id: None,
        sync_now=lambda _group_id, _uid: None,
        words_of=lambda _group_id, _key: "",
        account=account,
        groups={GROUP: "điều hành tỉnh Mẫu"},
        regulation=book.regulation,
        ladder=rulebook.ladder,
        catalogue=Catalogue.load(CONFIG),
        clock=clock,
        status=lambda: LineStatus(None, since=None, heard_at=None, looked_at=None),
        draw_code=lambda: "482913",
        with_marks=lambda sentence: [sentence],
        letterhead=LETTERHEAD,
        changes=ChangeVocabulary.load(CONFIG / "thay-doi-nhom.yaml"),
        clarity=ClarityPolicy.load(CONFIG / "y-kien.yaml"),
        escalation=EscalationSettings(member_cooldown_hours=0, quiet_hours=None),
    )
    policy = replace(policy, **settings)
    stored = Inbox(database, account)
    reactions = FeatureFacade(policy)
    judge = Judge(
        inbox=stored,
        units=units,
        parser=parse,
        rules=RulesHere(lambda: rulebook.engine),
        gate_rules=lambda: rulebook.engine.gate_rules,
        reactions=lambda: reactions,
        outbox=Outbox(database, account),
        groups=list(policy.groups),
        on_judged=lambda results: None,
        progress=Heartbeat(),
        clock=clock,
        book=lambda _group_id: book,
    )
    door = SecretGate(rulebook.engine.gate_rules, database.keys.mac)
    intake = Intake(
        stored,
        door,
        groups=list(policy.groups),
        watched=lambda receipt: True,
        on_admitted=lambda admitted: None,
        clock=clock,
    )
    return policy, intake, judge


class Line:
    """A bot account that hears the group; its judge runs in a thread, its scans where the test asks for them."""

    def __init__(self, database: Database, clock: HandClock, account: str = BOT, **settings: Any) -> None:
        self.database = database
        self.account = account
        self.clock = clock
        self.world = World(clock)
        self.units = UnitsOfWork(database, account)
        self.policy, self._intake, self.judge = pipeline(database, self.units, clock, account, **settings)
        self.fetched: list[Sequence[str]] = []

    def message(self, text: str = "", *, by: str = MEMBER, **more: Any) -> RawDict:
        """A message of the group; `more` overrides its fields."""
        return group_message(self.world, {"_text": text, "uidFrom": by, "ts": str(to_ms(self.clock())), **more})

    def photo(self, caption: str, *, by: str = MEMBER, name: str = "quythuc", **more: Any) -> RawDict:
        """A photo with a caption; its address has the name in it."""
        href = f"https://photo.zdn.vn/{name}.jpg"
        return self.message(by=by, msgType="chat.photo", content=attachment(caption, href, thumb=href), **more)

    def hear(self, *messages: RawDict, source: Source = Source.LIVE, private: bool = False) -> list[Admitted]:
        """The messages arrive and are stored."""
        return self.arrive({"msgs" if private else "groupMsgs": list(messages)}, source=source)

    def arrive(self, data: RawDict, *, source: Source = Source.LIVE) -> list[Admitted]:
        """The data of a frame, such as `controls`, arrive and are stored."""
        frame = Frame(501 if "msgs" in data else 521, 0, read_json(json.dumps({"data": data}).encode()))
        now_ms = to_ms(self.clock())
        admitted = self._intake.admit(elements_of(frame, account=self.account, source=source, now_ms=now_ms))
        if admitted:
            self.judge.accept(admitted)
        return admitted

    def settle(self) -> None:
        """All that was heard is judged."""
        for _ in range(200):
            self.clock.forward(seconds=1)  # what is held back gets its turn
            if self.judge.drain(0.05):
                return
        assert self.judge.drain(60), "the judge does not come to an end"  # a busy machine

    def say(self, *messages: RawDict) -> list[Admitted]:
        """The messages arrive and are judged."""
        admitted = self.hear(*messages)
        self.settle()
        return admitted

    @contextmanager
    def running(self) -> Iterator[None]:
        """The judge runs until the end of the block."""
        thread = threading.Thread(target=self.judge.run)
        thread.start()
        try:
            yield
        finally:
            self.judge.stop()
            thread.join(60)

    def scan(self, result: ScanResult = STAMPED) -> None:
        """Every scan that is due finds this."""

        def fetch(addresses: Sequence[str], *, size: int | None, checksum: str, hurry: bool) -> FetchedFile:
            self.fetched.append(addresses)
            return FetchedFile(bytearray(result.type.encode()), as_announced=True)

        handler = ScanAttachmentHandler(
            self.policy,
            cases=CaseService(self.policy),
            fetch=fetch,
            scan=lambda _content, _name: result,
            begin=self.units.begin,
            on_scanned=lambda _result: None,
        )
        runner = JobRunner(
            self.account,
            handlers={JobKind.SCAN_ATTACHMENT: handler},
            begin=self.units.begin,
            on_settled=lambda: None,
        )
        runner.next_due()
        runner.act(self.clock())


@contextmanager
def line(database: Database, clock: HandClock, account: str = BOT, **settings: Any) -> Iterator[Line]:
    """A bot whose judge runs until the end of the block; the leader, an admin and a roster are known."""
    made = Line(database, clock, account, **settings)
    people = [
        SeedPerson("Lò Văn Chủ", "Chủ tịch UBND tỉnh", LEADER, None, None, {EVERYWHERE: (Role.LEADER,)}),
        SeedPerson("Lò Văn Minh", "Giám đốc", ADMIN, None, None, {EVERYWHERE: (Role.ADMIN,)}),
    ]
    made.units.seed_people(account, people)
    entries = [
        RosterEntry(full_name="Lò Thị Mẫu", title="Giám đốc", agency="Sở Y tế", uid=MEMBER),
        RosterEntry(full_name="Lý Thị Tỉ", title="Giám đốc", agency="Sở Tài chính", uid=OTHER),
    ]
    put_roster(database, account, GROUP, entries)
    with made.running():
        yield made
