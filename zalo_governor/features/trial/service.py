"""The trial period of a bot account, in which only the admin gets messages: its summary and its end."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.escalation import Desk, Leader
from zalo_governor.domain.notices import NO_GROUP, Purpose
from zalo_governor.domain.people import DESK, Role
from zalo_governor.domain.repositories import BeginUnitOfWork, UnitOfWork
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, Trial, TrialFigures
from zalo_governor.messaging.formatter import MessageFormatter, day, moment, number
from zalo_governor.messaging.introduction import introduction_text
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.trial_filter import ADDRESSEES, by_addressee, on_trial


class TrialPage(Speaker):
    """Writer of the summary of the trial period: which messages were withheld, how many cases were false alarms."""

    def text(self, uow: UnitOfWork) -> str:
        """Return the summary of the trial: the messages withheld, and the cases opened, since it began."""
        policy, voice = self._policy, self._voice
        trial = uow.trials.get(policy.account)
        since = trial.began_at if trial else policy.clock()
        figures = uow.trials.figures(policy.account, list(policy.groups), since)
        if on_trial(policy, uow):
            end = voice.render(TextId("trial_goes_on"))
        elif trial and trial.live_at:
            end = voice.render(TextId("trial_over"), when=moment(trial.live_at))
        else:
            return voice.render(
                TextId("trial_page_off"),
                since=moment(since),
                now=moment(policy.clock()),
                outcomes=self._rule_outcomes(figures.outcomes),
                shadow=self._shadow_rows(figures.shadow, place=""),
            )
        return voice.render(
            TextId("trial_page"),
            since=moment(since),
            now=moment(policy.clock()),
            withheld=self._withheld_rows(uow, figures),
            outcomes=self._rule_outcomes(figures.outcomes),
            shadow=self._shadow_rows(figures.shadow, place="3. "),
            end=end,
        )

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
        """Return the section, with its number `place`, on rules in shadow mode; "" if they found nothing."""
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
    """Sender of the trial's summary at its scheduled end, and of the announcement when a person has really ended it.

    The trial is a period in which messages go to Role.ADMIN only. Implements `app.due_work.Work`.

    Args:
        begin: begins a unit of work (a transaction).
        on_posted: called when notices were put into the outbox.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        *,
        begin: BeginUnitOfWork,
        on_posted: Callable[[], None],
    ) -> None:
        super().__init__(policy)
        self._begin = begin
        self._on_posted = on_posted
        self._page = TrialPage(policy)
        self._is_done = False
        """Whether the trial has ended and everybody was told, so that nothing is left to do."""

    def next_due(self) -> datetime | None:
        """Return when `act` has something to send: at once if the trial was ended, else when its summary is due.

        None if nothing is left to send for now.
        """
        if self._is_done:
            return None
        with self._begin(reading=True) as uow:
            trial = uow.trials.get(self._policy.account)
            if trial is None:
                return None
            if not on_trial(self._policy, uow):
                return from_ms(0)
            return None if trial.told_at else trial.began_at + self._policy.trial

    def act(self, now: datetime) -> None:
        """Send the summary of the trial or, if a person has ended the trial, the announcement of that; each once."""
        with self._begin() as uow:
            trial = uow.trials.get(self._policy.account)
            if trial is None:
                return
            switched_on = not on_trial(self._policy, uow)
            if switched_on:
                self._announce(uow, trial, now)
                self._introduce(uow)
            elif trial.told_at is None:
                self._send_page(uow, trial, now)
        self._is_done = switched_on
        self._on_posted()

    def _send_page(self, uow: UnitOfWork, trial: Trial, now: datetime) -> None:
        text = self._page.text(uow)
        for admin in self._post.holders_in(uow, NO_GROUP, Role.ADMIN):
            self._post.to_person(uow, admin, text, Purpose.REPORT, group_id=NO_GROUP)
        uow.trials.save(trial.model_copy(update={"told_at": now}))

    def _announce(self, uow: UnitOfWork, trial: Trial, now: datetime) -> None:
        """Tell the admins, except the one who ended it, that the trial is over; not if the settings want no trial."""
        if trial.live_at is None or trial.announced_at is not None:
            return
        by = (
            self._voice.who(uow.people.get(trial.live_by))
            if trial.live_by
            else self._voice.render(TextId("trial_by_machine"))
        )
        text = self._voice.render(TextId("trial_switched_on"), when=moment(trial.live_at), by=by)
        for person in self._post.holders_in(uow, NO_GROUP, *DESK):
            if person.id != trial.live_by:
                self._post.to_person(uow, person, text, Purpose.ADMIN_ALERT, group_id=NO_GROUP)
        uow.trials.save(trial.model_copy(update={"announced_at": now}))

    def _introduce(self, uow: UnitOfWork) -> None:
        """Send each group, once ever, the message in which the program introduces itself, if the settings say so."""
        if not self._policy.introduce:
            return
        for group in self._policy.governed:
            if uow.claims.claim_once(f"introduction:{group.id}", from_ms(0)):
                self._post.to_group(uow, introduction_text(self._policy.introduction, self._voice), group_id=group.id)
                uow.audit.append("introduced", at=self._policy.clock(), group_id=group.id, detail={})


def switch_on(policy: ServicePolicy, uow: UnitOfWork, by: int | None) -> bool:
    """End the trial (messages go to Role.ADMIN only), so that all messages are sent; return False if not on trial.

    Args:
        by: id of the person who ended it by a chat command; None if it was ended from the command line.
    """
    trial = uow.trials.get(policy.account)
    if trial is None or not on_trial(policy, uow):
        return False
    uow.trials.save(trial.model_copy(update={"live_at": policy.clock(), "live_by": by}))
    return True


def trial_line(policy: ServicePolicy, uow: UnitOfWork, voice: MessageFormatter) -> str:
    """Return the text on the planned end of the trial, and the messages withheld so far; "" if not on trial."""
    trial = uow.trials.get(policy.account)
    if trial is None or not on_trial(policy, uow):
        return ""
    withheld = uow.trials.figures(policy.account, [], trial.began_at).withheld
    count = sum(row.notices for row in withheld)
    kept = voice.render(TextId("status_trial_withheld"), count=number(count)) if count else ""
    return voice.render(TextId("status_trial"), until=day(trial.began_at + policy.trial), withheld=kept)
