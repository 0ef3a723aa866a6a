"""A scenario: who is there, and a day of what they do, from a YAML file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zalo_governor.domain.clock import Clock
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.scenario.acts import AnyAct, ClockTime, React, Recall, Reply, ScenarioAct, Seen
from zalo_governor.simulator.world import BOT_UID, GROUP_ID, Account, Group, Person, World

_FIRST_UID = 7000000000000000100


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CastMember(_Model):
    """A person of the scenario."""

    key: str
    name: str
    """As Zalo shows it."""
    uid: str | None = Field(default=None, pattern=r"^\d+$")
    phone: str = ""
    approved: str | None = ""
    """Name and title in the office's list of members; "" where that is what Zalo shows, null for an outsider."""
    in_group: bool = True
    """Whether the person is a member from the start."""
    takes_messages: bool = True
    cookie: str = ""
    """A `zpw_sek` with which a client can log in as this person, beside the bot; "" for nobody can."""


class GroupPlan(_Model):
    """The group."""

    id: str = Field(default=GROUP_ID, pattern=r"^\d+$")
    name: str
    owner: str
    """A person's key."""
    admins: list[str] = []
    """Keys of Zalo's deputies."""
    settings: dict[str, int] = {}


class BotPlan(_Model):
    """The account that the bot logs in to."""

    uid: str = Field(default=BOT_UID, pattern=r"^\d+$")
    name: str
    deputy: bool = False


class Scenario(_Model):
    """The whole."""

    title: str
    speed: float = Field(default=60, gt=0)
    """Scenario seconds per real second, unless the caller says otherwise."""
    start: ClockTime
    end: ClockTime
    bot: BotPlan
    group: GroupPlan
    people: list[CastMember]
    play: list[ScenarioAct]

    @property
    def uids(self) -> dict[str, str]:
        """Key -> uid of everybody, the bot under `bot`."""
        numbered = {person.key: person.uid or str(_FIRST_UID + n) for n, person in enumerate(self.people)}
        return {"bot": self.bot.uid, **numbered}

    @property
    def roster(self) -> list[tuple[str, str]]:
        """(name and title, uid) of everybody whom the office has approved."""
        return [
            (person.approved or person.name, self.uids[person.key])
            for person in self.people
            if person.approved is not None
        ]

    def make_world(self, clock: Clock) -> Callable[[], World]:
        """Makes the world as it is before the first act."""

        def make() -> World:
            world, uids = World(clock), self.uids
            world.accounts = [
                Account(self.bot.uid),
                *(Account(uids[person.key], person.cookie) for person in self.people if person.cookie),
            ]
            world.people = {
                uids[person.key]: Person(
                    uids[person.key], person.name, phone=person.phone, takes_messages=person.takes_messages
                )
                for person in self.people
            }
            world.people[self.bot.uid] = Person(self.bot.uid, self.bot.name)
            group = Group(self.group.id, self.group.name, owner=uids[self.group.owner])
            group.admins = [uids[key] for key in self.group.admins] + ([self.bot.uid] if self.bot.deputy else [])
            group.members = [uids[person.key] for person in self.people if person.in_group] + [self.bot.uid]
            group.settings.update(self.group.settings)
            world.groups = {group.id: group}
            return world

        return make

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        keys = [person.key for person in self.people]
        if len(set(keys)) < len(keys):
            raise ValueError("people: two have the same key")
        if len(set(self.uids.values())) < len(self.uids):
            raise ValueError("people: two have the same uid")
        for number, problem in self._problems(set(keys)):
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
            target = message_named(act)
            if target and target not in said:
                yield number, f"no earlier act has the id {target!r}"
            if act.id:
                said.add(act.id)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Raises:
        SimulatorError: it cannot be read, or a line for each thing that is wrong.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulatorError(f"{path}: {error.strerror}") from None
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
    """Keys of the people whom an act speaks of."""
    who = getattr(act, "who", [])
    named = {act.by, *([who] if isinstance(who, str) else who)}
    mention = getattr(act, "mention", None)
    return {key for key in named | {mention} if key and key != "all"}


def message_named(act: AnyAct) -> str:
    """The id of the earlier message that an act speaks of, "" for none."""
    if isinstance(act, Reply | React):
        return act.to
    return act.of if isinstance(act, Recall | Seen) or act.act in {"pin", "unpin"} else ""
