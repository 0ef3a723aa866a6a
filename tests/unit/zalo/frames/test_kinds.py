"""Frames that carry no message are counted by name, and told with what they mean."""

from datetime import UTC, datetime, timedelta

import pytest

from zalo_governor.domain.connection import FrameCount, FrameSort
from zalo_governor.zalo.frames.kinds import FrameCounts, is_encrypted


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    ("cmd", "name", "sort"),
    [
        (504, "read_marks_private", FrameSort.KNOWN),
        (524, "read_marks_group", FrameSort.KNOWN),
        (613, "read_marks_reactions", FrameSort.KNOWN),
        (603, "cmd_603", FrameSort.KNOWN),
        (634, "cmd_634", FrameSort.KNOWN),
        (590, "phone_transfer_590", FrameSort.KNOWN),
        (516, "e2ee_offline_session", FrameSort.ENCRYPTED),
        (532, "e2ee_verify", FrameSort.ENCRYPTED),
        (540, "e2ee_prekeys", FrameSort.ENCRYPTED),
        (570, "e2ee_resend_570", FrameSort.ENCRYPTED),
        (582, "e2ee_582", FrameSort.ENCRYPTED),
        (777, "cmd_777", FrameSort.UNKNOWN),
    ],
)
def test_each_command_has_its_name(cmd: int, name: str, sort: FrameSort) -> None:
    counts = FrameCounts(Clock())
    counts.count(cmd)
    [count] = counts.counts()
    assert (count.name, count.sort, count.hour, count.day) == (name, sort, 1, 1)
    assert count.meaning


@pytest.mark.parametrize(
    ("act_type", "sort"),
    [("mark_unread", FrameSort.KNOWN), ("upload_batch", FrameSort.KNOWN), ("x", FrameSort.UNKNOWN)],
)
def test_acts_of_601_are_counted_by_act_type(act_type: str, sort: FrameSort) -> None:
    counts = FrameCounts(Clock())
    counts.count_act(act_type)
    assert [(count.name, count.sort) for count in counts.counts()] == [(f"601_{act_type}", sort)]
    counts.count_act("Kính gửi đồng chí")
    assert counts.counts()[-1].name == "601_other"


def test_they_are_counted_by_hour_and_day() -> None:
    clock, counts = Clock(), None
    counts = FrameCounts(clock)
    counts.count(504)
    clock.now += timedelta(minutes=1)
    for cmd in (504, 504, 603):
        counts.count(cmd)
    assert [(count.name, count.hour, count.day) for count in counts.counts()] == [
        ("read_marks_private", 2, 3),
        ("cmd_603", 1, 1),
    ]
    clock.now += timedelta(hours=23)
    assert [count.day for count in counts.counts()] == [2, 1]
    clock.now += timedelta(hours=1)
    assert counts.counts() == ()


def test_odd_frames_cannot_fill_the_memory() -> None:
    counts = FrameCounts(Clock())
    for cmd in range(10_000, 11_000):
        counts.count(cmd)
    told: tuple[FrameCount, ...] = counts.counts()
    assert len(told) == 101
    assert sum(count.day for count in told) == 1_000


def test_messages_receipts_and_read_marks_are_not_taken_for_encryption() -> None:
    counts = FrameCounts(Clock())
    counts.count(521)
    assert counts.counts() == ()
    assert [cmd for cmd in range(500, 600) if 514 <= cmd <= 582 and not is_encrypted(cmd)] == [521, 522, 524, 551, 553]
