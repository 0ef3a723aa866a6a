"""The text in messages about a case that says how an outsider joined the group."""

from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork


def way_in(uow: UnitOfWork, voice: MessageFormatter, newcomer: Outsider, case: Case) -> str:
    """Return the text on how the outsider joined the group: added by a member, by an invitation link, or unknown."""
    if newcomer.brought_by is not None:
        return voice.render(TextId("way_added"), who=voice.account_of(uow.people.get(newcomer.brought_by)))
    return voice.render(TextId("way_link") if case.label == "by_link" else TextId("way_unseen"))
