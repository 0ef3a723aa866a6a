"""Every kind of alert on a possible breach, as the admin gets it: in one and in three groups, on trial and live."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import product
from typing import NamedTuple

from tests.unit.features.desk import BOT, GROUP, UIDS, to
from tests.unit.features.members.test_outsiders import HOA, STRANGER, Group
from tests.unit.sandbox.reports.papers import SHIPPED
from zalo_governor.domain.cases import UNCHECKED, UNSURE_LABEL
from zalo_governor.domain.events import SealedHeard
from zalo_governor.domain.findings import Finding, SealedFinding, Severity
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.domain.regulation import ClauseTopic, Enforcement
from zalo_governor.features.cases.display_names import NAME_RULE
from zalo_governor.features.cases.label_words import WORDS

HEAD = 45
"""How many letters a telephone shows of a message before it is opened."""
_GROUPS = {
    GROUP: "Nhóm Zalo điều hành phòng, chống thiên tai và tìm kiếm cứu nạn tỉnh Mẫu",
    "8000000000000000002": "Nhóm Zalo điều hành phòng, chống dịch bệnh tỉnh Mẫu",
    "8000000000000000003": "Nhóm Zalo chuyển đổi số và cải cách hành chính tỉnh Mẫu",
}
_NAME, _TITLE = "Nguyễn Thị Phương Thảo", "Phó Chủ tịch Thường trực UBND xã Mường Mẫu Thượng, tỉnh Mẫu"


class Alert(NamedTuple):
    """An alert, and what it lacks of what its reader needs: nothing, if all is well."""

    head: str
    place: str
    text: str
    lacks: Sequence[str]


def alerts() -> Iterator[Alert]:
    """Yield the alert of each clause, label and severity, in each place; the member has a long name and title."""
    for many, trial, deputy in product((False, True), repeat=3):
        place = f"{3 if many else 1} group(s), {'on trial' if trial else 'live'}, {'' if deputy else 'not '}deputy"
        for finding in _findings():
            desk = _desk(many=many, trial=trial, deputy=deputy)
            if isinstance(finding, SealedFinding):
                heard = SealedHeard(
                    account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, mac=b"mac", size=40
                )
                desk.hear(heard.model_copy(update={"cli_key": "c1"}), finding)
            else:
                desk.say("member", "Nội dung.", finding, cli_key="c1")
            cases = list(desk.store.book.values())
            for text in to(desk.take(), "admin"):
                due = cases[0].due_at is not None
                yield Alert(text.partition(":")[0], place, text, list(_lacks(text, many=many, trial=trial, due=due)))
        yield _on_outsider(place, many=many, trial=trial, deputy=deputy)


def _on_outsider(place: str, *, many: bool, trial: bool, deputy: bool) -> Alert:
    """Return the alert on an outsider with a long name, whom somebody with a long name and title added."""
    group = _desk(many=many, trial=trial, deputy=deputy)
    group.store.entries = [HOA]
    group.comes(STRANGER, name="Mùa A Tủa - Chuyên viên Văn phòng")
    [text] = to(group.take(), "admin")
    lacks = list(_lacks(text, many=many, trial=trial, due=False, answers=("/thanhvien VP1", "/moira VP1")))
    return Alert(text.partition(":")[0], place, text, lacks)


def _findings() -> Iterator[Finding | SealedFinding]:
    for clause in SHIPPED.clauses:
        if clause.enforced is not Enforcement.RULE:
            continue
        rule = f"{clause.number}-rule" if clause.topic is not ClauseTopic.NAMES else NAME_RULE
        worded = [(name, label) for name, of in WORDS.items() if name.startswith(clause.number) for label in of.texts]
        field = "name" if clause.topic is ClauseTopic.NAMES else "text"
        for severity, (rule_id, label) in product(
            (Severity.TRIAGE, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL), [(rule, ""), *worded]
        ):
            yield Finding(rule_id=rule_id, clause=clause.number, severity=severity, label=label, field=field)
    for label, level in (("classified", "mat"), ("classified", "toi_mat"), (UNSURE_LABEL, ""), (UNCHECKED, "")):
        yield SealedFinding(
            rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label=label, level=level
        )


def _desk(*, many: bool, trial: bool, deputy: bool) -> Group:
    groups = dict(list(_GROUPS.items())[: 3 if many else 1])
    desk = Group(groups=groups, regulation=SHIPPED, trial=timedelta(days=14) if trial else timedelta())
    desk.store.entries = []
    desk.change("member", full_name=_NAME, title=_TITLE)
    desk.store.group = GroupSnapshot(
        group_id=GROUP, name="", owner_uid=UIDS["leader"], co_admin_uids=(BOT,) if deputy else ()
    )
    return desk


def _lacks(
    text: str, *, many: bool, trial: bool, due: bool, answers: Sequence[str] = ("/(xacnhan|chuyen) VP1", "/baonham VP1")
) -> Iterator[str]:
    """Yield what an alert lacks."""
    if len(text) > 340:
        yield "limit"
    head, found, _rest = text.partition(": VP1")
    if not found or len(head) > HEAD:
        yield "head"
    if many and "thiên tai" not in text:
        yield "group"
    if due and ("Chạy thử" if trial else "Quá ") not in text:
        yield "deadline"
    if not all(re.search(answer, text) for answer in answers):
        yield "answers"
