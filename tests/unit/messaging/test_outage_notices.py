"""The alarm past Zalo says what has happened and what to do about it."""

from datetime import timedelta

import pytest

from tests.unit.features.desk import NOW, Desk, to
from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.messaging.outage_notices import OutageNotices

AGAIN = NOW + timedelta(minutes=30)


def alarm(line: LineReport | None) -> tuple[str, str]:
    desk, told = Desk(), list[tuple[str, str]]()
    outages = OutageNotices(
        desk.policy,
        tell=lambda subject, text: told.append((subject, text)),
        begin=desk.transaction,
        on_posted=lambda: None,
    )
    outages.outage_began(NOW, line)
    [sent] = told
    assert desk.take() == [], "Zalo cannot carry the word"
    return sent


@pytest.mark.parametrize(
    ("state", "why"),
    [(LineState.DUPLICATE, "đang được dùng ở nơi khác"), (LineState.KICKED, "vừa được đăng nhập ở nơi khác")],
)
def test_an_account_used_elsewhere_is_no_broken_network(state: LineState, why: str) -> None:
    subject, text = alarm(LineReport(state=state, at=NOW, resumes_at=AGAIN))
    assert "dùng ở nơi khác" in subject
    for part in (why, "tạm dừng đến 14:35 24/11/2026", "thoát Zalo"):
        assert part in text
    for wrong in ("đang tự nối lại", "kiểm tra mạng"):
        assert wrong not in text


def test_a_session_that_zalo_refuses_is_to_be_logged_in_anew() -> None:
    subject, text = alarm(LineReport(state=LineState.REFUSED, at=NOW))
    assert "hết hiệu lực" in subject
    assert "zalo-governor login" in text
    assert "kiểm tra mạng" not in text


@pytest.mark.parametrize("line", [None, LineReport(state=LineState.DOWN, at=NOW)])
def test_otherwise_it_is_the_network(line: LineReport | None) -> None:
    subject, text = alarm(line)
    assert "mất kết nối" in subject
    assert "kiểm tra mạng" in text


def test_when_it_hears_again_the_desk_reads_it_too() -> None:
    desk, told = Desk(), list[str]()
    OutageNotices(
        desk.policy, tell=lambda _, text: told.append(text), begin=desk.transaction, on_posted=lambda: None
    ).outage_ended(NOW, AGAIN)
    assert to(desk.take(), "admin") == told
