"""Whether a demonstration showed everything that its scenario expects."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from zalo_governor.domain.inbound import RawDict

_GROUP_ACTS = frozenset({"rename_group", "describe_group", "group_picture", "invite_link", "owner", "setting", "admin"})
_NAMES = "3.2-ho-ten-chuc-vu"
_GROUP_CLAUSES = frozenset({"6.1", "6.5"})


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
    leaders: frozenset[str]
    """uids of those who are told of what the admins themselves did."""
    folder: Path
    """Where database and logs lie."""


def replies(acts: Sequence[RawDict], sent: Sequence[RawDict]) -> Iterator[Check]:
    """For every act that expects an answer: whether it came."""
    yield from _files(acts, sent)
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


def _files(acts: Sequence[RawDict], sent: Sequence[RawDict]) -> Iterator[Check]:
    """For every act that asks for a file: whether one came."""
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
        yield Check(f"{act['clock']} {act['text']} -> a {ending} file", _came(found), bool(found))


def everything(evidence: Evidence) -> list[Check]:
    """All checks."""
    return [
        *_cases(evidence),
        *_names(evidence),
        *_fixed(evidence),
        *_changes(evidence),
        *_silence(evidence),
        *replies(evidence.acts, evidence.sent),
        *_figures(evidence),
        *_secrecy(evidence),
    ]


def _cases(evidence: Evidence) -> Iterator[Check]:
    for act in evidence.acts:
        expect = act["expect"]
        if act["kind"] in {"join", *_GROUP_ACTS} or not (expect.get("rule") or expect.get("sealed")):
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


def _told(
    evidence: Evidence, expected: str, cases: Sequence[RawDict], who: str = "admin", uids: frozenset[str] | None = None
) -> Check:
    """A case counts only if `who`, by default an admin, got a private message that names it."""
    told = [
        message
        for case in cases
        for message in evidence.sent
        if message["thread"] in (uids or evidence.admins) and re.search(rf"\b{case['code']}\b", message["text"])
    ]
    found = _codes(cases) + (f", {who} told" if told else f", {who} not told" if cases else "")
    return Check(f"{expected}, {who} told", found, bool(told))


def _names(evidence: Evidence) -> Iterator[Check]:
    """Joins have no message to go by, but a person who came in."""
    for act in evidence.acts:
        rule = act["expect"].get("rule")
        if act["kind"] == "join" and rule:
            # A case of clause 4.5 stands under who let the person in.
            people = {act["member"], act["uid"]}
            cases = [case for case in evidence.cases if case["rule"] == rule and case["uid"] in people]
            yield _told(evidence, f"{act['clock']} “{act['text']}” comes in: case under {rule}", cases)


def _fixed(evidence: Evidence) -> Iterator[Check]:
    """A member takes the name that the bot has proposed: the case closes by itself, with how long it took."""
    for act in evidence.acts:
        if not act["expect"].get("fixes"):
            continue
        own = [case for case in evidence.cases if (case["rule"], case["uid"]) == (_NAMES, act["uid"])]
        asked = [message for message in evidence.sent if message["thread"] == act["uid"] and _before(message, act)]
        proposed = [message for message in asked if act["text"] in message["text"]]
        yield Check(f"{act['clock']} “{act['text']}” had been proposed", _came(proposed), bool(proposed))
        closed = [case for case in own if case["state"] == "remedied" and "phút" in (case["reason"] or "")]
        found = ", ".join(f"{case['code']} {case['reason']}" for case in closed) or _codes(own)
        yield Check(f"{act['clock']} “{act['text']}”: the case closes by itself", found, bool(closed))


def _before(message: RawDict, act: RawDict) -> bool:
    return bool(message["at_ms"] <= act["at_ms"])


def _changes(evidence: Evidence) -> Iterator[Check]:
    """Acts on the group have no message to go by, but somebody who did them."""
    for act in evidence.acts:
        expect = act["expect"]
        if act["kind"] not in _GROUP_ACTS or not expect:
            continue
        what = f"{act['clock']} {act['who'].partition(' - ')[0]}: {act['kind']} {act['text']}"
        if expect.get("rule"):
            cases = [case for case in evidence.cases if (case["rule"], case["uid"]) == (expect["rule"], act["uid"])]
            who, told = ("leader", evidence.leaders) if expect.get("leader_told") else ("admin", evidence.admins)
            yield _told(evidence, f"{what}: case under {expect['rule']}", cases, who, told)
        else:
            cases = [case for case in evidence.cases if case["uid"] == act["uid"] and case["clause"] in _GROUP_CLAUSES]
            yield Check(f"{what}: allowed, no case", _codes(cases), not cases)


def _silence(evidence: Evidence) -> Iterator[Check]:
    accused = [act for act in evidence.acts if _accused(act)]
    expected = {_accused_by(act) for act in accused} | {act["uid"] for act in accused if act["kind"] == "join"}
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


def _accused_by(act: RawDict) -> object:
    """What a case about the act is known by: its message, who came in, or who changed the group."""
    return act["uid"] if act["kind"] in _GROUP_ACTS else act.get("msg_id", act.get("member"))


def _of_message(evidence: Evidence, act: RawDict) -> list[RawDict]:
    return [case for case in evidence.cases if case["message_key"] == act["msg_id"]]


def _at_least(what: str, wanted: int, found: int) -> Check:
    return Check(f"{what}: {wanted} or more", str(found), found >= wanted)


def _codes(cases: Sequence[RawDict]) -> str:
    return ", ".join(case["code"] for case in cases) or "no case"


def _came(found: Sequence[RawDict]) -> str:
    return "came" if found else "did not come"
