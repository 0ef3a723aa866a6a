"""Page "Việc phải xem" (cases to decide), the gravest first; several can be decided at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.delivery import KEPT_IN_SIGHT
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.people import Group
from zalo_governor.features.cases.commands.decide import (
    AgencyReader,
    ConfirmCase,
    FalseAlarm,
    ListCases,
    TakeBack,
    who_of,
)
from zalo_governor.features.cases.commands.show import EXCERPT, QUOTABLE
from zalo_governor.features.cases.decisions import TAKEN_BACK, TAKEN_BACK_WITHIN
from zalo_governor.features.cases.ranking import gravest_first, undecided
from zalo_governor.messaging.command_parsing import each_case
from zalo_governor.messaging.delivery_words import sights_in_words, state_in_words
from zalo_governor.messaging.formatter import one_line
from zalo_governor.panel.buttons import RECORD
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, Reply, SeeOther, Told, Visit
from zalo_governor.storage.queries.panel import GIVEN_UP

PATH = "/viec"
_RECORD = f"{PATH}/ghi-nhan"
_ROWS = 40
_CODES_AT_ONCE = 10
_LONGEST_NUMBER = 18
CODE_IN_REASON = "Lý do không được bắt đầu bằng mã vụ việc hay chỉ là một số. Chưa có gì thay đổi; đề nghị viết lại."
_AGES = {
    "moi": (timedelta(0), timedelta(days=1)),
    "tuan": (timedelta(days=1), timedelta(days=7)),
    "cu": (timedelta(days=7), None),
}
"""Value of the filter by age -> how old a case is at least, and at most."""
_GRAVITIES = {
    "khan": frozenset({Severity.CRITICAL}),
    "nghiem-trong": frozenset({Severity.MAJOR}),
    "xem": frozenset({Severity.TRIAGE, Severity.SUSPECT}),
    "nhe": frozenset({Severity.MINOR}),
}
_OWN_ADDRESS = re.compile(rf"{PATH}(\?[\w=&%.+~-]*)?", re.ASCII)
_FILTERS = ("xem", "nhom", "muc", "khoan", "don_vi", "tuoi")
_DECIDED_WITHIN = timedelta(days=30)


class _Row(NamedTuple):
    """A case with what the table shows of it."""

    case: Case
    group: Group
    agency: str


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    roles = office.roles_for(ListCases.word)
    return [
        Route("GET", PATH, show, roles, title="Việc phải xem"),
        Route("POST", PATH, decide, roles, writes=True),
        Route("POST", f"{PATH}/hoan-tac", take_back, roles, writes=True),
        Route("GET", _RECORD, show, roles),
        Route("POST", _RECORD, record, office.roles_for(RECORD.word), writes=True),
    ]


def show(visit: Visit) -> Reply:
    """Show the cases that fit the filters in the URL, and what this person has decided in the last ten minutes."""
    return _page(visit, visit.asked.query)


def _page(visit: Visit, query: Mapping[str, str], **typed: Any) -> Html:
    waiting = [row for group in visit.groups for row in _rows(visit, group, decided=False)]
    decided = query.get("xem") == "xong"
    every = [row for group in visit.groups for row in _rows(visit, group, decided=True)] if decided else waiting
    found = [row for row in every if _fits(visit, row, query)]
    ordered = gravest_first(row.case for row in sorted(found, key=lambda row: row.case.id, reverse=True))
    by_id = {row.case.id: row for row in found}
    wanted = query.get("trang", "")
    page = int(wanted) if wanted.isdecimal() and len(wanted) < _LONGEST_NUMBER else 1
    pages = max(1, -(-len(ordered) // _ROWS))
    page = min(max(page, 1), pages)
    shown = [by_id[case.id] for case in ordered[(page - 1) * _ROWS : page * _ROWS]]
    sights = sights_in_words(visit.uow, visit.voice, [row.case for row in shown])
    recorders = [group for group in visit.groups if visit.may(RECORD.word, group.id)]
    kept = {name: query[name] for name in _FILTERS if query.get(name)}
    facts = {
        "rows": [_cells(visit, row, sights.get(row.case.id, "")) for row in shown],
        "count": len(found),
        "all": len(waiting),
        "urgent": sum(row.case.urgent for row in waiting),
        "decided": decided,
        "work": _other_work(visit),
        "groups": visit.groups,
        "clauses": _clauses(visit, every),
        "agencies": sorted({row.agency for row in every if row.agency}),
        "chosen": kept,
        "page": page,
        "pages": pages,
        "next": f"{PATH}?{urlencode(kept | {'trang': page + 1})}" if page < pages else "",
        "before": f"{PATH}?{urlencode(kept | {'trang': page - 1})}" if page > 1 else "",
        "here": f"{PATH}?{urlencode(kept)}" if kept else PATH,
        "undo": _just_decided(visit),
        "recorders": [one for one in recorders if query.get("nhom", "") in {"", one.id}],
        "form": next((_form(visit, one) for one in recorders if one.id == query.get("ghi")), None),
        "ticked": (),
        "reason": "",
    }
    return Html("viec.html", facts | typed)


def decide(visit: Visit) -> Reply:
    """Decide all ticked cases alike, with one reason; cases that somebody else has changed meanwhile are left out."""
    word = {"xac-nhan": ConfirmCase.word, "bao-nham": FalseAlarm.word}.get(visit.field("quyet_dinh"), "")
    ticked = [value.partition(":") for value in visit.asked.form.get("vu_viec", ())]
    reason = visit.field("ly_do")
    here = visit.field("ve")
    back = SeeOther(here if _OWN_ADDRESS.fullmatch(here) else PATH)
    if not word or not ticked:
        wrong = "Chưa chọn vụ việc nào, hoặc chưa chọn quyết định; chưa có gì thay đổi."
    elif word == FalseAlarm.word and not reason:
        wrong = "Báo nhầm thì cần ghi lý do; chưa có gì thay đổi. Các vụ việc đã chọn vẫn được giữ."
    else:
        wrong = CODE_IN_REASON if begins_with_code(reason) else ""
    if wrong:
        kept = [number for number, _, _ in ticked]
        told = [Told(wrong, failed=True)]
        return _page(visit, dict(parse_qsl(urlsplit(back.path).query)), ticked=kept, reason=reason, told=told)
    codes: list[str] = []
    changed: list[str] = []
    for number, _, stamp in ticked:
        case = visit.uow.cases.get(int(number)) if number.isdecimal() and len(number) < 18 else None
        if case is None or not visit.may(word, case.group_id):
            continue
        (codes if stamp == stamp_of(case) else changed).append(case.code)
    for start in range(0, len(codes), _CODES_AT_ONCE):
        visit.do(word, f"{' '.join(codes[start : start + _CODES_AT_ONCE])} {reason}".strip())
    if changed:
        visit.complain(f"Đã thay đổi trong lúc đồng chí xem, nên không làm gì: {', '.join(changed)}.")
    return back


def take_back(visit: Visit) -> Reply:
    """Take back a decision on a case; the page offers it for ten minutes to the person who decided."""
    visit.do(TakeBack.word, visit.field("ma"))
    here = visit.field("ve")
    return SeeOther(here if _OWN_ADDRESS.fullmatch(here) else PATH)


def record(visit: Visit) -> Reply:
    """Record a breach of a clause that no rule can see, by a member; if that fails, show the form as filled in."""
    group, clause, uid, words = visit.one_group(), visit.field("khoan"), visit.field("ai"), visit.field("noi_dung")
    if not (clause and words) or uid not in visit.uow.members.present_uids(visit.policy.account, group.id):
        visit.complain("Cần chọn điều, khoản và một người trong Nhóm, và ghi nội dung. Chưa có gì thay đổi.")
    else:
        day, _, time = visit.field("khi").partition("T")
        when = f"{time} ngày {'/'.join(reversed(day.split('-')))}" if time else day or "này"
        place = visit.field("noi").replace('"', "")
        visit.do(RECORD.word, f'{clause} {uid} lúc {when}, tại "{place}", {words}', group_id=group.id)
    return _page(visit, {"ghi": group.id}) if any(one.failed for one in visit.told) else SeeOther(PATH)


def begins_with_code(typed: str) -> bool:
    """Return whether a reason begins like a case's code ("VP7", "7"); the command would decide that case too."""
    return len(each_case(f"VP1 {typed}")) > 1


