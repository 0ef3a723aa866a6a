"""Checks that the bot in a demonstration did everything that the scenario (a scripted day of a group) expects."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from zalo_governor.cli import words
from zalo_governor.cli.language import translated
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.inbound import RawDict

_GROUP_ACTS = frozenset({"rename_group", "describe_group", "group_picture", "invite_link", "owner", "setting", "admin"})
_NAMES = "3.2-ho-ten-chuc-vu"
_FILE_ACTS = frozenset({"photo", "file"})
_ZALOS_WORDS = frozenset({"call", "remind", "vote"})
"""Acts that Zalo announces by a message in the person's name; the report does not count such messages."""


class Check(NamedTuple):
    """One check of a demonstration: what the scenario (scripted day) expects, what was found, whether both agree."""

    expected: str
    found: str
    ok: bool


class Evidence(NamedTuple):
    """What was collected in a run of `demo` (acts, messages, cases, report …), from which the checks are computed."""

    acts: Sequence[RawDict]
    """What the scenario's people did (messages, joins …), as the simulator recorded it; `expect` of each act says what
    the bot should do."""
    sent: Sequence[RawDict]
    """The bot's messages, as the simulator received them."""
    cases: Sequence[RawDict]
    """The bot's cases: output of `cases --json`."""
    report: RawDict
    """The activity report: output of `report --format json`."""
    admins: frozenset[str]
    """uids of the admins and their staff, who get a message about each case."""
    leaders: frozenset[str]
    """uids of the leaders, who get a message about breaches by the admins themselves."""
    folder: Path
    """Folder of the bot's database and logs."""


def replies(acts: Sequence[RawDict], sent: Sequence[RawDict]) -> Iterator[Check]:
    """Check for each act that expects a reply (a text or file) whether the bot sent it; yield the results.

    `acts` are what the simulated people did, each with the expected reply; `sent` are the bot's messages.
    """
    yield from _file_replies(acts, sent)
    for act in acts:
        expect = act["expect"]
        for key, in_group in (("reply_contains", False), ("group_reply_contains", True)):
            wanted = expect.get(key)
            if not wanted:
                continue
            found = [
                message
                for message in sent
                if message["is_group"] is in_group
                and (in_group or message["thread"] == act["uid"])
                and message["at_ms"] >= act["at_ms"]
                and wanted.casefold() in message["text"].casefold()
            ]
            answer = (
                translated("trả lời trên Nhóm có", "group answer with")
                if in_group
                else translated("trả lời riêng có", "private answer with")
            )
            yield Check(f"{_clock(act)} {act['text']} → {answer} “{wanted}”", _came_or_not(found), bool(found))


def _file_replies(acts: Sequence[RawDict], sent: Sequence[RawDict]) -> Iterator[Check]:
    """Check for each act that expects a file as reply whether the bot sent its author a file of the expected type."""
    for act in acts:
        ending = act["expect"].get("reply_file")
        if not ending:
            continue
        found = [
            message
            for message in sent
            if message["thread"] == act["uid"]
            and message["at_ms"] >= act["at_ms"]
            and (message["msg_type"] == "chat.photo" if ending == "png" else message["text"].endswith(f".{ending}"))
        ]
        file = translated(f"tệp {ending}", f"a {ending} file")
        yield Check(f"{_clock(act)} {act['text']} → {file}", _came_or_not(found), bool(found))


def everything(evidence: Evidence) -> list[Check]:
    """Run all checks of a demonstration on the collected evidence and return their results."""
    return [
        *_cases_of_messages(evidence),
        *_cases_of_joins(evidence),
        *_remedied_names(evidence),
        *_cases_of_group_changes(evidence),
        *_no_other_cases(evidence),
        *replies(evidence.acts, evidence.sent),
        *_report_figures(evidence),
        *_scanned_files(evidence),
        *_no_sealed_text_stored(evidence),
    ]


