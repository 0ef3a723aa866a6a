"""The way an alarm takes is tried to its end, and nothing is sent unless that is wanted."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.app.test_fallback_alert import hook, mail_server, posts
from zalo_governor.doctor.alerting import reachable
from zalo_governor.doctor.check import Level, Result
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.clock import system_clock

__all__ = ["hook", "mail_server"]


def told(folder: Path, alarm: str, *, send_test: bool = False) -> list[Result]:
    config = folder / "governor.yaml"
    config.write_text(f"alarm: {alarm}\n")
    return list(reachable(DoctorContext(config, system_clock, offline=False, send_test=send_test)))


def smtp(port: int, more: str = "starttls: false") -> str:
    return f"{{smtp: {{host: 127.0.0.1, port: {port}, sender: a@mau.test, recipients: [b@mau.test], {more}}}}}"


def test_without_any_way_the_office_is_warned(tmp_path: Path) -> None:
    [result] = told(tmp_path, "{}")
    assert result.level is Level.WARNING
    assert result.mend


def test_a_mail_server_that_answers_is_good_and_gets_no_mail(tmp_path: Path, mail_server: Any) -> None:
    [result] = told(tmp_path, smtp(mail_server.server_address[1]))
    assert (result.level, "chưa gửi gì" in result.says) == (Level.GOOD, True)


@pytest.mark.parametrize("more", ["starttls: true", "starttls: false, user: a, password: b"])
def test_what_the_mail_server_does_not_offer_is_said(tmp_path: Path, mail_server: Any, more: str) -> None:
    [result] = told(tmp_path, smtp(mail_server.server_address[1], more))
    assert (result.level, "không có STARTTLS" in result.says) == (Level.ERROR, True)


def test_nobody_at_the_port_is_said(tmp_path: Path) -> None:
    [result] = told(tmp_path, smtp(1))
    assert (result.level, "ConnectionRefusedError" in result.says) == (Level.ERROR, True)


def test_a_webhook_gets_a_post_only_when_a_test_is_wanted(tmp_path: Path, hook: Any) -> None:
    address = f"{{webhook: 'http://127.0.0.1:{hook.server_address[1]}/alarm'}}"
    [result] = told(tmp_path, address)
    assert (result.level, posts) == (Level.GOOD, [])
    [result] = told(tmp_path, address, send_test=True)
    assert result.level is Level.GOOD
    assert ["thư thử" in post["subject"] for post in posts] == [True]
