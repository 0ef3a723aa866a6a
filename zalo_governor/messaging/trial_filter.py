"""The filter for the messages of a bot account on trial: everything is judged, but only the admin gets messages."""

from collections.abc import Iterable

from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import Person, Role
from zalo_governor.domain.trial import Addressee, Withheld
from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

ADDRESSEES = {
    Addressee.LEADER: TextId("addressee_leader"),
    Addressee.LEADERSHIP: TextId("addressee_leadership"),
    Addressee.STAFF: TextId("addressee_staff"),
    Addressee.REPORT_READER: TextId("addressee_reader"),
    Addressee.MEMBER: TextId("addressee_member"),
    Addressee.GROUP: TextId("addressee_group"),
}


def on_trial(policy: ServicePolicy, uow: UnitOfWork, group_id: str) -> bool:
    """Return whether the account is on trial in the group, so that what nobody asked for goes to Role.ADMIN only.

    For NO_GROUP: whether it is on trial in all groups.
    """
    if group_id == NO_GROUP:
        return bool(policy.groups) and all(on_trial(policy, uow, one) for one in policy.groups)
    if not policy.of(group_id).trial:
        return False
    trial = uow.trials.get(policy.account, group_id)
    return trial is None or trial.live_at is None


def withheld_from(
    policy: ServicePolicy, uow: UnitOfWork, group_id: str, person: Person | None, *, asked_for: bool
) -> bool:
    """Return whether a message is withheld (not sent) because the account is on trial.

    Args:
        group_id: the group on whose behalf it is sent, or NO_GROUP.
        person: the recipient; None for a message to the group.
        asked_for: the message answers a command; such answers are also sent to people with another role than member.
    """
    if not on_trial(policy, uow, group_id):
        return False
    if person is None:
        return True
    return not (person.holds(group_id, Role.ADMIN) or (asked_for and person.trusted))


def by_addressee(uow: UnitOfWork, withheld: Iterable[Withheld]) -> list[tuple[Addressee, list[Withheld]]]:
    """Sort the messages that were withheld (not sent) during the trial by kind of recipient (leader, member …).

    The kinds are in the order of `Addressee`.
    """
    found: dict[Addressee, list[Withheld]] = {kind: [] for kind in Addressee}
    for row in withheld:
        person = None if row.person_id is None else uow.people.get(row.person_id)
        found[Addressee.of(person, row.group_id)].append(row)
    return [(kind, rows) for kind, rows in found.items() if rows]


def withheld_line(uow: UnitOfWork, voice: MessageFormatter, withheld: Iterable[Withheld]) -> str:
    """Return the text on how many messages were withheld, i.e. not sent because of the trial; "" if none.

    Such as: leader 1 message, members 2 messages.
    """
    return ", ".join(
        voice.render(
            TextId("withheld_from"),
            whom=voice.render(ADDRESSEES[kind]),
            count=number(sum(row.notices for row in rows)),
        )
        for kind, rows in by_addressee(uow, withheld)
    )