def _cases_of_messages(evidence: Evidence) -> Iterator[Check]:
    for act in evidence.acts:
        expect = act["expect"]
        if act["kind"] in {"join", *_GROUP_ACTS} or not (expect.get("rule") or expect.get("sealed")):
            continue
        who = f"{_clock(act)} {act['who'].partition(' - ')[0]}"
        if expect.get("sealed"):
            cases = [case for case in _cases_of(evidence, act) if case["sealed"]]
            sealed = translated("vụ việc không lưu nội dung", "sealed case")
            yield _check_notified(evidence, f"{who}: {sealed}", cases)
        elif expect.get("joins"):
            earlier = {
                other["msg_id"] for other in evidence.acts if other.get("uid") == act["uid"] and "msg_id" in other
            }
            cases = [case for case in evidence.cases if case["message_key"] in earlier and case["count"] > 1]
            joins = translated("gộp vào vụ việc đang xử lý", "joins the open case")
            yield Check(f"{who}: {joins}", _codes(cases), bool(cases))
        else:
            cases = [case for case in _cases_of(evidence, act) if case["rule"] == expect["rule"]]
            expected = f"{who}: {_case_under(expect['rule'])}"
            if expect.get("late") or expect.get("digest"):
                why = (
                    translated("nhận muộn", "heard late")
                    if expect.get("late")
                    else translated("báo trong lần tổng hợp sau", "told in the next digest")
                )
                yield Check(f"{expected}, {why}", _codes(cases), bool(cases))
            else:
                yield _check_notified(evidence, expected, cases)


def _check_notified(evidence: Evidence, expected: str, cases: Sequence[RawDict], *, leader: bool = False) -> Check:
    """Check that the bot sent an admin (a leader, if `leader`) a message with the code (VP12) of one of the cases.

    `expected` describes the expectation, for the result.
    """
    uids = evidence.leaders if leader else evidence.admins
    who = translated("Trưởng nhóm", "leader") if leader else translated("Quản trị Nhóm", "admin")
    done = translated(f"đã báo {who}", f"{who} told")
    told = [
        message
        for case in cases
        for message in evidence.sent
        if message["thread"] in uids and re.search(rf"\b{case['code']}\b", message["text"])
    ]
    not_done = translated(f"chưa báo {who}", f"{who} not told")
    found = _codes(cases) + (f", {not_done}" if cases and not told else "")
    return Check(f"{expected}, {done}", found, bool(told))


def _cases_of_joins(evidence: Evidence) -> Iterator[Check]:
    """Check that each simulated person whose joining breaks a rule led to a case, and that the admins were notified.

    These cases are found by uid, since joining a group has no message id.
    """
    for act in evidence.acts:
        rule = act["expect"].get("rule")
        if act["kind"] == "join" and rule:
            # A case of clause 4.5 is recorded against the member who let the person in.
            people = {act["member"], act["uid"]}
            cases = [case for case in evidence.cases if case["rule"] == rule and case["uid"] in people]
            comes = translated("vào Nhóm", "comes in")
            yield _check_notified(evidence, f"{_clock(act)} “{act['text']}” {comes}: {_case_under(rule)}", cases)


def _remedied_names(evidence: Evidence) -> Iterator[Check]:
    """Check that wrong display names were put right: the bot proposed the right name, and the member then used it.

    The bot must then have closed the case without an admin.
    """
    for act in evidence.acts:
        if not act["expect"].get("fixes"):
            continue
        own = [case for case in evidence.cases if (case["rule"], case["uid"]) == (_NAMES, act["uid"])]
        asked = [message for message in evidence.sent if message["thread"] == act["uid"] and _is_before(message, act)]
        proposed = [message for message in asked if act["text"] in message["text"]]
        had_been = translated("đã được gợi ý", "had been proposed")
        yield Check(f"{_clock(act)} “{act['text']}” {had_been}", _came_or_not(proposed), bool(proposed))
        closed = [case for case in own if case["state"] == "remedied" and "phút" in (case["reason"] or "")]
        found = ", ".join(f"{case['code']} {case['reason']}" for case in closed) or _codes(own)
        closes = translated("vụ việc tự khép lại", "the case closes by itself")
        yield Check(f"{_clock(act)} “{act['text']}”: {closes}", found, bool(closed))


