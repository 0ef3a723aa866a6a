"""The whole of it: every room of a bot that has logged in, tied to the others."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import structlog

from zalo_governor.app.config_reload import ConfigurationWatch
from zalo_governor.app.configuration import Configuration
from zalo_governor.app.context import AppContext
from zalo_governor.app.due_work import DueWork, Work
from zalo_governor.app.ingestion import Ingestion
from zalo_governor.app.observability import Observability
from zalo_governor.app.policy import note_configuration, office_policy
from zalo_governor.app.schedule import DailySchedule
from zalo_governor.app.scheduler import Schedule
from zalo_governor.app.services import CurrentAlarm, CurrentServices, CurrentWork, Services
from zalo_governor.app.supervisor import Part
from zalo_governor.backup.create import is_overdue, last_backup
from zalo_governor.config import Settings
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Element, Source
from zalo_governor.domain.notices import Outgoing
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.outbox import OutboxWorker
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.sandbox.rules.client import RuleWorkerClient
from zalo_governor.services.cases.freshness import is_fresh
from zalo_governor.services.members.group_sync import GroupSync
from zalo_governor.services.messaging.config_notices import ConfigurationNotices
from zalo_governor.services.policy import LineStatus
from zalo_governor.services.ports import UnitOfWork
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import SqlInbox
from zalo_governor.storage.repositories.message_reader import MessageReader
from zalo_governor.storage.repositories.outbox import SqlOutbox
from zalo_governor.storage.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from zalo_governor.system.process import freeze_long_lived_objects, on_the_core
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.http.rate_limit import TokenBucket

log = structlog.get_logger(__name__)

_JUDGED_SECONDS = 30.0


class Container:
    """Each attribute is an object of one of the rooms; the methods are what passes between them."""

    def __init__(
        self,
        records: AppContext,
        session: ZaloSession,
        rules: RuleWorkerClient,
        judging: Heartbeat,
        watching: Observability,
        pace: TokenBucket,
        file: Path,
    ) -> None:
        settings, clock, database = records.settings, records.clock, records.database
        self._clock = clock
        self._records = records
        self._watching = watching
        self._account = session.uid
        self._rules = rules
        self._pace = pace
        self._groups = {group.id: group.name for group in settings.groups}
        self._caught_up = threading.Event()
        self._who_is_here = threading.Event()

        inbox = SqlInbox(database, self._account)
        self._outbox = SqlOutbox(database, self._account)
        self._client = ZaloClient(session, clock)
        self._worker = OutboxWorker(
            self._outbox,
            self._client,
            account=self._account,
            printed=ReportRenderer(settings.report_template).file,
            say_again=self._said_again,
            private_per_day=lambda: records.settings.zalo.send.private_per_day,
            on_sent=self._sent,
            clock=clock,
        )
        self._units = SqlUnitsOfWork(database, self._account, on_posted=self._worker.wake)
        note_configuration(records, self._units, "program.started")
        self._seed_people(settings)
        with self._units.begin() as uow:
            uow.trials.begin(self._account, clock())

        self._rooms = self._build_services(records.configuration.current)
        self._orders = self._timer("orders", CurrentWork(lambda: self._rooms.orders), self._caught_up)
        self._acquaintance = self._timer(
            "acquaintance", CurrentWork(lambda: self._rooms.acquaintance), self._who_is_here
        )
        self._pictures = self._timer("pictures", CurrentWork(lambda: self._rooms.pictures), self._caught_up)
        self._deadlines = self._timer("deadlines", CurrentWork(lambda: self._rooms.deadlines), self._caught_up)
        self._judge = Judge[SqlUnitOfWork](
            inbox=inbox,
            units=self._units,
            parser=parse,
            rules=rules,
            door_rules=lambda: records.rulebook.engine.door_rules,
            reactions=CurrentServices(lambda: self._rooms),
            outbox=self._outbox,
            groups=list(self._groups),
            on_judged=self._judged,
            progress=judging,
            clock=clock,
        )
        door = SecretGate(records.rulebook.engine.door_rules, database.keys.mac)
        records.configuration.on_change(lambda new: door.apply(new.rulebook.engine.door_rules))
        records.configuration.on_change(lambda _new: rules.reload())
        self._hearing = Ingestion(
            records,
            session,
            self._client,
            inbox=inbox,
            door=door,
            judge=self._judge,
            alarm=CurrentAlarm(lambda: self._rooms),
            on_admitted=watching.heard,
            on_recovered=self._recovered,
            on_up=self._heard_again,
        )
        watching.look_at(
            self._account,
            line=self._hearing.status,
            intake=self._hearing.progress,
            judge=self._judge.progress,
        )
        self._roll_call = GroupSync(
            account=self._account,
            fetch=self._client.group,
            begin=self._units.begin,
            may_keep=lambda raw: door.look(raw) is None,
            admit=self._admit_and_judge,
            sum_up=self._sum_up_sweep,
            on_swept=self._who_is_here.set,
            again_after=timedelta(minutes=settings.vigil.sweep_again_minutes),
            clock=clock,
        )
        self._sweeps = self._timer("sweeps", self._roll_call, self._caught_up)
        self._schedule = Schedule([], self._caught_up, clock)
        self._timetable = DailySchedule(
            records,
            self._units,
            office=lambda: self._rooms.office,
            roll_call=self._roll_call,
            groups=list(self._groups),
            stopping=self._schedule.stopping,
            clock=clock,
        )
        self._schedule.apply(self._timetable.duties())
        self.watch = ConfigurationWatch(
            file,
            running=lambda: records.configuration.current,
            apply=self._go_by,
            on_broken=lambda fault: self._tell_of_configuration(lambda notices, uow: notices.broken(uow, fault)),
            on_mended=lambda: self._tell_of_configuration(lambda notices, uow: notices.mended(uow)),
            on_restart=lambda keys: self._tell_of_configuration(lambda notices, uow: notices.needs_restart(uow, keys)),
        )

    def parts(self) -> Sequence[Part]:
        """In the order in which they are to stop: first what brings work, last what finishes it."""
        return (
            Part("configuration", self.watch.run, self.watch.stop),
            Part("schedule", self._schedule.run, self._schedule.stop),
            Part("deadlines", self._deadlines.run, self._deadlines.stop),
            Part("orders", self._orders.run, self._orders.stop),
            Part("acquaintance", self._acquaintance.run, self._acquaintance.stop),
            Part("sweeps", self._sweeps.run, self._sweeps.stop),
            Part("pictures", self._pictures.run, self._pictures.stop),
            *self._hearing.parts(),
            Part("judge", on_the_core(self._judge.run), self._stop_judge),
            Part("outbox", self._worker.run, self._worker.stop),
        )

    def _go_by(self, new: Configuration) -> None:
        """Have everything go by another configuration; what may fail comes first."""
        self._seed_people(new.settings)
        rooms = self._build_services(new)
        with self._judge.between_batches():
            self._records.configuration.replace(new)
            self._rooms = rooms
        send = new.settings.zalo.send
        self._pace.apply(per_second=send.per_second, burst=send.burst)
        self._schedule.apply(self._timetable.duties())
        note_configuration(self._records, self._units, "config.reloaded")
        freeze_long_lived_objects()

    def _build_services(self, configuration: Configuration) -> Services:
        policy = office_policy(
            configuration,
            self._account,
            clock=self._clock,
            status=self._status,
            look_at=self._look_at,
            look_for=self._look_for,
        )
        return Services(
            policy,
            configuration.settings.alarm,
            client=self._client,
            units=self._units,
            postings=MessageReader(self._records.database, self._account),
            on_posted=self._worker.wake,
        )

    def _seed_people(self, settings: Settings) -> None:
        self._units.seed_people(self._account, [SeedPerson(**person.model_dump()) for person in settings.people])

    def _tell_of_configuration(self, tell: Callable[[ConfigurationNotices, SqlUnitOfWork], None]) -> None:
        with self._units.begin() as uow:
            tell(self._rooms.configuring, uow)

    def _timer(self, name: str, work: Work, begin: threading.Event) -> DueWork:
        return DueWork(name, next_due=work.next_due, act=work.act, begin=begin, clock=self._clock)

    def _stop_judge(self) -> None:
        self._judge.stop()
        self._rules.leave()

    def _status(self) -> LineStatus:
        last = last_backup(self._records.vault)
        return self._hearing.status()._replace(
            outgoing=self._outbox.counts(self._clock()),
            backed_up_at=last.at if last else None,
            backup_overdue=is_overdue(self._records.vault, self._clock(), self._records.settings.backup.remind_after),
        )

    def _judged(self, results: Sequence[tuple[EventBase, Verdict]]) -> None:
        self._watching.judged(results)
        missed = [event for event, verdict in results if verdict.findings and self._did_not_come_live(event)]
        for group_id in {event.thread_id for event in missed}:
            self._tell_afterwards(group_id, self._rooms.office.tell_urgent)
        if self._caught_up.is_set():
            # What was held up on its way, or in a locked database, warned nobody and waits for no recovery.
            for group_id in {event.thread_id for event in missed if event.source is Source.LIVE}:
                self._tell_afterwards(group_id, self._rooms.office.recovered)

    def _did_not_come_live(self, event: EventBase) -> bool:
        held_up = event.source is Source.LIVE and not is_fresh(event, self._clock())
        return event.is_group and (held_up or event.source is Source.BACKFILL)

    def _tell_afterwards(self, group_id: str, tell: Callable[[SqlUnitOfWork, str], None]) -> None:
        try:
            with self._units.begin() as uow:
                tell(uow, group_id)
        except Exception as error:
            # The judge must go on; the cases stay untold, and the next recovery tells of them.
            log.error("not_summed_up", group=group_id, error=type(error).__name__)

    def _admit_and_judge(self, elements: Sequence[Element]) -> None:
        self._hearing.admit(elements)
        self._judge.drain(_JUDGED_SECONDS)

    def _recovered(self, group_id: str) -> None:
        self._judge.drain(_JUDGED_SECONDS)
        with self._units.begin() as uow:
            self._rooms.office.recovered(uow, group_id)

    def _sent(self, outgoing: Outgoing, outcome: str) -> None:
        self._watching.sent(outgoing, outcome)
        self._rooms.delivery.sent(outcome)

    def _heard_again(self) -> None:
        self._caught_up.set()
        self._hasten_sends()
        for group_id in self._groups:
            self._roll_call.want(group_id)

    def _hasten_sends(self) -> None:
        try:
            self._outbox.hasten()
        except StoreUnavailableError as error:
            log.warning("sends_not_hastened", error=error)
        self._worker.wake()

    def _look_at(self, group_id: str) -> None:
        self._roll_call.want(group_id)

    def _look_for(self, group_id: str, uid: str) -> None:
        self._roll_call.want_for(group_id, uid)

    def _said_again(self, text: str) -> str:
        return self._rooms.office.said_again(text)

    def _sum_up_sweep(self, uow: UnitOfWork, group_id: str) -> None:
        self._rooms.office.swept(uow, group_id)
