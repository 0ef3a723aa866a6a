"""The answers file: a YAML file that answers the questions of `init` in advance, for an unattended installation."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from zalo_governor.config.sections import SmtpSettings
from zalo_governor.config.yaml_file import Document, KeyPath, load_yaml, validate
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.models import StrictModel
from zalo_governor.domain.people import Member, Role
from zalo_governor.messaging.typed_dates import parse_day
from zalo_governor.setup.choices import ROLE_NAMES, Choices, ChosenGroup, Holder, office_of
from zalo_governor.setup.member_search import find

_ROLES = (*ROLE_NAMES, Role.OVERSEER)


class PersonAnswer(StrictModel):
    """A person in the answers file of `init`, to be looked up among the group members by globalId, uid or name.

    A plain string in the YAML file means `name`: a name or a part of one.
    """

    name: str | None = None
    uid: str | None = None
    global_id: str | None = None
    full_name: str | None = None
    """Full name to write into the settings; None: taken from the display name."""
    title: str | None = None
    """Job title to write into the settings; None: taken from the display name."""
    groups: tuple[str, ...] = ()
    """Names of the groups in which the role is held; () for all."""

    @model_validator(mode="after")
    def _check_identified(self) -> "PersonAnswer":
        if not (self.name or self.uid or self.global_id):
            raise ValueError("phải có name, uid hoặc global_id")
        return self

    @property
    def sought(self) -> str:
        """Return the text to search for: the person's globalId if given, else the uid, else the name."""
        return self.global_id or self.uid or self.name or ""


