"""Following up on directives: reminders to those who have not answered, and one line to the leader at the deadline."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from zalo_governor.config.directives import DirectiveReminderSettings
from zalo_governor.domain.clock import hour_of, local, midnight, today
from zalo_governor.domain.connection import LineState
from zalo_governor.domain.directives import GIVERS, Assignee, Directive
from zalo_governor.domain.jobs import (
    AskAboutDirectives,
    Job,
    JobKind,
    JobOutcome,
    NoticeAbsence,
    RemindOfDirectives,
    ReportDeadline,
    Task,
)
from zalo_governor.domain.notices import NO_GROUP, Purpose
from zalo_governor.domain.people import DESK, Person, Role
from zalo_governor.features.directives.absences import absences_to_notice, missing_under
from zalo_governor.features.directives.pages import DirectivePages, closer
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.pipeline.jobs import Performed
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.directives.times import workday

_LONGEST_HOLIDAY = timedelta(days=14)
"""Longer than any run of days off, over which a reminder after the deadline is moved; at Tết it is nine days."""
_LATER = timedelta(days=1)
"""How long a question is put off."""
_HEARD_AGAIN = timedelta(seconds=30)
"""Time until a job checks again whether all messages of its group were received and judged."""
REMINDED = "directive_addressee_reminded:{}"
"""Name of the claim, one for each clock hour, that an addressee was reminded by command."""
_SOON = timedelta(minutes=10)
"""No reminder within this time after the directive was given, or half the time until its deadline if that is less."""


def plan_reminders(uow: UnitOfWork, policy: ServicePolicy, directive: Directive) -> None:
    """Enqueue the jobs that follow up on the deadlines of a directive; those in the past are left out."""
    now = policy.clock()
    dues = {one.due_at for one in uow.directives.assignees(directive.id) if one.due_at and not one.settled}

    tasks: list[tuple[Task, datetime]] = []
    for due in sorted(dues):
        tasks.append((ReportDeadline(directive_id=directive.id, due_at=due), _after_quiet_hours(policy, due)))
        tasks += [(RemindOfDirectives(at=moment), moment) for moment in reminder_moments(policy, directive.at, due)]
    tasks += [(task, _after_quiet_hours(policy, at)) for task, at in absences_to_notice(policy, directive, dues)]
    for task, at in tasks:
        if at > now:
            _enqueue(uow, directive, task, now, at)


def plan_question(uow: UnitOfWork, policy: ServicePolicy, directive: Directive, *, later: bool = False) -> None:
    """Enqueue the job that asks the admins whether a message is a directive.

    All such messages of a group are asked about in one notice. With `later`, an admin has put this one off by a day; it
    gets a notice of its own.
    """
    now = policy.clock()
    if later:
        _enqueue(uow, directive, AskAboutDirectives(directive_id=directive.id), now, now + _LATER)
    else:
        _enqueue(uow, directive, AskAboutDirectives(), now, now + policy.directives.ask_after)


def to_remind(uow: UnitOfWork, account: str, asked: Iterable[Assignee], now: datetime) -> list[Assignee]:
    """Return the addressees in `asked` who may be reminded, and were not by command in this clock hour."""
    hour = hour_of(now)
    waiting = [one for one in asked if one.may_be_reminded(now)]
    left = [one for one in waiting if not uow.claims.is_claimed(REMINDED.format(one.id), hour)]
    return _without_departed(uow, account, left)


def _without_departed(uow: UnitOfWork, account: str, asked: Sequence[Assignee]) -> list[Assignee]:
    """Return the addressees, all of one group, without the people who have left it: they no longer read its orders."""
    gone = uow.members.departed(account, asked[0].group_id) if asked else set()
    return [
        one.model_copy(update={"person_ids": tuple(number for number in one.person_ids if number not in gone)})
        for one in asked
    ]


def _enqueue(uow: UnitOfWork, directive: Directive, task: Task, now: datetime, at: datetime) -> None:
    uow.jobs.enqueue(Job(account=directive.account, group_id=directive.group_id, task=task, ordered_at=now, due_at=at))


def reminder_moments(policy: ServicePolicy, given_at: datetime, due: datetime) -> list[datetime]:
    """Return when those who have not answered are reminded of a directive with that deadline, earliest first.

    What falls into the quiet hours moves to their end, what follows the deadline moves to a working day.
    """
    remind = policy.directives.remind
    if remind is None:
        return []
    moments = {_after_quiet_hours(policy, moment) for moment in _moments(policy, remind, due)}
    soon = given_at + min(_SOON, (due - given_at) / 2)
    return sorted(moment for moment in moments if moment > soon)


def _moments(policy: ServicePolicy, remind: DirectiveReminderSettings, due: datetime) -> Iterator[datetime]:
    is_workday = workday(policy.directives.skip_holidays)
    morning = local(due).replace(
        hour=remind.time_of_day.hour, minute=remind.time_of_day.minute, second=0, microsecond=0
    )
    for days in remind.days_before:
        if (moment := morning - timedelta(days=days)) < due:
            yield moment
    if remind.hours_before is not None:
        yield due - timedelta(hours=remind.hours_before)
    if remind.at_deadline:
        yield due
    for days in remind.days_after:
        moment = morning + timedelta(days=days)
        while not is_workday(moment.date()):
            moment += timedelta(days=1)
        yield moment


def deadlines_reminded_at(remind: DirectiveReminderSettings, at: datetime) -> tuple[datetime, datetime]:
    """Return the range [start, end) in which all deadlines lie of which a reminder can be due at the moment `at`."""
    day = timedelta(days=1)
    before = max(max(remind.days_before, default=0) * day, timedelta(hours=remind.hours_before or 0))
    after = max(remind.days_after, default=0) * day
    # A day more: the reminders of a day are all sent at one hour, and the quiet hours move them to their end.
    return at - after - _LONGEST_HOLIDAY - day, at + before + day


def _after_quiet_hours(policy: ServicePolicy, moment: datetime) -> datetime:
    return policy.rests_until(moment) or moment


class _Handler(Speaker, ABC):
    """Base of the handlers of the ledger's jobs, which call nothing at Zalo and only write in the job's transaction."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._pages = DirectivePages(policy)

    def perform(self, job: Job) -> Performed:
        """Do nothing: `settle` puts the messages into the outbox, in the transaction that closes the job."""
        return Performed(JobOutcome.DONE)

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Call `follow_up`; in the quiet hours, or while messages may be unjudged, enqueue the job again instead."""
        now = self._policy.clock()
        again = self._policy.rests_until(now)
        if self._policy.status().state not in (None, LineState.UP) or uow.verdicts.lag_behind(job.group_id):
            again = now + _HEARD_AGAIN
        if again is None:
            self.follow_up(uow, job)
        else:
            uow.jobs.enqueue(job.model_copy(update={"id": 0, "due_at": again}))

    @abstractmethod
    def follow_up(self, uow: UnitOfWork, job: Job) -> None:
        """Put the messages into the outbox."""


class RemindHandler(_Handler):
    """Handler of RemindOfDirectives: one message to each person, about all directives of which a reminder is due."""

    def follow_up(self, uow: UnitOfWork, job: Job) -> None:
        """Remind those who have not answered; nobody gets two reminders on one day."""
        remind = self._policy.directives.remind
        if remind is None or not isinstance(job.task, RemindOfDirectives):
            return
        at = job.task.at
        due = [
            (directive, one)
            for directive, one in uow.directives.with_due(job.group_id, *deadlines_reminded_at(remind, at))
            if self._is_awaited(one) and at in reminder_moments(self._policy, directive.at, one.due_at or at)
        ]
        here = _without_departed(uow, self._policy.account, [one for _, one in due])
        due = [(directive, one) for (directive, _), one in zip(due, here, strict=True)]
        self.remind(uow, job.group_id, due, once_a_day=True, most=remind.most_at_once)

    def remind(
        self,
        uow: UnitOfWork,
        group_id: str,
        due: Iterable[tuple[Directive, Assignee]],
        *,
        once_a_day: bool = False,
        most: int | None = None,
    ) -> tuple[int, int]:
        """Remind the people of these addressees, each in one message; tell the admins who was left out by `most`.

        Args:
            uow: the transaction.
            group_id: the group of the directives.
            due: the directives, with the addressees to be reminded.
            once_a_day: whether people who got such a reminder today are left out.
            most: how many people are reminded at most; None for all.

        Returns:
            How many people were reminded, and how many addressees nobody in the group can answer for.
        """
        by_person: dict[int, list[tuple[Directive, Assignee]]] = {}
        absent = 0
        for directive, one in due:
            if one.person_ids:
                by_person.setdefault(one.person_ids[0], []).append((directive, one))
            else:
                absent += 1
        since = midnight(today(self._policy.clock()))
        sent = 0
        left: list[Assignee] = []
        for person_id, asked in by_person.items():
            if most is not None and sent >= most:
                left.extend(one for _, one in asked)
            elif not once_a_day or uow.claims.claim_once(f"directive_reminder:{group_id}:{person_id}", since):
                person = uow.people.get(person_id)
                text = self._pages.reminder(person, asked)
                self._post.to_person(uow, person, text, Purpose.MEMBER_REQUEST, group_id=group_id)
                sent += 1
        if left:
            self._post.to_desk(uow, self._pages.not_reminded(left), group_id=group_id)
        return sent, absent

    def _is_awaited(self, assignee: Assignee) -> bool:
        remind = self._policy.directives.remind
        return assignee.silent or not (remind and remind.only_silent)


class DeadlineHandler(_Handler):
    """Handler of ReportDeadline: tells who gave the directive, and the admins, who has answered by the deadline."""

    def follow_up(self, uow: UnitOfWork, job: Job) -> None:
        """Send the message, unless the directive is closed or no addressee has this deadline any more."""
        task = job.task
        directive = uow.directives.get(task.directive_id) if isinstance(task, ReportDeadline) else None
        if directive is None or not isinstance(task, ReportDeadline) or not directive.open:
            return
        asked = [one for one in uow.directives.assignees(directive.id) if not one.removed and one.due_at == task.due_at]
        if not asked:
            return
        closed = sum(closer(uow, one) is not None for one in asked)
        text = self._pages.at_deadline(directive, asked, task.due_at, closed)
        for person in self._readers(uow, directive):
            self._post.to_person(uow, person, text, Purpose.REPORT, group_id=directive.group_id)

    def _readers(self, uow: UnitOfWork, directive: Directive) -> list[Person]:
        """Return who is told at a deadline: the giver, if still a leader or admin; report readers, else the admins."""
        giver = uow.people.get(directive.given_by)
        group_id = directive.group_id
        readers = self._post.holders_in(uow, group_id, Role.REPORT_READER)
        office = readers or self._post.holders_in(uow, group_id, *DESK)
        first = [giver] if giver.holds(group_id, *GIVERS, *DESK) else []
        return [*first, *(person for person in office if not first or person.id != giver.id)]


class AbsenceHandler(_Handler):
    """Handler of NoticeAbsence: tells the admins which answers are missing at the time of the check."""

    def follow_up(self, uow: UnitOfWork, job: Job) -> None:
        """Tell the admins, unless the directive is closed, all have answered, or the rule is on trial or gone."""
        task = job.task
        if not isinstance(task, NoticeAbsence):
            return
        directive = uow.directives.get(task.directive_id)
        rule = next((one for one in self._policy.regulation.absences if one.rule_id == task.rule_id), None)
        if directive is None or rule is None or not directive.open:
            return
        if rule.rule_id in uow.trials.rules(directive.group_id):
            return
        asked = [one for one in uow.directives.assignees(directive.id) if not one.removed]
        if missing := missing_under(rule, asked, task.at):
            text = self._pages.absence(directive, missing, rule, task.at)
            self._post.to_desk(uow, text, group_id=directive.group_id)


def asked_alone(
    uow: UnitOfWork, policy: ServicePolicy, person: Person, proposed: Iterable[Directive], at: datetime
) -> Directive | None:
    """Return the one in `proposed` (possible directives) about which alone the last notice to the person asked.

    None if the last notice was another, or older than a day at `at`: a bare "yes" may then answer something else.
    """
    places = [NO_GROUP, *(group.id for group in policy.governed)]
    told = [uow.outbox.last_added(person.id, to, place, at - _LATER) for to in Purpose for place in places]
    last = max(filter(None, told), default=None)
    if last is None or last > at:
        return None
    return next((one for one in proposed if uow.claims.is_claimed(_name_of_question(one, person), last)), None)


def _name_of_question(directive: Directive, person: Person) -> str:
    return f"directive_asked_alone:{directive.id}:{person.id}"


class AskHandler(_Handler):
    """Handler of AskAboutDirectives: asks the admins in one message which unsure messages are directives."""

    def follow_up(self, uow: UnitOfWork, job: Job) -> None:
        """Ask the admins which of the unsure messages are directives."""
        if not isinstance(job.task, AskAboutDirectives):
            return
        proposed = [one for one in uow.directives.proposed(job.group_id) if self._is_asked_about(uow, job.task, one)]
        if not proposed:
            return
        # The newest first: the older ones were asked about before, and not all may fit.
        proposed.sort(key=lambda directive: directive.id, reverse=True)
        self._post.to_desk(uow, self._pages.proposals(uow, job.group_id, proposed), group_id=job.group_id)
        for person in self._post.holders_in(uow, job.group_id, *DESK) if len(proposed) == 1 else ():
            asked_at = uow.outbox.last_added(person.id, Purpose.ADMIN_ALERT, job.group_id, self._policy.clock())
            if asked_at is not None:
                uow.claims.claim_once(_name_of_question(proposed[0], person), asked_at)

    def _is_asked_about(self, uow: UnitOfWork, task: AskAboutDirectives, directive: Directive) -> bool:
        """Return whether to ask about the message: the one that the task names, else any that is not put off."""
        if task.directive_id is not None:
            return task.directive_id == directive.id
        kind, target = JobKind.ASK_ABOUT_DIRECTIVES, AskAboutDirectives(directive_id=directive.id).target
        return not uow.jobs.is_waiting(directive.account, kind, directive.group_id, target)
