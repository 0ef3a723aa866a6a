"""`zalo-governor rules`: test that each rule finds the examples in its own file and nothing in ordinary messages."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console

from zalo_governor.cli.check import SUBJECTS, WHENEVER, open_findings, subject_event
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, RulesFolder, chosen_rules
from zalo_governor.cli.replay import replay, try_rule
from zalo_governor.cli.terminal import Terminal
from zalo_governor.cli.wrapping import folding_table
from zalo_governor.domain.clock import VIETNAM
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.events import (
    AdminChanged,
    Attachment,
    EventBase,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
    JoinRequested,
    MembersJoined,
    Mention,
    MessageSent,
    NamedUid,
    PinChanged,
    Quote,
)
from zalo_governor.domain.findings import Finding
from zalo_governor.domain.people import EVERYWHERE, Person
from zalo_governor.rules.base import NO_CONTEXT, Maturity, Rule, RuleContext
from zalo_governor.rules.declared.conditions import Answered, MessageKind
from zalo_governor.rules.declared.facts import TYPE_OF
from zalo_governor.rules.examples import Coming, Example
from zalo_governor.rules.loader import Rulebook, load_rulebook, read_lines

rules = Terminal(help="Các quy tắc của Hệ thống.", no_args_is_help=True)

_SOME_UID = "7000000000000000014"
_A_MOMENT = 30.0
COMMON = "chung"
"""What the operator types for the regulation of all groups that have none of their own."""
_ADDRESSES = {MessageKind.LINK: "https://mau.gov.vn"}
BENIGN = (("messages.vi.txt", "text"), ("names.txt", "name"), ("links.vi.txt", "text"))
"""Files of ordinary messages and names in the folder `benign/`, with the kind of their lines; no rule may find anything
in any line."""


class Trial(NamedTuple):
    """Result of `rules test` for one sample (a text, name or event): whether the rules found what they should."""

    group: str
    """Where the sample comes from: id of a rule, whose file has the sample as an example, or a file of ordinary
    messages."""
    kind: str
    """`match` (that rule must find something), `no_match` (that rule must not) or `benign` (no rule may)."""
    sample: str
    """The sample as text; an event is described by its people or its changed properties."""
    fault: str | None
    """Vietnamese description of how the findings differ from what is expected; None if they are right."""


rules.command("replay")(replay)
rules.command("try")(try_rule)


@rules.callback()
def _group() -> None:
    """Các quy tắc của Hệ thống."""


@rules.command("test")
def prove(
    config_dir: RulesFolder = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Thử các ví dụ của từng quy tắc và các tin thông thường; mã thoát 1 nếu có chỗ không đạt."""
    folder = chosen_rules(config_dir, config)
    typer.echo(f"Thử các quy tắc trong {folder}", err=True)
    trials = list(try_all(load_rulebook(folder), folder / "benign"))
    faults = [trial for trial in trials if trial.fault]
    for trial in faults:
        typer.echo(f"{trial.group}: {trial.kind}: {trial.sample!r}: {trial.fault}")
    _print_counts(trials)
    raise typer.Exit(1 if faults else 0)


@rules.command("compare")
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="Tên thư mục quy chế; chung: quy chế chung.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Quy chế kia.")],
    config_dir: RulesFolder = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """So sánh hai quy chế: mỗi quy tắc thuộc khoản nào, mức độ nào ở từng quy chế; dấu - là không dùng."""
    rulebook = load_rulebook(chosen_rules(config_dir, config))
    books = {COMMON: rulebook, **rulebook.own}
    for name in (first, second):
        if name not in books:
            raise ConfigError(f"rules compare: không có quy chế {name}; các quy chế: {', '.join(books)}")
    sides = [{rule.id: _setting(rule) for rule in books[name].engine.rules} for name in (first, second)]
    rows = [(rule_id, *(side.get(rule_id, "-") for side in sides)) for rule_id in dict.fromkeys(chain(*sides))]
    _print_rows([("quy tắc", first, second), *rows])


def _setting(rule: Rule[Any]) -> str:
    return " ".join([rule.clause, rule.severity.value, *(["chạy thử"] if rule.maturity is Maturity.SHADOW else [])])


def try_all(rulebook: Rulebook, benign_dir: Path) -> Iterator[Trial]:
    """Test the rules on the examples in their own files and on ordinary messages; yield a result for each sample.

    The files of ordinary messages, in which no rule may find anything, are in `benign_dir`.

    Raises:
        ConfigError: a file of ordinary messages is missing, or a rule failed on a sample.
    """
    for book in (rulebook, *rulebook.own.values()):
        yield from _try_examples(book)
    for file_name, subject in BENIGN:
        for line in read_lines(benign_dir / file_name):
            example = Example.model_validate({subject: line})
            yield Trial(f"benign/{file_name}", "benign", line, _unexpected(_findings(rulebook, example, None), line))


def _try_examples(rulebook: Rulebook) -> Iterator[Trial]:
    for rule_id, spec in rulebook.specs.items():
        group = f"{rulebook.name}/{rule_id}" if rulebook.name else rule_id
        for example in spec.examples.match:
            labels = [finding.label for finding in _findings(rulebook, example, rule_id)]
            wanted = example.label or rule_id
            found = ", ".join(labels) or "không có gì"
            fault = None if wanted in labels else f"phải là {wanted}, nhưng kết quả là {found}"
            yield Trial(group, "match", _sample_text(example), fault)
        for example in spec.examples.no_match:
            yield Trial(
                group,
                "no_match",
                _sample_text(example),
                _unexpected(_findings(rulebook, example, rule_id), example.text or ""),
            )


