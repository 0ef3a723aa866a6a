"""The delivery promise, and that docs/giao-tin.md tells the same."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zalo_governor.domain.notices import Notice, Purpose
from zalo_governor.domain.send_retries import URGENT, Promise, expiry_of, promise_of
from zalo_governor.zalo.http.error_codes import MEANINGS, Meaning

PAGE = (Path(__file__).parents[3] / "docs" / "giao-tin.md").read_text("utf-8")
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_pauses_grow_and_the_last_one_stays() -> None:
    for purpose in Purpose:
        for urgent in (False, True):
            promise = promise_of(purpose, urgent=urgent)
            pauses = [promise.pause(tries) for tries in range(1, 40)]
            assert pauses == sorted(pauses)
            assert pauses[-1] == timedelta(seconds=promise.pauses[-1])


def test_a_notice_of_tomorrow_is_tried_as_long_as_one_of_today() -> None:
    notice = Notice(
        account="1", thread_id="2", text="…", purpose=Purpose.REPLY, group_id="3", created_at=NOW,
        not_before=NOW + timedelta(days=1),
    )  # fmt: skip
    assert expiry_of(notice) == NOW + timedelta(days=1, minutes=30)


@pytest.mark.parametrize(
    ("row", "promise"),
    [
        ("khẩn", URGENT),
        ("báo Quản trị", promise_of(Purpose.ADMIN_ALERT, urgent=False)),
        ("nhắc thành viên", promise_of(Purpose.MEMBER_REQUEST, urgent=False)),
        ("trả lời lệnh", promise_of(Purpose.REPLY, urgent=False)),
    ],
)
def test_the_page_tells_the_promise(row: str, promise: Promise) -> None:
    [told] = [line.split("|")[2:4] for line in PAGE.splitlines() if line.startswith(f"| {row}")]
    hours = promise.lasts / timedelta(hours=1)
    assert told[0].strip().startswith(f"{hours:.0f} giờ" if hours >= 1 else f"{hours * 60:.0f} phút")
    seconds = [
        int(number) for times, number in re.findall(r"(sáu lần )?(\d+)", told[1]) for _ in range(6 if times else 1)
    ]
    assert seconds == list(promise.pauses)


def test_the_page_has_every_code_and_what_is_done() -> None:
    rows = dict(re.findall(r"^\| (-?\d+) \|.*?\| ([^|]+) \|$", PAGE, re.MULTILINE))
    assert set(map(int, rows)) == set(MEANINGS)
    for code, meaning in MEANINGS.items():
        done = rows[str(int(code))]
        assert done.startswith("không gửi") == meaning.final, code
        assert ("đăng nhập lại" in done) == (meaning is Meaning.SESSION)
