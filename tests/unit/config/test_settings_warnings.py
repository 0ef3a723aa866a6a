"""What is said of settings that are valid and probably not meant."""

from zalo_governor.config.groups import GroupSettings, PersonSettings
from zalo_governor.config.settings import Settings
from zalo_governor.config.settings_warnings import doubts, shared_roles

ADMIN = PersonSettings(full_name="Lò Văn Mẫu", uid="7000000000000000014", roles=("admin",))
LEADER = PersonSettings(full_name="Giàng A Mẫu", uid="7000000000000000015", roles=("leader",))
ONE, TWO = GroupSettings(id="1", name="Điều hành"), GroupSettings(id="2", name="Ngành Y tế")


def test_roles_that_hold_in_several_groups_are_said_loudly() -> None:
    settings = Settings(groups=(ONE, TWO), people=(ADMIN, LEADER))
    [said] = doubts(settings)
    assert said == shared_roles(settings)
    assert "CẢ 2 Nhóm (Điều hành, Ngành Y tế)" in said


def test_one_group_gives_no_doubt() -> None:
    assert list(doubts(Settings(groups=(ONE,), people=(ADMIN, LEADER)))) == []
    assert shared_roles(Settings(groups=(ONE, TWO))) == ""
