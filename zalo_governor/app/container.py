"""Container: builds and connects all components of a bot that has logged in."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog

from zalo_governor.app.attachments import FileCheck, antivirus_at
from zalo_governor.app.config_reload import ConfigurationWatch, Versions
from zalo_governor.app.configuration import Configuration
from zalo_governor.app.context import AppContext
from zalo_governor.app.due_work import DueWork, WorkGroup
from zalo_governor.app.file_fetcher import FileFetcher
from zalo_governor.app.ingestion import Ingestion
from zalo_governor.app.observability import Observability
from zalo_governor.app.policy import note_configuration, office_policy, seeds
from zalo_governor.app.schedule import DailySchedule
from zalo_governor.app.scheduler import Schedule
from zalo_governor.app.services import FileTools, Services
from zalo_governor.app.status import with_stored
from zalo_governor.app.supervisor import Part
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Element, Source
from zalo_governor.domain.notices import Outgoing
from zalo_governor.features.cases.freshness import is_fresh
from zalo_governor.features.members.group_sync import GroupSync
from zalo_governor.messaging.config_notices import ConfigurationNotices
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.outbox import OutboxLane, OutboxWorker
from zalo_governor.pipeline.rereading import Rereading
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.sandbox.attachments.client import AttachmentScanner, command
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.sandbox.rules.client import RuleWorkerClient
from zalo_governor.storage.engine.change_signals import ChangeListener
from zalo_governor.storage.repositories.dead_letters import DeadLetters
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.message_reader import MessageReader
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork
from zalo_governor.system.process import freeze_long_lived_objects, on_the_core
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.events.extract import read_again
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.events.text_fields import posted_text
from zalo_governor.zalo.http.rate_limit import TokenBucket
from zalo_governor.zalo.recording.unknown import UNKNOWN_FILE, UnknownStructures

log = structlog.get_logger(__name__)

_DOWNLOAD_SECONDS = 60.0
"""How long the download of one attachment may take."""
_SCANS_AT_ONCE = 4
"""Threads that download files and have them scanned, as Zalo's servers may be slow or silent."""
_DEADLINES_SECONDS = 5.0
"""Seconds between two checks whether a case's deadline or a digest is due; they are due to the minute."""
_JUDGED_SECONDS = 30.0
"""How long to wait at most for the judge to judge all entries stored so far."""


