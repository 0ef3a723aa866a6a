"""Jobs that scan attachments: they download a file, have it scanned, and act on what was found."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import structlog

from zalo_governor.domain.attachments import FileScan, NotChecked, ScanResult
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.events import MessageSent, SealedHeard
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Seal
from zalo_governor.domain.jobs import Job, JobOutcome, ScanAttachment
from zalo_governor.features.attachments.findings import cite, merge_by_rule
from zalo_governor.features.cases.service import CaseService
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.pipeline.jobs import Performed
from zalo_governor.rules.engine import sealed
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_HURRIED_TRIES = 2
_SAME_FILE = timedelta(days=1)
"""How long a result holds for the same file; afterwards it is scanned again, with newer signatures."""
_PASSES = frozenset({NotChecked.CHECKSUM, NotChecked.TIMED_OUT, NotChecked.CRASHED, NotChecked.NO_ANTIVIRUS})
"""Reasons for an incomplete scan that may be gone when the same file comes again: it is then scanned again."""


class NotFetchedError(GovernorError):
    """A file could not be downloaded; `reason` says why, and `retry` whether trying again makes sense."""

    def __init__(self, reason: NotChecked, *, retry: bool) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry = retry


class FetchedFile(NamedTuple):
    """A downloaded file in memory; whoever uses it has to overwrite the content afterwards."""

    content: bytearray
    as_announced: bool
    """False if the checksum differs from the one in the message."""


class FetchFile(Protocol):
    """Protocol of a call that downloads a file of a message from Zalo into memory."""

    def __call__(self, addresses: Sequence[str], *, size: int | None, checksum: str, hurry: bool) -> FetchedFile:
        """Download the file from one of the `addresses` (URLs) and return it, even if its checksum is wrong.

        With `hurry`, a download from a slow server is soon given up, so that other files do not wait.

        Raises:
            NotFetchedError: the file could not be downloaded.
        """
        ...


ScanFile = Callable[[bytearray, str], ScanResult]
"""Function that scans (content, name) of a file; raises GovernorError if the scan has to be tried again later."""


ScanDone = Callable[[ScanResult], None]
"""Function called with the result of each finished scan, such as for statistics."""


class _Scanned(NamedTuple):
    result: ScanResult
    mac: bytes | None
    at: datetime | None = None
    """When the file was scanned, if the result is that of an earlier scan of the same file; else None."""


_CRASHED = _Scanned(ScanResult(not_checked=(NotChecked.CRASHED,)), None)


class ScanAttachmentHandler:
    """`JobHandler` that scans the attachment of a message, and has cases opened for what was found."""

    def __init__(
        self,
        policy: ServicePolicy,
        *,
        cases: CaseService,
        fetch: FetchFile,
        scan: ScanFile,
        begin: BeginUnitOfWork,
        on_scanned: ScanDone,
    ) -> None:
        self._policy = policy
        self._cases = cases
        self._fetch = fetch
        self._scan = scan
        self._begin = begin
        self._on_scanned = on_scanned

    def perform(self, job: Job) -> Performed:
        """Download and scan the file; the outcome is UNKNOWN, so that the job is tried again, after a passing fault."""
        task = _task(job)
        if not task.addresses:
            return Performed(JobOutcome.DONE, _Scanned(ScanResult(not_checked=(NotChecked.NO_ADDRESS,)), None))
        try:
            hurry = job.attempts <= _HURRIED_TRIES
            fetched = self._fetch(task.addresses, size=task.size, checksum=task.checksum, hurry=hurry)
        except NotFetchedError as error:
            outcome = JobOutcome.UNKNOWN if error.retry else JobOutcome.NOT_FOUND
            return Performed(outcome, _Scanned(ScanResult(not_checked=(error.reason,)), None))
        try:
            done = self._scan_content(fetched.content, task)
        finally:
            fetched.content[:] = bytes(len(fetched.content))
        if fetched.as_announced:
            return done
        scanned: _Scanned = done.result
        missing = (*scanned.result.not_checked, NotChecked.CHECKSUM)
        marked = scanned.result.model_copy(update={"not_checked": missing})
        return Performed(done.outcome, scanned._replace(result=marked))

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Store the result; open or join cases for its findings; seal the message if it may hold a state secret."""
        task = _task(job)
        scanned: _Scanned = done.result or _CRASHED
        result = scanned.result
        uow.file_scans.add(
            FileScan(
                event_id=task.event_id,
                group_id=job.group_id,
                account=job.account,
                message_key=task.message_key,
                sent_at=task.sent_at,
                scanned_at=scanned.at or self._policy.clock(),
                result=result,
                mac=scanned.mac,
            )
        )
        log.info(
            "attachment_scanned",
            entry=task.event_id,
            type=result.type,
            size=result.size,
            findings="+".join(finding.label for finding in result.findings),
            not_checked="+".join(result.not_checked),
            seconds=result.seconds,
        )
        self._on_scanned(result)
        if result.findings:
            self._open_cases(uow, job, task, scanned)

    def _scan_content(self, content: bytearray, task: ScanAttachment) -> Performed:
        """Return the result of scanning the file, or the stored one if the same file was scanned in the last day."""
        with self._begin() as uow:
            mac = uow.file_scans.mac(content)
            known = uow.file_scans.find(mac, self._policy.clock() - _SAME_FILE)
        if known is not None and _PASSES.isdisjoint(known.result.not_checked):
            return Performed(JobOutcome.DONE, _Scanned(known.result, mac, known.scanned_at))
        try:
            result = self._scan(content, task.name)
        except GovernorError as error:
            log.warning("attachment_not_scanned", entry=task.event_id, error=type(error).__name__)
            # The result is without the file's hash, so that the file is scanned when it comes again.
            return Performed(JobOutcome.UNKNOWN, _CRASHED)
        return Performed(JobOutcome.DONE, _Scanned(result, mac))

    def _open_cases(self, uow: UnitOfWork, job: Job, task: ScanAttachment, scanned: _Scanned) -> None:
        """Add the findings to the stored message, which is sealed if one of them demands it; open or join cases."""
        regulation = self._policy.of(job.group_id).regulation
        found = Verdict(findings=tuple(cite(merge_by_rule(scanned.result.findings), regulation)))
        if not found.findings:
            return
        found = found.with_trials(uow.trials.rules(job.group_id))
        seal = _seal(scanned) if scanned.result.seals else None
        uow.verdicts.add(task.event_id, sealed(found), seal)
        self._cases.handle_late_findings(uow, _event(job, task, seal), found, scanned.mac)


def _task(job: Job) -> ScanAttachment:
    if not isinstance(job.task, ScanAttachment):
        raise TypeError(job.kind)
    return job.task


def _event(job: Job, task: ScanAttachment, seal: Seal | None) -> MessageSent | SealedHeard:
    """Return the event of the message, without its content; a `SealedHeard` if it was sealed."""
    facts: dict[str, Any] = {
        "id": task.event_id,
        "account": job.account,
        "thread_id": job.group_id,
        "key": task.message_key,
        "sender_uid": task.sender_uid,
        "at": task.sent_at,
        "source": task.source,
    }
    return MessageSent(**facts) if seal is None else SealedHeard(**facts, mac=seal.mac, size=seal.size)


def _seal(scanned: _Scanned) -> Seal:
    """Return what is stored of the message in place of its content."""
    finding = next(finding for finding in scanned.result.findings if finding.seals)
    return Seal(
        rule_id=finding.rule_id,
        label=finding.label,
        level=finding.level,
        size=scanned.result.size,
        mac=scanned.mac or b"",
        clause=finding.clause,
    )
