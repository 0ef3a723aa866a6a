from collections.abc import Callable, Iterator

import pytest

from tests.unit.zalo.standin import StandIn
from zalo_governor.domain.clock import system_clock
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.http.rate_limit import TokenBucket

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Mau/1.0"


@pytest.fixture
def zalo() -> Iterator[StandIn]:
    """A stand-in for Zalo's servers."""
    stand_in = StandIn()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def kept() -> list[Credentials]:
    """The credentials that the session asked to keep, in order."""
    return []


@pytest.fixture
def open_session(zalo: StandIn, kept: list[Credentials]) -> Iterator[Callable[..., ZaloSession]]:
    """Makes a session that is routed to the stand-in."""
    opened = []

    def make(
        cookies: object = None,
        timeout: float = 5.0,
        route_to: str | None = zalo.url,
    ) -> ZaloSession:
        session = ZaloSession(
            Credentials.model_validate(
                {"imei": "imei-1", "user_agent": USER_AGENT, "cookies": cookies or {"zpw_sek": "GIA-DINH"}}
            ),
            route_to=route_to,
            timeout=timeout,
            on_credentials=kept.append,
            clock=system_clock,
            pace=TokenBucket(per_second=1000, burst=100),
        )
        opened.append(session)
        return session

    yield make
    for session in opened:
        session.close()
