"""Derives the services' settings from the configuration, and records configuration changes in the audit log."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import SystemRandom

from zalo_governor import __version__
from zalo_governor.app.config_hashes import change, fingerprints
from zalo_governor.app.configuration import Configuration
from zalo_governor.app.context import AppContext
from zalo_governor.config.settings import Settings
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import EVERYWHERE, Role
from zalo_governor.messaging.policy import Introduction, LineStatus, ServicePolicy
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.unit_of_work import UnitsOfWork


def office_policy(
    configuration: Configuration,
    account: str,
    *,
    clock: Clock,
    status: Callable[[], LineStatus],
    sync_soon: Callable[[str], None] = lambda _group: None,
    sync_now: Callable[[str, str], None] = lambda _group, _uid: None,
    words_of: Callable[[str, str], str] = lambda _group, _key: "",
) -> ServicePolicy:
    """Build the `ServicePolicy`: the settings, texts and helper functions that all services share.

    Args:
        configuration: settings, rules and messages.
        account: uid of the bot account.
        clock: returns the present time.
        status: returns the state of the connection.
        sync_soon: requests a sync of the group with that id, to run soon.
        sync_now: called with a group and the uid of an unknown account that writes there; requests a sync at once.
        words_of: called with a group's id and a msgId; returns the text of the stored message, "" if there is none.
    """
    settings, rulebook = configuration.settings, configuration.rulebook
    common = ServicePolicy(
        account=account,
        groups={group.id: group.name for group in settings.groups},
        regulation=rulebook.regulation,
        ladder=rulebook.ladder,
        catalogue=configuration.catalogue,
        clock=clock,
        status=status,
        draw_code=_draw_code,
        sync_soon=sync_soon,
        sync_now=sync_now,
        words_of=words_of,
        with_marks=rulebook.with_marks,
        letterhead=settings.office.letterhead,
        changes=configuration.changes,
        clarity=configuration.clarity,
        roster=settings.roster,
        attachments=settings.attachments,
        retention=settings.retention,
        panel=settings.panel,
        short_forms=configuration.short_forms,
    )
    common = _with_sections(common, settings)
    if not any(group.own_sections or group.regulation for group in settings.groups):
        return common
    return _with_offices(common, configuration)


def _with_offices(common: ServicePolicy, configuration: Configuration) -> ServicePolicy:
    """Add to the policy one of its own for each group with own settings or regulation (`offices`), and one for the
    rest.

    A regulation brings its escalation ladder and its texts.
    """
    settings = configuration.settings
    offices: dict[str, ServicePolicy] = {}
    common = replace(common, offices=offices)
    others = frozenset(group.id for group in settings.groups if not (group.own_sections or group.regulation))
    offices |= dict.fromkeys(others, replace(common, here=others))
    for group in settings.groups:
        if group.id not in offices:
            book = configuration.book_of(group.id)
            office = replace(
                common,
                here=frozenset({group.id}),
                regulation=book.regulation,
                ladder=book.ladder,
                catalogue=configuration.catalogue_of(group.id),
            )
            offices[group.id] = _with_sections(office, settings.of_group(group))
    return common


def _with_sections(policy: ServicePolicy, settings: Settings) -> ServicePolicy:
    """Return the policy with the values of those settings that a group may have of its own (`GroupSettings`)."""
    return replace(
        policy,
        letterhead=settings.office.letterhead,
        escalation=settings.escalation,
        names=settings.names,
        approval=settings.approval,
        directives=settings.directives,
        schedule=settings.schedule,
        trial=settings.trial.lasts,
        introduce=settings.introduction.post_in_group,
        introduction=partial(introduction_of, settings),
    )


def seeds(settings: Settings) -> list[SeedPerson]:
    """Return the people of the settings with their roles by group, as they are stored at each start."""
    return [
        SeedPerson(one.full_name, one.title, one.uid, one.global_id, one.phone, settings.grants_of(one))
        for one in settings.people
    ]


def introduction_of(settings: Settings, group_id: str) -> Introduction:
    """Return the facts (admins, storage periods …) for the message in which the bot introduces itself to a group.

    For NO_GROUP (no certain group), only those who are admins of all groups are named.
    """
    grants = [(person, settings.grants_of(person)) for person in settings.people]
    admins = [
        person for person, held in grants if any(Role.ADMIN in held.get(place, ()) for place in (group_id, EVERYWHERE))
    ]
    return Introduction(
        unit=settings.office.unit,
        admins=tuple((person.full_name, person.title) for person in admins),
        bodies_days=settings.retention.bodies_days,
        cases_days=settings.retention.cases_days,
        readers_days=settings.retention.readers_days,
    )


def note_configuration(records: AppContext, units: UnitsOfWork, occasion: str) -> None:
    """Record in the audit log that the program started or reloaded its configuration, and which files changed.

    `occasion` is the action recorded: `program.started` or `config.reloaded`.
    """
    now = fingerprints(records.settings, records.database.keys.mac)
    other = change(records.fingerprints(), now)
    with units.begin() as uow:
        for action, detail in ((occasion, {"version": __version__}), ("config.changed", other)):
            if detail:
                uow.audit.append(action, at=records.clock(), group_id=NO_GROUP, detail=detail)
    if other:
        records.keep_fingerprints(now)


def _draw_code() -> str:
    """Return a random one-time code of six digits, which an admin must type to have a member or message removed."""
    return f"{SystemRandom().randrange(10**6):06}"
