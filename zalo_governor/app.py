"""The composition root: settings -> a Governor that listens, judges, sends, and reports until it is stopped."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

import structlog

from zalo_governor.alarm import SecondChannel
from zalo_governor.domain.clock import Clock, system_clock
from zalo_governor.domain.elements import Element, Source
from zalo_governor.domain.errands import ErrandKind
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.duework import DueWork, Together
from zalo_governor.governor import Governor, Part
from zalo_governor.office.blindness import Blindness
from zalo_governor.office.casework import is_fresh
from zalo_governor.office.errands import Errands
from zalo_governor.office.friendships import FriendRequests
from zalo_governor.office.integrity.pictures import Pictures
from zalo_governor.office.messages import Text
from zalo_governor.office.office import Office
from zalo_governor.office.removals import Removals
from zalo_governor.office.rollcall import RollCall
from zalo_governor.office.roster.phonebook import PhoneBook
from zalo_governor.pictures.looking import look
from zalo_governor.pipeline.door import SecretDoor
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.outbox import OutboxWorker
from zalo_governor.press import Press
from zalo_governor.records import Records, open_records
from zalo_governor.scheduling import EVERY_MONTH, EVERY_QUARTER, Duty, Schedule
from zalo_governor.settings import Settings
from zalo_governor.store.identity import SeedPerson
from zalo_governor.store.inbox import SqlInbox
from zalo_governor.store.instance import InstanceLock
from zalo_governor.store.outbox import SqlOutbox
from zalo_governor.store.postings import SqlPostings
from zalo_governor.store.units import SqlUnit, SqlUnits
from zalo_governor.wiring.hearing import Hearing
from zalo_governor.wiring.policy import note_configuration, office_policy
from zalo_governor.wiring.watching import Watching
from zalo_governor.zalo.board import ZaloBoard
from zalo_governor.zalo.client import ZaloClient
from zalo_governor.zalo.errands import ZaloErrands
from zalo_governor.zalo.errors import LoginRefusedError, ZaloError
from zalo_governor.zalo.pace import TokenBucket
from zalo_governor.zalo.parse import parse
from zalo_governor.zalo.session import ZaloSession

log = structlog.get_logger(__name__)

_LOGIN_DELAYS = (1, 2, 5, 10, 30, 60)
_JUDGED_SECONDS = 30.0
_RETENTION_AT = time(2, 30)


def build(settings: Settings, clock: Clock = system_clock) -> Governor:
    """Put the program together; nothing runs and nobody is called yet.

    Raises:
        ConfigError: a configuration file, the session file or the key is wrong.
        StoreError: the database cannot be used with this key or this version.
    """
    return Governor(_Bot(open_records(settings, clock)))


class _Bot:
    """Fits governor.Machine: one bot account."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._watching = Watching(records)
        self._lock: InstanceLock | None = None
        zalo = records.settings.zalo
        self._session = ZaloSession(
            records.credentials(),
            route_to=zalo.route_to,
            timeout=zalo.timeout_seconds,
            on_credentials=records.keep_credentials,
            clock=records.clock,
            pace=TokenBucket(per_second=zalo.send.per_second, burst=zalo.send.burst),
            client_version=zalo.client_version,
        )
        log.info("session_used", origin=records.session_origin.value)

    def attendants(self) -> Sequence[Part]:
        """What lets others see how the bot stands, also while it cannot log in."""
        return self._watching.parts()

    def log_in(self, stopping: threading.Event) -> bool:
        """Log in, however long the network is away; False when stopped meanwhile."""
        tried = 0
        while not stopping.is_set():
            try:
                self._session.login()
            except LoginRefusedError as refused:
                # The program ends, and is not started again: nobody else would tell anybody.
                say = self._records.catalogue.say
                channel = SecondChannel(self._records.settings.alarm)
                channel.deliver(say(Text.BLIND_SUBJECT), say(Text.LOGIN_REFUSED, code=refused.code))
                raise
            except ZaloError as error:
                log.warning("login_waits", error=error)
                stopping.wait(_LOGIN_DELAYS[min(tried, len(_LOGIN_DELAYS) - 1)])
                tried += 1
            else:
                self._records.keep_account(self._session.uid)
                self._lock = InstanceLock(self._records.database, self._session.uid)
                self._lock.take()
                return True
        return False

    def parts(self) -> Sequence[Part]:
        """Everything that runs, wired for the account that logged in."""
        return _Wiring(self._records, self._session, self._watching).parts()

    def close(self) -> None:
        """Close the session and the database."""
        if self._lock:
            self._lock.release()
        self._session.close()
        self._records.close()


