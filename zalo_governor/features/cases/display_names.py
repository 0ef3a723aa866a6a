"""Texts that tell a member what is wrong with his display name on Zalo, and which name would be right."""

from collections.abc import Mapping

from zalo_governor.domain.cases import Case
from zalo_governor.domain.people import Person
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.domain.roster_matching import likeliest
from zalo_governor.features.cases.label_words import category
from zalo_governor.messaging.formatter import MessageFormatter, plain
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.shortening import Shortenable
from zalo_governor.messaging.templates import TextId
from zalo_governor.rules.checks.display_name import DisplayNameRule
from zalo_governor.storage.unit_of_work import UnitOfWork

NAME_RULE = DisplayNameRule.id
"""Id of the rule on display names (clause 3.2); the program closes its cases when members correct their names."""
_NAME_FIELD = "name"
"""`Finding.field` of what any rule finds in a display name."""
_LONGEST_PROPOSAL = 150
_LACKS: Mapping[str, TextId] = {
    reason: lacks
    for lacks, reasons in {
        TextId("name_lacks_title"): "no_title no_title_dash org_not_title place_not_title joke_title shop dup_name "
        "english",
        TextId("name_lacks_name"): "title_only given_only initials phone_in_title dup_title",
        TextId("name_lacks_both"): "nickname nickname_emoji org_only email digits single empty phone",
        TextId("name_lacks_marks"): "no_diacritics partial_diacritics legacy vni viqr telex",
        TextId("name_lacks_order"): "reversed",
    }.items()
    for reason in reasons.split()
}


def is_about_name(uow: UnitOfWork, case: Case) -> bool:
    """Return whether the case is about a display name, which a member can only change, and not about a message."""
    return case.rule_id == NAME_RULE or uow.cases.field(case) == _NAME_FIELD


class DisplayNameAdvice:
    """Writer of texts telling a member what is wrong with his display name, and proposing a name for him to set."""

    def __init__(self, policy: ServicePolicy, voice: MessageFormatter) -> None:
        self._policy = policy
        self._voice = voice

    def lacks(self, case: Case, reason: str | None, *, fixable: bool) -> str:
        """Return the text saying what the display name lacks, such as a title, or what it contains, such as a link.

        Args:
            reason: the code with which the rule explains its finding.
            fixable: the rule proposes a correct name; the text for an unknown code then says that the form is wrong.
        """
        if case.rule_id != NAME_RULE:
            return category(self._voice, case) or self._voice.sign(case)
        otherwise = TextId("name_lacks_form") if fixable else TextId("name_lacks_both")
        return self._voice.render(_LACKS.get(reason or "", otherwise))

    def proposal(self, uow: UnitOfWork, group_id: str, person: Person, made: str | None) -> str:
        """Return the text proposing a display name to the member; "" if there is none to propose.

        The name is taken from the member's roster entry, else from the settings, else from the rule's proposal
        (`made`), else from the roster entry that resembles the present display name, if only one does.
        """
        matched = uow.roster.matched(self._policy.account, group_id)
        own = next((entry for entry, uids in matched if person.uid in uids), None)
        if own:
            return self._render_proposal(TextId("proposal"), _named(own))
        if person.full_name and person.title:
            return self._render_proposal(TextId("proposal"), f"{person.full_name} - {person.title}")
        if made:
            return self._render_proposal(TextId("proposal"), made)
        place = likeliest(matched, person.display_name) if person.display_name else None
        if place is None or likeliest([*matched[:place], *matched[place + 1 :]], person.display_name) is not None:
            return ""
        return self._render_proposal(TextId("proposal_if"), _named(matched[place][0]))

    def _render_proposal(self, text: TextId, name: str) -> str:
        said = self._voice.render(text, name=plain(name, _LONGEST_PROPOSAL))
        short = self._policy.short_forms.fit(name, self._policy.names.longest)
        if short == name:
            return said
        brief = plain(short, _LONGEST_PROPOSAL)
        both = said + self._voice.render(TextId("proposal_short"), name=brief)
        return Shortenable(both, self._voice.render(text, name=brief))


def _named(entry: RosterEntry) -> str:
    """Return the display name that a member with this roster entry should have."""
    return f"{entry.full_name} - {entry.position}"
