"""The list of features: any of them can be taken out, and the program still hears, answers and reports."""

import pytest

from tests.unit.features.desk import UNMARKED, Desk, to
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.features.registry import FEATURES
from zalo_governor.messaging.feature import Feature


@pytest.mark.parametrize("left_out", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_can_be_taken_out_of_the_list(left_out: Feature) -> None:
    desk = Desk()
    desk.office = FeatureFacade(desk.policy, [feature for feature in FEATURES if feature is not left_out])
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    desk.office.tell_urgent(desk.uow, desk.policy.governed[0].id)
    desk.office.swept(desk.uow, desk.policy.governed[0].id)
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
