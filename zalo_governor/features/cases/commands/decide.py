"""Admin commands `/vipham` (list cases), `/xacnhan` (confirm a case), `/baonham` (false alarm), and shared helpers."""

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import ClassVar, NamedTuple

from zalo_governor.domain.audit import SHOWN
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import midnight, today
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.people import DESK, Group
from zalo_governor.features.cases.alert_notes import AlertNotes
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.features.cases.decisions import (
    TAKEN_BACK,
    Decided,
    RefusalReason,
    Refused,
    decide_case,
    take_back_decision,
)
from zalo_governor.features.cases.newcomers import way_in
from zalo_governor.features.cases.ranking import gravest_first, undecided
from zalo_governor.messaging.command_parsing import case_number, folded
from zalo_governor.messaging.commands import Answer, AnyCommand, Call, Command
from zalo_governor.messaging.delivery_words import state_in_words
from zalo_governor.messaging.formatter import MessageFormatter, listed, moment, number, one_line, time_or_brief
from zalo_governor.messaging.shortening import shortest
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.agency_names import agency_in, fits

_ROWS = 20
_PAGE = re.compile(r"(.*?)(?: ?(?:trang )?0*([1-9][0-9]{0,3}))?")
_MOST_CHARACTERS = 500
_AGENCY = re.compile(
    r"(?:so|ban|ubnd|uy ban|cong an|thanh tra|van phong|vp(?= )|cuc|chi cuc|trung tam|hoi|xa|phuong|dac khu)\b"
)
"""How the name of an agency begins, without diacritics."""
_RECENT = timedelta(days=30)


class Which(Enum):
    """Which cases the command `/vipham` (violations) lists.

    Each value is the id of the text that names the selection.
    """

    OPEN = TextId("cases_open")
    """Cases that still need a decision, however old."""
    ALL = TextId("cases_all")
    """All cases opened in the last 30 days, decided or not."""
    TODAY = TextId("cases_today")
    """Cases opened today, decided or not."""
    URGENT = TextId("cases_urgent")
    """Open cases of which people must be told at once."""


class Wanted(NamedTuple):
    """Parsed argument of `/vipham` (list cases): which cases to show, and which page of the list, from 1."""

    which: Which
    page: int = 1
    agency: str = ""
    """Only cases about people of this agency, as typed; "" for all."""


class ListCases(Command[Wanted]):
    """Command `/vipham [đang xử lý | khẩn | tất cả | hôm nay | agency] [page]` (violations): list cases."""

    word = "vipham"
    usage = TextId("usage_cases")
    forgiving = True
    roles = DESK
    _FILTERS: ClassVar[dict[str, Which]] = {
        "": Which.OPEN,
        "mo": Which.OPEN,
        "dang mo": Which.OPEN,
        "dang xu ly": Which.OPEN,
        "tat ca": Which.ALL,
        "tatca": Which.ALL,
        "hom nay": Which.TODAY,
        "homnay": Which.TODAY,
        "khan": Which.URGENT,
        "nghiem trong": Which.URGENT,
    }
    _TYPED: ClassVar[dict[Which, str]] = {
        Which.OPEN: "",
        Which.ALL: "tất cả ",
        Which.TODAY: "hôm nay ",
        Which.URGENT: "khẩn ",
    }

    def understand(self, rest: str, today: date) -> Wanted | None:
        """Parse `rest`, the text after the command's word: which cases to show, and a page number; else return None.

        An empty text means page 1 of the open cases; a name of an agency, its open cases.
        """
        typed = " ".join(unicodedata.normalize("NFC", rest).split()).strip(" .")  # `folded` keeps the length.
        found = _PAGE.fullmatch(folded(typed))
        if found is None:
            return None
        page, words = int(found[2] or 1), found[1].strip()
        which = self._FILTERS.get(words)
        if which is not None:
            return Wanted(which, page)
        named = _AGENCY.match(words)
        return Wanted(Which.OPEN, page, one_line(typed[: found.end(1)], _MOST_CHARACTERS)) if named else None

    def answer(self, call: Call, argument: Wanted) -> Answer:
        """Return the wanted page of the group's cases, gravest, then newest first; of several groups, the numbers."""
        if not call.groups:
            return self.say(call, TextId("not_governed"))
        if len(call.groups) > 1:
            return self.overview(call, lambda group: self._counted(self._cases(call, group, argument)))
        return Answer([self.of(group.id)._list(call, group, argument) for group in call.groups])

    def _counted(self, cases: Sequence[Case]) -> str:
        urgent = sum(case.urgent for case in cases)
        text = TextId("cases_counted_urgent") if urgent else TextId("cases_counted")
        return self.voice.render(text, count=number(len(cases)), **({"urgent": number(urgent)} if urgent else {}))

    def _cases(self, call: Call, group: Group, wanted: Wanted) -> list[Case]:
        now, which = self.policy.clock(), wanted.which
        if which in {Which.OPEN, Which.URGENT}:
            cases = undecided(call.uow, group.id, _just_after(now))
        else:
            start = now - _RECENT if which is Which.ALL else midnight(today(now))
            cases = call.uow.cases.opened_between(group.id, start=start, end=_just_after(now))
        if which is Which.URGENT:
            cases = [case for case in cases if case.urgent]
        if wanted.agency:
            agencies = AgencyReader(call.uow, self.policy.account, group.id)
            cases = [case for case in cases if (agency := agencies.of(case)) and fits(wanted.agency, agency)]
        return cases

    def _list(self, call: Call, group: Group, wanted: Wanted) -> str:
        cases = self._cases(call, group, wanted)
        said = self.voice.render(wanted.which.value)
        if wanted.agency:
            said = self.voice.render(TextId("cases_of_agency"), which=said, agency=wanted.agency)
        named = {"which": said, "group": self.voice.group(group)}
        if not cases:
            return self.voice.render(TextId("cases_none"), **named)
        ordered = gravest_first(reversed(cases))
        first = max(_ROWS, sum(case.urgent for case in ordered))
        starts = [0, *range(first, len(ordered), _ROWS)]
        page = min(wanted.page, len(starts))
        rows = [self._row(call.uow, case) for case in ordered[starts[page - 1] : [*starts, None][page]]]
        on = self._page_line(wanted, page, len(starts))
        return self.voice.render(TextId("cases"), count=number(len(cases)), rows=listed(rows, "\n"), page=on, **named)

    def _page_line(self, wanted: Wanted, page: int, pages: int) -> str:
        """Return a text with the page number and the command for the next page; "" if there is only one page."""
        if pages == 1:
            return ""
        about = {"page": number(page), "pages": number(pages)}
        if page == pages:
            return self.voice.render(TextId("cases_last_page"), **about)
        typed = f"{wanted.agency} " if wanted.agency else self._TYPED[wanted.which]
        return self.voice.render(TextId("cases_page"), next=f"{typed}{page + 1}", **about)

    def _row(self, uow: UnitOfWork, case: Case) -> str:
        return self.voice.render(
            TextId("case_row"),
            code=case.code,
            head=self.voice.head(case),
            when=time_or_brief(case.event_at, self.policy.clock()),
            who=who_of(uow, self.voice, case),
            state=state_in_words(uow, self.voice, case),
            times=self.voice.times(case),
        )


