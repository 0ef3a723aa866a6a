"""Page "Quy chế và quy tắc" (regulation and rules): the rules in force, and trying a text, a file or a new rule."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.people import Group
from zalo_governor.domain.regulation import RuleStanding
from zalo_governor.features.cases.commands.decide import ListCases
from zalo_governor.features.cases.commands.show import EXCERPT
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.features.trial.commands import ShowTrial
from zalo_governor.features.trial.rule_trial import IN_FORCE, ON_TRIAL, RuleTrial, rule_state
from zalo_governor.messaging.formatter import one_line
from zalo_governor.messaging.scan_words import reasons_in_words
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, NotFoundError, Reply, SeeOther, Visit
from zalo_governor.rules.loader import STANDARD_INPUT
from zalo_governor.storage.queries.panel import TriedFinding
from zalo_governor.zalo.events.text_fields import posted_text

PATH = "/quy-tac"
_MOST_BYTES = 20_000_000
_LONGEST = 3_000
_MONTH = timedelta(days=30)
_SHOWN = 20


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    desk = office.roles_for(ListCases.word)
    return [
        Route("GET", PATH, show, desk, title="Quy chế và quy tắc"),
        # What is tried is stored nowhere; people want to try suspected secrets, too, so none is refused.
        Route("POST", f"{PATH}/thu", try_text, desk, keeps=False),
        Route("POST", f"{PATH}/thu-tep", try_file, desk, keeps=False, most_bytes=_MOST_BYTES),
        Route("POST", f"{PATH}/nhap", try_draft, desk, keeps=False),
        Route("POST", f"{PATH}/chay-thu", change, office.roles_for(RuleTrial.word), writes=True),
        Route("GET", f"{PATH}/ket-qua", tried, desk),
        Route("GET", f"{PATH}/tu/{{name}}", words, desk),
    ]


def show(visit: Visit) -> Reply:
    """Show the rules of the group's regulation, the word lists, and the forms to try something."""
    return _page(visit, visit.one_group())


def try_text(visit: Visit) -> Reply:
    """Show what the rules find in a text, as if it were posted; the text is stored nowhere."""
    group, text, kind = visit.one_group(), visit.field("cau"), visit.field("loai")
    if not text:
        return _page(visit, group)
    given = orjson.dumps({"name" if kind == "ten" else "text": text})
    lines = visit.outside(lambda: visit.office.helper("check", "-", "--group", group.id, given=given)).splitlines()
    try:
        found = orjson.loads(lines[0])["findings"]
    except (IndexError, KeyError, ValueError):
        visit.complain("Chưa thử được, có thể vì máy đang bận; đề nghị bấm Thử lại sau một phút.")
        return _page(visit, group, typed=text, kind=kind)
    request = _request(visit, group, found[0], about_name=kind == "ten") if found else ""
    shown = [_finding(visit, group, one) for one in found]
    return _page(visit, group, tried=text, typed=text, kind=kind, found=shown, request=request)


def try_file(visit: Visit) -> Reply:
    """Show what a scan finds in a file; it is read in memory, by the sandboxed process that reads the group's files."""
    group, file = visit.one_group(), visit.asked.files.get("tep")
    if file is None:
        return _page(visit, group)
    try:
        result = visit.outside(lambda: visit.office.scan(bytearray(file.content), file.name))
    except GovernorError as error:
        visit.complain(str(error))
        return _page(visit, group)
    # A file is judged by the common regulation, whose clauses the findings name.
    alike = visit.policy.of(group.id).regulation.clause_like
    findings = [
        _finding(visit, group, one.model_dump() | {"clause": alike(one.clause, one.rule_id) or one.clause})
        for one in result.findings
    ]
    return _page(
        visit, group, tried=file.name, found=findings, unchecked=reasons_in_words(visit.voice, result.not_checked)
    )


def try_draft(visit: Visit) -> Reply:
    """Show what a draft of a rule would have found in the group's messages of the last month."""
    group, draft = visit.one_group(), visit.field("nhap")
    given = draft.replace("\r\n", "\n").encode()
    command = "rules", "try", str(STANDARD_INPUT), "--group", group.id
    said = visit.outside(lambda: visit.office.helper(*command, given=given))
    shown = said.decode(errors="replace").replace(str(STANDARD_INPUT), "quy-tac-nhap")
    return _page(visit, group, draft=draft, said=shown[:_LONGEST])


def change(visit: Visit) -> Reply:
    """Put a rule on trial in the group (its findings are only counted), or in force, as by `/quytac`."""
    group = visit.one_group()
    how = IN_FORCE if visit.field("lam") == "ap-dung" else ON_TRIAL
    visit.do(RuleTrial.word, f"{how} {visit.field('quy_tac')}", group_id=group.id)
    back = f"{PATH}/ket-qua" if visit.field("ve") else PATH
    return SeeOther(f"{back}?nhom={quote(group.id)}")


