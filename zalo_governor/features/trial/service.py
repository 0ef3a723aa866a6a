"""The trial period of a bot account, in which only the admin gets messages: its summary and its end."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from zalo_governor.domain.clock import AT_ONCE, EVER
from zalo_governor.domain.escalation import Desk, Leader
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import DESK, Group, Person, Role
from zalo_governor.domain.regulation import RuleStanding
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, Trial, TrialFigures
from zalo_governor.messaging.formatter import MessageFormatter, day, moment, number
from zalo_governor.messaging.introduction import introduction_text
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.trial_filter import ADDRESSEES, by_addressee, on_trial
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork


class TrialPage(Speaker):
    """Writer of the summary of the trial period: which messages were withheld, how many cases were false alarms."""

    def text(self, uow: UnitOfWork, group_id: str) -> str:
        """Return the summary of the group's trial: the messages withheld, and the cases opened, since it began."""
        policy, voice = self._policy, self._voice
        trial = uow.trials.get(policy.account, group_id)
        since = trial.began_at if trial else policy.clock()
        figures = uow.trials.figures(policy.account, [group_id], since)
        about = {
            "groups": groups_named(policy, [policy.group(group_id)]),
            "since": moment(since),
            "now": moment(policy.clock()),
            "outcomes": self._rule_outcomes(figures.outcomes),
        }
        if on_trial(policy, uow, group_id):
            end = voice.render(TextId("trial_goes_on"))
        elif trial and trial.live_at:
            end = voice.render(TextId("trial_over"), when=moment(trial.live_at))
        else:
            shadow, standing = self._shadow_rows(figures.shadow, place=""), self._standing(uow, group_id)
            return voice.render(TextId("trial_page_off"), shadow=shadow, standing=standing, **about)
        shadow, withheld = self._shadow_rows(figures.shadow, place="3. "), self._withheld_rows(uow, figures)
        return voice.render(TextId("trial_page"), withheld=withheld, shadow=shadow, end=end, **about)

    def _standing(self, uow: UnitOfWork, group_id: str) -> str:
        tried, rules = uow.trials.rules(group_id), self._policy.regulation.rules
        named = [
            f"“{rule.title or name}”"
            for name, rule in rules.items()
            if name in tried or rule.standing is RuleStanding.ON_TRIAL
        ]
        if not named:
            return self._voice.render(TextId("trial_none"))
        return self._voice.render(TextId("trial_rules"), rules=", ".join(named))

    def _withheld_rows(self, uow: UnitOfWork, figures: TrialFigures) -> str:
        if not figures.withheld:
            return self._voice.render(TextId("trial_nothing"))
        rows = []
        for kind, of_kind in by_addressee(uow, figures.withheld):
            about: Counter[str] = Counter()
            for row in of_kind:
                about[row.clause] += row.notices
            rows.append(
                self._voice.render(
                    TextId("trial_row"),
                    whom=self._voice.render(ADDRESSEES[kind]),
                    notices=number(sum(about.values())),
                    people=number(len({row.person_id for row in of_kind})),
                    about="; ".join(self._count_by_clause(clause, count) for clause, count in about.most_common()),
                )
            )
        return "\n".join(rows)

    def _count_by_clause(self, clause: str, count: int) -> str:
        what = self._voice.citation(clause) if clause else self._voice.render(TextId("trial_no_case"))
        return self._voice.render(TextId("trial_about"), what=what, count=number(count))

    def _rule_outcomes(self, outcomes: Iterable[RuleOutcome]) -> str:
        """Return a line per rule with its number of cases and false alarms, the highest share of false alarms first."""
        ranked = sorted(outcomes, key=lambda row: (-row.false_share, -row.false_alarms, row.rule_id))
        rows = [
            self._voice.render(
                TextId("trial_outcome"),
                citation=self._voice.citation(row.clause),
                cases=number(row.cases),
                false_alarms=self._false_alarms(row),
            )
            for row in ranked
        ]
        return "\n".join(rows) or self._voice.render(TextId("trial_no_cases"))

    def _false_alarms(self, row: RuleOutcome) -> str:
        if not row.false_alarms:
            return ""
        percent = number(round(100 * row.false_share))
        return self._voice.render(TextId("trial_false_alarms"), count=number(row.false_alarms), percent=percent)

    def _shadow_rows(self, found: Iterable[ShadowFigures], *, place: str) -> str:
        """Return the summary's section on rules in shadow mode, numbered `place` ("3. "); "" if they found nothing."""
        rows = [
            self._voice.render(
                TextId("trial_shadow_row"),
                citation=self._voice.citation(row.clause),
                findings=number(row.findings),
                people=number(row.people),
                whom=self._addressees(row),
            )
            for row in found
        ]
        return self._voice.render(TextId("trial_shadow"), number=place, rows="\n".join(rows)) if rows else ""

    def _addressees(self, found: ShadowFigures) -> str:
        """Return the text naming who would be notified of a case, if the rule of `found` (on trial) were in force."""
        rung = self._policy.ladder.first(found.severity)
        told = []
        if rung.ask_member:
            told.append(TextId("addressee_member"))
        if rung.desk is not Desk.NEVER:
            told.append(TextId("addressee_desk"))
        if rung.leader is Leader.UNANSWERED:
            told.append(TextId("addressee_leader_later"))
        return ", ".join(map(self._voice.render, told or [TextId("addressee_nobody")]))


