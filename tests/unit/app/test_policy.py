"""The policy of each group: the common settings, and its own where it has some."""

from datetime import time

from zalo_governor.app.configuration import load_configuration
from zalo_governor.app.policy import office_policy
from zalo_governor.config.groups import GroupSettings, PersonSettings
from zalo_governor.config.sections import OfficeSettings, ScheduleSettings, TrialSettings
from zalo_governor.config.settings import Settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.people import Role
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.messaging.policy import LineStatus, ServicePolicy

OWN = GroupSettings(
    id="2",
    name="Ngành Y tế",
    office=OfficeSettings(desk="Sở Y tế"),
    schedule=ScheduleSettings(daily_report=time(16)),
    trial=TrialSettings(days=0),
)
PEOPLE = (
    PersonSettings(full_name="Lò Văn Mẫu", uid="7", roles=(Role.ADMIN,), groups=("1",)),
    PersonSettings(full_name="Vàng Thị Mẫu", uid="8", roles=(Role.ADMIN,), groups=("2",)),
)


def policy_of(*groups: GroupSettings) -> ServicePolicy:
    settings = Settings(groups=groups, people=PEOPLE)
    status = lambda: LineStatus(None)  # noqa: E731
    return office_policy(load_configuration(settings), "9", clock=system_clock, status=status)


def test_groups_that_have_nothing_of_their_own_share_one_policy() -> None:
    policy = policy_of(GroupSettings(id="1"), GroupSettings(id="3"))
    assert policy.all_offices == [policy]
    assert policy.of("1") is policy.of("3") is policy.of("another conversation") is policy


def test_a_group_with_settings_of_its_own_is_governed_by_them_and_the_others_by_the_common_ones() -> None:
    policy = policy_of(GroupSettings(id="1"), OWN, GroupSettings(id="3"))
    common, own = policy.of("1"), policy.of("2")
    assert policy.of("3") is common
    assert ([group.id for group in common.governed], [group.id for group in own.governed]) == (["1", "3"], ["2"])
    assert (own.letterhead.unit, common.letterhead.unit) == ("Sở Y tế", policy.letterhead.unit)
    assert (own.schedule.daily_report, bool(own.trial), bool(common.trial)) == (time(16), False, True)
    assert len(own.groups) == 3, "it still knows that there are others, and names its group in what it says"
    assert [duties.policy for duties in FeatureFacade(policy).duties_by_office] == policy.all_offices


def test_members_are_told_of_the_admins_of_their_own_group_alone() -> None:
    policy = policy_of(GroupSettings(id="1"), OWN)
    assert [name for name, _ in policy.of("1").introduction("1").admins] == ["Lò Văn Mẫu"]
    assert [name for name, _ in policy.of("2").introduction("2").admins] == ["Vàng Thị Mẫu"]
    assert policy.introduction("").admins == ()
