"""How a message is split into orders, each with its own addressees and deadline."""

from datetime import datetime

import pytest

from zalo_governor.text.directives.reader import DirectiveReader

READER = DirectiveReader()
AT = datetime(2026, 11, 30, 9)  # noqa: DTZ001  the reader's times are local, without offset


def local(month: int, day: int, hour: int) -> datetime:
    return AT.replace(month=month, day=day, hour=hour)


@pytest.mark.parametrize("gap", [" ", "\n"])
def test_numbered_items_have_addressees_deadlines_and_numbers_of_their_own(gap: str) -> None:
    text = gap.join(
        (
            "Giao các đơn vị:",
            "1. Sở Y tế rà soát trạm y tế, báo cáo trước 05/12.",
            "2. Sở Giáo dục và Đào tạo kiểm tra bếp ăn, báo cáo trước 07/12.",
        )
    )
    first, second = READER.read(text, "leader", AT).items
    assert first.addressees == ("Sở Y tế",)
    assert second.addressees == ("Sở Giáo dục và Đào tạo",)
    assert first.text == "1. Sở Y tế rà soát trạm y tế, báo cáo trước 05/12."
    assert second.text.startswith("2. Sở Giáo dục")
    assert (first.deadline, second.deadline) == (local(12, 4, 17), local(12, 6, 17))


def test_each_order_has_its_own_deadline() -> None:
    text = "Sở Tài chính báo cáo nguồn trước ngày 10/12. Sở Nội vụ gửi danh sách trước ngày 08/12."
    items = READER.read(text, "leader", AT).items
    assert [(item.addressees, item.deadline) for item in items] == [
        (("Sở Tài chính",), local(12, 9, 17)),
        (("Sở Nội vụ",), local(12, 7, 17)),
    ]


@pytest.mark.parametrize(
    "text",
    ["Đồng ý. Các đồng chí theo dõi sát.", "Nhất trí, giao các sở theo dõi.", "Biểu dương Sở Y tế, đề nghị phát huy."],
)
def test_consent_without_a_task_is_never_a_sure_directive(text: str) -> None:
    assert READER.read(text, "leader", AT).directive is not True