def _findings(rulebook: Rulebook, example: Example, rule_id: str | None) -> list[Finding]:
    """Apply the rules to a sample and return the findings of the rule `rule_id`, or of all rules if `rule_id` is None.

    Raises:
        ConfigError: any rule failed on the sample.
    """
    verdict = rulebook.engine.judge(*_event_and_context(example))
    for failure in verdict.failures:
        raise ConfigError(
            f"{failure.rule_id}: gặp lỗi với ví dụ {_sample_text(example)!r}: {failure.error}; hãy sửa quy tắc"
        )
    return [finding for finding in open_findings(verdict) if rule_id in {None, finding.rule_id}]


def _event_and_context(example: Example) -> tuple[EventBase, RuleContext]:
    if example.comes:
        return _join_event(example.comes)
    event = _sample_event(example)
    if not isinstance(event, MessageSent):
        return event, NO_CONTEXT
    mention = Mention(uid=_SOME_UID, start=0, length=0)
    quote = Quote(owner_uid=_SOME_UID, key="1") if example.answers else None
    at = example.at.replace(tzinfo=VIETNAM)
    more = {"at": at, "text": event.text * example.times, "quote": quote, "mentions": (mention,) * example.mentions}
    context = RuleContext(
        sender=Person(id=1, uid=_SOME_UID, grants={EVERYWHERE: frozenset(example.roles)}),
        position=example.position,
        joined_at=None if example.joined_days is None else at - timedelta(days=example.joined_days),
        answers_directive=example.answers is Answered.DIRECTIVE,
        sent_before=(_A_MOMENT,) * example.sent_before,
    )
    return event.model_copy(update=more), context


def _join_event(given: Coming) -> tuple[EventBase, RuleContext]:
    context = RuleContext(approved=None if given.roster is None else frozenset(given.roster))
    if given.asks:
        return JoinRequested(at=WHENEVER, uids=given.who, pending=len(given.who)), context
    members = tuple(NamedUid(uid=who) for who in given.who)
    return MembersJoined(at=WHENEVER, sender_uid=given.by, members=members), context


def _sample_event(example: Example) -> EventBase:
    """Build the event for a sample of a rule's file, as the bot would if the sample had come from Zalo."""
    if example.kind:
        text, kind = example.text or "", example.kind
        sent = Attachment(type=TYPE_OF.get(kind, "chat.khac"), title=text, url=_ADDRESSES.get(kind, ""))
        return MessageSent(at=WHENEVER, text=text, attachment=None if kind is MessageKind.TEXT else sent)
    if example.group is None:
        subject = {key: value for key in SUBJECTS if (value := getattr(example, key)) is not None}
        return subject_event(subject)
    match {name: value for name, value in example.group if value is not None}:
        case {"setting": settings}:
            return GroupSettingChanged(at=WHENEVER, settings=settings)
        case {"admin": granted}:
            return AdminChanged(at=WHENEVER, members=(NamedUid(uid=_SOME_UID),), granted=granted)
        case {"link": link}:
            return InviteLinkChanged(at=WHENEVER, link=link)
        case {"pin": title}:
            return PinChanged(at=WHENEVER, act="new_pin_topic", title=title)
        case {"picture": address}:
            return GroupInfoChanged(at=WHENEVER, avatar_url=address)
        case {"owner": uid}:
            return GroupInfoChanged(at=WHENEVER, owner_uid=uid)
        case info:
            return GroupInfoChanged(at=WHENEVER, **info)


def _unexpected(findings: list[Finding], text: str) -> str | None:
    if not findings:
        return None
    found = {finding.rule_id: _words_found(finding, text) for finding in findings}
    return "phải không có gì, nhưng kết quả là " + ", ".join(f"{rule_id}{words}" for rule_id, words in found.items())


def _words_found(finding: Finding, text: str) -> str:
    """Return which words of the text the finding is about, in brackets; "" if it is about none in particular."""
    words = " … ".join(dict.fromkeys(text[start:end] for start, end in finding.spans))
    return f' (vì có "{words}")' if words else ""


def _sample_text(example: Example) -> str:
    if example.comes:
        return f"{', '.join(example.comes.who)} <- {example.comes.by or '?'}"
    if example.group is not None:
        return ", ".join(f"{name}={value}" for name, value in example.group if value is not None)
    return example.text or example.name or example.file_name or str(example.kind)


def _print_counts(trials: list[Trial]) -> None:
    """Print how many samples were tested for each rule or file of ordinary messages, and how many were wrong."""
    header = ("quy tắc, tệp mẫu", "câu phải nhận ra", "câu phải cho qua", "tin thường", "không đạt")
    rows: list[tuple[str, ...]] = []
    for group in dict.fromkeys(trial.group for trial in trials):
        of_group = [trial for trial in trials if trial.group == group]
        counts = [str(sum(trial.kind == kind for trial in of_group)) for kind in ("match", "no_match", "benign")]
        rows.append((group, *counts, str(sum(trial.fault is not None for trial in of_group))))
    _print_rows([header, *rows])


def _print_rows(rows: Sequence[tuple[str, ...]]) -> None:
    """Print a heading and rows: on a terminal as a table, elsewhere as tab-separated lines."""
    console = Console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join(row))
        return
    table = folding_table(*rows[0])
    table.columns[0].no_wrap = True
    for row in rows[1:]:
        table.add_row(*row)
    console.print(table)