class _Wiring:
    """Ties the rooms together. Each attribute is one of their objects; the methods are what passes between them."""

    def __init__(self, records: Records, session: ZaloSession, watching: Watching) -> None:
        settings, clock, database = records.settings, records.clock, records.database
        self._clock = clock
        self._settings = settings
        self._records = records
        self._watching = watching
        self._account = session.uid
        self._groups = {group.id: group.name for group in settings.groups}
        self._caught_up = threading.Event()
        self._who_is_here = threading.Event()

        inbox = SqlInbox(database, self._account)
        self._outbox = SqlOutbox(database, self._account)
        self._units = SqlUnits(database, self._account)
        note_configuration(records, self._units, "program.started")
        self._units.seed_people(self._account, [SeedPerson(**person.model_dump()) for person in settings.people])

        client = ZaloClient(session, clock)
        policy = office_policy(
            records,
            self._account,
            status=lambda: self._hearing.status(self._outbox.pending()),
            look_at=self._look_at,
        )
        self._office = Office(policy)
        self._worker = OutboxWorker(
            self._outbox,
            client,
            account=self._account,
            printed=Press(settings.report_template).file,
            say_again=self._office.said_again,
            private_per_day=settings.zalo.send.private_per_day,
            on_sent=watching.sent,
            clock=clock,
        )
        removals = Removals(policy, remove=client.remove, unit=self._units.unit, on_settled=self._worker.wake)
        people = ZaloErrands(client)
        board = ZaloBoard(client, message=SqlPostings(database, self._account).message)
        errands = Errands(
            policy,
            carry_out={
                ErrandKind.EXPEL: people.expel,
                ErrandKind.BEFRIEND: people.befriend,
                ErrandKind.PIN: board.pin,
            },
            unit=self._units.unit,
            on_settled=self._worker.wake,
        )
        orders = Together(removals, errands)
        self._orders = DueWork("orders", next_due=orders.next_due, act=orders.act, begin=self._caught_up, clock=clock)
        acquaintance = Together(
            FriendRequests(policy, fetch=people.friend_requests, unit=self._units.unit),
            PhoneBook(policy, find=people.by_phone, unit=self._units.unit),
        )
        self._acquaintance = DueWork(
            "acquaintance",
            next_due=acquaintance.next_due,
            act=acquaintance.act,
            begin=self._who_is_here,
            clock=clock,
        )
        pictures = Pictures(
            policy, fetch=client.picture, look=look, unit=self._units.unit, on_settled=self._worker.wake
        )
        self._pictures = DueWork(
            "pictures", next_due=pictures.next_due, act=pictures.act, begin=self._caught_up, clock=clock
        )
        self._deadlines = DueWork(
            "deadlines",
            next_due=self._next_due,
            act=self._in_unit(lambda unit, _now: self._office.duties.on_cases(unit)),
            begin=self._caught_up,
            clock=clock,
        )
        self._judge = Judge[SqlUnit](
            inbox=inbox,
            units=self._units,
            parser=parse,
            engine=lambda: records.rulebook.engine,
            reactions=self._office,
            outbox=self._outbox,
            groups=list(self._groups),
            on_judged=self._judged,
            clock=clock,
        )
        door = SecretDoor(records.rulebook.engine.door_rules, database.keys.mac)
        self._hearing = Hearing(
            records,
            session,
            client,
            inbox=inbox,
            door=door,
            judge=self._judge,
            alarm=Blindness(
                policy, tell=SecondChannel(settings.alarm).send, unit=self._units.unit, on_posted=self._worker.wake
            ),
            on_admitted=watching.heard,
            on_recovered=self._recovered,
            on_up=self._heard_again,
        )
        watching.look_at(
            self._account,
            line=lambda: self._hearing.status(0),
            intake=self._hearing.progress,
            judge=self._judge.progress,
        )
        self._roll_call = RollCall(
            account=self._account,
            fetch=client.group,
            unit=self._units.unit,
            may_keep=lambda raw: door.look(raw) is None,
            admit=self._admit_and_judge,
            sum_up=self._office.swept,
            on_swept=self._swept,
            again_after=timedelta(minutes=settings.vigil.sweep_again_minutes),
            clock=clock,
        )
        self._sweeps = DueWork(
            "sweeps", next_due=self._roll_call.next_due, act=self._roll_call.act, begin=self._caught_up, clock=clock
        )
        self._schedule = Schedule(self._duties(), self._caught_up, clock)

    def parts(self) -> Sequence[Part]:
        """In the order in which they are to stop: first what brings work, last what finishes it."""
        return (
            Part("schedule", self._schedule.run, self._schedule.stop),
            Part("deadlines", self._deadlines.run, self._deadlines.stop),
            Part("orders", self._orders.run, self._orders.stop),
            Part("acquaintance", self._acquaintance.run, self._acquaintance.stop),
            Part("sweeps", self._sweeps.run, self._sweeps.stop),
            Part("pictures", self._pictures.run, self._pictures.stop),
            *self._hearing.parts(),
            Part("judge", self._judge.run, self._judge.stop),
            Part("outbox", self._worker.run, self._worker.stop),
        )

    def _duties(self) -> list[Duty]:
        times, duties = self._settings.schedule, self._office.duties
        return [
            Duty("daily_report", times.daily_report, None, self._in_unit(duties.daily_report)),
            Duty("weekly_report", times.weekly_report, times.weekly_day, self._in_unit(duties.weekly_report)),
            Duty(
                "monthly_report", times.monthly_report, None, self._in_unit(duties.monthly_report), months=EVERY_MONTH
            ),
            Duty(
                "quarterly_report",
                times.quarterly_report,
                None,
                self._in_unit(duties.quarterly_report),
                months=EVERY_QUARTER,
            ),
            Duty("name_sweep", times.name_sweep, None, self._sweep),
            Duty("hints_digest", times.hints_digest, None, self._in_unit(duties.hints_digest)),
            Duty("suggestions_digest", times.suggestions_digest, None, self._in_unit(duties.suggestions_digest)),
            Duty("retention", _RETENTION_AT, None, self._in_unit(lambda unit, _due: duties.forget_readers(unit))),
        ]

    def _judged(self, results: Sequence[tuple[EventBase, Verdict]]) -> None:
        self._watching.judged(results)
        if self._caught_up.is_set():
            # What was held up on its way, or in a locked database, warned nobody and waits for no recovery.
            late = {event.thread_id for event, verdict in results if self._came_too_late(event, verdict)}
            for group_id in late:
                self._sum_up(group_id)
        self._worker.wake()

    def _came_too_late(self, event: EventBase, verdict: Verdict) -> bool:
        held_up = event.is_group and event.source is Source.LIVE and bool(verdict.findings)
        return held_up and not is_fresh(event, self._clock())

    def _sum_up(self, group_id: str) -> None:
        try:
            with self._units.unit() as unit:
                self._office.recovered(unit, group_id)
        except GovernorError as error:
            log.error("not_summed_up", group=group_id, error=error)

    def _admit_and_judge(self, elements: Sequence[Element]) -> None:
        self._hearing.admit(elements)
        self._judge.drain(_JUDGED_SECONDS)

    def _recovered(self, group_id: str) -> None:
        self._judge.drain(_JUDGED_SECONDS)
        with self._units.unit() as unit:
            self._office.recovered(unit, group_id)
        self._worker.wake()

    def _heard_again(self) -> None:
        self._caught_up.set()
        for group_id in self._groups:
            self._roll_call.want(group_id)

    def _sweep(self, due: datetime) -> None:
        with self._units.unit() as unit:
            wanted = unit.first_run("name_sweep", due)
        if wanted:
            for group_id in self._groups:
                self._roll_call.try_to_sweep(group_id)
            self._in_unit(self._office.duties.roster_digest)(due)
            self._in_unit(self._remind_of_names)(due)

    def _remind_of_names(self, unit: SqlUnit, due: datetime) -> None:
        for group_id in self._groups:
            self._office.remind_of_names(unit, group_id, due)

    def _look_at(self, group_id: str) -> None:
        self._roll_call.want(group_id)

    def _swept(self) -> None:
        self._who_is_here.set()
        self._worker.wake()

    def _in_unit(self, act: Callable[[SqlUnit, datetime], object]) -> Callable[[datetime], None]:
        """What is done in one transaction when its time has come; afterwards there may be something to send."""

        def run(due: datetime) -> None:
            with self._units.unit() as unit:
                act(unit, due)
            self._worker.wake()

        return run

    def _next_due(self) -> datetime | None:
        with self._units.unit() as unit:
            return self._office.duties.next_due(unit)
