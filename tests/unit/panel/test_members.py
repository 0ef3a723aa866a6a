"""What the preview of an import says of the people who are changed by it."""

from datetime import date

from zalo_governor.domain.roster import Change, RosterEntry
from zalo_governor.panel.pages.members import changed_in_words

BEFORE = RosterEntry(full_name="Lò Thị Mẫu", title="Giám đốc", agency="Sở Y tế", phone="+84912345678")


def test_a_change_is_shown_with_its_old_and_new_value_and_no_whole_telephone_number() -> None:
    after = BEFORE.model_copy(update={"title": "Phó Giám đốc", "phone": "+84987654321", "since": date(2026, 12, 1)})
    assert changed_in_words(Change(BEFORE, after)) == (
        "Chức vụ: Giám đốc Sở Y tế → Phó Giám đốc Sở Y tế; Điện thoại: 0912…678 → 0987…321; "
        "Ngày hiệu lực: (trống) → 01/12/2026"
    )
