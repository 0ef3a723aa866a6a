"""The escalation ladder: how grave, at what hour, the so-manieth time, by whom -> who is told, and when."""

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.clock import VIETNAM
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.escalation import Ladder, MemberStep, QuietHours, Times
from zalo_governor.domain.findings import Severity

SHIPPED = Path(__file__).parents[3] / "config" / "escalation.yaml"
LADDER = validate(Ladder, load_yaml(SHIPPED))
QUIET = QuietHours(start=time(22), end=time(6))
TIMES = Times(timedelta(minutes=15), timedelta(minutes=30), QUIET, remind_members=True)
STEEP = SHIPPED.read_text(encoding="utf-8").replace(
    "minor:\n",
    "minor:\n"
    "  - {from_case: 1, ask_member: true, desk: never, leader: never, at_night: wait}\n"
    "  - {from_case: 3, ask_member: true, desk: digest, leader: never, at_night: wait}\n"
    "  - {from_case: 6, ask_member: true, desk: at_once, leader: unanswered, at_night: wait}\n"
    "unused:\n",
)
ASK, EXEMPT, LEAVE = MemberStep.ASK, MemberStep.EXEMPT, MemberStep.LEAVE


def at(clock: str, day: int = 24) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


@pytest.fixture(scope="module")
def steep(tmp_path_factory: pytest.TempPathFactory) -> Ladder:
    """An office that asks the member first, gathers from the third time on, and goes to the leader from the sixth."""
    path = tmp_path_factory.mktemp("steep") / "escalation.yaml"
    path.write_text(
        STEEP.replace(STEEP[STEEP.index("unused:") : STEEP.index("# Chưa rõ, cần kiểm tra thêm")], ""), encoding="utf-8"
    )
    return validate(Ladder, load_yaml(path))


@pytest.mark.parametrize(
    ("severity", "clock", "leadership", "member", "desk", "leader"),
    [
        ("critical", "14:05", False, ASK, at("14:05"), at("14:20")),
        ("critical", "02:00", False, ASK, at("02:00"), at("02:15")),
        ("critical", "23:50", True, EXEMPT, at("23:50"), at("00:05", 25)),
        ("major", "14:05", False, ASK, at("14:05"), None),
        ("major", "02:00", False, ASK, at("02:00"), None),
        ("minor", "14:05", False, ASK, at("14:05"), None),
        ("minor", "14:05", True, EXEMPT, at("14:05"), None),
        ("minor", "21:59", False, ASK, at("21:59"), None),
        ("minor", "22:00", False, ASK, at("06:00", 25), None),
        ("minor", "05:59", False, ASK, at("06:00"), None),
        ("minor", "06:00", False, ASK, at("06:00"), None),
        ("triage", "14:05", False, LEAVE, at("14:35"), None),
        ("triage", "21:29", False, LEAVE, at("21:59"), None),
        ("triage", "21:40", False, LEAVE, at("06:00", 25), None),
        ("triage", "05:10", False, LEAVE, at("06:00"), None),
        ("triage", "05:50", True, EXEMPT, at("06:20"), None),
        ("suspect", "14:05", False, LEAVE, None, None),
    ],
)
@pytest.mark.parametrize("nth", [1, 7])
def test_the_shipped_ladder(
    severity: str,
    clock: str,
    leadership: bool,
    member: MemberStep,
    desk: datetime | None,
    leader: datetime | None,
    nth: int,
) -> None:
    steps = LADDER.steps(Severity(severity), nth, at(clock), TIMES, leadership=leadership)
    assert steps == (member, desk, leader)


@pytest.mark.parametrize(
    ("nth", "clock", "desk", "leader"),
    [
        (1, "14:05", None, None),
        (2, "23:00", None, None),
        (3, "14:05", at("14:35"), None),
        (5, "23:00", at("06:00", 25), None),
        (6, "14:05", at("14:05"), at("14:20")),
        (99, "14:05", at("14:05"), at("14:20")),
        (6, "23:00", at("06:00", 25), at("06:15", 25)),
    ],
)
def test_who_does_it_again_climbs(
    steep: Ladder, nth: int, clock: str, desk: datetime | None, leader: datetime | None
) -> None:
    steps = steep.steps(Severity.MINOR, nth, at(clock), TIMES, leadership=False)
    assert (steps.desk_at, steps.leader_at) == (desk, leader)


def test_members_are_left_alone_about_all_but_grave_findings_where_the_office_says_so() -> None:
    times = TIMES._replace(remind_members=False)
    asked = {
        severity: LADDER.steps(severity, 1, at("14:05"), times, leadership=False).member is ASK for severity in Severity
    }
    assert [severity for severity, yes in asked.items() if yes] == [Severity.CRITICAL]


def test_without_quiet_hours_nothing_waits() -> None:
    times = TIMES._replace(quiet=None)
    for clock in ("00:00", "03:00", "23:59"):
        assert LADDER.steps(Severity.MINOR, 1, at(clock), times, leadership=False).desk_at == at(clock)


@pytest.mark.parametrize(
    ("start", "end", "clock", "until"),
    [
        ("12:00", "13:30", "12:00", "13:30"),
        ("12:00", "13:30", "13:30", None),
        ("12:00", "13:30", "11:59", None),
        ("00:00", "06:00", "00:00", "06:00"),
        ("00:00", "06:00", "23:59", None),
    ],
)
def test_quiet_hours_may_lie_anywhere(start: str, end: str, clock: str, until: str | None) -> None:
    quiet = QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end))
    assert quiet.until(at(clock)) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        (
            "desk: at_once, leader: unanswered",
            "desk: digest, leader: unanswered",
            "critical: mức khẩn không được báo chậm hơn hay cho ít người hơn",
        ),
        (
            "desk: at_once, leader: unanswered, at_night: wake",
            "desk: at_once, leader: never, at_night: wake",
            "báo cáo Trưởng nhóm khi chưa ai trả lời",
        ),
        ("window_days: 30", "window_days: 0", "window_days: "),
        ("repeated_from: 3", "repeated_from: ba", "repeated_from: "),
        ("triage:\n  - {from_case: 1", "triage:\n  - {from_case: 2", "triage: bậc đầu phải là from_case: 1"),
        ("ask_member: false, desk: digest", "ask_member: false, desk: sometimes", "triage.0.desk: "),
        ("window_days: 30", "window_day: 30", "window_days: còn thiếu"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_key(tmp_path: Path, wrong: str, right: str, complaint: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert wrong in text
    path = tmp_path / "escalation.yaml"
    path.write_text(text.replace(wrong, right), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        validate(Ladder, load_yaml(path))
    assert complaint in str(refused.value)
    assert str(refused.value).startswith(f"{path}:")
