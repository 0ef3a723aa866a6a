"""A demonstration succeeds only if everything expected is there."""

from pathlib import Path
from typing import Any

import pytest

from zalo_governor.cli.demo.check import Evidence, everything

ADMIN = "14"
LEADER = "11"
INFO = "6.1-thong-tin-nhom"
SECRET = "Nội dung GIẢ ĐỊNH không được giữ"
NAME = "Mùa A Tủa - Chuyên viên Sở Mẫu"
RULE = "3.1-tieng-viet-co-dau"
FILES = "4.4-tep-dinh-kem"


def act(number: int, kind: str = "say", uid: str = "20", **more: Any) -> dict[str, Any]:
    base = {"n": number, "kind": kind, "clock": f"08:{number:02}:00", "at_ms": number, "uid": uid, "who": "Lò Văn Mẫu"}
    base |= {"text": "tin", "where": "group", "cut": False, "expect": {}, "msg_id": str(number)}
    return {key: value for key, value in (base | more).items() if value is not None}


def case(code: str, key: str, uid: str = "20", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "rule": RULE,
        "clause": "3.1",
        "sealed": False,
        "message_key": key,
        "uid": uid,
        "count": 1,
    } | more


def sent(thread: str, text: str, *, at_ms: int = 50, is_group: bool = False) -> dict[str, Any]:
    return {"thread": thread, "is_group": is_group, "text": text, "at_ms": at_ms}


def complete(folder: Path) -> dict[str, Any]:
    """Evidence in which everything is there."""
    acts = [
        act(1, expect={"rule": RULE}),
        act(2, expect={"rule": RULE, "joins": True}),
        act(3, expect={"nothing": True}),
        act(4, uid="21", text=SECRET, expect={"sealed": True}),
        act(5, "recall", uid="21", msg_id=None),
        act(6, "join", uid="22", member="22", text="Tủa", msg_id=None, expect={"rule": "3.2-ho-ten-chuc-vu"}),
        act(7, "leave", msg_id=None),
        act(8, cut=True),
        act(9, "dm", uid="14", where="private", expect={"reply_contains": "VP1"}),
        act(10, uid="11", expect={"group_reply_contains": "đã gửi"}),
        act(11, "rename_group", uid="23", msg_id=None, expect={"rule": INFO}),
        act(12, "admin", uid="15", member="23", msg_id=None, expect={"rule": INFO, "leader_told": True}),
        act(13, "setting", uid="14", msg_id=None, expect={"nothing": True}),
        act(14, "photo", expect={"nothing": True}),
        act(15, "file", uid="24", text="GIẢ ĐỊNH.pdf", expect={"sealed": True, "in_file": True}),
        act(16, "file", uid="25", expect={"rule": FILES, "in_file": True, "digest": True}),
        act(17, "file", expect={"nothing": True, "not_checked": "encrypted"}),
        act(60, "rename_member", uid="22", text=NAME, msg_id=None, expect={"fixes": True}),
    ]
    cases = [
        case("VP1", "1", count=2),
        case("VP2", "4", "21", sealed=True, rule="4.1-noi-dung-mat"),
        case("VP3", "join-digest", "22", rule="3.2-ho-ten-chuc-vu", state="remedied", reason="đã được sửa sau 3 phút"),
        case("VP5", "act-digest", "23", rule=INFO, clause="6.1"),
        case("VP6", "act-digest", "15", rule=INFO, clause="6.1"),
        case("VP7", "15", "24", sealed=True, rule="4.1-noi-dung-mat"),
        case("VP8", "16", "25", rule=FILES),
    ]
    messages = [
        *(sent(ADMIN, f"Vụ việc VP{number}: …") for number in (1, 2, 3, 5, 7)),
        sent(LEADER, "Vụ việc VP6: …"),
        sent("8", "Đã gửi báo cáo.", is_group=True),
        sent("22", f"Vụ việc VP3: tên có thể đặt: {NAME}."),
    ]
    figures = {
        "coverage": {"sealed": 1, "recovered": 1, "gaps": [{}], "waiting": 0, "dead_letters": 0, "rule_failures": 0},
        "activity": {"messages": 10, "joined": 1, "left": 1, "recalled": 1},
        "attachments": {"attachments": 4, "found": 2, "waiting": 0, "not_checked": {"encrypted": 1, "no_antivirus": 4}},
    }
    return {
        "acts": acts, "sent": messages, "cases": cases, "report": figures,
        "admins": frozenset({ADMIN}), "leaders": frozenset({LEADER}), "folder": folder,
    }  # fmt: skip


