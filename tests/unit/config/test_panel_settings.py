"""The section `panel`: what is refused, and under which address people reach it."""

import pytest
from pydantic import ValidationError

from zalo_governor.config.panel import PanelSettings


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({}, "http://127.0.0.1:8460"),
        ({"listen": "::1"}, "http://[::1]:8460"),
        ({"enabled": True, "listen": "10.1.2.3", "certificate": "a.pem", "key": "k.pem"}, "https://10.1.2.3:8460"),
        ({"enabled": True, "behind_proxy": True, "address": "https://bang.mau.gov.vn/"}, "https://bang.mau.gov.vn"),
    ],
)
def test_the_address_is_what_people_type(given: dict[str, object], base: str) -> None:
    assert PanelSettings.model_validate(given).base == base


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"enabled": True, "listen": "0.0.0.0"}, "phải có certificate và key"),  # noqa: S104
        ({"enabled": True, "listen": "0.0.0.0", "behind_proxy": True}, "phải ghi thêm address"),  # noqa: S104
        ({"certificate": "a.pem"}, "phải có cả hai"),
        ({"listen": "may-chu"}, "phải là địa chỉ IP"),
        ({"address": "http://bang.mau.gov.vn"}, "phải bắt đầu bằng https://"),
        ({"address": "https://bang.mau.gov.vn/bang"}, "không có gì sau tên máy"),
        ({"address": "bang.mau.gov.vn"}, "phải là địa chỉ như"),
        ({"port": 0}, "greater than or equal to 1"),
    ],
)
def test_what_would_be_open_to_others_or_cannot_work_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        PanelSettings.model_validate(given)