def tried(visit: Visit) -> Reply:
    """Show what each rule on trial in the group has found, and the summary of the trial, as `/chaythu` does."""
    group = visit.one_group()
    regulation, since = visit.policy.of(group.id).regulation, visit.uow.trials.rules(group.id)
    rows = []
    for name, rule in regulation.rules.items():
        by_file = rule.standing is RuleStanding.ON_TRIAL
        if name in since or by_file:
            begun = visit.now - _MONTH if by_file else since[name]
            found = visit.queries.found_on_trial(group.id, name, begun)
            shown = _readable(visit, group, found[:_SHOWN])
            about = {"id": name, "title": rule.title or name, "by_file": by_file, "begun": begun}
            rows.append(about | {"count": len(found), "found": shown})
    facts = {
        "groups": visit.groups,
        "group": group,
        "rules": rows,
        "may_change": visit.may(RuleTrial.word, group.id),
        "said": visit.on_page(visit.carry_out(ShowTrial.word, group_id=group.id).texts[0]),
    }
    return Html("chay-thu.html", facts)


def _readable(visit: Visit, group: Group, found: Sequence[TriedFinding]) -> list[tuple[datetime, str, str]]:
    """Return (time, person, text) of each finding; text "" if this person may not read it, or it is removed."""
    inside = group.id in visit.uow.members.groups_with(visit.office.account, visit.person.uid)
    stored = visit.office.messages.of([one.event_id for one in found if inside and one.readable])
    texts = {message.id: one_line(posted_text(message.raw), EXCERPT) for message in stored}
    people = visit.uow.people
    return [
        (
            one.at,
            visit.voice.named(people.get(one.person_id)) if one.person_id else "không rõ người",
            texts.get(one.event_id, ""),
        )
        for one in found
    ]


def words(visit: Visit) -> Reply:
    """Show one of the word lists (lexicons) by which the rules judge texts."""
    folder = visit.office.records.settings.rules_dir / "lexicons"
    name = visit.asked.places["name"]
    if name not in _lists(visit):
        raise NotFoundError
    return Html("tu.html", {"name": name, "lines": (folder / name).read_text(encoding="utf-8").splitlines()})


def _page(visit: Visit, group: Group, **facts: Any) -> Html:
    book = visit.office.records.configuration.book_of(group.id)
    engine = visit.office.records.rulebook.engine
    voice = visit.policy.of(group.id).voice
    severities = {rule.id: rule.severity for rule in engine.rules_of(book.name)}
    tried = visit.uow.trials.rules(group.id)
    rules = [
        {
            "id": name,
            "clause": voice.citation(rule.clause),
            "title": rule.title or name,
            "state": rule_state(voice, rule, tried.get(name)),
            "severity": voice.head_of(rule.clause, severities[name]) if name in severities else "",
            "do": ("ap-dung" if name in tried else "thu") if rule.standing is RuleStanding.SWITCHABLE else "",
        }
        for name, rule in book.regulation.rules.items()
    ]
    common = {
        "groups": visit.groups,
        "group": group,
        "regulation": book.regulation,
        "rules": rules,
        "may_change": visit.may(RuleTrial.word, group.id),
        "lists": _lists(visit),
        "tried": "",
        "typed": "",
        "kind": "",
        "request": "",
        "found": None,
        "unchecked": "",
        "draft": "",
        "said": "",
    }
    return Html("quy-tac.html", common | facts)


def _lists(visit: Visit) -> list[str]:
    folder = visit.office.records.settings.rules_dir / "lexicons"
    return sorted(file.name for file in folder.glob("*.tsv")) + sorted(file.name for file in folder.glob("*.txt"))


def _finding(visit: Visit, group: Group, one: Any) -> dict[str, Any]:
    """Return what the page shows of a finding; its clause must be one of the group's own regulation."""
    voice, rule, clause = visit.policy.of(group.id).voice, one.get("rule") or one["rule_id"], one["clause"]
    return {
        "rule": rule,
        "title": visit.policy.of(group.id).regulation.title_of_rule(rule),
        "clause": voice.citation(clause),
        "summary": voice.clause(clause),
        "severity": voice.head_of(clause, Severity(one["severity"])),
        "suggestion": one.get("suggestion") or "",
    }


def _request(visit: Visit, group: Group, one: Mapping[str, Any], *, about_name: bool) -> str:
    """Return the notice that the sender would get because of a finding, if this person were the sender."""
    office = visit.policy.of(group.id)
    severity = Severity(one["severity"])
    case = Case(
        id=0,
        group_id=group.id,
        rule_id=one["rule"],
        clause=one["clause"],
        severity=severity,
        label=one["label"],
        level=one.get("level"),
        sealed=severity is Severity.CRITICAL,
        person_id=visit.person.id,
        state=CaseState.NEW,
        opened_at=visit.now,
        event_at=visit.now,
        last_event_at=visit.now,
        first_event_id=0,
        message_key="",
        state_at=visit.now,
    )
    suggestion, reason = one.get("suggestion"), one.get("reason")
    texts = CaseNotifications(office)
    return texts.request(visit.uow, case, visit.person, suggestion, about_name=about_name, reason=reason)
