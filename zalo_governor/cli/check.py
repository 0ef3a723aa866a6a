"""`zalo-governor check`: apply the rules to texts or names in JSON Lines, without Zalo, and print the findings."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import typer

from zalo_governor.cli.json_lines import BadLineError, answer_file, as_json, parse_object
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, RulesFolder, chosen_group, chosen_rules
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.events import Attachment, EventBase, MessageSent, NameObserved
from zalo_governor.domain.findings import Finding, Verdict
from zalo_governor.rules.base import NO_CONTEXT, RuleContext
from zalo_governor.rules.engine import Engine
from zalo_governor.rules.loader import load_rulebook

SUBJECTS = ("text", "name", "file_name")


def check(
    file: Annotated[
        str,
        typer.Argument(metavar="TỆP", help="Tệp mỗi dòng một đối tượng JSON (JSON lines); -: đọc từ lệnh trước dấu |."),
    ] = "-",
    group: Annotated[
        str | None, typer.Option(help="Mã Nhóm: xét theo quy chế của Nhóm này; bỏ trống là theo quy chế chung.")
    ] = None,
    config_dir: RulesFolder = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Xét từng dòng JSON {"id", "text" | "name" | "file_name"} theo các quy tắc; mỗi dòng cho một dòng kết quả."""
    engine = load_rulebook(chosen_rules(config_dir, config)).engine
    context = RuleContext(regulation=chosen_group(load_settings(config), group).regulation) if group else NO_CONTEXT
    raise typer.Exit(answer_file(file, partial(judge_line, engine, context)))


def judge_line(engine: Engine, context: RuleContext, line: bytes, number: int) -> bytes:
    """Apply the rules to one JSON line of the input; return {"id": id given in the line, "findings": […]} as JSON.

    `number` is the line's number from 1, for error messages.

    Raises:
        BadLineError: the line is not an object with exactly one of the keys text, name, file_name, or a rule failed.
    """
    item = _parse_line(line, number)
    verdict = engine.judge(subject_event({key: item[key] for key in SUBJECTS if key in item}), context)
    if verdict.failures:
        failed = ", ".join(f"{failure.rule_id} ({failure.error})" for failure in verdict.failures)
        raise BadLineError(f"dòng {number}: quy tắc gặp lỗi: {failed}; dòng này chưa được xét, các dòng khác vẫn xét")
    answered = {"id": item.get("id"), "findings": [_as_json(finding) for finding in open_findings(verdict)]}
    return as_json(answered)


def subject_event(subject: dict[str, str]) -> EventBase:
    """Build the event to which the rules are applied, as the bot would if the text or name had come from Zalo.

    `subject` has exactly one key: "text" (a message), "name" (a display name) or "file_name" (name of a sent file).
    """
    if "name" in subject:
        return NameObserved(at=WHENEVER, name=subject["name"])
    if "file_name" in subject:
        file = Attachment(type="share.file", title=subject["file_name"])
        return MessageSent(at=WHENEVER, message_type="share.file", attachment=file)
    return MessageSent(at=WHENEVER, text=subject["text"])


def open_findings(verdict: Verdict) -> list[Finding]:
    """Return the findings of a verdict (result of all rules on one event) in a form that may be shown.

    If one finding seals the event (its content must not be stored, as it may be a state secret), the positions in the
    text, the suggested text and the excerpt are removed from all other findings.
    """
    findings = [finding for finding in verdict.findings if isinstance(finding, Finding)]
    return [finding.bare() if verdict.sealed and not finding.seals else finding for finding in findings]


def _parse_line(line: bytes, number: int) -> dict[str, Any]:
    item = parse_object(line, number, '{"id": 1, "text": "…"}')
    given = [key for key in SUBJECTS if key in item]
    if len(given) != 1 or not isinstance(item[given[0]], str):
        raise BadLineError(f"dòng {number}: phải có đúng một trong các mục {', '.join(SUBJECTS)}, giá trị là chữ")
    return item


def _as_json(finding: Finding) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "rule": finding.rule_id,
        "clause": finding.clause,
        "severity": finding.severity.value,
        "label": finding.label,
    }
    if finding.level:
        shown["level"] = finding.level
    if finding.reason:
        shown["reason"] = finding.reason
    return shown | {"spans": [list(span) for span in finding.spans], "suggestion": finding.suggestion}


WHENEVER = datetime(2026, 3, 4, 2, tzinfo=UTC)
"""Time given to the events made here: a working morning in Viet Nam, as a rule may ask for the time."""
