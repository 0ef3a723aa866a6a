"""The session key, the cookie zpw_sek: never lost by a clearing, never wider than Zalo said."""

from collections.abc import Callable

import pytest

from tests.unit.zalo.standin import LOGIN, StandIn, login_answer
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials

Open = Callable[..., ZaloSession]
CLEAR = "zpw_sek=; Domain={}; Path=/; Max-Age=0"


def answered(zalo: StandIn, open_session: Open, *lines: str, domain: str = ".chat.zalo.me") -> ZaloSession:
    """A session with the key on a domain, after a login whose answer has these Set-Cookie lines."""
    session = open_session([{"name": "zpw_sek", "value": "CU", "domain": domain}, {"name": "other", "value": "1"}])
    zalo.answers[LOGIN] = login_answer()._replace(headers=tuple(("Set-Cookie", line) for line in lines))
    session.login()
    return session


def key_of(session: ZaloSession) -> set[str]:
    return {part for part in session.cookie_header("wpa.chat.zalo.me").split("; ") if part.startswith("zpw_sek")}


@pytest.mark.parametrize("domain", [".zalo.me", ".chat.zalo.me"])
@pytest.mark.parametrize(
    "clearing",
    [
        CLEAR.format(".zalo.me"),
        CLEAR.format(".chat.zalo.me"),
        "zpw_sek=; Domain=.zalo.me; Path=/",
        "zpw_sek=; Max-Age=0",
    ],
)
def test_a_clearing_of_the_key_without_a_new_value_is_ignored(
    zalo: StandIn, open_session: Open, kept: list[Credentials], domain: str, clearing: str
) -> None:
    session = answered(zalo, open_session, clearing, domain=domain)
    assert key_of(session) == {"zpw_sek=CU"}
    assert kept == []


@pytest.mark.parametrize("domain", [".zalo.me", ".chat.zalo.me"])
@pytest.mark.parametrize("first", [True, False])
def test_the_answer_that_sets_the_key_may_clear_it_on_the_wider_domain(
    zalo: StandIn, open_session: Open, kept: list[Credentials], domain: str, first: bool
) -> None:
    lines = ["zpw_sek=MOI; Domain=.chat.zalo.me; Path=/", CLEAR.format(".zalo.me")]
    session = answered(zalo, open_session, *(lines if first else lines[::-1]), domain=domain)
    assert key_of(session) == {"zpw_sek=MOI"}
    assert [cookie.domain for cookie in kept[-1].cookies if cookie.name == "zpw_sek"] == [".chat.zalo.me"]


def test_the_key_is_never_widened_to_the_domain_of_its_old_value(
    zalo: StandIn, open_session: Open, kept: list[Credentials]
) -> None:
    answered(zalo, open_session, "zpw_sek=MOI; Path=/", domain=".zalo.me")
    assert [cookie.domain for cookie in kept[-1].cookies if cookie.name == "zpw_sek"] == [".chat.zalo.me"]


def test_other_cookies_are_cleared_as_zalo_says(zalo: StandIn, open_session: Open, kept: list[Credentials]) -> None:
    answered(zalo, open_session, "other=; Domain=.zalo.me; Path=/; Max-Age=0")
    assert [cookie.name for cookie in kept[-1].cookies] == ["zpw_sek"]