def _is_before(message: RawDict, act: RawDict) -> bool:
    return bool(message["at_ms"] <= act["at_ms"])


def _cases_of_group_changes(evidence: Evidence) -> Iterator[Check]:
    """Check that forbidden changes of the group (such as a new name) led to the expected cases, allowed ones to none.

    These cases are found by the uid of the person who made the change, since a change has no message id.
    """
    for act in evidence.acts:
        expect = act["expect"]
        if act["kind"] not in _GROUP_ACTS or not expect:
            continue
        what = f"{_clock(act)} {act['who'].partition(' - ')[0]}: {words.act(act['kind'])} {act['text']}"
        if expect.get("rule"):
            cases = [case for case in evidence.cases if (case["rule"], case["uid"]) == (expect["rule"], act["uid"])]
            leader = bool(expect.get("leader_told"))
            yield _check_notified(evidence, f"{what}: {_case_under(expect['rule'])}", cases, leader=leader)
        else:
            cases = [case for case in evidence.cases if case["uid"] == act["uid"] and case["rule"] in CHANGE_RULES]
            allowed = translated("được phép, không có vụ việc", "allowed, no case")
            yield Check(f"{what}: {allowed}", _codes(cases), not cases)


def _no_other_cases(evidence: Evidence) -> Iterator[Check]:
    accused = [act for act in evidence.acts if _expects_case(act)]
    expected = {_case_key(act) for act in accused} | {act["uid"] for act in accused if act["kind"] == "join"}
    said = [act for act in evidence.acts if "msg_id" in act]
    wrong = [case for case in evidence.cases if expected.isdisjoint({case["message_key"], case["uid"]})]
    others = [act for act in said if not _expects_case(act)]
    traps = sum(1 for act in others if act["expect"].get("nothing"))
    accused_now = translated(f"bị nhắc: {_codes(wrong)}", f"accused: {_codes(wrong)}")
    expected_now = translated(
        f"không có vụ việc từ {len(others)} tin còn lại, trong đó {traps} tin dễ nhầm",
        f"no case from the other {len(others)} messages, {traps} of them traps",
    )
    yield Check(expected_now, accused_now if wrong else translated("không có", "none accused"), not wrong)


def _report_figures(evidence: Evidence) -> Iterator[Check]:
    coverage, activity = evidence.report["coverage"], evidence.report["activity"]
    said = [
        act
        for act in evidence.acts
        if act.get("where") == "group" and "msg_id" in act and act["kind"] not in _ZALOS_WORDS
    ]
    missed = [act for act in said if act["cut"]]
    yield _at_least(
        translated("tin của Nhóm trong báo cáo", "messages of the group in the report"),
        len(said),
        activity["messages"] + coverage["sealed"],
    )
    yield _at_least(
        translated("tin lấy lại sau gián đoạn", "messages recovered after the cut"), len(missed), coverage["recovered"]
    )
    yield _at_least(translated("lần gián đoạn được báo cáo", "gaps reported"), 1, len(coverage["gaps"]))
    for kind, figure, name in (
        ("join", "joined", translated("lượt vào Nhóm", "joined")),
        ("leave", "left", translated("lượt rời Nhóm", "left")),
        ("recall", "recalled", translated("tin thu hồi", "recalled")),
    ):
        yield _at_least(name, sum(act["kind"] == kind for act in evidence.acts), activity[figure])
    for figure, name in (
        ("waiting", translated("tin chờ xét", "waiting")),
        ("dead_letters", translated("tin không đọc được", "dead letters")),
        ("rule_failures", translated("lỗi của chức năng kiểm tra", "rule failures")),
    ):
        yield Check(f"{name}: 0", str(coverage[figure]), coverage[figure] == 0)


