"""A file of answers: what `init` would ask in its conversation, for an installation without anybody at the keyboard."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from zalo_governor.config import SmtpSettings
from zalo_governor.config.yaml_file import Document, KeyPath, load_yaml, validate
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Member, Role
from zalo_governor.setup.choices import ROLE_NAMES, Choices, ChosenGroup, Holder, office_of
from zalo_governor.setup.member_search import find


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonAnswer(_Answer):
    """Whom to look for among the members; a text alone is the name or a part of it."""

    name: str | None = None
    uid: str | None = None
    global_id: str | None = None
    full_name: str | None = None
    title: str | None = None

    @model_validator(mode="after")
    def _says_whom(self) -> "PersonAnswer":
        if not (self.name or self.uid or self.global_id):
            raise ValueError("phải có name, uid hoặc global_id")
        return self

    @property
    def sought(self) -> str:
        """What to find the person by."""
        return self.global_id or self.uid or self.name or ""


def _person(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


def _listed(given: Any) -> Any:
    return given if isinstance(given, list | tuple) else [given]


_Person = Annotated[PersonAnswer, BeforeValidator(_person)]
_People = Annotated[tuple[_Person, ...], BeforeValidator(_listed)]


class PeopleAnswers(_Answer):
    """Who holds which role. One that is not named stays with whom it is; an empty list takes it from everybody."""

    leader: _Person | None = None
    leadership: _People | None = None
    admin: _People | None = None
    admin_staff: _People | None = None
    report_reader: _People | None = None

    def of(self, role: Role) -> tuple[PersonAnswer, ...] | None:
        """Who is named for a role, None where the file says nothing of it."""
        given = getattr(self, role.value)
        return (given,) if isinstance(given, PersonAnswer) else given


class OfficeAnswers(_Answer):
    """As in governor.yaml."""

    province: str | None = None
    unit: str | None = None
    desk: str | None = None
    place: str | None = None
    signer: str | None = None
    addressee: str | None = None
    recipients: tuple[str, ...] | None = None


class RegulationAnswers(_Answer):
    """Which regulation the office goes by."""

    number: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    issued: date | None = None
    issuer: str | None = None


class AlarmAnswers(_Answer):
    """As in governor.yaml; `smtp` and `webhook` may be null."""

    after_minutes: int | None = Field(default=None, ge=1)
    smtp: SmtpSettings | None = None
    webhook: str | None = Field(default=None, pattern=r"^https?://")


class Answers(_Answer):
    """Everything that can be answered."""

    route_to: str | None = None
    """Base URL of a simulator on this machine."""
    data_dir: str | None = None
    config_dir: str | None = None
    office: OfficeAnswers = OfficeAnswers()
    regulation: RegulationAnswers = RegulationAnswers()
    groups: Annotated[tuple[str, ...], BeforeValidator(_listed)] | None = None
    """Ids, or parts of names, of groups in which the account is."""
    people: PeopleAnswers = PeopleAnswers()
    alarm: AlarmAnswers = AlarmAnswers()


class AnswerFile(NamedTuple):
    """The answers, and where each stands."""

    document: Document
    answers: Answers

    def require(self, *keys: str) -> None:
        """Raises ConfigError naming each of these keys (`office.province`) that the file does not have."""
        missing = []
        for key in keys:
            path = tuple(key.split("."))
            value: Any = self.document.data
            for part in path:
                value = value.get(part) if isinstance(value, dict) else None
            if not value:
                missing.append(str(self.document.error(path, "chưa có; lần khai báo đầu tiên cần mục này")))
        if missing:
            raise ConfigError("\n".join(missing))

    def groups(self, there: Sequence[ChosenGroup]) -> list[ChosenGroup] | None:
        """The groups that are meant, of those in which the account is; None where the file names none.

        Raises:
            ConfigError: a line for each answer that means none or several.
        """
        if self.answers.groups is None:
            return None
        faults, chosen = [], list[ChosenGroup]()
        for number, wanted in enumerate(self.answers.groups):
            found = [group for group in there if group.id == wanted] or find_groups(there, wanted)
            if len(found) == 1:
                chosen.append(found[0])
                continue
            key: KeyPath = ("groups", number) if isinstance(self.document.data["groups"], list) else ("groups",)
            faults.append(self._fault(key, wanted, [f"{group.name} ({group.id})" for group in found], "Nhóm"))
        _raise_all(faults)
        return chosen

    def holders(self, members: Sequence[Member]) -> dict[Role, list[Holder]]:
        """The members that are meant, by role.

        Raises:
            ConfigError: a line for each answer that means nobody or several.
        """
        faults, holders = [], dict[Role, list[Holder]]()
        for role, key, answer in self._people():
            found = find(members, answer.sought)
            if found.only:
                one = found.only
                holder = Holder(one.uid, one.global_id, one.display_name, answer.full_name, answer.title)
                holders.setdefault(role, []).append(holder)
                continue
            names = [f"{member.display_name} (uid {member.uid})" for member in found.members]
            faults.append(self._fault(key, answer.sought, names, "thành viên"))
        _raise_all(faults)
        for role in ROLE_NAMES:
            if self.answers.people.of(role) == ():
                holders[role] = []
        return holders

    def choices(
        self, groups: Sequence[ChosenGroup] | None, holders: Mapping[Role, Sequence[Holder]], *, first: bool
    ) -> Choices:
        """All that the file decides, with the groups and people that its names mean; at first also what follows."""
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
            groups=groups,
            holders=holders,
            regulation=issuer | given.regulation.model_dump(mode="json", exclude_none=True),
        )

    def _people(self) -> Iterator[tuple[Role, KeyPath, PersonAnswer]]:
        for role in ROLE_NAMES:
            given = self.document.data.get("people", {}).get(role.value)
            for number, answer in enumerate(self.answers.people.of(role) or ()):
                place: KeyPath = (number,) if isinstance(given, list) else ()
                yield role, ("people", role.value, *place), answer

    def _fault(self, key: KeyPath, wanted: str, found: Sequence[str], what: str) -> str:
        if not found:
            text = f"không có {what} nào tên {wanted!r}"
        else:
            text = f"{wanted!r} có thể là {len(found)} {what}: {'; '.join(found)}. Ghi rõ hơn, hoặc ghi mã"
        return str(self.document.error(key, text))


def load_answers(path: Path) -> AnswerFile:
    """Read a file of answers.

    Raises:
        ConfigError: a line for each thing that is wrong, naming file, line and key.
    """
    if not path.exists():
        raise ConfigError(f"{path}: không có tệp này; mẫu của tệp trả lời xem docs/cai-dat.md")
    document = load_yaml(path)
    return AnswerFile(document, validate(Answers, document))


def find_groups(there: Sequence[ChosenGroup], typed: str) -> list[ChosenGroup]:
    """The groups of that id, or whose names have what was typed in them."""
    as_members = [Member(uid=group.id, display_name=group.name) for group in there]
    found = {member.uid for member in find(as_members, typed).members}
    return [group for group in there if group.id in found]


def _raise_all(faults: Sequence[str]) -> None:
    if faults:
        raise ConfigError("\n".join(faults))
