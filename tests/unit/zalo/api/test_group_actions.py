"""What Zalo answers about single people, and what is made of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.unit.zalo.standin import Answer, StandIn, inner
from tests.unit.zalo.wiring import GROUP, MEMBER
from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome, FoundAccount
from zalo_governor.domain.clock import system_clock
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.api.group_actions import ZaloErrands
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import ZaloCallError

KICK, ACCEPT = "/api/group/kickout", "/api/friend/accept"
REQUESTS, BY_PHONE = "/api/friend/recommendsv2/list", "/api/friend/profile/get"
EXPEL = Errand(
    id=1, account="1", kind=ErrandKind.EXPEL, group_id=GROUP, uid=MEMBER, ordered_at=datetime(2026, 1, 5, tzinfo=UTC)
)


@pytest.fixture
def people(zalo: StandIn, open_session: Callable[..., ZaloSession]) -> ZaloErrands:
    """Of a session that is logged in and impatient."""
    session = open_session(timeout=0.4)
    session.login()
    return ZaloErrands(ZaloClient(session, system_clock))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (inner({"errorMembers": []}), ErrandOutcome.DONE),
        (inner({"errorMembers": [MEMBER]}), ErrandOutcome.NOT_THERE),
        (inner({"errorMembers": [int(MEMBER)]}), ErrandOutcome.NOT_THERE),
        (inner(None, 165, "not in group"), ErrandOutcome.NOT_ALLOWED),
        (inner(None, 166, "no permission"), ErrandOutcome.NOT_ALLOWED),
        (inner(None, 114, "invalid"), ErrandOutcome.REFUSED),
        (inner(None, 221, "too many"), ErrandOutcome.UNKNOWN),
        (Answer({}, 502), ErrandOutcome.UNKNOWN),
        (Answer({}, hang=1), ErrandOutcome.UNKNOWN),
    ],
)
def test_what_became_of_putting_somebody_out(
    zalo: StandIn, people: ZaloErrands, answer: Answer, outcome: ErrandOutcome
) -> None:
    zalo.answers[KICK] = answer
    assert people.expel(EXPEL) is outcome
    assert zalo.calls[-1].params["members"] == [MEMBER]
    assert zalo.calls[-1].params["grid"] == GROUP


@pytest.mark.parametrize(
    ("answer", "outcome"), [(inner(""), ErrandOutcome.DONE), (inner(None, 222, "?"), ErrandOutcome.REFUSED)]
)
def test_a_friend_request_is_accepted(
    zalo: StandIn, people: ZaloErrands, answer: Answer, outcome: ErrandOutcome
) -> None:
    zalo.answers[ACCEPT] = answer
    assert people.befriend(EXPEL) is outcome
    assert zalo.calls[-1].params["fid"] == MEMBER


def test_of_recommendations_only_requests_are_taken_and_odd_ones_left_out(zalo: StandIn, people: ZaloErrands) -> None:
    items = [
        {"dataInfo": {"userId": MEMBER, "recommType": 2, "recommTime": 5}},
        {"dataInfo": {"userId": "9", "recommType": 1}},
        {"dataInfo": {"recommType": 2}},
        {"dataInfo": None},
        "odd",
    ]
    zalo.answers[REQUESTS] = inner({"recommItems": items})
    assert [(request.uid, request.at_ms) for request in people.friend_requests()] == [(MEMBER, 5)]
    zalo.answers[REQUESTS] = inner({})
    assert people.friend_requests() == []


def test_whose_account_a_number_is(zalo: StandIn, people: ZaloErrands) -> None:
    zalo.answers[BY_PHONE] = inner({"uid": MEMBER, "globalId": "G1"})
    assert people.by_phone("+84912345678") == FoundAccount(uid=MEMBER, global_id="G1")
    assert zalo.calls[-1].params["phone"] == "84912345678"
    zalo.answers[BY_PHONE] = inner(None, 216, "not told")
    assert people.by_phone("+84912345678") is None
    zalo.answers[BY_PHONE] = inner(None, 221, "too many")
    with pytest.raises(ZaloCallError):
        people.by_phone("+84912345678")
