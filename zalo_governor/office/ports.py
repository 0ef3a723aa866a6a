"""What the office needs of the store. The office owns these interfaces; the store fits them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from zalo_governor.domain.audit import AuditHead
from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, Reader
from zalo_governor.domain.changes import Approval, GroupChange
from zalo_governor.domain.errands import Errand, ErrandKind, ErrandOutcome, FoundAccount
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.line import Gap
from zalo_governor.domain.newcomers import Newcomer
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.people import GroupSnapshot, Member, Person, Role
from zalo_governor.domain.pictures import Looked, Picture
from zalo_governor.domain.remarks import Remark, RemarkKind
from zalo_governor.domain.removals import CodeCheck, Removal, RemovalOutcome
from zalo_governor.domain.reports import (
    Activity,
    AgencyFigures,
    ChangeFigures,
    ClauseFigures,
    Coverage,
    Handling,
    Membership,
    MembersVoice,
    StateFigures,
    StatementFigures,
)
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.domain.statements import Statement
from zalo_governor.pipeline.ports import JudgeUnit


class Belonging(Protocol):
    """The part of a transaction that knows who belongs to a group, who came in, and what is to be done on Zalo."""

    # the roster
    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """The group's roster in its order, each entry with the uids under which the account sees that person."""
        ...

    def approved(self, account: str, group_id: str) -> frozenset[str] | None:
        """uids of those who belong to the group; None where it has no roster yet."""
        ...

    def put_in_roster(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Write the entry at its place in the roster's order, None for the end."""
        ...

    def recognise(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Zalo has told whose account a telephone number of the roster is."""
        ...

    # those who came in from outside it
    def note_newcomer(self, newcomer: Newcomer) -> None:
        """Tie a new case to whom it is about."""
        ...

    def newcomer(self, case: Case) -> Newcomer | None:
        """Whom the case is about; None for a case that is not about somebody who came in."""
        ...

    def newcomers_here(self, group_id: str, person_id: int | None = None) -> list[tuple[Newcomer, Case]]:
        """Those who have not left as far as is known, each with the case, the oldest first; of one person if given."""
        ...

    def brought_by(self, case: Case, person_id: int) -> None:
        """It is known by now who brought the newcomer of that case in."""
        ...

    def newcomer_gone(self, case: Case, at: datetime) -> None:
        """The newcomer of that case is no longer in the group."""
        ...

    # errands
    def order_errand(self, errand: Errand) -> bool:
        """Have it done (its id is ignored); False where the same is waiting already."""
        ...

    def errand_waiting(self, account: str, kind: ErrandKind, group_id: str, uid: str) -> bool:
        """Whether that is ordered and not settled yet."""
        ...

    def due_errands(self, account: str, now: datetime) -> list[Errand]:
        """What the account has to do by now, the oldest first."""
        ...

    def next_errand(self, account: str) -> datetime | None:
        """When `due_errands` will next give anything; None where nothing waits."""
        ...

    def try_errand_again(self, errand: Errand, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then."""
        ...

    def settle_errand(self, errand: Errand, outcome: ErrandOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        ...

    def reachable_again(self, account: str, uid: str) -> None:
        """A friend's account takes private messages, whatever Zalo answered before."""
        ...

    # telephone numbers
    def looked_up(self, account: str, since: datetime) -> int:
        """How many telephone numbers the account has looked up since then."""
        ...

    def looked_up_at(self, account: str, phone: str) -> datetime | None:
        """When the account last looked that number up."""
        ...

    def note_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """The number was looked up."""
        ...


class OfficeUnit(JudgeUnit, Belonging, Protocol):
    """One transaction, as the office sees it. Everything asked or written here belongs to that transaction."""

    # people
    def person(self, person_id: int) -> Person:
        """The person of that number; KeyError where there is none."""
        ...

    def with_role(self, account: str, *roles: Role) -> list[Person]:
        """The persons who hold any of the roles and have a uid for this bot account, in order of their number."""
        ...

    # cases
    def open_case(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        """The youngest open case of that person under that rule (and label, if given) whose last event is not older."""
        ...

    def sealed_case(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        """The youngest open case of that person with sealed content of that `Seal.mac`, its last event not older."""
        ...

    def case_of_message(self, group_id: str, message_key: str) -> list[Case]:
        """The cases whose events include that message."""
        ...

    def case(self, case_id: int) -> Case | None:
        """The case of that number."""
        ...

    def cases(self, group_id: str | None, *, start: datetime, end: datetime, open_only: bool = False) -> list[Case]:
        """Cases opened in [start, end), oldest first; None for all groups."""
        ...

    def add_case(self, case: Case, *, mark: bytes | None = None) -> Case:
        """Write a new case (its id is ignored) and give it with its number; its first event is tied to it.

        By `mark` the content of the event is known again, should the case be a false alarm.
        """
        ...

    def save_case(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        """Write a case anew; `joined_event_id` ties one more event to it, `mark` as in `add_case`."""
        ...

    def cases_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        """How many cases of that person under that rule were opened since then, without false alarms."""
        ...

    def excerpt(self, case: Case) -> str | None:
        """The excerpt kept with the case's latest finding; None where none was kept or the case is sealed."""
        ...

    def suggestion(self, case: Case) -> str | None:
        """The suggestion kept with the case's latest finding."""
        ...

    def reason_of(self, case: Case) -> str | None:
        """The rule's own code for why, of the case's latest finding."""
        ...

    # what people say of cases
    def add_note(self, case: Case, note: CaseNote) -> None:
        """Keep somebody's words."""
        ...

    def notes(self, case: Case) -> list[CaseNote]:
        """What was said of the case, in the order in which it was said."""
        ...

    # false alarms
    def mark_of_text(self, text: str) -> bytes:
        """Keyed hash of normalised words: tells whether others are the same, and nothing else."""
        ...

    def mark_of_all(self, event_id: int) -> bytes:
        """Keyed hash of everything that was said, attachments and quotes included, letter by letter."""
        ...

    def false_alarm(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        """The number of a case by which that content was taken back; None where it never was."""
        ...

    def learn_false_alarm(self, case: Case) -> None:
        """From now on the content of the case's events is known as a false alarm."""
        ...

    def unlearn_false_alarm(self, case: Case) -> None:
        """The case is no false alarm, or nobody says so any more."""
        ...

    def note_false_alarm(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        """Write to that rule's findings on the event that no case was made of them, and by which case that is so.

        With `person_id`, only to those that name that person.
        """
        ...

    # what becomes of cases
    def due_cases(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        """Cases of these groups of which the leader has to hear by now, the longest due first."""
        ...

    def gathered_cases(self, group_id: str) -> list[Case]:
        """Cases of the group of which the desk has still to hear in a digest, the longest due first."""
        ...

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        """Those of the groups of which the desk has to hear in a digest by now."""
        ...

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        """When `due_cases` or `groups_with_digest` will next give anything; None where never."""
        ...

    def case_with_content(self, mac: bytes) -> Case | None:
        """The oldest case with sealed content of that `Seal.mac`, whoever posted it and in whatever group."""
        ...

    def messages_of(self, case: Case) -> list[CaseMessage]:
        """The messages under a case, each once, in the order in which they were heard; other things are left out."""
        ...

    def mark_gone(self, group_id: str, message_key: str, at: datetime, by: int | None, *, deleted: bool) -> bool:
        """Note that a message under a case is no longer to be seen; whether that was news."""
        ...

    def note_readers(
        self, group_id: str, message_key: str, *, seen: Iterable[int], delivered: Iterable[int], at: datetime
    ) -> None:
        """Remember which persons have received or seen a message under a case."""
        ...

    def readers(self, case: Case) -> list[Reader]:
        """Who has received or seen any message of a case, in order of the persons' numbers."""
        ...

    def forget_readers(self, before: datetime) -> int:
        """Drop who has read what, noted before then, and the receipts that said so; gives how many rows were noted."""
        ...

    # removals
    def issue_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        """Let that code, and no earlier one, confirm a removal by that person in that case."""
        ...

    def check_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        """Try a code; one that is accepted or tried wrong too often counts no more."""
        ...

    def order_removals(self, case: Case, messages: Sequence[CaseMessage], by: int, now: datetime) -> int:
        """Have these messages removed; gives how many can be tried."""
        ...

    def due_removals(self, account: str, now: datetime) -> list[Removal]:
        """Removals that the account has to try by now, the oldest first."""
        ...

    def removals_waiting(self, case: Case) -> list[Removal]:
        """Removals of that case that are not settled yet."""
        ...

    def next_removal(self, account: str) -> datetime | None:
        """When `due_removals` will next give anything; None where nothing waits."""
        ...

    def try_again(self, removal: Removal, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then."""
        ...

    def settle_removal(self, removal: Removal, outcome: RemovalOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        ...

    # changes of the group
    def update_group(self, account: str, snapshot: GroupSnapshot) -> None:
        """Remember the group as an event has made it; a group that was never looked at is not remembered."""
        ...

    def add_change(self, account: str, change: GroupChange) -> None:
        """Keep a change."""
        ...

    def changes_of_case(self, case: Case) -> list[GroupChange]:
        """The changes under a case, oldest first."""
        ...

    def changes_at(self, group_id: str, start: datetime, end: datetime) -> list[GroupChange]:
        """The changes of a group in [start, end), oldest first."""
        ...

    def add_approval(self, approval: Approval) -> Approval:
        """Keep an approval (its id is ignored) and give it with its number."""
        ...

    def approvals(self, group_id: str, at: datetime) -> list[Approval]:
        """The approvals of a group that end after that moment, oldest first."""
        ...

    def approval(self, approval_id: int) -> Approval | None:
        """The approval of that number."""
        ...

    def use_approval(self, approval_id: int, event_id: int) -> None:
        """Note the first event that it covered."""
        ...

    def approve_changes(self, case: Case, approval_id: int) -> None:
        """Note that every change under a case was allowed afterwards."""
        ...

    def want_picture(self, picture: Picture, now: datetime) -> None:
        """Have a picture fetched, once; where that was done before, a case that waits for it is told at once."""
        ...

    def due_pictures(self, account: str, now: datetime) -> list[Picture]:
        """Pictures that the account has to fetch by now, the longest due first."""
        ...

    def next_picture(self, account: str) -> datetime | None:
        """When `due_pictures` will next give anything; None where nothing waits."""
        ...

    def try_picture_again(self, picture: Picture, at: datetime) -> None:
        """It could not be fetched; once more then."""
        ...

    def settle_picture(self, picture: Picture, looked: Looked | None) -> None:
        """Keep what was made of it; None where it could not be had: what was had before stays."""
        ...

    def looked_at(self, account: str, group_id: str, address: str) -> Looked | None:
        """What was made of the picture at that address; None where it could not be had, or not yet."""
        ...

    # cases that people write down
    def add_manual(self, case: Case, noted_by: int, words: str) -> None:
        """Keep why somebody wrote a case down."""
        ...

    def manual(self, case: Case) -> tuple[int, str] | None:
        """(person, words) of whoever wrote the case down; None where a rule opened it."""
        ...

    # messages
    def post(self, notice: Notice) -> None:
        """Put a message into the outbox."""
        ...

    def last_posted(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        """When a message of that purpose was last put into the outbox for that person, not before `since`.

        With `rule_id`, only messages about cases of that rule count.
        """
        ...

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        """For how many people messages of that purpose about cases of that rule were put into the outbox since then."""
        ...

    # what members tell the office
    def add_remark(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        """Keep a remark and give it its number."""
        ...

    def remarks(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        """Those of [start, end), oldest first; for the desk's own list alone."""
        ...

    def untold_remarks(self, group_id: str, kind: RemarkKind) -> list[Remark]:
        """Those that the desk has not been told of, oldest first."""
        ...

    def remarks_told(self, told: Sequence[Remark], at: datetime) -> None:
        """The desk has been told of these."""
        ...

    # records
    def audit(
        self, action: str, *, at: datetime, actor_id: int | None, group_id: str, subject: str, detail: dict[str, Any]
    ) -> None:
        """Append to the audit log. `detail` holds codes and figures, never message text."""
        ...

    def audit_head(self) -> AuditHead:
        """Where the chain of the audit log ends now; reports print it, so that a log put back in time shows."""
        ...

    # figures
    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        """What was heard in [start, end)."""
        ...

    def first_heard(self, group_id: str) -> datetime | None:
        """When anything of the group was first heard; None where nothing ever was."""
        ...

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        """What went on in [start, end)."""
        ...

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        """Cases by clause in [start, end), with those in [before, start) beside them."""
        ...

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        """Findings of severity `suspect` in [start, end)."""
        ...

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        """(when, person) of the findings of severity `suspect` with that label in [start, end), oldest first."""
        ...

    def refused_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """Messages that Zalo refused in [start, end)."""
        ...

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        """Gaps that touch [start, end), oldest first."""
        ...

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """The same of what is private to the bot accounts."""
        ...

    def rhythm(self, group_id: str, start: datetime, end: datetime) -> tuple[dict[date, int], list[int]]:
        """Messages of [start, end) by day, those without any left out, and by hour of the day (24), in Viet Nam."""
        ...

    def agencies(self, group_id: str, start: datetime, end: datetime) -> list[AgencyFigures]:
        """Messages, senders and cases of [start, end) by agency of the roster, the most messages first."""
        ...

    def case_states(self, group_id: str, start: datetime, end: datetime) -> list[StateFigures]:
        """Cases opened in [start, end) by where they stand now, in the order of the states; none with 0."""
        ...

    def handling(self, group_id: str, start: datetime, end: datetime) -> Handling:
        """How the cases of [start, end) were handled."""
        ...

    def membership(self, group_id: str) -> Membership:
        """Who is in the group, held against the roster by uid."""
        ...

    def changes(self, group_id: str, start: datetime, end: datetime) -> list[ChangeFigures]:
        """Changes of the group in [start, end) by kind, in order of the kinds."""
        ...

    def note_statement(self, event: EventBase, statement: Statement) -> None:
        """Write down that this event was a directive or a report; facts alone."""
        ...

    def statements(self, group_id: str, start: datetime, end: datetime) -> list[StatementFigures]:
        """Directives and reports of [start, end), each kind once, in the order of the kinds."""
        ...

    def members_voice(self, group_id: str, start: datetime, end: datetime) -> MembersVoice:
        """What members told the office in [start, end)."""
        ...

    # schedule and sweep
    def first_run(self, job: str, due: datetime) -> bool:
        """Whether this (job, due) is claimed for the first time; claims it."""
        ...

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        """The group as the bot account last saw it, with what events have changed since."""
        ...

    def swept_at(self, account: str, group_id: str) -> datetime | None:
        """When `save_group` last remembered the group for the account."""
        ...

    def tie_members(self, account: str, members: Sequence[Member]) -> None:
        """Tie persons to their globalId."""
        ...

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        """Remember the group and who is in it."""
        ...

    def present_uids(self, account: str, group_id: str) -> set[str]:
        """uids of the members of the group, by all that was heard and seen."""
        ...

    def known_names(self, account: str, group_id: str) -> dict[str, str]:
        """uid -> display name as last judged."""
        ...
