"""Parts of the alerts that tell the admins of a case, such as its deadline."""

from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile

from zalo_governor.domain.cases import UNCHECKED, Case
from zalo_governor.features.cases.freshness import was_fresh
from zalo_governor.features.cases.label_words import IN_FILE, is_in_file, reasons, why
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.features.cases.next_actions import may_remove
from zalo_governor.messaging.formatter import brief, number, plain, time_or_brief
from zalo_governor.messaging.shortening import Shortenable, shortest
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.trial_filter import on_trial
from zalo_governor.storage.unit_of_work import UnitOfWork

_GROUP_LENGTH = 24
"""Most characters of a group's name in a shortened alert."""


class AlertNotes(Speaker):
    """Writer of the parts of an alert about a case; a method returns "" if its part does not apply to the case."""

    def seen_in_file(self, reason: str | None) -> str:
        """Return a sentence on what a finding with these reason codes saw in the attached file; "" if not in a file."""
        if not is_in_file(reason):
            return ""
        codes = "+".join(code for code in str(reason).split("+") if code != IN_FILE)
        seen = reasons(self._voice, codes) or [why(self._voice, None)]
        return self._voice.render(TextId("alert_seen_in_file"), reason="; ".join(seen))

    def same_content(self, uow: UnitOfWork, case: Case) -> str:
        """Return the text naming an earlier case of the same sealed content (suspected secret); "" if there is none."""
        earlier = uow.cases.get(case.same_as) if case.same_as else None
        if earlier is None or earlier.group_id != case.group_id:
            return ""  # A case of another group is nothing for these admins.
        return self._voice.render(
            TextId("alert_same"),
            code=earlier.code,
            state=self._voice.state_of(earlier),
        )

    def of_member(self, case: Case, asked: MemberRequest) -> str:
        """Return the sentences on the member: whether asked to correct the breach, and the number of such cases before.

        The shorter form (see `Shortenable`) leaves out that number.
        """
        told, ladder = self._voice.render(asked.told_to_admins), self._policy.ladder
        if case.nth < ladder.repeated_from or case.label == UNCHECKED:
            return told
        again = self._voice.render(TextId("member_again"), nth=number(case.nth), days=number(ladder.window_days))
        return Shortenable(f"{told} {again}", told)

    def deadline(self, uow: UnitOfWork, case: Case) -> str:
        """Return the sentence saying when the leader will be told of the case; "" if the leader will not be.

        On trial the leader gets no message, and the sentence says so.
        """
        if case.due_at is None:
            return ""
        if on_trial(self._policy, uow, case.group_id):
            return self._voice.render(TextId("alert_due_on_trial"))
        when = time_or_brief(case.due_at, self._policy.clock())
        due, short = (self._voice.render(text, when=when) for text in (TextId("alert_due"), TextId("alert_due_short")))
        return Shortenable(due, short)

    def removal_offer(self, uow: UnitOfWork, case: Case) -> str:
        """Return the words naming the command that deletes the messages; "" if the bot account cannot delete them."""
        may = may_remove(uow, self._policy.account, case)
        return self._voice.render(TextId("or_delete"), code=case.code) if may else ""

    def recall_advice(self, uow: UnitOfWork, case: Case) -> str:
        """Return the advice to have a sealed message recalled, or to delete it if the bot account can do that."""
        if may_remove(uow, self._policy.account, case):
            texts = (TextId("recall_or_delete"), TextId("delete_and_report"))
            return Shortenable(*(self._voice.render(text, code=case.code) for text in texts))
        return Shortenable(self._voice.render(TextId("recall_asked")), "")

    def group(self, case: Case) -> str:
        """Return the name of the case's group, as a `Shortenable`.

        The shorter form is "" if there is only one group, else a name without the first words that another group's name
        has too (`Nhóm …y tế`).
        """
        names = self._group_names
        group = names.get(case.group_id) or str(self._voice.group(self._policy.group(case.group_id)))
        others = [name for group_id, name in names.items() if group_id != case.group_id]
        return Shortenable(group, _distinct_name(group, others) if others else "")

    @cached_property
    def _group_names(self) -> dict[str, str]:
        return {group_id: str(self._voice.group(self._policy.group(group_id))) for group_id in self._policy.groups}

    def place(self, case: Case) -> str:
        """Return the words naming the group, with a blank before them; a `Shortenable` made from that of `group`."""
        group = self.group(case)
        texts = [self._voice.render(TextId("alert_place"), group=name) for name in (group, shortest(group))]
        return Shortenable(texts[0], texts[1] if shortest(group) else "")

    def sign(self, case: Case) -> str:
        """Return the words saying of which clause a breach is suspected; their short form only cites the clause."""
        citation = self._voice.citation(case.clause)
        short = citation.removesuffix(" Quy chế")
        return Shortenable(
            self._voice.render(TextId("alert_sign"), citation=citation),
            self._voice.render(TextId("alert_sign_short"), citation=short),
        )

    def time(self, case: Case) -> str:
        """Return time and day of the event, and how late it was received; the short form omits the day if today.

        How late is not said if it was at most 5 minutes.
        """
        late = ""
        if not was_fresh(case):
            minutes = self._voice.lasted(case.opened_at - case.event_at)
            late = self._voice.render(TextId("heard_late"), minutes=minutes)
        return Shortenable(
            f"{brief(case.event_at)}{late}", f"{time_or_brief(case.event_at, self._policy.clock())}{late}"
        )


def _distinct_name(name: str, others: Sequence[str]) -> str:
    """Return the name, shortened, without the first words that another name has too, such as `Nhóm …y tế`."""
    words = name.split()
    shared = max(
        len(list(takewhile(lambda pair: pair[0] == pair[1], zip(words, other.split(), strict=False))))
        for other in others
    )
    if 1 < shared < len(words):
        name = f"{words[0]} …{' '.join(words[shared:])}"
    return plain(name, _GROUP_LENGTH)