def stamp_of(case: Case) -> str:
    """Return a text that changes with the case's state, by which a form shows that its page is out of date."""
    if case.state in {CaseState.NEW, CaseState.REMINDED}:
        return "new"  # A notice sent to the member meanwhile decides nothing.
    return f"{case.state.value}{case.state_at.timestamp():.3f}"


def _rows(visit: Visit, group: Group, *, decided: bool) -> Iterable[_Row]:
    """Return the group's cases that wait for a decision or, if `decided`, those opened lately that have one."""
    agencies = AgencyReader(visit.uow, visit.policy.account, group.id)
    start, end = visit.now - _DECIDED_WITHIN, visit.now + timedelta(seconds=1)
    if decided:
        opened = visit.uow.cases.opened_between(group.id, start=start, end=end)
        cases = [case for case in opened if not case.undecided]
    else:
        cases = undecided(visit.uow, group.id, end)
    return (_Row(case, group, agencies.of(case)) for case in cases)


def _other_work(visit: Visit) -> dict[str, Any]:
    """Return what else waits for the admins: directives that are late or asked about, and messages not delivered."""
    ledgers = [visit.uow.directives.overview(group.id, visit.now, 0) for group in visit.groups]
    return {
        "directives": sum(ledger.total for ledger in ledgers),
        "overdue": sum(ledger.overdue for ledger in ledgers),
        "missed": visit.voice.missed([code for ledger in ledgers for code in ledger.missed]),
        "asked": sum(len(visit.uow.directives.proposed(group.id)) for group in visit.groups),
        "undelivered": len(
            visit.queries.notices([group.id for group in visit.groups], GIVEN_UP, visit.now - KEPT_IN_SIGHT)
        ),
    }


