"""What Zalo answers about single people, and what is made of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.unit.zalo.standin import Answer, StandIn, inner
from tests.unit.zalo.wiring import GROUP, MEMBER
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.jobs import Job, JobOutcome, RemoveMember
from zalo_governor.domain.people import FoundAccount
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.api.group_actions import ZaloGroupActions
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import ZaloCallError

KICK, ACCEPT = "/api/group/kickout", "/api/friend/accept"
REQUESTS, BY_PHONE = "/api/friend/recommendsv2/list", "/api/friend/profile/get"
EXPEL = Job(
    id=1, account="1", group_id=GROUP, task=RemoveMember(uid=MEMBER), ordered_at=datetime(2026, 1, 5, tzinfo=UTC)
)


@pytest.fixture
def people(zalo: StandIn, open_session: Callable[..., ZaloSession]) -> ZaloGroupActions:
    """Of a session that is logged in and impatient."""
    session = open_session(timeout=0.4)
    session.login()
    return ZaloGroupActions(ZaloClient(session, system_clock))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (inner({"errorMembers": []}), JobOutcome.DONE),
        (inner({"errorMembers": [MEMBER]}), JobOutcome.NOT_FOUND),
        (inner({"errorMembers": [int(MEMBER)]}), JobOutcome.NOT_FOUND),
        (inner(None, 165, "user not in group"), JobOutcome.NOT_FOUND),
        (inner(None, 166, "no permission"), JobOutcome.NOT_ALLOWED),
        (inner(None, 114, "invalid"), JobOutcome.REFUSED),
        (inner(None, 221, "too many"), JobOutcome.UNKNOWN),
        (Answer({}, 502), JobOutcome.UNKNOWN),
        (Answer({}, hang=1), JobOutcome.UNKNOWN),
    ],
)
def test_what_became_of_putting_somebody_out(
    zalo: StandIn, people: ZaloGroupActions, answer: Answer, outcome: JobOutcome
) -> None:
    zalo.answers[KICK] = answer
    assert people.remove_member(EXPEL) is outcome
    assert zalo.calls[-1].params["members"] == [MEMBER]
    assert zalo.calls[-1].params["grid"] == GROUP


@pytest.mark.parametrize(
    ("answer", "outcome"), [(inner(""), JobOutcome.DONE), (inner(None, 222, "?"), JobOutcome.REFUSED)]
)
def test_a_friend_request_is_accepted(
    zalo: StandIn, people: ZaloGroupActions, answer: Answer, outcome: JobOutcome
) -> None:
    zalo.answers[ACCEPT] = answer
    assert people.accept_friend(EXPEL) is outcome
    assert zalo.calls[-1].params["fid"] == MEMBER


def test_of_recommendations_only_requests_are_taken_and_odd_ones_left_out(
    zalo: StandIn, people: ZaloGroupActions
) -> None:
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


def test_whose_account_a_number_is(zalo: StandIn, people: ZaloGroupActions) -> None:
    zalo.answers[BY_PHONE] = inner({"uid": MEMBER, "globalId": "G1"})
    assert people.by_phone("+84912345678") == FoundAccount(uid=MEMBER, global_id="G1")
    assert zalo.calls[-1].params["phone"] == "84912345678"
    zalo.answers[BY_PHONE] = inner(None, 216, "not told")
    assert people.by_phone("+84912345678") is None
    zalo.answers[BY_PHONE] = inner(None, 221, "too many")
    with pytest.raises(ZaloCallError):
        people.by_phone("+84912345678")
