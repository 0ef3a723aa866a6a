"""What a member is told about a display name: what is missing, and which name would be right."""

from collections.abc import Mapping

from zalo_governor.domain.people import Person
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.services.members.roster.matching import likeliest
from zalo_governor.services.messaging.formatter import MessageFormatter, plain
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

_LONGEST_PROPOSAL = 150
_LACKS: Mapping[str, MessageId] = {
    reason: lacks
    for lacks, reasons in {
        MessageId.NAME_LACKS_TITLE: "no_title no_title_dash org_not_title place_not_title joke_title shop dup_name english",
        MessageId.NAME_LACKS_NAME: "title_only given_only initials phone_in_title dup_title",
        MessageId.NAME_LACKS_BOTH: "nickname nickname_emoji org_only email digits single empty phone",
        MessageId.NAME_LACKS_MARKS: "no_diacritics partial_diacritics legacy vni viqr telex",
        MessageId.NAME_LACKS_ORDER: "reversed",
    }.items()
    for reason in reasons.split()
}


class DisplayNameAdvice:
    """Says it in the office's words. A name is proposed, never set; who somebody is, no likeness proves."""

    def __init__(self, policy: ServicePolicy, voice: MessageFormatter) -> None:
        self._policy = policy
        self._voice = voice

    def lacks(self, reason: str | None, *, fixable: bool) -> str:
        """What is missing; where nothing is, that only the form is wrong."""
        return self._voice.render(
            MessageId.NAME_LACKS_FORM if fixable and reason not in _LACKS else self._missing(reason)
        )

    def proposal(self, uow: UnitOfWork, group_id: str, person: Person, made: str | None) -> str:
        """The right name by the roster, where it knows who this is; else by the settings; else what the rule has made.

        Where nothing of that is, the entry of the roster that the shown name clearly resembles is offered, if one is.
        """
        matched = uow.roster.matched(self._policy.account, group_id)
        own = next((entry for entry, uids in matched if person.uid in uids), None)
        if own:
            return self._said(MessageId.PROPOSAL, _named(own))
        if person.full_name and person.title:
            return self._said(MessageId.PROPOSAL, f"{person.full_name} - {person.title}")
        if made:
            return self._said(MessageId.PROPOSAL, made)
        place = likeliest(matched, person.display_name) if person.display_name else None
        if place is None or likeliest([*matched[:place], *matched[place + 1 :]], person.display_name) is not None:
            return ""
        return self._said(MessageId.PROPOSAL_IF, _named(matched[place][0]))

    def _missing(self, reason: str | None) -> MessageId:
        return _LACKS.get(reason or "", MessageId.NAME_LACKS_BOTH)

    def _said(self, text: MessageId, name: str) -> str:
        said = self._voice.render(text, name=plain(name, _LONGEST_PROPOSAL))
        short = self._policy.short_forms.fit(name, self._policy.longest_name)
        if short == name:
            return said
        return said + self._voice.render(MessageId.PROPOSAL_SHORT, name=plain(short, _LONGEST_PROPOSAL))


def _named(entry: RosterEntry) -> str:
    return " ".join(f"{entry.full_name} - {entry.title} {entry.agency}".split())
