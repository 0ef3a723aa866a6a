"""Rule for clause 3.2: a member's display name has the form "Họ và tên - Chức vụ" (full name - job title)."""

from collections.abc import Iterable
from typing import Any, ClassVar

from zalo_governor.domain.events import EventBase, MembersJoined, NamedUid, NameObserved
from zalo_governor.domain.findings import Finding
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.names.judge import Outcome, read_name
from zalo_governor.text.names.vocabulary import NAME_LISTS, NameWords


class DisplayNameParameters(Parameters):
    """Parameters of the rule on display names: exceptions that an organisation can allow."""

    accept_reasons: tuple[str, ...] = ()
    """Values of the finding's `reason` that are not reported, for example `wrong_sep`."""


class DisplayNameRule(Rule[DisplayNameParameters]):
    """Rule on display names. Labels: `fixable` (with the corrected name) and `invalid`; `reason` says what is wrong."""

    id: ClassVar[str] = "3.2-ho-ten-chuc-vu"
    parameters_type: ClassVar[type[Parameters]] = DisplayNameParameters
    lexicon_names: ClassVar[tuple[str, ...]] = tuple(f"{name.replace('_', '-')}.txt" for name in NAME_LISTS)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        lists = zip(NAME_LISTS, self.lexicon_names, strict=True)
        self._words = NameWords(**{name: self.lexicons[file] for name, file in lists})

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield one finding per wrong display name in an event about a name or joining; joining without one is fine."""
        if isinstance(event, NameObserved):
            names = [NamedUid(uid=event.sender_uid, name=event.name)]
        elif isinstance(event, MembersJoined):
            names = [member for member in event.members if member.name]
        else:
            return
        for uid, name in ((named.uid, named.name) for named in names):
            reading = read_name(name, self._words)
            if reading.outcome is Outcome.VALID or reading.reason in self.parameters.accept_reasons:
                continue
            yield self.finding(
                reading.outcome.value,
                field="name",
                subject_uid=uid or None,
                reason=reading.reason,
                suggestion=reading.proposal,
                spans=((0, len(name)),) if name else (),
                excerpt=name[:_EXCERPT],
            )


_EXCERPT = 80
