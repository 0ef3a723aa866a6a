"""Parse and find the person whom a membership command names: by case code `VP12` or by member code `TV34`."""

import re
from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.people import Group, Person
from zalo_governor.messaging.command_parsing import case_number, numbered
from zalo_governor.messaging.commands import Call
from zalo_governor.messaging.formatter import one_line

LONGEST_NAME = 150
_MEMBER = re.compile(r"\s*tv[\s\-#.]*0*([1-9][0-9]{0,17})(?![0-9a-z])")
_DASH = re.compile(r"\s+[-–—]+\s*|\s*[-–—]+\s+")


class Whom(NamedTuple):
    """Parsed argument of `/thanhvien` (members) or `/moira` (remove): case or member code, and the text after it."""

    case_id: int | None = None
    """Number from a case code `VP12`; None if a member code was typed."""
    person_id: int | None = None
    """Number from a member code `TV34`, as listed by `/thanhvien` (members); the person need not have a case."""
    rest: str = ""
    """The text after the code: name and title, or a one-time code."""

    @property
    def code(self) -> str:
        """The code in its usual spelling: `TV34` or `VP12`."""
        return f"TV{self.person_id}" if self.case_id is None else f"VP{self.case_id}"


class Found(NamedTuple):
    """The person whom a typed case or member code names, with the group, and the person's outsider record and case."""

    group: Group
    person: Person
    newcomer: Outsider | None = None
    """Record of the person as an outsider (who joined without being on the roster); None if and only if `case` is."""
    case: Case | None = None
    """The case about the person's joining."""


def read_whom(typed: str) -> Whom | None:
    """Parse a case code (`VP12`) or member code (`TV34`), and the text after it, as one line; None without a code."""
    member = numbered(typed, _MEMBER)
    if member:
        return Whom(person_id=member[0], rest=one_line(member[1], LONGEST_NAME))
    named = case_number(typed)
    return Whom(case_id=named[0], rest=one_line(named[1], LONGEST_NAME)) if named else None


def find(call: Call, account: str, whom: Whom) -> Found | None:
    """Find the member whom the sender of a command named (`whom`) in one of `call.reach`; or return None.

    `whom` holds either a member code such as TV34 or a case code such as VP12, which must be that of a case about an
    outsider. `account` is the uid of the bot account: Zalo gives each account other uids for the same people.
    """
    if whom.case_id is not None:
        case = call.case(whom.case_id)
        newcomer = call.uow.outsiders.of_case(case) if case else None
        group = next((group for group in call.reach if newcomer and group.id == newcomer.group_id), None)
        if newcomer is None or group is None:
            return None
        return Found(group, call.uow.people.get(newcomer.person_id), newcomer, case)
    try:
        person = call.uow.people.get(whom.person_id or 0)
    except KeyError:
        return None

    def is_settled(group: Group) -> bool:
        approved = call.uow.roster.approved_uids(account, group.id)
        return approved is None or person.uid in approved

    # Of several groups, first those in which it is undecided whether the person belongs there.
    for group in sorted(dict.fromkeys([*call.groups, *call.reach]), key=is_settled):
        here = call.uow.outsiders.present(group.id, person.id)
        if here:
            return Found(group, person, *here[-1])
        if person.uid in call.uow.members.present_uids(account, group.id):
            return Found(group, person)
    return None


def name_and_title(text: str) -> tuple[str, str] | None:
    """Split `Full name - Job title` at the dash; return None if a part is missing or the name is a single word."""
    found = _DASH.search(text)
    if found is None:
        return None
    name, title = text[: found.start()].strip(), text[found.end() :].strip()
    return (name, title) if len(name.split()) > 1 and title else None