def _fits(visit: Visit, row: _Row, query: Any) -> bool:
    least, most = _AGES.get(query.get("tuoi", ""), (timedelta(0), None))
    age = visit.now - row.case.opened_at
    gravities = _GRAVITIES.get(query.get("muc", ""))
    return (
        query.get("nhom", "") in {"", row.group.id}
        and query.get("khoan", "") in {"", row.case.clause}
        and query.get("don_vi", "") in {"", row.agency}
        and (gravities is None or row.case.gravity in gravities)
        and least <= max(age, timedelta(0))
        and (most is None or age < most)
    )


def _cells(visit: Visit, row: _Row, sight: str) -> dict[str, Any]:
    case, voice = row.case, visit.policy.of(row.group.id).voice
    others = visit.office.presence.others(case.id, visit.person.id)
    return {
        "case": case,
        "stamp": stamp_of(case),
        "group": row.group.name,
        "agency": row.agency,
        "head": voice.head(case),
        "sign": voice.sign(case),
        "who": who_of(visit.uow, voice, case),
        "state": state_in_words(visit.uow, voice, case),
        "sight": sight,
        "times": voice.times(case),
        "excerpt": _excerpt(visit, case),
        "looking": [voice.named(visit.uow.people.get(person_id)) for person_id in others],
    }


def _form(visit: Visit, group: Group) -> dict[str, Any]:
    """Return what can be chosen in the form for recording a case of the group."""
    policy, people = visit.policy.of(group.id), visit.uow.people
    uids = visit.uow.members.present_uids(policy.account, group.id) - {policy.account}
    found = {uid: people.get(one.id) for uid in uids if (one := people.find(policy.account, uid))}
    return {
        "button": RECORD,
        "group": group,
        "typed": {name: visit.field(name) for name in ("khoan", "ai", "khi", "noi", "noi_dung")},
        "clauses": policy.regulation.clauses,
        "people": sorted((policy.voice.named(person), uid) for uid, person in found.items()),
    }


def _excerpt(visit: Visit, case: Case) -> str:
    """Return the beginning of the message, for cases of which `/xem` shows it too; else ""."""
    quotable = visit.policy.of(case.group_id).regulation.topic_of(case.clause) in QUOTABLE
    return one_line(visit.uow.cases.excerpt(case) or "", EXCERPT) if quotable and not case.sealed else ""


def _clauses(visit: Visit, rows: Sequence[_Row]) -> list[tuple[str, str]]:
    clauses = {row.case.clause: row.group.id for row in rows}
    return sorted((one, visit.policy.of(group).voice.named_clause(one)) for one, group in clauses.items())


def _just_decided(visit: Visit) -> list[dict[str, Any]]:
    ids = visit.queries.decided_by(visit.person.id, visit.now - TAKEN_BACK_WITHIN)
    cases = [
        case
        for case_id in ids
        if (case := visit.uow.cases.get(case_id))
        and case.state in TAKEN_BACK
        and visit.may(TakeBack.word, case.group_id)
    ]
    return [{"case": case, "state": visit.policy.of(case.group_id).voice.state_of(case)} for case in cases]
