"""In the quiet hours nobody is written to but about what is grave; the rest is made up when they end."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.unit.features.desk import BAD_NAME, BOT, GROUP, UIDS, UNMARKED, Desk, escalation, to
from zalo_governor.domain.escalation import Night, QuietHours
from zalo_governor.domain.events import GroupInfoChanged, MessageRecalled, MessageRef, NameObserved
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.group_changes import ChangeKind
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.rules.base import NO_CONTEXT, Maturity
from zalo_governor.rules.checks.group_changes import GroupInfoParameters, GroupInfoRule

NIGHT = datetime(2026, 11, 24, 19, 4, tzinfo=UTC)
"""02:04 in Viet Nam."""
INFO = GroupInfoRule(
    clause="6.1", parameters=GroupInfoParameters(), severity=Severity.MINOR, maturity=Maturity.ACTIVE
)  # fmt: skip


class AtNight(Desk):
    """A desk at 02:04 in the quiet hours."""

    def __init__(self, **policy: Any) -> None:
        super().__init__(escalation=escalation(quiet_hours=QuietHours(start=time(22), end=time(6))), **policy)
        self.now = NIGHT
        self.store.group = GroupSnapshot(group_id=GROUP, name="Nhóm điều hành", owner_uid=UIDS["admin"])

    def rename(self, who: str, name: str) -> None:
        """The group gets another name."""
        event = GroupInfoChanged(
            account=BOT, thread_id=GROUP, sender_uid=UIDS[who], at=self.now, name=name, owner_uid=UIDS["admin"]
        )
        self.hear(event, *INFO.check(event, NO_CONTEXT))

    def morning(self) -> None:
        """It becomes six o'clock."""
        self.now = NIGHT.replace(hour=23, minute=0)
        self.tick()
        self.deliver()


def test_a_light_request_waits_for_the_morning_and_goes_out_once() -> None:
    desk = AtNight()
    desk.say("member", "noi dung", UNMARKED)
    desk.tick(hours=3)
    assert desk.take() == []
    assert desk.states() == ["new"]
    desk.morning()
    [asked] = to(desk.take(), "member")
    assert "Tin của đồng chí lúc 02:04 25/11/2026" in asked
    assert desk.states() == ["reminded"]
    desk.office = FeatureFacade(desk.policy)
    desk.morning()
    assert desk.take() == []


def test_several_light_cases_of_one_person_are_one_message_with_every_code() -> None:
    desk = AtNight()
    desk.say("member", "noi dung", UNMARKED)
    desk.later(hours=2)
    desk.say("member", "noi dung", UNMARKED)
    observed = NameObserved(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, source=Source.SWEEP, name="Viên"
    )
    desk.hear(observed, BAD_NAME)
    desk.say("report_reader", "noi dung", UNMARKED)
    desk.take()
    desk.morning()
    posted = desk.take()
    [asked] = to(posted, "member")
    for code in ("VP1", "VP2", "VP3"):
        assert f"- {code}: " in asked
    assert "tên hiển thị" in asked
    [other] = to(posted, "report_reader")
    assert "VP4" in other
    assert desk.states() == ["reminded"] * 4


def test_what_any_rule_finds_in_a_name_is_listed_as_about_the_name() -> None:
    desk = AtNight()
    observed = NameObserved(account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, name="Viên 0900")
    desk.hear(observed, UNMARKED.model_copy(update={"rule_id": "ten-rieng", "clause": "4.6", "field": "name"}))
    desk.later(hours=2)
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.morning()
    [asked] = to(desk.take(), "member")
    assert "- VP1: tên hiển thị," in asked
    assert "- VP2: tin lúc" in asked


def test_what_was_asked_about_together_is_explained_together() -> None:
    desk = AtNight()
    desk.say("member", "noi dung", UNMARKED)
    observed = NameObserved(account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, name="Viên")
    desk.hear(observed, BAD_NAME)
    desk.morning()
    desk.take()
    desk.say("member", "/giaitrinh VP1, VP2 đều là tên của bản tôi", place="private")
    posted = desk.take()
    told = to(posted, "admin")
    assert [text.partition(" của ")[0] for text in told] == ["Giải trình về vụ việc VP1", "Giải trình về vụ việc VP2"]
    assert all('"đều là tên của bản tôi"' in text for text in told)
    assert "VP1" in to(posted, "member")[0]
    assert "VP2" in to(posted, "member")[0]


