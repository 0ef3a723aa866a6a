"""The page of health says what `doctor` finds in words of its own."""

from collections import Counter

from tests.unit.features.desk import Desk
from zalo_governor.doctor.registry import CHECKS
from zalo_governor.panel.pages.health import AREAS, areas_of


def test_each_check_belongs_to_one_area() -> None:
    assert Counter(one for ids in AREAS.values() for one in ids) == Counter(check.id for check in CHECKS)


def test_a_note_that_matters_says_what_was_found_and_no_more() -> None:
    unknown = "Chưa rõ tin riêng có đến được không: Lò Văn Mẫu"
    mend = "Đề nghị từng người nhắn /trogiup cho tài khoản của Hệ thống."
    found = [
        {"id": "people_reachable", "level": "note", "says": unknown, "mend": mend},
        {"id": "undelivered", "level": "good", "says": "Mọi tin đều gửi được; 0 tin chờ gửi", "mend": ""},
    ]
    [area] = areas_of(Desk().policy.voice, found)
    assert (area["level"], area["said"], area["mend"]) == ("note", f"{unknown}.", mend)
    [failed] = areas_of(Desk().policy.voice, [found[0], found[1] | {"level": "warning"}])
    assert failed["said"].startswith("Có tin chưa đến người nhận")
