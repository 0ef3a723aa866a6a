"""Whether a demonstration showed everything that its scenario expects."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from zalo_governor.domain.elements import RawDict


class Check(NamedTuple):
    """One expectation and what became of it."""

    expected: str
    found: str
    ok: bool


class Evidence(NamedTuple):
    """What a demonstration left behind."""

    acts: Sequence[RawDict]
    """The simulator's journal without the bot's messages."""
    sent: Sequence[RawDict]
    """What the bot sent, as the simulator got it."""
    cases: Sequence[RawDict]
    """The bot's answer to `cases --json`."""
    report: RawDict
    """The bot's answer to `report --format json`."""
    admins: frozenset[str]
    """uids of those who are told of each case."""
    folder: Path
    """Where database and logs lie."""


def replies(acts: Iterable[RawDict], sent: Sequence[RawDict]) -> Iterator[Check]:
    """For every act that expects an answer: whether it came."""
    for act in acts:
        expect = act["expect"]
        for key, in_group in (("reply_contains", False), ("group_reply_contains", True)):
            words = expect.get(key)
            if not words:
                continue
            found = [
                message
                for message in sent
                if message["is_group"] is in_group
                and (in_group or message["thread"] == act["uid"])
                and message["at_ms"] >= act["at_ms"]
                and words.casefold() in message["text"].casefold()
            ]
            where = "group" if in_group else "private"
            yield Check(f"{act['clock']} {act['text']} -> {where} answer with “{words}”", _came(found), bool(found))


def everything(evidence: Evidence) -> list[Check]:
    """All checks."""
    return [
        *_cases(evidence),
        *_names(evidence),
        *_silence(evidence),
        *replies(evidence.acts, evidence.sent),
        *_figures(evidence),
        *_secrecy(evidence),
    ]


def _cases(evidence: Evidence) -> Iterator[Check]:
    for act in evidence.acts:
        expect = act["expect"]
        if act["kind"] == "join" or not (expect.get("rule") or expect.get("sealed")):
            continue
        who = f"{act['clock']} {act['who'].partition(' - ')[0]}"
        if expect.get("sealed"):
            cases = [case for case in _of_message(evidence, act) if case["sealed"]]
            yield _told(evidence, f"{who}: sealed case", cases)
        elif expect.get("joins"):
            earlier = {
                other["msg_id"] for other in evidence.acts if other.get("uid") == act["uid"] and "msg_id" in other
            }
            cases = [case for case in evidence.cases if case["message_key"] in earlier and case["count"] > 1]
            yield Check(f"{who}: joins the open case", _codes(cases), bool(cases))
        else:
            cases = [case for case in _of_message(evidence, act) if case["rule"] == expect["rule"]]
            expected = f"{who}: case under {expect['rule']}"
            if expect.get("late"):
                yield Check(f"{expected}, heard late", _codes(cases), bool(cases))
            else:
                yield _told(evidence, expected, cases)


def _told(evidence: Evidence, expected: str, cases: Sequence[RawDict]) -> Check:
    """A case counts only if an admin got a private message that names it."""
    told = [
        message
        for case in cases
        for message in evidence.sent
        if message["thread"] in evidence.admins and re.search(rf"\b{case['code']}\b", message["text"])
    ]
    found = _codes(cases) + (", admin told" if told else ", admin not told" if cases else "")
    return Check(f"{expected}, admin told", found, bool(told))


def _names(evidence: Evidence) -> Iterator[Check]:
    """Joins have no message to go by, but a person who came in."""
    for act in evidence.acts:
        rule = act["expect"].get("rule")
        if act["kind"] == "join" and rule:
            # A case of clause 4.5 stands under who let the person in.
            people = {act["member"], act["uid"]}
            cases = [case for case in evidence.cases if case["rule"] == rule and case["uid"] in people]
            yield _told(evidence, f"{act['clock']} “{act['text']}” comes in: case under {rule}", cases)


def _silence(evidence: Evidence) -> Iterator[Check]:
    accused = [act for act in evidence.acts if _accused(act)]
    expected = {act.get("msg_id", act.get("member")) for act in accused}
    expected |= {act["uid"] for act in accused if act["kind"] == "join"}
    said = [act for act in evidence.acts if "msg_id" in act]
    wrong = [case for case in evidence.cases if expected.isdisjoint({case["message_key"], case["uid"]})]
    others = [act for act in said if not _accused(act)]
    traps = sum(1 for act in others if act["expect"].get("nothing"))
    found = f"accused: {_codes(wrong)}" if wrong else "none accused"
    yield Check(f"no case from the other {len(others)} messages, {traps} of them traps", found, not wrong)


def _figures(evidence: Evidence) -> Iterator[Check]:
    coverage, activity = evidence.report["coverage"], evidence.report["activity"]
    said = [act for act in evidence.acts if act.get("where") == "group" and "msg_id" in act]
    missed = [act for act in said if act["cut"]]
    yield _at_least("messages of the group in the report", len(said), activity["messages"] + coverage["sealed"])
    yield _at_least("messages recovered after the cut", len(missed), coverage["recovered"])
    yield _at_least("gaps reported", 1, len(coverage["gaps"]))
    for kind, figure in (("join", "joined"), ("leave", "left"), ("recall", "recalled")):
        yield _at_least(figure, sum(act["kind"] == kind for act in evidence.acts), activity[figure])
    for figure in ("waiting", "dead_letters", "rule_failures"):
        yield Check(f"{figure}: 0", str(coverage[figure]), coverage[figure] == 0)


def _secrecy(evidence: Evidence) -> Iterator[Check]:
    for act in evidence.acts:
        if not act["expect"].get("sealed"):
            continue
        secret = act["text"]
        places = [path.name for path in sorted(evidence.folder.rglob("*")) if path.is_file() and _holds(path, secret)]
        places += ["a message sent"] if any(secret in message["text"] for message in evidence.sent) else []
        yield Check(f"{act['clock']}: no trace of the sealed text", ", ".join(places) or "none", not places)


def _holds(path: Path, secret: str) -> bool:
    body = path.read_bytes()
    return any(secret.encode(encoding) in body for encoding in ("utf-8", "utf-16-le"))


def _accused(act: RawDict) -> bool:
    expect = act["expect"]
    return bool(expect.get("rule") or expect.get("sealed"))


def _of_message(evidence: Evidence, act: RawDict) -> list[RawDict]:
    return [case for case in evidence.cases if case["message_key"] == act["msg_id"]]


def _at_least(what: str, wanted: int, found: int) -> Check:
    return Check(f"{what}: {wanted} or more", str(found), found >= wanted)


def _codes(cases: Sequence[RawDict]) -> str:
    return ", ".join(case["code"] for case in cases) or "no case"


def _came(found: Sequence[RawDict]) -> str:
    return "came" if found else "did not come"