def _as_person(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


def _as_list(given: Any) -> Any:
    return given if isinstance(given, list | tuple) else [given]


def _as_day(given: Any) -> Any:
    # Only dates with a slash: "hôm nay" (today) would mean another day each time that the file is used.
    return (parse_day(given) or given) if isinstance(given, str) and "/" in given else given


_Person = Annotated[PersonAnswer, BeforeValidator(_as_person)]
_People = Annotated[tuple[_Person, ...], BeforeValidator(_as_list)]


class PeopleAnswers(StrictModel):
    """Section `people` of the answers file: who holds each role (leader, admin …).

    A role that is left out keeps its present holders; an empty list removes all of them.
    """

    leader: _Person | None = None
    leadership: _People | None = None
    admin: _People | None = None
    admin_staff: _People | None = None
    report_reader: _People | None = None
    overseer: _People | None = None

    def of(self, role: Role) -> tuple[PersonAnswer, ...] | None:
        """Return the people whom the answers file gives the role; None if the file does not mention the role."""
        given = getattr(self, role.value)
        return (given,) if isinstance(given, PersonAnswer) else given


class OfficeAnswers(StrictModel):
    """Section `office` of the answers file: the public body that uses the bot.

    Keys and meanings are those of the section `office` in governor.yaml; None keeps the present value.
    """

    province: str | None = None
    unit: str | None = None
    desk: str | None = None
    place: str | None = None
    signer: str | None = None
    signer_name: str | None = None
    abbreviation: str | None = None
    addressee: str | None = None
    recipients: tuple[str, ...] | None = None


class RegulationAnswers(StrictModel):
    """Section `regulation` of the answers file: number, date and issuer of the regulation of the group."""

    number: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    issued: Annotated[date, BeforeValidator(_as_day)] | None = None
    issuer: str | None = None


class AlarmAnswers(StrictModel):
    """Section `alarm` of the answers file: how to alert technical staff when the bot is disconnected from Zalo.

    The keys are those of governor.yaml; `smtp: null` or `webhook: null` switches this kind of alert off.
    """

    after_minutes: int | None = Field(default=None, ge=1)
    smtp: SmtpSettings | None = None
    webhook: str | None = Field(default=None, pattern=r"^https?://")


class Answers(StrictModel):
    """The whole content of an answers file, which answers the questions of `init` in advance.

    A setting that the file does not mention keeps its present value.
    """

    route_to: str | None = None
    """Base URL of a Zalo simulator on this machine, to use instead of Zalo."""
    data_dir: str | None = None
    config_dir: str | None = None
    office: OfficeAnswers = OfficeAnswers()
    regulation: RegulationAnswers = RegulationAnswers()
    groups: Annotated[tuple[str, ...], BeforeValidator(_as_list)] | None = None
    """Groups to watch, each given by its id or a part of its name; the bot account must be a member."""
    people: PeopleAnswers = PeopleAnswers()
    alarm: AlarmAnswers = AlarmAnswers()
    panel: bool | None = None
    """Whether the panel, the pages in a browser, shall be switched on."""


class AnswerFile(NamedTuple):
    """An answers file for `init`: its YAML document, which has the line of each answer for errors, and the answers."""

    document: Document
    answers: Answers

    def require(self, *keys: str) -> None:
        """Check that the answers file has a value for each of `keys`, such as `office.province`.

        Raises:
            ConfigError: some keys are missing; one line for each.
        """
        missing = []
        for key in keys:
            path = tuple(key.split("."))
            value: Any = self.document.data
            for part in path:
                value = value.get(part) if isinstance(value, dict) else None
            if not value:
                missing.append(str(self.document.error(path, "chưa có; lần khai báo đầu tiên cần mục này")))
        _raise_all(missing)

    def groups(self, there: Sequence[ChosenGroup]) -> list[ChosenGroup] | None:
        """Look up the groups that the answers file names among those of the bot account (`there`); return those found.

        The result is None if the answers file does not mention groups.

        Raises:
            ConfigError: some answers match no group or several; one line for each.
        """
        if self.answers.groups is None:
            return None
        faults, chosen = [], list[ChosenGroup]()
        for number, wanted in enumerate(self.answers.groups):
            found = find([Member(uid=group.id, display_name=group.name) for group in there], wanted)
            if len(found) == 1:
                chosen += [group for group in there if group.id == found[0].uid]
                continue
            key: KeyPath = ("groups", number) if isinstance(self.document.data["groups"], list) else ("groups",)
            names = [f"{one.display_name} ({one.uid})" for one in found]
            faults.append(self._describe_fault(key, wanted, names, "Nhóm"))
        _raise_all(faults)
        return chosen

    def holders(self, members: Sequence[Member]) -> dict[Role, list[Holder]]:
        """Look up the people whom the answers file names among the group members; return role -> members who get it.

        A role that the file does not mention is left out; a role with an empty list in the file has an empty list.

        Raises:
            ConfigError: some answers match no member or several; one line for each.
        """
        faults, holders = [], dict[Role, list[Holder]]()
        for role, key, answer in self._person_answers():
            found = find(members, answer.sought)
            if len(found) == 1:
                [one] = found
                holder = Holder(one.uid, one.global_id, one.display_name, answer.full_name, answer.title, answer.groups)
                holders.setdefault(role, []).append(holder)
                continue
            names = [f"{member.display_name} (uid {member.uid})" for member in found]
            faults.append(self._describe_fault(key, answer.sought, names, "thành viên"))
        _raise_all(faults)
        for role in _ROLES:
            if self.answers.people.of(role) == ():
                holders[role] = []
        return holders

    def choices(
        self, groups: Sequence[ChosenGroup] | None, holders: Mapping[Role, Sequence[Holder]], *, first: bool
    ) -> Choices:
        """Return all decisions of the answers file as the values to write into governor.yaml and the regulation file.

        `groups` and `holders` are what the methods of these names returned. If `first` (there are no settings yet),
        missing values on the office are derived from its province.
        """
        given, told = self.answers, self.document.data
        top = {"data_dir": given.data_dir, "config_dir": given.config_dir}
        alarm = {
            key: value for key, value in given.alarm.model_dump(mode="json").items() if key in told.get("alarm", {})
        }
        if given.alarm.smtp:
            alarm["smtp"] = dict(told["alarm"]["smtp"])
        usual = office_of(given.office.province) if first and given.office.province else {}
        issuer = {"issuer": usual["unit"]} if usual else {}
        return Choices(
            top={key: value for key, value in top.items() if value},
            zalo={"route_to": given.route_to} if given.route_to else {},
            office=usual | given.office.model_dump(mode="json", exclude_none=True),
            alarm=alarm,
            panel={} if given.panel is None else {"enabled": given.panel},
            groups=groups,
            holders=holders,
            regulation=issuer | given.regulation.model_dump(mode="json", exclude_none=True),
        )

    def _person_answers(self) -> Iterator[tuple[Role, KeyPath, PersonAnswer]]:
        """Yield (role, key path of the answer in the YAML document, answer) for each person in the answers file."""
        for role in _ROLES:
            given = self.document.data.get("people", {}).get(role.value)
            for number, answer in enumerate(self.answers.people.of(role) or ()):
                place: KeyPath = (number,) if isinstance(given, list) else ()
                yield role, ("people", role.value, *place), answer

    def _describe_fault(self, key: KeyPath, wanted: str, found: Sequence[str], what: str) -> str:
        if not found:
            text = f"không có {what} nào tên {wanted!r}"
        else:
            text = f"{wanted!r} có thể là {len(found)} {what}: {'; '.join(found)}. Ghi rõ hơn, hoặc ghi mã"
        return str(self.document.error(key, text))


def load_answers(path: Path) -> AnswerFile:
    """Read and validate an answers file for `init`.

    Raises:
        ConfigError: the file is missing or wrong; one line for each fault, with file, line and key.
    """
    if not path.exists():
        raise ConfigError(f"{path}: không có tệp này; mẫu của tệp trả lời xem docs/cai-dat.md")
    document = load_yaml(path)
    return AnswerFile(document, validate(Answers, document))


def _raise_all(faults: Sequence[str]) -> None:
    if faults:
        raise ConfigError("\n".join(faults))
