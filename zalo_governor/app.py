"""The composition root: settings -> a Governor that listens, judges, sends, and reports until it is stopped."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple

import structlog

from zalo_governor.domain.clock import Clock, from_ms, system_clock
from zalo_governor.domain.elements import Admitted
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.notices import Outgoing
from zalo_governor.office.office import Office
from zalo_governor.office.policy import LineStatus, OfficePolicy
from zalo_governor.office.rollcall import RollCall
from zalo_governor.pipeline.door import SecretDoor
from zalo_governor.pipeline.intake import Intake
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.outbox import OutboxWorker
from zalo_governor.pipeline.recovery import Recovered, Recovery
from zalo_governor.records import Records, open_records
from zalo_governor.scheduling import Duty, Schedule
from zalo_governor.settings import Settings
from zalo_governor.store.gaps import SqlGaps
from zalo_governor.store.identity import SeedPerson
from zalo_governor.store.inbox import SqlInbox
from zalo_governor.store.outbox import SqlOutbox
from zalo_governor.store.units import SqlUnit, SqlUnits
from zalo_governor.zalo.backfill import Backfill
from zalo_governor.zalo.client import ZaloClient
from zalo_governor.zalo.errors import LoginRefusedError, ZaloError
from zalo_governor.zalo.listener import Listener
from zalo_governor.zalo.pace import TokenBucket
from zalo_governor.zalo.parse import parse
from zalo_governor.zalo.session import ZaloSession

log = structlog.get_logger(__name__)

_BACKFILL_PAUSE_SECONDS = 0.5
_LOGIN_DELAYS = (1, 2, 5, 10, 30, 60)
_STOP_SECONDS = 4.0
_RECOVERED_IS_JUDGED_SECONDS = 30.0


def build(settings: Settings, clock: Clock = system_clock) -> "Governor":
    """Put the program together; nothing runs and nobody is called yet.

    Raises:
        ConfigError: a configuration file, the session file or the key is wrong.
        StoreError: the database cannot be used with this key or this version.
    """
    return Governor(open_records(settings, clock))


class _Part(NamedTuple):
    """A thread of the program and how it is asked to end."""

    name: str
    run: Callable[[], None]
    stop: Callable[[], None]


class Governor:
    """The running program. `run` blocks; `stop` may be called from any thread or signal handler."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._settings = records.settings
        self._clock = records.clock
        self._session = ZaloSession(
            records.credentials(),
            route_to=self._settings.zalo.route_to,
            timeout=self._settings.zalo.timeout_seconds,
            on_credentials=records.keep_credentials,
            clock=records.clock,
            pace=TokenBucket(per_second=self._settings.zalo.send.per_second, burst=self._settings.zalo.send.burst),
        )
        self._stopping = threading.Event()
        self._failed: str | None = None

    def stop(self) -> None:
        """Ask the program to end cleanly."""
        self._stopping.set()

    def run(self) -> None:
        """Log in, listen and work until stopped.

        Raises:
            LoginRefusedError: Zalo does not take the session; somebody must log in anew.
            GovernorError: a part of the program failed; everything admitted is safe, a new start goes on from there.
        """
        try:
            if self._logged_in():
                self._work()
        finally:
            self._records.close()
        if self._failed:
            raise GovernorError(f"the part {self._failed} failed; see the log")

    def _logged_in(self) -> bool:
        """Log in, however long the network is away; False when stopped meanwhile."""
        for turn in range(1_000_000):
            if self._stopping.is_set():
                break
            try:
                self._session.login()
            except LoginRefusedError:
                raise
            except ZaloError as error:
                log.warning("login_waits", error=str(error))
                self._stopping.wait(_LOGIN_DELAYS[min(turn, len(_LOGIN_DELAYS) - 1)])
            else:
                return True
        return False

    def _work(self) -> None:
        parts, schedule = self._assembled()
        threads = [threading.Thread(target=self._guarded, args=[part], name=part.name, daemon=True) for part in parts]
        for thread in threads:
            thread.start()
        schedule.start()
        log.info("listening_starts", groups=len(self._settings.groups))
        self._stopping.wait()
        log.info("stopping")
        schedule.stop()
        deadline = time.monotonic() + _STOP_SECONDS
        for part, thread in zip(parts, threads, strict=True):
            part.stop()
            thread.join(max(deadline - time.monotonic(), 0.1))
        log.info("stopped")

    def _guarded(self, part: _Part) -> None:
        try:
            part.run()
        except Exception as error:
            log.error("part_failed", part=part.name, error=type(error).__name__)
            self._failed = part.name
        self._stopping.set()

    def _assembled(self) -> tuple[list[_Part], Schedule]:
        """Everything that needs to know which account this is. Parts stand in the order in which they are to stop."""
        records, settings, clock, session = self._records, self._settings, self._clock, self._session
        account = session.uid
        records.keep_account(account)
        database = records.database
        inbox, outbox = SqlInbox(database, account), SqlOutbox(database, account)
        units, gaps = SqlUnits(database, account), SqlGaps(database)
        groups = {group.id: group.name for group in settings.groups}
        units.seed_people(account, [SeedPerson(**person.model_dump()) for person in settings.people])
        client = ZaloClient(session, clock)

        def status() -> LineStatus:
            line = recovery.state
            waiting = outbox.pending()
            if line is None:
                return LineStatus(None, outgoing_waiting=waiting)
            return LineStatus(line.state, since=line.at, heard_at=listener.heard_at, outgoing_waiting=waiting)

        policy = OfficePolicy(
            account=account,
            groups=groups,
            regulation=records.rulebook.regulation,
            catalogue=records.catalogue,
            clock=clock,
            status=status,
            remind_members=settings.escalation.remind_members,
            repeat_window=settings.escalation.repeat_window,
            member_cooldown=settings.escalation.member_cooldown,
        )
        office = Office(policy)
        worker = OutboxWorker(
            outbox,
            client,
            account=account,
            private_per_day=settings.zalo.send.private_per_day,
            on_sent=_tell_sent,
            clock=clock,
        )

        def judged(results: Sequence[tuple[EventBase, Verdict]]) -> None:
            _tell_judged(results)
            worker.wake()

        judge = Judge[SqlUnit](
            inbox=inbox,
            units=units,
            parser=parse,
            engine=lambda: records.rulebook.engine,
            reactions=office,
            outbox=outbox,
            on_judged=judged,
            clock=clock,
        )
        intake = Intake(
            inbox,
            SecretDoor(records.rulebook.engine.door_rules, database.keys.mac),
            groups=groups,
            watched=inbox.receipt_is_watched,
            on_admitted=judge.accept,
            clock=clock,
        )
        backfill = Backfill(client, pause=_BACKFILL_PAUSE_SECONDS, sleep=self._sleep)

        def history(group_id: str, heard_ms: int | None) -> Recovered:
            found = backfill.recover(
                group_id,
                lambda keys: inbox.known(account, group_id, keys),
                heard_ms=heard_ms,
                first=heard_ms is None,
            )
            return Recovered(found.elements, found.reached)

        def recovered(group_id: str, fresh: list[Admitted]) -> None:
            judge.drain(_RECOVERED_IS_JUDGED_SECONDS)
            with units.unit() as unit:
                office.recovered(unit, group_id, from_ms(fresh[0].entry.received_ms))
            worker.wake()

        roll_call = RollCall(account=account, fetch=client.group, unit=units.unit, admit=intake.admit, clock=clock)

        def sweep(due: datetime) -> None:
            for group_id in groups:
                log.info("name_sweep", group=group_id, changed=roll_call.sweep(group_id))

        def daily(due: datetime) -> None:
            with units.unit() as unit:
                office.duties.daily_report(unit, due)
            worker.wake()

        def weekly(due: datetime) -> None:
            with units.unit() as unit:
                office.duties.weekly_report(unit, due)
            worker.wake()

        recovery = Recovery(
            groups=list(groups),
            gaps=gaps,
            history=history,
            admit=intake.admit,
            hold=lambda: judge.hold(account, list(groups)),
            release=lambda: judge.release(account, list(groups)),
            on_recovered=recovered,
            clock=clock,
        )
        listener = Listener(
            session,
            on_elements=intake.offer,
            on_line=recovery.report,
            clock=clock,
            ping_seconds=settings.zalo.ping_seconds,
            silence_seconds=settings.zalo.silence_seconds,
            duplicate_pause_seconds=settings.zalo.duplicate_pause_seconds,
            random=Random(),  # noqa: S311  spreads retries, keeps no secret
        )
        times = settings.schedule
        duties = [
            Duty("daily_report", times.daily_report, None, daily) if times.daily_report else None,
            Duty("weekly_report", times.weekly_report, times.weekly_day, weekly) if times.weekly_report else None,
            Duty("name_sweep", times.name_sweep, None, sweep) if times.name_sweep else None,
        ]
        parts = [
            _Part("listener", listener.run, listener.stop),
            _Part("recovery", recovery.run, recovery.stop),
            _Part("intake", intake.run, intake.stop),
            _Part("judge", judge.run, judge.stop),
            _Part("outbox", worker.run, worker.stop),
        ]
        return parts, Schedule([duty for duty in duties if duty], clock)

    def _sleep(self, seconds: float) -> None:
        self._stopping.wait(seconds)


def _tell_judged(results: Sequence[tuple[EventBase, Verdict]]) -> None:
    log.info("heard", count=len(results))
    for event, verdict in results:
        for finding in verdict.findings:
            log.info(
                "judged",
                entry=event.id,
                key=event.key,
                rule=finding.rule_id,
                severity=finding.severity.value,
                label=finding.label,
                sealed=verdict.sealed,
                late=event.late,
            )
        for failure in verdict.failures:
            log.error("rule_failed", entry=event.id, rule=failure.rule_id, error=failure.error)


def _tell_sent(outgoing: Outgoing, outcome: str) -> None:
    notice = outgoing.notice
    log.info(outcome, outgoing=outgoing.id, purpose=notice.purpose.value, case=notice.case_id, group=notice.is_group)
