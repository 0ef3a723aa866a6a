"""What tells a request of the panel's own pages from others."""

import pytest

from zalo_governor.panel.gatekeeper import Buckets, is_our_host, is_ours

BASE = "https://bang.mau.gov.vn"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": BASE},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": BASE},
    ],
)
def test_a_form_of_the_panel_itself_is_taken(headers: dict[str, str]) -> None:
    assert is_ours(headers, BASE)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://la.example.vn"},
        {"Origin": BASE + ".example.vn"},
        {"Origin": "http://bang.mau.gov.vn"},
        {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://la.example.vn"},
    ],
)
def test_a_form_of_anybody_else_is_not(headers: dict[str, str]) -> None:
    assert not is_ours(headers, BASE)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("bang.mau.gov.vn", True),
        ("BANG.mau.gov.vn", True),
        ("la.example.vn", False),
        ("bang.mau.gov.vn:81", False),
        (None, False),
    ],
)
def test_a_foreign_name_for_this_machine_is_not_answered(host: str | None, *, ours: bool) -> None:
    assert is_our_host(host, BASE) is ours


def test_who_asks_too_often_waits_and_nobody_else_does() -> None:
    buckets = Buckets(per_second=0.001, burst=3)
    assert [buckets.take("10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert buckets.take("10.0.0.2")