def test_in_the_morning_an_account_with_anothers_name_is_addressed_without_the_warning_about_itself() -> None:
    desk = AtNight()
    desk.change("stranger", display_name="Lò Văn Chủ")
    assert desk.uow.people.get(desk.person("stranger").id).namesake
    desk.say("stranger", "noi dung", UNMARKED)
    desk.later(hours=2)
    desk.hear(
        NameObserved(account=BOT, thread_id=GROUP, sender_uid=UIDS["stranger"], at=desk.now, name="Viên"), BAD_NAME
    )
    desk.morning()
    [asked] = to(desk.take(), "stranger")
    assert asked.startswith('Kính gửi chủ tài khoản "Lò Văn Chủ",\n')
    assert "CHÚ Ý" not in asked


def test_whom_somebody_recorded_by_hand_at_night_is_not_written_to_in_the_morning_either() -> None:
    desk = AtNight()
    desk.say("admin", f"/ghinhan 4.6 {UIDS['member']} có phản ánh tin của Nhóm có ở nhóm khác", place="private")
    desk.take()
    desk.morning()
    assert to(desk.take(), "member") == []
    assert desk.states() == ["new"]


def test_a_secret_is_asked_about_at_once() -> None:
    desk = AtNight()
    desk.seal("member")
    assert len(to(desk.take(), "member")) == 1
    desk.morning()
    assert to(desk.take(), "member") == []


def test_what_was_recalled_or_settled_in_the_night_is_not_asked_about() -> None:
    desk = AtNight()
    key = desk.say("member", "noi dung", UNMARKED).key
    desk.say("report_reader", "noi dung", UNMARKED)
    desk.hear(
        MessageRecalled(
            account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
        )
    )
    desk.say("admin", "/baonham VP2 tiếng Anh", place="private")
    desk.take()
    desk.morning()
    posted = desk.take()
    assert to(posted, "member") == []
    assert to(posted, "report_reader") == []


def test_where_the_office_wakes_its_desk_it_reads_that_the_member_is_asked_in_the_morning() -> None:
    awake = Desk().policy.ladder
    ladder = awake.model_copy(update={"minor": (awake.minor[0].model_copy(update={"at_night": Night.WAKE}),)})
    desk = AtNight(ladder=ladder)
    desk.say("member", "noi dung", UNMARKED)
    [told] = to(desk.take(), "admin")
    assert "Hết giờ nghỉ, Hệ thống sẽ nhắn" in told


def test_what_the_program_slept_through_is_made_up_when_it_starts_again_in_the_daytime() -> None:
    desk = AtNight()
    desk.say("member", "noi dung", UNMARKED)
    desk.office = FeatureFacade(desk.policy)
    desk.tick(hours=30)
    assert len(to(desk.take(), "member")) == 1


@pytest.mark.parametrize("who", ["admin", "member"])
def test_a_minor_change_of_the_group_is_told_in_the_morning_to_everybody_who_hears_of_it_by_day(who: str) -> None:
    by_day, desk = AtNight(), AtNight()
    by_day.now += timedelta(hours=6)
    by_day.rename(who, "Nhóm mới")
    expected = {notice.thread_id for notice in by_day.take()}
    desk.rename(who, "Nhóm mới")
    assert desk.take() == []
    assert [kept.change.kind for kept in desk.store.kept_changes] == [ChangeKind.NAME]
    desk.morning()
    posted = desk.take()
    assert {notice.thread_id for notice in posted} == expected
    assert (UIDS["leader"] in expected) == (who == "admin")
    assert all("Nhóm mới" in notice.text for notice in posted)
    desk.morning()
    assert desk.take() == []


def test_several_changes_of_one_night_are_one_message() -> None:
    desk = AtNight()
    desk.rename("admin", "Nhóm một")
    desk.later(minutes=20)
    desk.rename("admin", "Nhóm hai")
    desk.morning()
    [told] = to(desk.take(), "leader")
    assert "Nhóm một" in told
    assert "Nhóm hai" in told


def test_a_rename_case_counts_as_reminded_once_its_author_was_written_to() -> None:
    desk = AtNight()
    desk.rename("member", "Nhóm mới")
    assert desk.states() == ["new"]
    desk.morning()
    assert len(to(desk.take(), "member")) == 1
    assert desk.states() == ["reminded"]
