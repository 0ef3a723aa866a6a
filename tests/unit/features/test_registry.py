"""The list of features: any of them can be taken out, and the program still hears, answers and reports."""

import pytest

from tests.unit.features.desk import UNMARKED, Desk, to
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.features.registry import FEATURES
from zalo_governor.messaging.feature import EventHandler, Feature
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork


@pytest.mark.parametrize("left_out", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_can_be_taken_out_of_the_list(left_out: Feature) -> None:
    desk = Desk()
    desk.office = FeatureFacade(desk.policy, [feature for feature in FEATURES if feature is not left_out])
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    desk.office.tell_urgent(desk.uow, desk.policy.governed[0].id)
    desk.office.after_sync(desk.uow, desk.policy.governed[0].id)
    for who, line in (
        ("admin", "/trogiup"),
        ("admin", "VP1"),
        ("admin", "CĐ1"),
        ("leader", "cho tôi báo cáo tuần này"),
        ("admin", "đúng CĐ1"),
        ("admin", "ai chưa trả lời chỉ đạo?"),
    ):
        desk.take()
        desk.say(who, line, place="private")
        assert to(desk.take(), who), line


class Hears(EventHandler):
    """Notes what it hears; of sealed events nothing."""

    sealed = False

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self.heard: list[EventBase] = []

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        self.heard.append(event)


def test_what_wants_no_sealed_events_hears_none() -> None:
    desk = Desk()
    handler = Hears(desk.policy)
    desk.office = FeatureFacade(desk.policy, [*FEATURES, Feature("hears", handlers=lambda _policy: (handler,))])
    desk.seal("member")
    assert handler.heard == []
    event = desk.say("member", "xin chào")
    assert handler.heard == [event]