class AgencyReader:
    """Finds the agency of the person whom a case is about: by the group's roster, else by title or display name."""

    def __init__(self, uow: UnitOfWork, account: str, group_id: str) -> None:
        self._people = uow.people
        self._by_person: dict[int, str] = {}
        self._agencies = {
            uid: entry.agency or agency_in(entry.title)
            for entry, uids in uow.roster.matched(account, group_id)
            for uid in uids
        }

    def of(self, case: Case) -> str:
        """Return the name of the agency; "" if it is not known."""
        if case.person_id not in self._by_person:
            person = self._people.get(case.person_id)
            agency = self._agencies.get(person.uid) or agency_in(person.title or person.display_name)
            self._by_person[case.person_id] = agency
        return self._by_person[case.person_id]


def who_of(uow: UnitOfWork, voice: MessageFormatter, case: Case) -> str:
    """Return the words naming the person whom the case is about, for a row of a list.

    Of a case about an outsider: who joined, and who added the outsider (`case.person_id`) or how else he joined.
    """
    newcomer = uow.outsiders.of_case(case) if case.rule_id == OUTSIDERS else None
    if newcomer is None:
        return voice.named(uow.people.get(case.person_id))
    who = voice.who(uow.people.get(newcomer.person_id))
    if newcomer.brought_by is None:
        way = way_in(uow, voice, newcomer, case)
        return voice.render(TextId("case_row_newcomer"), who=who, way=way)
    by = voice.account_of(uow.people.get(newcomer.brought_by))
    return voice.render(TextId("case_row_newcomer_added"), who=who, by=by)


class CaseWords(Command[tuple[int, str]]):
    """Base class of commands for which a case number (`VP12`) is typed and after it, for some, a text."""

    by_code = True
    takes_text: ClassVar[bool] = False
    """Whether a text may follow the case number."""

    def understand(self, rest: str, today: date) -> tuple[int, str] | None:
        """Parse `rest`, the text after the command's word, as (case number, text after it); None if it is neither.

        The text may be empty; it is put on one line and cut to 500 characters.
        """
        found = case_number(rest)
        if found is None or (found[1] and not self.takes_text):
            return None
        return found[0], one_line(found[1], _MOST_CHARACTERS)


