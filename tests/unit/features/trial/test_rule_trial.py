"""Rules that an admin puts on trial: what they find is recorded, nobody is told, and it is never forgotten."""

import pytest

from tests.unit.features.desk import REGULATION, UNMARKED, Desk, to
from zalo_governor.domain.regulation import RuleInForce, RuleStanding
from zalo_governor.features.reports.builder import compose
from zalo_governor.features.trial.rule_trial import Change, RuleTrial
from zalo_governor.messaging.periods import as_period, days

WRITING, SECRETS, BY_FILE = "3.1-tieng-viet-co-dau", "4.1-noi-dung-mat", "4.2-noi-dung-xau"
RULES = {
    WRITING: RuleInForce("3.1", title="Chữ không dấu"),
    SECRETS: RuleInForce("4.1", RuleStanding.SECRECY),
    BY_FILE: RuleInForce("4.2", RuleStanding.ON_TRIAL),
}


@pytest.fixture
def desk() -> Desk:
    return Desk(regulation=REGULATION.informed(RULES, {}, (), None))


def _answer(desk: Desk, line: str) -> str:
    desk.say("admin", line, place="private")
    return to(desk.take(), "admin")[0]


def test_nobody_is_told_while_a_rule_is_on_trial_and_people_are_again_once_it_is_in_force(desk: Desk) -> None:
    assert "chạy thử tại" in _answer(desk, f"/quytac thử {WRITING}")
    desk.say("member", "trich dan", UNMARKED)
    assert (desk.states(), desk.take()) == ([], [])
    assert "- Chữ không dấu: chạy thử từ" in (listed := _answer(desk, "/quytac"))
    assert f"(khoản 1 Điều 3 Quy chế; mã {WRITING})" in listed
    assert "luôn áp dụng, vì là bí mật nhà nước" in listed
    assert f"quy tắc đang chạy thử, không báo ai: “Chữ không dấu” ({WRITING})" in _answer(desk, "/trangthai")
    page = _answer(desk, "/chaythu")
    assert "đang chạy thử, chỉ ghi nhận, không báo ai: “Chữ không dấu”, “4.2-noi-dung-xau”. Các quy tắc khác" in page
    group = desk.policy.governed[0]
    period = as_period(days(desk.now.date(), desk.now.date()), desk.policy.voice)
    report = compose(desk.uow, group, period, desk.policy.voice, desk.policy.clock)
    assert report.on_trial == ("3.1",)
    assert "được áp dụng tại" in _answer(desk, f"/quytac áp dụng {WRITING}")
    desk.say("member", "trich dan", UNMARKED)
    assert len(desk.states()) == 1
    desk.uow.trials.begin_rule(group.id, "9.9-da-bo", desk.now, 1)  # Its file was removed since.
    assert "chạy thử" not in _answer(desk, "/trangthai")


def test_a_secret_is_told_even_if_its_rule_were_on_trial(desk: Desk) -> None:
    assert "luôn được áp dụng" in _answer(desk, f"/quytac thử {SECRETS}")
    desk.uow.trials.begin_rule(desk.policy.governed[0].id, SECRETS, desk.now, 1)
    desk.seal("member")
    assert desk.states() == ["reminded"]


@pytest.mark.parametrize(("rule", "said"), [(BY_FILE, "theo tệp cấu hình"), ("9.9-khong-co", "Không có quy tắc")])
def test_what_a_command_cannot_change_is_said(desk: Desk, rule: str, said: str) -> None:
    assert said in _answer(desk, f"/quytac áp dụng {rule}")
    assert desk.store.tried_rules == {}


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", True),
        ("THỬ 3.1-Tieng-Viet-Co-Dau", Change(WRITING, True)),
        ("ap dung 3.1-tieng-viet-co-dau", Change(WRITING, False)),
        ("thử", None),
        ("thử xem sao nhé", None),
        (WRITING, None),
    ],
)
def test_ways_of_typing_it(desk: Desk, typed: str, understood: object) -> None:
    assert RuleTrial(desk.policy).understand(typed, desk.now.date()) == understood
