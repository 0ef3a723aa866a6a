"""What the desk reads of a file that is wrong: the file without its folder, line and key, and what to do."""

import pytest

from tests.unit.features.desk import Desk, to
from zalo_governor.messaging.config_notices import ConfigurationNotices


@pytest.mark.parametrize(
    ("complaint", "row"),
    [
        (
            "/srv/zalo/governor.yaml:4: vigil.look_minutes: phải là số",
            "- Tệp governor.yaml, dòng 4, mục vigil.look_minutes: phải là số",
        ),
        (
            "/srv/zalo/config/y-kien.yaml:1: (cả tệp): phải gồm những dòng `mục: giá trị`",
            "- Tệp y-kien.yaml, dòng 1, mục (cả tệp): phải gồm những dòng `mục: giá trị`",
        ),
        (
            "/srv/zalo/governor.yaml:7: sai cách viết YAML (x: y); hãy xem thụt lề",
            "- governor.yaml:7: sai cách viết YAML (x: y); hãy xem thụt lề",
        ),
        ("people: hai người cùng một uid", "- people: hai người cùng một uid"),
    ],
)
def test_a_complaint_is_told_in_the_words_of_the_terminal(complaint: str, row: str) -> None:
    desk = Desk()
    ConfigurationNotices(desk.policy).broken(desk.uow, complaint)
    (told,) = to(desk.take(), "admin")
    assert row in told.splitlines()


def test_faults_beyond_the_fifth_are_counted_as_faults() -> None:
    desk = Desk()
    faults = [f"/srv/zalo/governor.yaml:{line}: spare{line}: không có mục này" for line in range(1, 8)]
    ConfigurationNotices(desk.policy).broken(desk.uow, "\n".join(faults))
    (told,) = to(desk.take(), "admin")
    assert "- và 2 lỗi khác." in told.splitlines()