class CaseCommand(CaseWords):
    """Base class of admin commands about one case; subclasses implement `about`."""

    roles = DESK

    def answer(self, call: Call, argument: tuple[int, str]) -> Answer:
        """Find the case with the typed number, and return the reply of `about`, or that there is no such case."""
        case_id, text = argument
        case = call.case(case_id)
        return self.of(case.group_id).about(call, case, text) if case else unknown_case(self.voice, case_id)

    @abstractmethod
    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Carry out the command on the case and return the reply; `typed` is the text typed after the case number."""


class ConfirmCase(CaseCommand):
    """Command `/xacnhan VP12` (confirm): record the admin's decision that a case is a breach of the regulation."""

    word = "xacnhan"
    usage = TextId("usage_confirm")
    several = True

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Move the case to the state CONFIRMED, or to REFERRED if a state secret is suspected.

        Such a case is referred to the competent authority, as only that authority decides what is secret.
        """
        return move(self, call, case, CaseState.REFERRED if case.secret else CaseState.CONFIRMED, "")


class FalseAlarm(CaseCommand):
    """Command `/baonham VP12 reason` (false alarm): record the admin's decision that a case is no breach."""

    word = "baonham"
    usage = TextId("usage_false_alarm")
    several = True
    takes_text = True

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Move the case to the state FALSE_ALARM for the typed reason and return the reply; refuse if none is typed."""
        return move(self, call, case, CaseState.FALSE_ALARM, typed) if typed else reason_missing(self, case)


class TakeBack(CaseCommand):
    """Command `/hoantac VP12` (undo): take back one's own decision on a case, within ten minutes."""

    word = "hoantac"
    usage = TextId("usage_take_back")
    several = True

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Put the case back into the state before the decision.

        A case that was closed by putting the person on the roster stays closed: the person would remain on the roster.
        """
        newcomer = call.uow.outsiders.of_case(case)
        if newcomer and newcomer.uid in (call.uow.roster.approved_uids(newcomer.account, case.group_id) or ()):
            return self.say_of(case, TextId("not_taken_off_roster"), "stands")
        decided = take_back_decision(self.policy, call.uow, case, call.person)
        if decided is None:
            return self.say_of(case, TextId("not_taken_back"), "stands")
        return self.say_of(case, TextId("taken_back"), state=self.voice.state_of(decided.case))


def move(command: AnyCommand, call: Call, case: Case, to: CaseState, reason: str) -> Answer:
    """Move the case to state `to` for the caller of a command; return the reply that says so, or why it was refused.

    The content of a false alarm is stored (hashed), so that it opens no case again, until the case is reviewed. The
    person whom the case is about is notified. `command` supplies clock, settings and texts.
    """
    voice = command.voice
    if case.secret and call.codes > 1 and to in TAKEN_BACK:
        return command.say_of(case, TextId("decide_alone"), "alone", command=f"/{command.word} {case.code}")
    match decide_case(command.policy, call.uow, case, to, reason, call.person):
        case Decided(moved, told):
            text = TextId("case_moved") if to in TAKEN_BACK else TextId("case_reviewed")
            about = {
                "who": voice.who(call.uow.people.get(case.person_id)),
                "citation": voice.cited(case, within=True),
                "when": moment(case.event_at),
            }
            if to in TAKEN_BACK:
                about["sent"] = _what_was_sent(command, call, moved, told=told)
            return command.say_of(case, text, state=voice.state(to), **about)
        case Refused(RefusalReason.OWN_CHANGE):
            return command.say_of(case, TextId("change_own_case"), RefusalReason.OWN_CHANGE.value)
        case Refused():
            if case.state_by is None or case.state_by == call.person.id:
                return cannot_move(command, case)
            # Of two who decide at the same time, the second reads who was the first.
            by = {"who": voice.who(call.uow.people.get(case.state_by)), "when": moment(case.state_at)}
            return command.say_of(case, TextId("case_moved_by"), "cannot_move", state=voice.state_of(case), **by)


def _what_was_sent(command: AnyCommand, call: Call, case: Case, *, told: bool) -> str:
    """Return the sentence on who was told of the decision; for a suspected secret, whether the leader was told."""
    voice = command.voice
    if case.state is not CaseState.REFERRED:
        return voice.render(TextId("decided_told") if told else TextId("decided_not_told"))
    if case.leader_told_at:
        return voice.render(TextId("case_leader_told"), when=moment(case.leader_told_at))
    due = shortest(AlertNotes(command.policy).deadline(call.uow, case))
    return voice.render(TextId("referred_not_told"), code=case.code, due=due)


def cannot_move(command: AnyCommand, case: Case) -> Answer:
    """Return the reply saying that the case's present state does not allow the command."""
    return command.say_of(case, TextId("case_cannot_move"), "cannot_move", state=command.voice.state_of(case))


def reason_missing(command: AnyCommand, case: Case) -> Answer:
    """Return the reply saying that a reason has to be typed after the case's code."""
    return command.say_of(case, TextId("reason_missing"), "no_reason", command=f"/{command.word}")


def unknown_case(voice: MessageFormatter, case_id: int) -> Answer:
    """Return the reply saying that there is no case with that number."""
    code = f"VP{case_id}"
    return Answer([voice.render(TextId("case_unknown"), code=code)], "unknown_case", code)


def note_opening(command: AnyCommand, call: Call, case: Case) -> None:
    """Record in the audit log that the caller of the command viewed the case."""
    audit_case(call.uow, SHOWN, case, {"way": command.word}, at=command.policy.clock(), by=call.person.id)


def _just_after(now: datetime) -> datetime:
    return now + timedelta(seconds=1)