class TrialEnd(Speaker):
    """Sender of the trial's summary when it is scheduled to end, and of the notice that a person has ended the trial.

    The trial is a period in which messages go to Role.ADMIN only. Implements `app.due_work.Work`.

    Args:
        begin: begins a unit of work (a transaction).
        on_posted: called when notices were put into the outbox.
    """

    def __init__(self, policy: ServicePolicy, *, begin: BeginUnitOfWork, on_posted: Callable[[], None]) -> None:
        super().__init__(policy)
        self._begin = begin
        self._on_posted = on_posted
        self._is_done = False
        """Whether the trial has ended and everybody was told, so that nothing is left to do."""

    def next_due(self) -> datetime | None:
        """Return when `act` has something to send: at once if a trial was ended, else when a summary is due.

        None if nothing is left to send for now.
        """
        if self._is_done:
            return None
        with self._begin(reading=True) as uow:
            due = [self._due(uow, group) for group in self._policy.governed]
            on = [group for group in self._policy.governed if on_trial(self._policy, uow, group.id)]
        self._is_done = not on and not any(due)
        return min(filter(None, due), default=None)

    def _due(self, uow: UnitOfWork, group: Group) -> datetime | None:
        trial = uow.trials.get(self._policy.account, group.id)
        if trial is None:
            return None
        if on_trial(self._policy, uow, group.id):
            return None if trial.told_at else trial.began_at + self._policy.of(group.id).trial
        return None if self._is_announced(uow, trial) else AT_ONCE

    def _is_announced(self, uow: UnitOfWork, trial: Trial) -> bool:
        """Return whether nothing is left to send about the end of the trial."""
        office = self._policy.of(trial.group_id)
        introduced = not office.introduce or uow.claims.is_claimed(f"introduction:{trial.group_id}", EVER)
        return introduced and (trial.live_at is None or trial.announced_at is not None)

    def act(self, now: datetime) -> None:
        """Send the summary of each trial or, if a person has ended it, the announcement of that; each once."""
        with self._begin() as uow:
            due = [group for group in self._policy.governed if (at := self._due(uow, group)) and at <= now]
            ended = [group for group in due if not on_trial(self._policy, uow, group.id)]
            self._announce(uow, ended, now)
            for group in ended:
                self._introduce(uow, group)
            for group in due:
                if group not in ended:
                    self._send_page(uow, group, now)
        self._on_posted()

    def _send_page(self, uow: UnitOfWork, group: Group, now: datetime) -> None:
        trial = uow.trials.get(self._policy.account, group.id)
        if trial is None:
            return
        text = TrialPage(self._policy.of(group.id)).text(uow, group.id)
        for admin in self._post.holders_in(uow, group.id, Role.ADMIN):
            self._post.to_person(uow, admin, text, Purpose.REPORT, group_id=group.id)
        uow.trials.save(trial.model_copy(update={"told_at": now}))

    def _announce(self, uow: UnitOfWork, groups: Sequence[Group], now: datetime) -> None:
        """Tell the admins, except the one who ended it, that the trial is over; not if the settings want no trial.

        An admin of several of the groups is told once.
        """
        told: dict[int, tuple[Person, Trial, list[Group]]] = {}
        for group in groups:
            trial = uow.trials.get(self._policy.account, group.id)
            if trial is None or trial.live_at is None or trial.announced_at is not None:
                continue
            for person in self._post.holders_in(uow, group.id, *DESK):
                if person.id != trial.live_by:
                    told.setdefault(person.id, (person, trial, []))[2].append(group)
            uow.trials.save(trial.model_copy(update={"announced_at": now}))
        for person, trial, ended in told.values():
            by = (
                self._voice.who(uow.people.get(trial.live_by))
                if trial.live_by
                else self._voice.render(TextId("trial_by_machine"))
            )
            text = self._voice.render(
                TextId("trial_switched_on"),
                when=moment(trial.live_at or now),
                by=by,
                groups=groups_named(self._policy, ended),
            )
            self._post.to_person(uow, person, text, Purpose.ADMIN_ALERT, group_id=ended[0].id)

    def _introduce(self, uow: UnitOfWork, group: Group) -> None:
        """Send the group, once ever, the message in which the program introduces itself, if the settings say so."""
        office = self._policy.of(group.id)
        if office.introduce and uow.claims.claim_once(f"introduction:{group.id}", EVER):
            self._post.to_group(uow, introduction_text(office.introduction(group.id), office.voice), group_id=group.id)
            uow.audit.append("introduced", at=self._policy.clock(), group_id=group.id, detail={})


def groups_named(policy: ServicePolicy, groups: Sequence[Group]) -> str:
    """Return the words that name the groups, with a blank before them; "" if the account watches only one group."""
    if len(policy.groups) == 1:
        return ""
    return policy.voice.render(TextId("trial_in_groups"), groups=", ".join(policy.voice.group(one) for one in groups))


def switch_on(policy: ServicePolicy, uow: UnitOfWork, groups: Sequence[Group], by: int | None) -> list[Group]:
    """End the trial in the groups, so that all messages are sent; return those that were on trial.

    Args:
        by: id of the person who ended it by a chat command; None if it was ended from the command line.
    """
    ended = []
    for group in groups:
        trial = uow.trials.get(policy.account, group.id)
        if trial is not None and on_trial(policy, uow, group.id):
            uow.trials.save(trial.model_copy(update={"live_at": policy.clock(), "live_by": by}))
            ended.append(group)
    return ended


def trial_line(policy: ServicePolicy, uow: UnitOfWork, voice: MessageFormatter, group_id: str) -> str:
    """Return the text on the planned end of the trial, and the messages withheld so far; "" if not on trial."""
    trial = uow.trials.get(policy.account, group_id)
    if trial is None or not on_trial(policy, uow, group_id):
        return ""
    withheld = uow.trials.figures(policy.account, [group_id], trial.began_at).withheld
    count = sum(row.notices for row in withheld)
    kept = voice.render(TextId("status_trial_withheld"), count=number(count)) if count else ""
    return voice.render(TextId("status_trial"), until=day(trial.began_at + policy.of(group_id).trial), withheld=kept)
