"""`zalo-governor directives`: JSON lines in, JSON lines out."""

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from zalo_governor.cli.directives import directives

app = typer.Typer()
app.command()(directives)

ORDER = {
    "id": 7, "text": "Giao Sở Xây dựng báo cáo trước 16h ngày 27/11.", "sender_role": "leader",
    "sent_at": "2026-11-24T09:10",
}  # fmt: skip


def run(*lines: object) -> Result:
    raw = "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines)
    return CliRunner().invoke(app, ["-"], input=raw)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_is_answered_in_order() -> None:
    result = run(ORDER, ORDER | {"id": 8, "sender_role": "member"}, ORDER | {"id": 9, "reply": "Rõ ạ"})
    assert result.exit_code == 0
    item = {"addressees": ["Sở Xây dựng"], "deadline": "2026-11-27T16:00"}
    read = {"directive": True, **item, "items": [item | {"text": ORDER["text"]}]}
    assert answers(result) == [
        {"id": 7} | read,
        {"id": 8, "directive": False, "addressees": [], "deadline": None, "items": []},
        {"id": 9} | read | {"reply": "ack"},
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "không phải một dòng JSON"),
        ([1], "phải là một đối tượng"),
        ({"id": 1}, "phải có mục text"),
        (ORDER | {"sender_role": "chairman"}, "sender_role phải là một trong leader"),
        (ORDER | {"sent_at": "hôm qua"}, "sent_at phải có dạng"),
        (ORDER | {"reply": 3}, "phải có mục reply"),
    ],
)
def test_a_faulty_line_is_named_and_the_others_are_answered(line: object, fault: str) -> None:
    result = run(line, ORDER)
    assert result.exit_code == 2
    assert f"dòng 1: {fault}" in result.stderr
    assert [answer["id"] for answer in answers(result)] == [7]
