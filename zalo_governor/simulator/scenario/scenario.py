"""The model of a scenario (group, people, and their acts of one day) and its loader from a YAML file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import yaml
from pydantic import Field, ValidationError, model_validator

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.models import StrictModel
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.scenario.acts import AnyAct, ClockTime, React, Reply, ScenarioAct
from zalo_governor.simulator.world import BOT_UID, GROUP_ID, Account, Device, Group, Person, World
from zalo_governor.system.error_text import of_system

_FIRST_UID = 7000000000000000100


class CastMember(StrictModel):
    """A simulated person in a scenario.

    Attributes:
        key: Short name by which the scenario's acts (what people do) refer to the person.
        uid: Zalo user id; None lets the scenario choose one.
    """

    key: str
    name: str
    """The person's display name on Zalo."""
    uid: str | None = Field(default=None, pattern=r"^\d+$")
    phone: str = ""
    approved: str | None = ""
    """The person's name and title on the roster, which is the approved list of the group's members.

    "" means that they equal the display name, None that the person is not on the roster (an outsider).
    """
    in_group: bool = True
    """Whether the person is a member of the group from the start; otherwise an act can let the person join."""
    takes_messages: bool = True
    cookie: str = ""
    """Session cookie (`zpw_sek`) with which a client can log in as this person, in addition to the bot's client.

    "" means that no client can.
    """
    device: Device | None = None
    """The person's device; None means a desktop for who has a cookie, else a phone."""


class GroupPlan(StrictModel):
    """The group as it is at the start of the scenario; `settings` maps Zalo's name of a setting to 0 or 1."""

    id: str = Field(default=GROUP_ID, pattern=r"^\d+$")
    name: str
    owner: str
    """Key of the person who owns the group."""
    admins: list[str] = []
    """Keys of the people who are deputies of the group, that is, its administrators beside the owner."""
    settings: dict[str, int] = {}


class BotPlan(StrictModel):
    """The bot's own account in a scenario; `deputy` says whether it is a deputy (administrator) of the group."""

    uid: str = Field(default=BOT_UID, pattern=r"^\d+$")
    name: str
    deputy: bool = False


class Scenario(StrictModel):
    """A whole scenario: the bot's account, the group, the people and what they do.

    Attributes:
        start: Time of day at which the scenario begins.
        end: Time of day after which no act may come.
        play: The acts (what people do, when), in order of time.
    """

    title: str
    speed: float = Field(default=60, gt=0)
    """Scenario seconds that pass in one real second; whoever starts the player can choose another speed."""
    start: ClockTime
    end: ClockTime
    bot: BotPlan
    group: GroupPlan
    people: list[CastMember]
    play: list[ScenarioAct]

    @property
    def uids(self) -> dict[str, str]:
        """Return key -> uid (Zalo user id) of all people in the scenario; the bot has the key `bot`."""
        numbered = {person.key: person.uid or str(_FIRST_UID + n) for n, person in enumerate(self.people)}
        return {"bot": self.bot.uid, **numbered}

    @property
    def roster(self) -> list[tuple[str, str]]:
        """Return (name and title, uid) of everybody on the roster, which is the approved list of the group's members.

        People who are not on it (outsiders) are left out.
        """
        return [
            (person.approved or person.name, self.uids[person.key])
            for person in self.people
            if person.approved is not None
        ]

    def make_world(self, clock: Clock) -> Callable[[], World]:
        """Return a function that creates the simulated accounts, people and group as they are before the first act.

        The simulator calls it at the start and after each reset.
        """

        def make() -> World:
            world, uids = World(clock), self.uids
            world.accounts = [
                Account(self.bot.uid),
                *(Account(uids[person.key], person.cookie) for person in self.people if person.cookie),
            ]
            world.people = {
                uids[person.key]: Person(
                    uids[person.key],
                    person.name,
                    phone=person.phone,
                    takes_messages=person.takes_messages,
                    device=person.device or (Device.DESKTOP if person.cookie else Device.PHONE),
                )
                for person in self.people
            }
            world.people[self.bot.uid] = Person(self.bot.uid, self.bot.name, device=Device.DESKTOP)
            group = Group(self.group.id, self.group.name, owner=uids[self.group.owner])
            group.admins = [uids[key] for key in self.group.admins] + ([self.bot.uid] if self.bot.deputy else [])
            group.members = [uids[person.key] for person in self.people if person.in_group] + [self.bot.uid]
            group.settings.update(self.group.settings)
            world.groups = {group.id: group}
            return world

        return make

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        keys = [person.key for person in self.people]
        if len(set(keys)) < len(keys):
            raise ValueError("people: two have the same key")
        if len(set(self.uids.values())) < len(self.uids):
            raise ValueError("people: two have the same uid")
        for number, problem in self._problems(set(self.uids)):
            raise ValueError(f"play, act {number}: {problem}")
        return self

    def _problems(self, keys: set[str]) -> Iterator[tuple[int, str]]:
        said: set[str] = set()
        clock = self.start
        for number, act in enumerate(self.play, start=1):
            if not clock <= act.at <= self.end:
                yield number, "the acts must stand in order of time, between start and end"
            clock = act.at
            for key in people_named(act) - keys:
                yield number, f"nobody has the key {key!r}"
            for target in messages_named(act) - said:
                yield number, f"no earlier act has the id {target!r}"
            if act.id:
                said.add(act.id)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario from a YAML file and validate it.

    Raises:
        SimulatorError: the file cannot be read or is invalid; the exception's text has one line for each error.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulatorError(f"{path}: không đọc được: {of_system(error)}; hãy ghi đúng tên tệp") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise SimulatorError(f"{path}: not valid YAML in UTF-8: {error}") from None
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        rows = [
            f"{path}: {'.'.join(map(str, item['loc'])) or '(file)'}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise SimulatorError("\n".join(rows)) from None


def people_named(act: AnyAct) -> set[str]:
    """Return the keys (short names) of all people in an act: who performs it, who is mentioned, added, removed …"""
    who = getattr(act, "who", [])
    named = {act.by, *([who] if isinstance(who, str) else who)}
    mention = getattr(act, "mention", None)
    return {key for key in named | {mention} if key and key != "all"}


def messages_named(act: AnyAct) -> set[str]:
    """Return the ids of the earlier acts whose messages an act refers to, for example the message that it recalls."""
    named = act.to if isinstance(act, Reply | React) else getattr(act, "of", [])
    return {named} if isinstance(named, str) else set(named)
