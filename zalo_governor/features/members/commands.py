"""Commands `/thanhvien` (list or approve members) and `/moira` (remove a person from the group).

Both compare the group with its roster, the approved list of members.
"""

from datetime import date

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.events import MembersJoined, NamedUid
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.jobs import CodeCheck, JobKind
from zalo_governor.domain.outsiders import OUTSIDERS, Outsider
from zalo_governor.domain.people import Group, Role
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.domain.roster_matching import likeliest, named_exactly
from zalo_governor.features.cases.new_case import new_case
from zalo_governor.features.cases.transitions import open_case
from zalo_governor.features.members.outsiders import OutsiderService, order_expulsion
from zalo_governor.features.members.roster.comparison import attendance, hidden
from zalo_governor.features.members.targets import LONGEST_NAME, Found, Whom, find, name_and_title, read_whom
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.formatter import moment, number, plain
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId

MAY_SAY_WHO_BELONGS = frozenset({Role.ADMIN, Role.ADMIN_STAFF, Role.LEADER})
"""Roles that may add persons to the roster, or remove persons from the group."""
_ROWS = 15


class Belongs(Command[Whom]):
    """Command `/thanhvien` (members): compare the group with its roster, or add a person to the roster.

    `/thanhvien` alone lists the differences; `/thanhvien VP12` (code of the case about the person) or `/thanhvien TV34`
    (code of the member), optionally followed by `name - title`, adds that person.
    """

    word = "thanhvien"
    by_code = True
    usage = TextId("usage_members")
    roles = MAY_SAY_WHO_BELONGS

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._outsiders = OutsiderService(policy)

    def understand(self, rest: str, today: date) -> Whom | None:
        """Parse `rest`, the text after the command's word: a case or member code, and optionally name and title.

        An empty text, returned as `Whom()`, asks for the list; None is returned for anything else.
        """
        return read_whom(rest) if rest.strip(" .") else Whom()

    def answer(self, call: Call, argument: Whom) -> Answer:
        """List the differences between group and roster or, given a code, add a person to the roster.

        The case that was opened because the person joined without being on the roster is closed.
        """
        whom = argument
        if whom == Whom():
            if len(call.groups) > 1:
                return self.overview(call, lambda group: self._counted(call, group))
            return Answer([self.of(group.id)._list(call, group) for group in call.groups], subject="list")
        found = find(call, self.policy.account, whom)
        if found is None:
            return unknown_member(self, call, whom)
        return self.of(found.group.id)._add(call, found, whom)

    def _add(self, call: Call, found: Found, whom: Whom) -> Answer:
        removal = (self.policy.account, JobKind.REMOVE_MEMBER, found.group.id, found.person.uid or "")
        if call.uow.jobs.is_waiting(*removal):
            text = self.voice.render(TextId("put_out_waits"), code=whom.code, who=self.voice.who(found.person))
            return Answer([text], "waits", whom.code)
        approved = call.uow.roster.approved_uids(self.policy.account, found.group.id)
        if approved is None:  # A roster of this one person would make outsiders of all others.
            text = self.voice.render(TextId("no_roster"), group=self.voice.group(found.group))
            return Answer([text], "no_roster", whom.code)
        if found.person.uid in approved:
            return self._close_case(call, found, whom, TextId("member_already"), TextId("reason_recognised"))
        if found.person.namesake and not whom.rest:
            return self._ask_for_name(found, whom)
        matched = call.uow.roster.matched(self.policy.account, found.group.id)
        named = name_and_title(whom.rest or plain(found.person.display_name, LONGEST_NAME))
        if whom.rest:  # Typed where a guess would be wrong, so nothing is guessed.
            place = named_exactly(matched, *named) if named else None
        else:
            place = likeliest(matched, found.person.display_name)
        if place is not None:
            entry = matched[place][0].model_copy(update={"uid": found.person.uid})
            call.uow.roster.put(self.policy.account, found.group.id, place, entry)
            return self._close_case(call, found, whom, TextId("member_matched"), TextId("reason_recognised"), entry)
        if named is None:
            return Answer([self.voice.render(TextId("member_needs_name"), code=whom.code)], "no_name", whom.code)
        entry = RosterEntry(full_name=named[0], title=named[1], uid=found.person.uid)
        call.uow.roster.put(self.policy.account, found.group.id, None, entry)
        return self._close_case(call, found, whom, TextId("member_added"), TextId("reason_put_in_roster"), entry)

    def _ask_for_name(self, found: Found, whom: Whom) -> Answer:
        """Return the reply asking for the full name of a person who has the display name of somebody on the roster.

        The person may be impersonating somebody, so the name is not taken from the display name.
        """
        who, other = self.voice.who(found.person), self.voice.namesake(found.person)
        text = self.voice.render(TextId("member_namesake"), code=whom.code, who=who, other=other)
        return Answer([text], "namesake", whom.code)

    def _close_case(
        self, call: Call, found: Found, whom: Whom, said: TextId, reason: TextId, entry: RosterEntry | None = None
    ) -> Answer:
        """Close the person's case, if there is an open one, and return the reply `said`.

        The case becomes a false alarm if the person was on the roster already, else remedied. `reason` is the id of the
        text stored with the case. `entry` is the roster entry that was written, for the audit log; None if none was.
        """
        if found.case and found.case.state.open:
            to = CaseState.FALSE_ALARM if reason == TextId("reason_recognised") else CaseState.REMEDIED
            self._outsiders.close(call.uow, found.case, to, self.voice.render(reason), by=call.person.id)
        if entry:
            call.uow.audit.append(
                "roster.added" if reason == TextId("reason_put_in_roster") else "roster.recognised",
                at=self.policy.clock(),
                actor_id=call.person.id,
                group_id=found.group.id,
                subject=whom.code,
                detail={"person": found.person.id},
            )
        who = self.voice.who(call.uow.people.get(found.person.id))
        return Answer([self.voice.render(said, code=whom.code, who=who)], subject=whom.code)

    def _counted(self, call: Call, group: Group) -> str:
        held = attendance(call.uow, self.policy.account, group.id)
        if held is None:
            return self.voice.render(TextId("no_roster_short"))
        counts = {"strangers": number(len(held.strangers)), "missing": number(len(held.missing))}
        return self.voice.render(TextId("members_counted"), present=number(len(held.present)), **counts)

    def _list(self, call: Call, group: Group) -> str:
        """Return the list of outsiders, and of persons on the roster who are no members."""
        uow, account = call.uow, self.policy.account
        unseen = hidden(uow.members.group_snapshot(group.id), self.voice)
        held = attendance(uow, account, group.id)
        if held is None:
            return self.voice.render(TextId("no_roster"), group=self.voice.group(group)) + unseen
        parts = []
        if held.strangers:
            rows = [self._outsider_row(call, group, uid) for uid in held.strangers[:_ROWS]]
            parts.append(self._list_section(TextId("list_strangers"), len(held.strangers), rows))
        if held.missing:
            missing = [
                self.voice.render(TextId("list_missing_row"), name=one.full_name, title=one.title, agency=one.agency)
                for one in held.missing[:_ROWS]
            ]
            parts.append(self._list_section(TextId("list_missing"), len(held.missing), missing))
        return self.voice.render(
            TextId("list"),
            group=self.voice.group(group),
            now=moment(self.policy.clock()),
            present=number(len(held.present)),
            hidden=unseen,
            parts="\n".join(parts) or self.voice.render(TextId("list_no_others") if unseen else TextId("list_nothing")),
        )

    def _list_section(self, text: TextId, count: int, rows: list[str]) -> str:
        if count > len(rows):
            rows.append(self.voice.render(TextId("list_more"), count=number(count - len(rows))))
        return self.voice.render(text, count=number(count), rows="\n".join(rows))

    def _outsider_row(self, call: Call, group: Group, uid: str) -> str:
        seen = call.uow.people.find_or_create(self.policy.account, uid)
        if seen is None:
            return ""
        person = call.uow.people.get(seen.id)
        matched, likely = call.uow.roster.matched(self.policy.account, group.id), ""
        may_be_listed = person.display_name and not person.namesake
        place = likeliest(matched, person.display_name) if may_be_listed else None
        if place is not None:
            entry = matched[place][0]
            likely = self.voice.render(TextId("newcomer_likely"), name=entry.full_name, title=entry.position)
        return self.voice.render(
            TextId("list_stranger_row"), code=f"TV{person.id}", who=self.voice.who(person), likely=likely
        )