def _scanned_files(evidence: Evidence) -> Iterator[Check]:
    """Check the report's figures of scanned files; files of messages sealed because of their text are not scanned."""
    figures = evidence.report["attachments"]
    files = [act for act in evidence.acts if act["kind"] in _FILE_ACTS]
    in_files = [act for act in files if act["expect"].get("in_file")]
    scanned = [act for act in files if act in in_files or not act["expect"].get("sealed")]
    yield _at_least(translated("tệp, ảnh đã quét", "files and pictures scanned"), len(scanned), figures["attachments"])
    yield _at_least(
        translated("trong đó có dấu hiệu phải báo Quản trị Nhóm", "of these, with signs of which an admin is told"),
        len(in_files),
        figures["found"],
    )
    for reason in {act["expect"]["not_checked"] for act in files if act["expect"].get("not_checked")}:
        wanted = sum(act["expect"].get("not_checked") == reason for act in files)
        yield _at_least(f"{_not_checked_because(reason)}", wanted, figures["not_checked"].get(reason, 0))
    for reason in ("gone", "not_fetched"):
        found = figures["not_checked"].get(reason, 0)
        yield Check(f"{_not_checked_because(reason)}: 0", str(found), found == 0)
    yield Check(
        translated("tệp chờ quét: 0", "files waiting for their scan: 0"),
        str(figures["waiting"]),
        figures["waiting"] == 0,
    )


def _no_sealed_text_stored(evidence: Evidence) -> Iterator[Check]:
    for act in evidence.acts:
        if not act["expect"].get("sealed"):
            continue
        secret = act["text"]
        places = [
            path.name for path in sorted(evidence.folder.rglob("*")) if path.is_file() and _contains(path, secret)
        ]
        places += (
            [translated("một tin đã gửi", "a message sent")]
            if any(secret in message["text"] for message in evidence.sent)
            else []
        )
        expected = translated("không còn dấu vết của nội dung không được lưu", "no trace of the sealed text")
        yield Check(f"{_clock(act)}: {expected}", ", ".join(places) or translated("không có", "none"), not places)


def _contains(path: Path, secret: str) -> bool:
    body = path.read_bytes()
    return any(secret.encode(encoding) in body for encoding in ("utf-8", "utf-16-le"))


def _expects_case(act: RawDict) -> bool:
    expect = act["expect"]
    return bool(expect.get("rule") or expect.get("sealed"))


def _case_key(act: RawDict) -> object:
    """Return the message id or uid by which a case about a simulated person's act is found in `Evidence.cases`."""
    return act["uid"] if act["kind"] in _GROUP_ACTS else act.get("msg_id", act.get("member"))


def _cases_of(evidence: Evidence, act: RawDict) -> list[RawDict]:
    return [case for case in evidence.cases if case["message_key"] == act["msg_id"]]


def _clock(act: RawDict) -> str:
    return str(act["clock"])[:5]


def _case_under(rule: str) -> str:
    return translated(f"vụ việc theo {rule}", f"case under {rule}")


def _not_checked_because(reason: str) -> str:
    return f"{translated('tệp chưa kiểm tra được', 'files not checked')}, {words.value(reason)}"


def _at_least(what: str, wanted: int, found: int) -> Check:
    return Check(f"{what}, {translated(f'ít nhất {wanted}', f'{wanted} or more')}", str(found), found >= wanted)


def _codes(cases: Sequence[RawDict]) -> str:
    return ", ".join(case["code"] for case in cases) or translated("không có vụ việc", "no case")


def _came_or_not(found: Sequence[RawDict]) -> str:
    return translated("đã đến", "came") if found else translated("không đến", "did not come")