class Container:
    """Builder and holder of all components of a logged-in bot; its methods are the callbacks between the components.

    `judging` is the progress of the judge's thread, `watching` the monitoring, `pace` the rate limit of the calls to
    Zalo, and `file` the settings file; `loaded` tells the versions of the configuration files that were loaded.
    """

    def __init__(
        self,
        records: AppContext,
        session: ZaloSession,
        rules: RuleWorkerClient,
        judging: Heartbeat,
        watching: Observability,
        pace: TokenBucket,
        file: Path,
        loaded: Versions,
    ) -> None:
        settings, clock, database = records.settings, records.clock, records.database
        self._clock = clock
        self._records = records
        self._observability = watching
        self._account = session.uid
        self._rules = rules
        self._session = session
        self._rate_limit = pace
        self._groups = {group.id: group.name for group in settings.groups}
        self._caught_up = threading.Event()
        """Set once the messages missed before this start are fetched and stored."""
        self._first_sync_done = threading.Event()
        """Set once a group sync has run."""

        inbox = Inbox(database, self._account)
        self._outbox = Outbox(database, self._account)
        self._client = ZaloClient(session, clock)
        renderer = ReportRenderer(settings.report_template)
        lane = partial(
            OutboxLane,
            self._outbox,
            self._client,
            account=self._account,
            printed=lambda file: renderer.print(file.paper, file.face),
            say_again=self._said_again,
            say_part=self._said_in_part,
            private_per_day=lambda: records.settings.zalo.send.private_per_day,
            on_sent=self._sent,
            clock=clock,
        )
        self._worker = OutboxWorker(lane(files=False), lane(files=True))
        self._units = UnitsOfWork(database, self._account, on_posted=self._worker.wake)
        note_configuration(records, self._units, "program.started")
        self._units.seed_people(self._account, seeds(settings))
        with self._units.begin() as uow:
            for group_id in self._groups:
                uow.trials.begin(self._account, group_id, clock())

        gate = SecretGate(records.rulebook.engine.gate_rules, database.keys.mac)
        self._group_sync = GroupSync(
            account=self._account,
            fetch=self._client.group,
            begin=self._units.begin,
            may_keep=lambda raw: gate.look(raw) is None,
            admit=self._admit_and_judge,
            sum_up=self._report_sync,
            on_synced=self._first_sync_done.set,
            again_after=timedelta(minutes=settings.vigil.sweep_again_minutes),
            clock=clock,
        )
        self._scanner = AttachmentScanner(command(settings.rules_dir, settings.attachments.seconds))
        self._services = self._build_services(records.configuration.current)
        timer = partial(DueWork, clock=clock)
        self._orders = timer("orders", lambda: self._services.orders, begin=self._caught_up)
        self._acquaintance = timer("acquaintance", lambda: self._services.acquaintance, begin=self._first_sync_done)
        # One thread checks for due scans; the others wait until it finds one.
        self._scans = [
            timer("scans", lambda: self._services.scans, begin=self._caught_up, on_due=self._hurry_scans),
            *(
                timer("scans", lambda: self._services.scans, begin=self._caught_up, look_seconds=None)
                for _ in range(_SCANS_AT_ONCE - 1)
            ),
        ]
        self._signals = ChangeListener(database.apart, self._look_now)
        self._deadlines = timer(
            "deadlines", lambda: self._services.deadlines, begin=self._caught_up, look_seconds=_DEADLINES_SECONDS
        )
        self._unknown = UnknownStructures(settings.data_dir / UNKNOWN_FILE, clock)
        self._judge = Judge(
            inbox=inbox,
            units=self._units,
            parser=self._unknown.parse,
            rules=rules,
            gate_rules=lambda: records.configuration.current.rulebook.engine.gate_rules,
            reactions=lambda: self._services.features,
            outbox=self._outbox,
            groups=list(self._groups),
            on_judged=self._judged,
            progress=judging,
            clock=clock,
            book=records.configuration.book_of,
        )
        records.configuration.on_change(lambda new: gate.apply(new.rulebook.engine.gate_rules))
        records.configuration.on_change(lambda _new: rules.reload())
        records.configuration.on_change(
            lambda new: self._scanner.use_command(command(new.settings.rules_dir, new.settings.attachments.seconds))
        )
        self._ingestion = Ingestion(
            records,
            session,
            self._client,
            inbox=inbox,
            gate=gate,
            judge=self._judge,
            alarm=lambda: self._services.outages,
            on_admitted=watching.metrics.heard,
            on_recovered=self._recovered,
            on_up=self._on_line_up,
            on_unknown_frame=self._unknown.note_frame,
        )
        rereading = Rereading(
            DeadLetters(database, self._account),
            extract=read_again,
            parser=parse,
            groups=self._groups,
            admit=self._admit_and_judge,
            on_admitted=self._recovered,
            clock=clock,
        )
        self._pictures = timer("pictures", lambda: WorkGroup(self._services.pictures, rereading), begin=self._caught_up)
        watching.observe(
            self._account,
            line=self._ingestion.status,
            intake=self._ingestion.progress,
            judge=self._judge.progress,
        )
        self._sync_timer = timer("sweeps", lambda: self._group_sync, begin=self._caught_up)
        self._schedule = Schedule([], self._caught_up, clock)
        self._daily_schedule = DailySchedule(
            records,
            self._units,
            features=lambda: self._services.features,
            group_sync=self._group_sync,
            stopping=self._schedule.stopping,
            clock=clock,
            zalo_clock=session.zalo_clock.now,
        )
        self._schedule.apply(self._daily_schedule.duties())
        self.watch = ConfigurationWatch(
            file,
            loaded=loaded,
            running=lambda: records.configuration.current,
            apply=self._apply_configuration,
            on_broken=lambda fault: self._post_configuration_notice(lambda notices, uow: notices.broken(uow, fault)),
            on_mended=lambda: self._post_configuration_notice(lambda notices, uow: notices.mended(uow)),
            on_restart=lambda keys: self._post_configuration_notice(
                lambda notices, uow: notices.needs_restart(uow, keys)
            ),
        )

    def parts(self) -> Sequence[Part]:
        """Return all parts (threads) in the order in which to stop them: producers of work first, consumers last."""
        return (
            Part("configuration", self.watch.run, self.watch.stop),
            Part("schedule", self._schedule.run, self._schedule.stop),
            Part("deadlines", self._deadlines.run, self._deadlines.stop),
            Part("orders", self._orders.run, self._orders.stop),
            Part("acquaintance", self._acquaintance.run, self._acquaintance.stop),
            Part("sweeps", self._sync_timer.run, self._sync_timer.stop),
            Part("pictures", self._pictures.run, self._pictures.stop),
            *(Part(f"scans-{place}", timer.run, self._stop_scans) for place, timer in enumerate(self._scans)),
            *self._ingestion.parts(),
            Part("judge", on_the_core(self._judge.run), self._stop_judge),
            Part("outbox", self._worker.run, self._worker.stop),
            *(() if self._records.database.is_sqlite else (Part("signals", self._signals.run, self._signals.stop),)),
        )

    def _look_now(self) -> None:
        """Check outbox and jobs at once, as another process, such as the panel, has signalled that it added to them."""
        self._worker.wake()
        self._orders.hurry()

    def _apply_configuration(self, new: Configuration) -> None:
        """Put a new configuration in force in all components; what can fail comes first, so that the old one stays."""
        self._units.seed_people(self._account, seeds(new.settings))
        services = self._build_services(new)
        with self._judge.between_batches():
            self._records.configuration.replace(new)
            self._services = services
        send = new.settings.zalo.send
        self._rate_limit.apply(per_second=send.per_second, burst=send.burst)
        self._schedule.apply(self._daily_schedule.duties())
        note_configuration(self._records, self._units, "config.reloaded")
        freeze_long_lived_objects()

    def _build_services(self, configuration: Configuration) -> Services:
        """Build all services (handling of cases, chat commands, reports …) for a configuration."""
        scanning, sqlite = configuration.settings.attachments, self._records.database.is_sqlite
        download = self._session.downloads(most_bytes=scanning.most_bytes, seconds=_DOWNLOAD_SECONDS)
        antivirus = antivirus_at(scanning.antivirus_socket)
        check = FileCheck(antivirus, self._scanner.scan, lambda: self._records.rulebook.engine)
        postings = MessageReader(self._records.database, self._account)
        policy = office_policy(
            configuration,
            self._account,
            clock=self._clock,
            status=self._status,
            sync_soon=self._group_sync.request,
            sync_now=self._group_sync.request_early,
            words_of=lambda group_id, key: posted_text(postings.message(group_id, key) or {}),
        )
        return Services(
            policy,
            configuration.settings.alarm,
            client=self._client,
            units=self._units,
            postings=postings,
            files=FileTools(FileFetcher(download), check, self._observability.metrics.scanned),
            frames=self._session.frames.counts,
            scans_here=sqlite or scanning.scan_here,
            scans_alone=sqlite,
            on_posted=self._worker.wake,
        )

    def _stop_scans(self) -> None:
        """Stop scanning, also in the middle of a file: its job stays queued, and the next start scans it."""
        for timer in self._scans:
            timer.stop()
        self._scanner.close()

    def _post_configuration_notice(self, tell: Callable[[ConfigurationNotices, UnitOfWork], None]) -> None:
        """Call `tell` in a transaction, to put a notice to the admins about the configuration files into the outbox."""
        with self._units.begin() as uow:
            tell(self._services.configuring, uow)

    def _hurry_scans(self) -> None:
        for timer in self._scans[1:]:
            timer.hurry()

    def _stop_judge(self) -> None:
        """Stop the judge (the thread that applies the rules), without waiting long for the rules process."""
        self._judge.stop()
        self._rules.leave()
        self._unknown.close()

    def _status(self) -> LineStatus:
        """Return the state of connection, outbox and backups, shown by the chat command /trangthai (status)."""
        line = self._ingestion.status()._replace(signal_failing_since=self._observability.signal_failing_since)
        return with_stored(line, self._records, self._account)

    def _judged(self, results: Sequence[tuple[EventBase, Verdict]]) -> None:
        """Log and count judged events; notify the admins of findings in events that were received late.

        Received late: delayed on the way, or fetched from Zalo's history.
        """
        self._observability.judged(results)
        missed = [event for event, verdict in results if verdict.findings and self._is_delayed(event)]
        for group_id in {event.thread_id for event in missed}:
            self._notify_in_transaction(group_id, self._services.features.tell_urgent)
        if self._caught_up.is_set():
            # Live entries delayed on the way or by a locked database raised no warning, and gap recovery skips them.
            for group_id in {event.thread_id for event in missed if event.source is Source.LIVE}:
                self._notify_in_transaction(group_id, self._services.features.tell_recovered)

    def _is_delayed(self, event: EventBase) -> bool:
        """Return whether a group event was fetched from Zalo's history, or arrived too late to warn people at once."""
        held_up = event.source is Source.LIVE and not is_fresh(event, self._clock())
        return event.is_group and (held_up or event.source is Source.BACKFILL)

    def _notify_in_transaction(self, group_id: str, tell: Callable[[UnitOfWork, str], None]) -> None:
        """Call `tell` with a new transaction and the group's id, to notify the admins; an exception is only logged."""
        try:
            with self._units.begin() as uow:
                tell(uow, group_id)
        except Exception as error:
            # The judge must go on; the next gap recovery reports these cases.
            log.error("not_summed_up", group=group_id, error=type(error).__name__)

    def _admit_and_judge(self, elements: Sequence[Element]) -> bool:
        """Store elements (messages, acts, receipts) in the inbox; return whether they were judged within 30 s."""
        self._ingestion.admit(elements)
        return self._judge.drain(_JUDGED_SECONDS)

    def _recovered(self, group_id: str) -> None:
        """Notify the admins of cases in a group's missed messages that were fetched from Zalo's history.

        Waits first, for at most 30 s, until the rules have checked these messages.
        """
        self._judge.drain(_JUDGED_SECONDS)
        with self._units.begin() as uow:
            self._services.features.tell_recovered(uow, group_id)

    def _sent(self, outgoing: Outgoing, outcome: str) -> None:
        """Log and count one try to send a message, and pass its outcome to the follow-up of undelivered messages."""
        self._observability.sent(outgoing, outcome)
        self._services.delivery.sent(outcome)

    def _on_line_up(self) -> None:
        """Start timed work, retry sends and sync all groups; called once connected and missed messages are stored."""
        self._caught_up.set()
        try:
            self._outbox.hasten()
        except StoreUnavailableError as error:
            log.warning("sends_not_hastened", error=error)
        self._worker.wake()
        for group_id in self._groups:
            self._group_sync.request(group_id)

    def _said_again(self, text: str) -> str:
        """Return the message text with a note that it is sent again, for a message that may have arrived before."""
        return self._services.features.said_again(text)

    def _said_in_part(self, text: str, number: int, total: int) -> str:
        """Return a part of a long message text with its number and the number of all parts."""
        return self._services.features.said_in_part(text, number, total)

    def _report_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Notify the admins of what a group sync found, in the transaction `uow`."""
        self._services.features.after_sync(uow, group_id)