def unknown_member(command: Command[Whom], call: Call, whom: Whom) -> Answer:
    """Return the reply that the code names no member; for the code of another kind of case, it says what to type."""
    other = whom.case_id is not None and call.case(whom.case_id) is not None
    text = TextId("member_other_case") if other else TextId("member_unknown")
    return Answer([command.voice.render(text, code=whom.code)], "unknown", whom.code)


class PutOut(Command[Whom]):
    """Command `/moira VP12 | TV34` (remove): remove a person who is not on the roster from the group.

    The bot replies with a one-time code; the person is removed when the caller then types the command with that code.
    """

    word = "moira"
    by_code = True
    usage = TextId("usage_put_out")
    roles = MAY_SAY_WHO_BELONGS

    def understand(self, rest: str, today: date) -> Whom | None:
        """Parse `rest`, the text after the command's word: a case or member code, then a one-time code (optional).

        The one-time code becomes `Whom.rest`. None is returned for anything else.
        """
        whom = read_whom(rest)
        digits = "".join(whom.rest.split()) if whom else ""
        if whom is None or (digits and not (digits.isascii() and digits.isdigit())):
            return None
        return whom._replace(rest=digits)

    def answer(self, call: Call, argument: Whom) -> Answer:
        """Without a code: reply with a new one-time code. With a valid code: enqueue a job that removes the person.

        A person on the roster is not removed. The result of the job is reported in a later message.
        """
        found = find(call, self.policy.account, argument)
        if found is None:
            return unknown_member(self, call, argument)
        return self.of(found.group.id)._remove(call, found, argument)

    def _remove(self, call: Call, found: Found, argument: Whom) -> Answer:
        account, uid = self.policy.account, found.person.uid
        approved = call.uow.roster.approved_uids(account, found.group.id)
        if approved is None or uid in approved:
            text = TextId("put_out_no_roster") if approved is None else TextId("put_out_belongs")
            return self._say(text, found, argument.code, "belongs")
        if uid not in call.uow.members.present_uids(account, found.group.id):
            return self._say(TextId("put_out_gone"), found, argument.code, "gone")
        newcomer, case = self._find_or_open_case(call, found)
        if call.uow.jobs.is_waiting(account, JobKind.REMOVE_MEMBER, found.group.id, uid):
            return self._say(TextId("put_out_waits"), found, case.code, "waits")
        if argument.rest:
            return self._order_removal(call, found, newcomer, case, argument.rest)
        return self._send_code(call, found, case)

    def _find_or_open_case(self, call: Call, found: Found) -> tuple[Outsider, Case]:
        """Return the record of the person as an outsider, and the case about that person.

        If there is no case, one is opened, so that the removal is documented.
        """
        if found.newcomer and found.case:
            return found.newcomer, found.case
        now = self.policy.clock()
        event = MembersJoined(
            account=self.policy.account, thread_id=found.group.id, at=now, members=(NamedUid(uid=found.person.uid),)
        )
        finding = Finding(
            rule_id=OUTSIDERS,
            clause=self.policy.regulation.number_of(ClauseTopic.OUTSIDERS),
            severity=Severity.MAJOR,
            label="listed",
        )
        case = new_case(event, finding, found.person.id, now, late=True)
        case = open_case(call.uow, case, at=now, by=call.person.id)
        newcomer = Outsider(
            case_id=case.id,
            group_id=found.group.id,
            account=self.policy.account,
            uid=found.person.uid,
            person_id=found.person.id,
            came_at=now,
        )
        call.uow.outsiders.add(newcomer)
        # No notice of the new case is sent: the person who asked knows of it.
        call.uow.claims.claim_once(f"newcomer:{case.code}:", case.opened_at)
        return newcomer, case

    def _send_code(self, call: Call, found: Found, case: Case) -> Answer:
        secret, now = self.policy.draw_code(), self.policy.clock()
        call.uow.case_messages.issue_removal_code(case, call.person.id, secret, now + self.policy.escalation.code_valid)
        text = self.voice.render(
            TextId("put_out_code"),
            code=case.code,
            who=self.voice.who(found.person),
            group=self.voice.group(found.group),
            secret=secret,
            minutes=number(minutes_of(self.policy.escalation.code_valid)),
        )
        return Answer([text], "code_issued", case.code)

    def _order_removal(self, call: Call, found: Found, newcomer: Outsider, case: Case, secret: str) -> Answer:
        now = self.policy.clock()
        checked = call.uow.case_messages.check_removal_code(case, call.person.id, secret, now)
        if checked is not CodeCheck.ACCEPTED:
            return Answer([self.voice.render(_REFUSALS[checked], code=case.code)], f"code_{checked.value}", case.code)
        order_expulsion(call.uow, newcomer, case, call.person.id, now)
        return self._say(TextId("put_out_ordered"), found, case.code, "ordered")

    def _say(self, text: TextId, found: Found, code: str, outcome: str) -> Answer:
        return Answer([self.voice.render(text, code=code, who=self.voice.who(found.person))], outcome, code)


_REFUSALS = {
    CodeCheck.WRONG: TextId("put_out_wrong"),
    CodeCheck.SPENT: TextId("put_out_spent"),
    CodeCheck.EXPIRED: TextId("put_out_expired"),
}
