"""The table of known structures that ships is that of the corpus, and a recording becomes lines of the corpus."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.wire import add, known
from tests.wire.corpus import Line, differences, heard, lines
from zalo_governor.domain.clock import from_ms
from zalo_governor.zalo.recording.known import compare, known_structures
from zalo_governor.zalo.recording.rehearsal import Observed, Outcome, Rehearsal
from zalo_governor.zalo.recording.structure import Describer, fields_of, kind_of

NOW = from_ms(1_790_000_000_000)
RECALL: dict[str, Any] = {
    "msgType": "chat.undo", "msgId": "8300000000111", "uidFrom": "7000000000000000002", "idTo": "8000000000000000001",
    "cmd": 521, "content": {"newMsgId": 8300000000042, "reason": "Lý do riêng", "names": {"Lò Văn Mẫu": 1}},
}  # fmt: skip


def test_the_table_and_the_corpus_agree() -> None:
    assert known.FILE.read_bytes() == known.written(known.table()), "run python -m tests.wire.known"


def test_every_element_of_the_corpus_that_is_understood_is_known() -> None:
    for line in filter(known.is_understood, lines()):
        for element in heard(line):
            structure = Describer().describe(element.raw)
            assert compare(kind_of(element.kind, element.raw), structure, known_structures()) == [], line.row["says"]


@pytest.mark.parametrize("line", [line for line in lines() if len(heard(line)) == 1], ids=lambda line: line.row["says"])
def test_what_is_invented_for_a_structure_has_that_structure(line: Line) -> None:
    [element] = heard(line)
    structure = Describer().describe(element.raw)
    again = Describer().describe(add.invented(structure))
    assert set(fields_of(again)) == set(fields_of(structure))


def test_a_recording_becomes_lines_by_one_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, file = tmp_path / "ban-ghi.json", tmp_path / "recorded.jsonl"
    rehearsal = Rehearsal(program="0.1.0", client_version=691, began_at=NOW, changed_at=NOW)
    strange = Observed(outcome=Outcome.NOT_UNDERSTOOD, kind="chat.undo", structure=Describer().describe(RECALL), at=NOW)
    rehearsal.acts = {
        "recall-phone": strange,
        "recall-desktop": strange.model_copy(update={"outcome": Outcome.KNOWN}),
        "edit": Observed(outcome=Outcome.NOT_SEEN, at=NOW),
    }
    rehearsal.save(recording)
    monkeypatch.setattr(add, "FILE", file)
    monkeypatch.setattr(known, "FILE", tmp_path / "known.json")
    monkeypatch.setattr("sys.argv", ["add", str(recording)])
    add.main()
    [row] = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (row["fact"].split(".")[0], row["mark"], row["in"], row["expect"]) == (
        "2", "L", "groupMsgs", {"kind": "dead_letter"},
    )  # fmt: skip
    assert row["source"] == "rehearsal 2026-09-21, version 691"
    assert "Lý do" not in json.dumps(row, ensure_ascii=False)
    assert differences(Line("recorded.jsonl", 1, row)) == []