def missing(evidence: dict[str, Any]) -> list[str]:
    return [check.expected for check in everything(Evidence(**evidence)) if not check.ok]


def test_nothing_is_missing_when_everything_is_there(tmp_path: Path) -> None:
    assert missing(complete(tmp_path)) == []


@pytest.mark.parametrize("left_out", range(7))
def test_a_case_that_was_not_opened_is_missed(tmp_path: Path, left_out: int) -> None:
    evidence = complete(tmp_path)
    del evidence["cases"][left_out]
    assert missing(evidence)


@pytest.mark.parametrize("left_out", range(8))
def test_a_message_that_was_not_sent_is_missed(tmp_path: Path, left_out: int) -> None:
    evidence = complete(tmp_path)
    del evidence["sent"][left_out]
    assert missing(evidence)


def test_an_answer_from_before_the_question_does_not_count(tmp_path: Path) -> None:
    evidence = complete(tmp_path)
    evidence["sent"] = [{**message, "at_ms": 0} for message in evidence["sent"]]
    assert len(missing(evidence)) == 2


def test_VP1_is_not_told_by_a_message_about_VP12(tmp_path: Path) -> None:  # noqa: N802
    evidence = complete(tmp_path)
    evidence["sent"][0] = sent(ADMIN, "Vụ việc VP12: …")
    assert any("vụ việc theo" in expected for expected in missing(evidence))


def test_a_case_against_a_proper_message_fails_the_demonstration(tmp_path: Path) -> None:
    evidence = complete(tmp_path)
    evidence["cases"].append(case("VP4", "3", "24"))
    assert len(missing(evidence)) == 1


def test_a_case_against_a_change_that_was_allowed_fails_the_demonstration(tmp_path: Path) -> None:
    evidence = complete(tmp_path)
    evidence["cases"].append(case("VP9", "act-digest", "14", rule=INFO, clause="6.1"))
    assert any("được phép, không có vụ việc" in expected for expected in missing(evidence))


@pytest.mark.parametrize("left", [{"state": "reminded"}, {"reason": None}])
def test_a_case_about_a_name_that_does_not_close_by_itself_is_missed(tmp_path: Path, left: dict[str, Any]) -> None:
    evidence = complete(tmp_path)
    evidence["cases"][2] |= left
    assert [expected for expected in missing(evidence) if "vụ việc tự khép lại" in expected]


@pytest.mark.parametrize("figure", ["recovered", "gaps", "dead_letters", "waiting"])
def test_a_report_with_a_wrong_figure_fails_the_demonstration(tmp_path: Path, figure: str) -> None:
    evidence = complete(tmp_path)
    wrong: dict[str, Any] = {"recovered": 0, "gaps": [], "dead_letters": 1, "waiting": 1}
    evidence["report"]["coverage"][figure] = wrong[figure]
    assert len(missing(evidence)) == 1


@pytest.mark.parametrize("wrong", [{"attachments": 3}, {"found": 1}, {"waiting": 1}, {"not_checked": {}}])
def test_files_that_were_not_scanned_fail_the_demonstration(tmp_path: Path, wrong: dict[str, Any]) -> None:
    evidence = complete(tmp_path)
    evidence["report"]["attachments"] |= wrong
    assert len(missing(evidence)) == 1


def test_a_trace_of_the_secret_in_any_file_or_message_fails_the_demonstration(tmp_path: Path) -> None:
    (tmp_path / "governor.db-wal").write_bytes(b"\0\1" + SECRET.encode() + b"\2")
    evidence = complete(tmp_path)
    assert len(missing(evidence)) == 1
    (tmp_path / "governor.db-wal").unlink()
    evidence["sent"].append(sent(ADMIN, f"xem: {SECRET}"))
    assert len(missing(evidence)) == 1
