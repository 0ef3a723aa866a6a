"""Which positions belong to the group, and when (Đ1.3)."""

from datetime import date
from pathlib import Path

import pytest

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.members.roster.positions import Positions

SHIPPED = Positions.load(shipped_config() / "positions.yaml")
THEN, NOW = date(2020, 1, 1), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("title", "agency", "then", "now"),
    [
        ("Phó Chủ tịch", "UBND tỉnh", True, True),
        ("Giám đốc", "Sở Tài chính", True, True),
        ("Chủ tịch UBND huyện Mẫu", "", True, False),
        ("Chủ tịch", "UBND xã Mẫu", False, True),
        ("chu tich", "ubnd phuong Mau", False, True),
        ("Phó Trưởng phòng", "Phòng Tổng hợp, Văn phòng UBND tỉnh", True, True),
        ("Chuyên viên", "Sở Tài chính", False, False),
        ("Nhân viên", "Trạm số 2", False, False),
    ],
)
def test_a_position_belongs_for_as_long_as_it_is_in_force(title: str, agency: str, then: bool, now: bool) -> None:
    entry = RosterEntry(full_name="Lò Văn Mẫu", title=title, agency=agency)
    assert (SHIPPED.eligible(entry, THEN), SHIPPED.eligible(entry, NOW)) == (then, now)


def test_a_wrong_file_is_named_with_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "positions.yaml"
    path.write_text("positions:\n  - what: Mẫu\n    titles: [Chủ tịch]\n    agencies: [UBND]\n    from: hôm nay\n")
    with pytest.raises(ConfigError, match=r"positions\.yaml:5"):
        Positions.load(path)
