"""Creates the Zalo session of a bot account as the settings say."""

from collections.abc import Callable

from zalo_governor.app.context import AppContext
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.errors import ZaloError
from zalo_governor.zalo.http.rate_limit import TokenBucket


def open_session(
    records: AppContext,
    *,
    pace: TokenBucket | None = None,
    credentials: Credentials | None = None,
    on_credentials: Callable[[Credentials], None] | None = None,
) -> ZaloSession:
    """Create the bot account's Zalo session (HTTP client with cookies), without logging in.

    Args:
        records: settings and stored cookies.
        pace: limits the rate of the calls to Zalo; None: a limit of the session's own, as the settings say.
        credentials: browser id and cookies; None: the stored ones.
        on_credentials: called with the credentials when Zalo renews cookies; None: they are stored.

    Raises:
        ConfigError: no session is stored, and there is no valid session file.
    """
    zalo = records.settings.zalo
    return ZaloSession(
        credentials or records.credentials(),
        route_to=zalo.route_to,
        timeout=zalo.timeout_seconds,
        on_credentials=on_credentials or records.keep_credentials,
        clock=records.clock,
        pace=pace or TokenBucket(per_second=zalo.send.per_second, burst=zalo.send.burst),
        client_version=zalo.client_version,
    )


def log_in(records: AppContext) -> ZaloSession:
    """Log in with the stored cookies, and return the session.

    Raises:
        ConfigError: as `open_session`.
        ZaloError: Zalo did not accept the login.
    """
    session = open_session(records)
    try:
        session.login()
    except ZaloError:
        session.close()
        raise
    return session
