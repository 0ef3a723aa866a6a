"""How papers cite the decision by which a regulation was issued."""

import pytest
from pydantic import ValidationError

from zalo_governor.domain.regulation import Regulation


@pytest.mark.parametrize(
    ("issued", "written"),
    [
        ("2019-08-09", "09 tháng 8 năm 2019"),
        ("2026-02-15", "15 tháng 02 năm 2026"),
        ("2026-12-01", "01 tháng 12 năm 2026"),
    ],
)
def test_the_date_of_issue_is_written_as_the_decree_demands(issued: str, written: str) -> None:
    assert Regulation(title="x", number="1", issued=issued, issuer="x", clauses=()).issued_on == written


@pytest.mark.parametrize(
    ("number", "written"), [("1", "01"), ("1/QĐ-UBND", "01/QĐ-UBND"), ("01/QĐ-UBND", "01/QĐ-UBND"), ("893", "893")]
)
def test_a_number_below_ten_has_its_zero_on_paper(number: str, written: str) -> None:
    assert Regulation(title="x", number=number, issued="2019-08-09", issuer="x", clauses=()).cited_number == written


@pytest.mark.parametrize("issued", ["31/02/2025", "2025-02-31", "hôm qua", ""])
def test_the_date_of_issue_is_a_day_of_the_calendar(issued: str) -> None:
    with pytest.raises(ValidationError, match="năm-tháng-ngày"):
        Regulation(title="x", number="1", issued=issued, issuer="x", clauses=())
