"""`zalo-governor rules replay`: apply a changed rule to stored messages and compare with the recorded findings."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from zalo_governor.app.context import AppContext, read_records
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, RulesFolder, chosen_group
from zalo_governor.cli.trial import policy_of
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import from_ms, local, system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.inbound import Admitted
from zalo_governor.features.analysis.rule_replay import Replay, ReplayReport, Sample
from zalo_governor.features.chat.dispatcher import CommandDesk
from zalo_governor.features.registry import COMMANDS
from zalo_governor.messaging.typed_dates import EXAMPLES, start_of
from zalo_governor.pipeline.evaluation import Evaluator, NotUnderstood, Understood
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.rules.base import Rule
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.engine import Engine, RulesHere
from zalo_governor.rules.loader import Rulebook, load_rule, load_rulebook
from zalo_governor.storage.repositories.inbox import Inbox, lowest_id, received_ms
from zalo_governor.storage.repositories.recorded_findings import RecordedFinding, RecordedFindings
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.events.parse import parse

_PAGE_SIZE = 500
_PROGRESS_EVERY = 20 * _PAGE_SIZE
_EXCERPT_LENGTH = 80


def replay(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Mã quy tắc, ví dụ 3.1-tieng-viet-co-dau.")],
    since: Annotated[str, typer.Option(help=f"Từ bao giờ, {EXAMPLES}.")] = "30d",
    config_dir: RulesFolder = None,
    samples: Annotated[int, typer.Option(min=0, max=1000, help="Số ví dụ cho mỗi loại khác biệt.")] = 10,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Hiện cả nội dung tin; việc xem được ghi vào nhật ký kiểm tra.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Hiện dạng JSON.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Thử lại một quy tắc trên các tin đã nhận, so với kết quả đã ghi; không thay đổi gì."""

    def choose(records: AppContext) -> tuple[Rulebook, Rule[Any]]:
        rulebook = load_rulebook(config_dir) if config_dir else records.rulebook
        return rulebook, _find_rule(rulebook, rule_id)

    start = start_of(since, "--since")
    rule, report = _play(config, choose, start, samples, with_text=with_text)
    if as_json:
        typer.echo(orjson.dumps(report.model_dump(mode="json"), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in _sentences(report, rule, start):
            typer.echo(line)


def try_rule(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp của quy tắc viết bằng YAML, có mục check.")],
    since: Annotated[str, typer.Option(help=f"Từ bao giờ, {EXAMPLES}.")] = "30d",
    samples: Annotated[int, typer.Option(min=0, max=1000, help="Số tin được nêu từng tin.")] = 50,
    group: Annotated[
        str | None, typer.Option(help="Mã Nhóm: chỉ thử trên tin của Nhóm này, theo quy chế của Nhóm.")
    ] = None,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Hiện cả nội dung tin; việc xem được ghi vào nhật ký kiểm tra.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Thử một quy tắc mới trên các tin đã nhận, trước khi dùng: bao nhiêu tin, từng tin nào; không thay đổi gì."""

    def choose(records: AppContext) -> tuple[Rulebook, Rule[Any]]:
        regulation = records.configuration.book_of(only or "").name
        return records.rulebook, load_rule(file, records.rulebook, records.settings.rules_dir, regulation)

    start = start_of(since, "--since")
    only = group and chosen_group(load_settings(config), group).id
    rule, report = _play(config, choose, start, samples, with_text=with_text, afresh=True, group_id=only)
    typer.echo(f"{rule.id}: {report.new.total()} dấu hiệu trong {report.checked} mục từ {local(start):%H:%M %d/%m/%Y}.")
    for sample in report.new_samples:
        typer.echo(f"  {local(from_ms(received_ms(sample.entry))):%H:%M %d/%m}{_sample_line(sample)}")
    if (left := report.new.total() - len(report.new_samples)) > 0:
        typer.echo(f"  … và {left} dấu hiệu khác (--samples)")


def _play(
    config: Path,
    choose: Callable[[AppContext], tuple[Rulebook, Rule[Any]]],
    start: datetime,
    samples: int,
    *,
    with_text: bool,
    afresh: bool = False,
    group_id: str | None = None,
) -> tuple[Rule[Any], ReplayReport]:
    """Apply the rule that `choose` returns to the messages stored since `start`; record in the audit log what is shown.

    With `afresh`, earlier findings of a rule with that id are ignored; with a `group_id`, only that group is read.
    """
    with closing(read_records(load_settings(config), system_clock)) as records:
        rulebook, rule = choose(records)
        replayer = _RuleReplayer(
            records, rulebook, rule, samples, with_text=with_text, afresh=afresh, group_id=group_id
        )
        report = replayer.play(start)
        with UnitsOfWork(records.database, records.account).begin() as uow:
            shown = [sample.entry for sample in (*report.new_samples, *report.gone_samples) if sample.text]
            note_access(uow, system_clock, "rules.replayed", rule=rule.id, checked=report.checked, shown=shown)
    return rule, report


class _RuleReplayer:
    """Applies one rule again to stored messages and other events, and compares its findings with the recorded ones.

    `samples` limits the examples in the resulting report; they show texts of messages only if `with_text`.
    """

    def __init__(
        self,
        records: AppContext,
        rulebook: Rulebook,
        rule: Rule[Any],
        samples: int,
        *,
        with_text: bool,
        afresh: bool,
        group_id: str | None,
    ) -> None:
        units = UnitsOfWork(records.database, records.account)
        self._account = records.account
        self._rule = rule
        self._with_text = with_text
        self._group_id = group_id
        self._inbox = Inbox(records.database, records.account)
        self._found = RecordedFindings(records.database, "" if afresh else rule.id)
        self._desk = CommandDesk(policy_of(records), COMMANDS)
        self._replay = Replay(rule.id, samples)
        gate_rules = (*records.rulebook.engine.gate_rules, *rulebook.engine.gate_rules)
        self._gate = SecretGate(gate_rules, records.database.keys.mac)
        engine = Engine([rule])
        self._assessor = Evaluator(
            parse,
            RulesHere(lambda: engine),
            lambda: engine.gate_rules,
            units.person,
            self._inbox.said_before,
            units.approved_uids,
            lambda _group_id: rulebook._replace(engine=engine),
            units,
        )

    def play(self, start: datetime) -> ReplayReport:
        after, done = lowest_id(start) - 1, 0
        with _progress() as tell:
            while page := self._inbox.judged(self._account, after_id=after, limit=_PAGE_SIZE):
                self._replay_page(page)
                after, done = page[-1].id, done + len(page)
                tell(done, page[-1])
        return self._replay.report

    def _replay_page(self, page: list[Admitted]) -> None:
        recorded = self._found.between(page[0].id, page[-1].id)
        page = [admitted for admitted in page if self._group_id in {None, admitted.entry.thread_id}]
        kept = [admitted for admitted in page if admitted.entry.seal is None and not admitted.entry.own]
        self._replay.report.sealed += sum(admitted.entry.seal is not None for admitted in page)
        for one in self._assessor.assess([(admitted, False) for admitted in kept]):
            if isinstance(one, NotUnderstood):
                self._replay.report.unparsable += 1
                continue
            self._replay.report.failed += bool(one.verdict.failures)
            before = recorded.get(one.admitted.id, RecordedFinding((), ()))
            labels = self._labels(one.event, one.verdict)
            self._replay.compare(one.admitted.id, labels, before.labels, before.cases, partial(self._excerpt, one))

    def _labels(self, event: EventBase, verdict: Verdict) -> list[str]:
        # Commands are typed in haste, so findings on missing diacritics in them are not recorded.
        hasty = self._rule.id == DiacriticsRule.id and bool(verdict.findings) and self._desk.recognises(event)
        return [] if hasty else [f"{finding.label}:{finding.severity.value}" for finding in verdict.findings]

    def _excerpt(self, one: Understood) -> str | None:
        """Return a short excerpt of the member's message, shown as an example of a changed finding.

        The result is None without --with-text, or if today's rules take the message for a possible state secret.
        """
        if not self._with_text or one.verdict.sealed or self._gate.look(one.admitted.entry.raw or {}):
            return None
        line = " ".join(" ".join(text for _, text in one.event.strings()).split())
        return line if len(line) <= _EXCERPT_LENGTH else line[: _EXCERPT_LENGTH - 1] + "…"


@contextmanager
def _progress() -> Iterator[Callable[[int, Admitted], None]]:
    """Context manager that shows progress on standard error: a changing line on a terminal, else some lines.

    Yields the function to be called with the number of entries done and the last of them.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("…", total=None)

        def tell(done: int, last: Admitted) -> None:
            line = f"đã thử {done} mục, đến {local(from_ms(last.entry.received_ms)):%H:%M %d/%m/%Y}"
            shown.update(task, description=line)
            if shown.disable and done % _PROGRESS_EVERY == 0:
                typer.echo(line, err=True)

        yield tell


def _find_rule(rulebook: Rulebook, rule_id: str) -> Rule[Any]:
    for rule in rulebook.engine.all_rules:
        if rule.id == rule_id:
            return rule
    raise ConfigError(f"rules replay: không có quy tắc {rule_id}; các quy tắc: {', '.join(rulebook.specs)}")


def _sentences(report: ReplayReport, rule: Rule[Any], start: datetime) -> Iterator[str]:
    yield f"Quy tắc {report.rule_id} thử lại trên {report.checked} mục từ {local(start):%H:%M %d/%m/%Y}."
    if report.sealed:
        yield f"Không thử lại được {report.sealed} mục thuộc diện không được lưu nội dung."
    if report.unparsable or report.failed:
        yield f"Không đọc được {report.unparsable} mục; quy tắc gặp lỗi ở {report.failed} mục."
    if rule.id in CHANGE_RULES:
        # Such a finding was dropped if the group already was in the new state, which a replay cannot know.
        yield "Lưu ý: quy tắc này phụ thuộc trạng thái của Nhóm lúc đó, nên số dấu hiệu thêm ở đây cao hơn thực tế."
    yield f"Dấu hiệu giữ nguyên: {_by_label(report.same)}"
    yield f"Dấu hiệu thêm: {_by_label(report.new)}"
    yield from map(_sample_line, report.new_samples)
    yield f"Dấu hiệu mất đi: {_by_label(report.gone)}"
    yield from map(_sample_line, report.gone_samples)


def _by_label(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    each = ", ".join(f"{label} {count}" for label, count in sorted(counts.items()))
    return f"{total} ({each})" if each else "0"


def _sample_line(sample: Sample) -> str:
    about = " ".join([*sample.cases, *([f"«{sample.text}»"] if sample.text else [])])
    return f"  mục {sample.entry} {sample.label} {about}".rstrip()
