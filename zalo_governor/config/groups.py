"""Models of the settings about groups and people: the watched groups, what is particular to one, who has which role."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from zalo_governor.config.directives import DirectiveSettings
from zalo_governor.config.sections import (
    ApprovalSettings,
    EscalationSettings,
    IntroductionSettings,
    NameSettings,
    OfficeSettings,
    ScheduleSettings,
    Section,
    TrialSettings,
)
from zalo_governor.domain.people import Role


class GroupSettings(Section):
    """A Zalo group that the bot watches. A key in a section here, such as `office`, overrides the common setting."""

    id: str = Field(pattern=r"^\d+$")
    name: str = ""
    regulation: str = ""
    """Name of a folder in `regulations/`, by whose regulation the group is judged; "" for the common one."""
    office: OfficeSettings | None = None
    escalation: EscalationSettings | None = None
    approval: ApprovalSettings | None = None
    schedule: ScheduleSettings | None = None
    names: NameSettings | None = None
    directives: DirectiveSettings | None = None
    trial: TrialSettings | None = None
    introduction: IntroductionSettings | None = None

    @property
    def own_sections(self) -> dict[str, Section]:
        """Return the sections that override common settings for this group, by name: `office`, `schedule` …"""
        return {name: value for name in type(self).model_fields if isinstance(value := getattr(self, name), Section)}


class PersonSettings(Section):
    """A person with a role under the regulation, identified by a Zalo id (`uid` or `global_id`), never by name."""

    full_name: str
    title: str = ""
    uid: str | None = None
    global_id: str | None = None
    phone: str | None = None
    roles: tuple[Role, ...]
    groups: Literal["all"] | tuple[str, ...] | None = None
    """Where the roles are held: ids or names of groups in the settings, or `all`, also for groups added later. A person
    with different roles in different groups is listed once for each. null, as in older files, means all groups."""

    @field_validator("groups", mode="before")
    @classmethod
    def _check_groups(cls, stated: object) -> object:
        listed = isinstance(stated, list | tuple) and all(isinstance(group, str) for group in stated)
        if not (listed or stated is None or stated == "all"):
            raise ValueError(
                "phải là all hoặc danh sách các Nhóm trong ngoặc vuông, mã Nhóm đặt trong ngoặc kép; ví dụ: "
                "groups: [Ngành Y tế]"
            )
        return stated

    @model_validator(mode="after")
    def _check_has_id(self) -> "PersonSettings":
        if not (self.uid or self.global_id):
            raise ValueError(
                "phải có uid hoặc global_id (xem bằng lệnh zalo-governor members); họ tên không đủ để nhận ra ai"
            )
        if Role.OVERSEER in self.roles and self.groups not in {None, "all"}:
            raise ValueError("vai trò overseer giữ ở mọi Nhóm; đề nghị ghi groups: all")
        if self.groups == ():
            raise ValueError("groups không được để trống; đề nghị ghi tên các Nhóm, hoặc groups: all")
        return self
