"""A message with a file is scanned by a job of its own, whose findings become cases like those on texts."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.unit.features.desk import BOT, NOW, UIDS, Desk, to
from zalo_governor.config.attachments import AttachmentSettings
from zalo_governor.domain.attachments import NotChecked, ScanFinding, ScanResult
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.events import Attachment, EventBase, MessageRecalled, MessageRef, SealedHeard
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import JobKind, JobOutcome, ScanAttachment
from zalo_governor.features.attachments.scan_jobs import FetchedFile, NotFetchedError, ScanAttachmentHandler
from zalo_governor.features.cases.service import CaseService
from zalo_governor.pipeline.jobs import JobRunner

CONTENT = b"GIA DINH"
MAC = sha256(CONTENT).digest()
FILE = Attachment(
    type="share.file", title="Ke hoach.docx", addresses=("https://mau.example/a",), size=8, checksum="0" * 32
)
PHOTO = FILE.model_copy(update={"type": "chat.photo", "title": "chú thích GIẢ ĐỊNH"})
DRAWING = PHOTO.model_copy(update={"type": "chat.doodle"})
STAMP = ScanFinding(
    rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat",
    reason="red_stamp", page=1, seals=True,
)  # fmt: skip
UNSURE = Finding(rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.TRIAGE, label="look", reason="level")
PROGRAM = ScanFinding(rule_id="4.4-tep-dinh-kem", clause="4.4", severity=Severity.MAJOR, label="executable")
DISGUISED = PROGRAM.model_copy(update={"label": "disguised"})


class ScanDesk(Desk):
    """An office whose scans give what a test says."""

    def __init__(self, *results: ScanResult | Exception, **policy: Any) -> None:
        super().__init__(**policy)
        self.results = list(results)
        self.fetched: list[bytearray] = []
        self.asked: list[tuple[Sequence[str], int | None, str]] = []
        self.scanned: list[tuple[bytes, str]] = []
        self.failures: list[NotFetchedError] = []
        self.as_announced = True
        handler = ScanAttachmentHandler(
            self.policy,
            cases=CaseService(self.policy),
            fetch=self._fetch,
            scan=self._scan,
            begin=self.transaction,
            on_scanned=lambda _result: None,
        )
        self.runner = JobRunner(
            BOT,
            handlers={JobKind.SCAN_ATTACHMENT: handler},
            begin=self.transaction,
            on_settled=lambda: None,
            at_once=1,
        )

    def _fetch(self, addresses: Sequence[str], *, size: int | None, checksum: str, hurry: bool) -> FetchedFile:
        self.asked.append((addresses, size, checksum))
        if self.failures:
            raise self.failures.pop(0)
        self.fetched.append(bytearray(CONTENT))
        return FetchedFile(self.fetched[-1], self.as_announced)

    def _scan(self, content: bytearray, name: str) -> ScanResult:
        self.scanned.append((bytes(content), name))
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    def send(self, attachment: Attachment | None = FILE, **more: Any) -> EventBase:
        event = self.say("member", "", attachment=attachment, **more)
        self.work()
        return event

    def work(self) -> None:
        while (due := self.runner.next_due()) is not None:
            self.now = max(self.now, due)
            self.runner.act(self.now)
            self.deliver()

    def results_of_scans(self) -> list[tuple[NotChecked, ...]]:
        return [scan.result.not_checked for scan in self.store.scans.values()]


def found(*findings: ScanFinding, **more: Any) -> ScanResult:
    return ScanResult(type="application/pdf", size=len(CONTENT), findings=findings, **more)


@pytest.mark.parametrize(("attachment", "name"), [(FILE, "Ke hoach.docx"), (PHOTO, ""), (DRAWING, "")])
def test_files_photos_and_drawings_are_downloaded_and_scanned(attachment: Attachment, name: str) -> None:
    desk = ScanDesk(found())
    desk.send(attachment)
    assert desk.asked == [(FILE.addresses, 8, "0" * 32)]
    assert desk.scanned == [(CONTENT, name)]
    [scan] = desk.store.scans.values()
    assert (scan.result, scan.mac, desk.states()) == (found(), MAC, [])


def test_the_content_is_overwritten_after_use() -> None:
    desk = ScanDesk(found(), GovernorError("x"), found())
    desk.send()
    desk.later(days=2)
    desk.send()
    assert [bytes(content) for content in desk.fetched] == [bytes(len(CONTENT))] * 3


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("chat.video.msg", NotChecked.VIDEO),
        ("chat.video.memo", NotChecked.VIDEO),
        ("chat.video.live.msg", NotChecked.VIDEO),
        ("chat.voice", NotChecked.AUDIO),
    ],
)
def test_films_and_sound_are_counted_without_a_download(kind: str, reason: NotChecked) -> None:
    desk = ScanDesk()
    desk.send(FILE.model_copy(update={"type": kind}))
    assert desk.results_of_scans() == [(reason,)]
    assert not desk.asked


@pytest.mark.parametrize("kind", ["chat.sticker", "chat.recommended", "chat.location.new"])
def test_what_has_no_file_is_not_scanned(kind: str) -> None:
    desk = ScanDesk()
    desk.send(FILE.model_copy(update={"type": kind}))
    desk.send(None)
    assert not desk.store.jobs
    assert not desk.store.scans


def test_an_office_may_leave_it_out() -> None:
    desk = ScanDesk(attachments=AttachmentSettings(scan=False))
    desk.send()
    assert not desk.store.jobs
    # The report must not say that there were no files.
    assert desk.results_of_scans() == [(NotChecked.SWITCHED_OFF,)]


def test_a_reader_that_is_not_there_says_nothing_of_the_file() -> None:
    desk = ScanDesk(*[GovernorError("x")] * 5)
    desk.send()
    [scan] = desk.store.scans.values()
    assert (scan.mac, scan.result.not_checked) == (None, (NotChecked.CRASHED,))


def test_a_fault_of_the_program_ends_the_scan_after_its_tries_as_not_checked() -> None:
    desk = ScanDesk(*[ValueError("GIẢ ĐỊNH")] * 5)
    with capture_logs() as told:
        desk.send()
    assert desk.results_of_scans() == [(NotChecked.CRASHED,)]
    failed = [line["error"] for line in told if line["event"] == "job_failed"]
    assert [type(error) for error in failed] == [ValueError] * 5, "the log keeps the class alone"


def test_a_file_without_address_is_told_as_such() -> None:
    desk = ScanDesk()
    desk.send(FILE.model_copy(update={"addresses": ()}))
    assert desk.results_of_scans() == [(NotChecked.NO_ADDRESS,)]


def test_a_failed_download_is_tried_again() -> None:
    desk = ScanDesk(found())
    desk.failures = [NotFetchedError(NotChecked.NOT_FETCHED, retry=True)] * 2
    desk.send()
    assert len(desk.asked) == 3
    assert desk.results_of_scans() == [()]


@pytest.mark.parametrize("reason", [NotChecked.GONE, NotChecked.FOREIGN_HOST, NotChecked.TOO_LARGE])
def test_a_download_that_makes_no_sense_is_not_tried_again(reason: NotChecked) -> None:
    desk = ScanDesk()
    desk.failures = [NotFetchedError(reason, retry=False)]
    desk.send()
    assert len(desk.asked) == 1
    assert desk.results_of_scans() == [(reason,)]
    assert desk.store.job_outcomes[1] is JobOutcome.NOT_FOUND


def test_a_download_that_always_fails_is_given_up_and_told() -> None:
    desk = ScanDesk()
    desk.failures = [NotFetchedError(NotChecked.NOT_FETCHED, retry=True)] * 50
    desk.send()
    assert 1 < len(desk.asked) < 50
    assert desk.results_of_scans() == [(NotChecked.NOT_FETCHED,)]


def test_a_scan_that_failed_is_tried_again() -> None:
    desk = ScanDesk(GovernorError("x"), found(PROGRAM))
    desk.send()
    assert len(desk.scanned) == 2
    assert len(desk.states()) == 1


def test_a_wrong_checksum_spares_no_file() -> None:
    desk = ScanDesk(found(PROGRAM))
    desk.as_announced = False
    desk.send()
    assert desk.results_of_scans() == [(NotChecked.CHECKSUM,)]
    assert len(desk.states()) == 1


def test_the_same_file_is_not_scanned_again_within_a_day() -> None:
    desk = ScanDesk(found(PROGRAM), found(PROGRAM))
    desk.send()
    desk.later(hours=23)
    desk.send()
    assert len(desk.scanned) == 1
    desk.later(days=2)
    desk.send()
    assert len(desk.scanned) == 2


def test_a_file_that_is_sent_every_day_is_scanned_anew_though_each_message_took_over_the_last_result() -> None:
    desk = ScanDesk(found(), found())
    for _ in range(3):
        desk.send()
        desk.later(hours=20)
    assert len(desk.scanned) == 2
    assert [scan.scanned_at - NOW for scan in desk.store.scans.values()] == [timedelta(hours=h) for h in (0, 0, 40)]


@pytest.mark.parametrize("lacks", [NotChecked.NO_ANTIVIRUS, NotChecked.TIMED_OUT, NotChecked.CRASHED])
def test_a_result_that_lacks_what_may_be_had_now_is_not_taken_over(lacks: NotChecked) -> None:
    desk = ScanDesk(found(not_checked=(lacks,)), found())
    desk.send()
    desk.send()
    assert desk.results_of_scans() == [(lacks,), ()]


def test_a_wrong_checksum_is_not_taken_over_by_a_message_that_announced_the_file_rightly() -> None:
    desk = ScanDesk(found(), found())
    desk.as_announced = False
    desk.send()
    desk.as_announced = True
    desk.send()
    assert desk.results_of_scans() == [(NotChecked.CHECKSUM,), ()]


def test_a_stamp_seals_the_message_and_is_told_with_its_page() -> None:
    desk = ScanDesk(found(STAMP))
    event = desk.send()
    [(entry, verdict, seal)] = desk.store.added_verdicts
    assert seal is not None
    assert (entry, seal.level, seal.mac, seal.size) == (event.id, "mat", MAC, len(CONTENT))
    assert [finding.level for finding in verdict.findings] == ["mat"]
    assert "trang 1" in " ".join(to(desk.take(), "admin"))


def test_what_was_found_in_a_file_is_one_case_of_the_gravest() -> None:
    link = PROGRAM.model_copy(update={"rule_id": "4.4-lien-ket", "label": "lookalike_link"})
    desk = ScanDesk(found(PROGRAM, DISGUISED, link))
    desk.send()
    assert [case.rule_id for case in desk.store.book.values()] == ["4.4-tep-dinh-kem"]


def test_the_one_case_of_a_sealed_message_names_the_program_in_its_file() -> None:
    desk = ScanDesk(found(PROGRAM, STAMP))
    desk.change("member", title="")
    desk.send()
    assert [case.clause for case in desk.store.book.values()] == ["4.1"]
    told = " ".join(to(desk.take(), "admin"))
    assert "có dấu độ mật" in told
    assert "tệp chương trình" in told


def test_a_stamp_found_in_the_file_of_a_doubtful_message_makes_its_case_one_of_a_secret() -> None:
    desk = ScanDesk(found(STAMP))
    desk.say("member", "gửi văn bản mật để các đồng chí nắm", UNSURE, attachment=FILE)
    desk.take()
    desk.work()
    [case] = desk.store.book.values()
    assert (case.sealed, case.level, case.label) == (True, "mat", "classified")
    assert case.due_at == NOW + timedelta(minutes=15)
    posted = desk.take()
    assert "Tệp, ảnh: có dấu độ mật màu đỏ ở trang 1." in to(posted, "admin")[0]
    assert "xin không đăng lại, không chuyển tiếp" in to(posted, "member")[0]
    desk.say("admin", "/xacnhan VP1", place="private")
    assert desk.states() == ["referred"]


def test_a_stamp_in_the_file_of_a_doubtful_message_that_was_recalled_asks_nobody_to_recall_it() -> None:
    desk = ScanDesk(found(STAMP))
    said = desk.say("member", "gửi văn bản mật để các đồng chí nắm", UNSURE, attachment=FILE)
    recalled = {"account": BOT, "thread_id": said.thread_id, "sender_uid": UIDS["member"], "at": desk.now}
    desk.hear(MessageRecalled(**recalled, target=MessageRef(key=said.key)))
    desk.work()
    assert [(case.sealed, case.state.value) for case in desk.store.book.values()] == [(True, "remedied")]
    posted = desk.take()
    assert to(posted, "member") == []
    assert "có dấu độ mật màu đỏ ở trang 1" in to(posted, "admin")[0]


@pytest.mark.parametrize("before", ["a false alarm", "a case of two messages"])
def test_a_stamp_in_the_file_of_a_message_whose_case_is_decided_or_has_another_message_opens_a_case(
    before: str,
) -> None:
    desk = ScanDesk(found(STAMP))
    if before == "a case of two messages":
        desk.say("member", "văn bản mật hôm qua ở đâu", UNSURE)
    desk.say("member", "gửi văn bản mật để các đồng chí nắm", UNSURE, attachment=FILE)
    if before == "a false alarm":
        desk.say("admin", "/baonham VP1 chỉ nhắc đến quy định", place="private")
    state = desk.states()
    desk.work()
    assert desk.states() == [*state, "reminded"]
    secret = desk.store.book[2]
    assert (secret.sealed, secret.count, secret.level) == (True, 1, "mat")
    assert "VP2" in to(desk.take(), "member")[-1]


def test_what_is_not_sealed_stays() -> None:
    desk = ScanDesk(found(PROGRAM))
    desk.send()
    [(_, _, seal)] = desk.store.added_verdicts
    assert seal is None


def test_a_message_sealed_for_its_text_is_not_scanned() -> None:
    desk = ScanDesk()
    assert isinstance(desk.seal("member"), SealedHeard)
    desk.work()
    assert not desk.store.jobs


def test_a_false_alarm_of_the_same_file_is_not_told_again() -> None:
    desk = ScanDesk(found(PROGRAM))
    desk.send()
    desk.say("admin", "/baonham VP1 tên riêng", place="private")
    assert desk.states() == ["false_alarm"]
    desk.take()
    desk.send()
    assert desk.states() == ["false_alarm"]
    assert not to(desk.take(), "member")


def test_a_finding_on_an_old_message_goes_through_the_backlog() -> None:
    desk = ScanDesk(found(STAMP))
    desk.send(at=NOW - timedelta(hours=5), source=Source.BACKFILL)
    [case] = desk.store.book.values()
    assert case.late
    assert not [text for text in to(desk.take(), "member") if "vừa gửi" in text]


def test_the_job_holds_what_the_scan_needs() -> None:
    desk = ScanDesk()
    event = desk.say("member", "", attachment=FILE)
    [job] = desk.store.jobs
    assert isinstance(job.task, ScanAttachment)
    assert (job.task.event_id, job.task.sender_uid, job.task.sent_at) == (event.id, UIDS["member"], event.at)
    assert job.task.target == str(event.id)
