import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.text.names.phones import read_phone


@pytest.mark.parametrize(
    "written",
    ["0912 345 678", "0912.345.678", "0912-345-678", "+84912345678", "+84 912 345 678", "84912345678", "0084912345678",
     "912345678", "912345678.0", "(+84)912345678", "+840912345678", "0912345678\xa0"],
)  # fmt: skip
def test_every_way_to_write_a_number_is_the_same_number(written: str) -> None:
    assert read_phone(written) == "+84912345678"


@pytest.mark.parametrize(("old", "new"), [("01682345678", "+84382345678"), ("0123 4567890", "+84834567890")])
def test_eleven_digits_are_converted_as_in_2018(old: str, new: str) -> None:
    assert read_phone(old) == new


def test_a_landline_is_a_number() -> None:
    assert read_phone("0213 3876 543") == "+842133876543"


@pytest.mark.parametrize(
    "written",
    ["", "không có", "0912", "0012345678", "09123456789", "0412345678", "0912345678/0913456789", "+1 202 555"],
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert read_phone(written) is None


@given(st.text())
def test_any_text_may_stand_there(written: str) -> None:
    phone = read_phone(written)
    assert phone is None or phone.startswith("+84")
