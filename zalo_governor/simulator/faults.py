"""The faults that tests and users can switch on in the simulated Zalo."""

from pydantic import Field

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.models import StrictModel

Refusals = dict[str, tuple[int, str]]
"""Type of the faults that let API calls fail: API path -> (Zalo's error code, error message)."""


class Faults(StrictModel):
    """The faults (simulated failures of Zalo, such as refused or delayed calls) that are active now; by default none.

    An API path is written in full, such as `/api/group/sendmsg`.
    """

    inner: Refusals = {}
    """API path -> (error code, message) that its calls get in the encrypted (inner) part of the answer.

    The calls are not carried out. The error code in the unencrypted (outer) part is 0, as in most errors of Zalo.
    """
    outer: Refusals = {}
    """Path of the API or of the login site -> (error code, message) in the unencrypted (outer) part of the answer."""
    status: dict[str, int] = {}
    """URL path -> HTTP status with which its requests are answered, with an HTML page instead of JSON."""
    hang: dict[str, float] = {}
    """API path -> seconds for which the answer to its calls is delayed."""
    empty: list[str] = []
    """API paths whose calls are not carried out and get an answer without an error and without data."""
    lose_answer: list[str] = []
    """API paths whose calls are carried out, but whose connection is broken before the client receives the answer."""
    most: dict[str, tuple[int, float]] = {}
    """Rate limits: API path -> (number of calls, seconds).

    A call is refused with error code 221 if so many were accepted in the last so many seconds.
    """
    text_bytes: tuple[int, int] | None = None
    """(most bytes of UTF-8, error code): texts that are longer are refused with that code, 112 or 118.

    None leaves only the limits that Zalo was measured to have (`api.sending`).
    """
    repeat_seconds: float = 0.0
    """Seconds in which the same text to the same conversation is refused with error code 123; 0 accepts repeats."""
    rotate_cookie: str | None = None
    """Value with which the next answer replaces the client's session cookie `zpw_sek`, as Zalo does at times.

    None replaces nothing. The value is reset to None after that answer; an answer that does not reach the client (as
    the client has closed its connection, or by `lose_answer`) does not count.
    """
    expired: list[str] = []
    """Session cookies (values of `zpw_sek`) that are no longer valid.

    API calls with them get the error code `expired_code`, WebSocket handshakes HTTP status 401; open sockets stay open.
    """
    expired_code: int = 102
    """Error code of calls with an expired cookie: 102, 401, or 600 (as after a login elsewhere)."""
    expired_may_log_in: bool = False
    """Whether a login with an expired cookie is accepted all the same, although its calls are not."""
    refused_versions: list[int] = []
    """Versions of Zalo Web that the login does not accept."""
    service_hosts: dict[str, list[str]] = {}
    """Name of a service -> URLs of its hosts, which the login answer names in place of the usual ones."""
    clear_cookie: bool = False
    """Whether every answer deletes the session cookie on all its domains, without setting a new value."""
    withheld_keys: int = Field(default=0, ge=0)
    """How often the chat page sets no session cookie after a login by QR code, although the login succeeded."""
    plain_login: tuple[int, str] | None = None
    """(error code, error message) with which unencrypted login calls are refused, or None to accept them.

    zlapi logs in unencrypted; the encrypted login calls of zca-js are not affected.
    """
    handshake: int | None = Field(default=None, ge=400, le=599)
    """HTTP status with which every WebSocket handshake is refused; None accepts handshakes."""
    one_session: bool = False
    """Whether only one session of each account may be connected, as at Zalo.

    If a client connects with another session cookie, the account's older socket is closed with code 3003.
    """
    silent: bool = False
    """Whether nothing is sent over any socket, not even answers to pings, although the sockets stay open."""
    bad_tag: bool = False
    """Whether every encrypted frame has a wrong authentication tag (AES-GCM), so that clients cannot verify it."""
    echo: bool = True
    """Whether the messages that a client sends are also sent back to it over its socket, as Zalo does."""
    old: bool = True
    """Whether requests of clients for missed messages over the socket (commands 510, 511, 610, 611) are answered."""
    evict: dict[str, int] = {}
    """Queue (`511_1`) -> number of its oldest messages, of those that a client missed, that Zalo has dropped."""
    reset: list[str] = []
    """Queues (`511_1`) in which Zalo declares every cursor invalid (`resetLastActionId`)."""
    stall: list[str] = []
    """Queues whose pages say that there is more, but lead no further."""
    login_ms: int = 0
    """Time of the clients' login: neither histories nor queues show what was sent before it."""
    old_below: int | None = None
    """msgId below which `getrecentv2` shows nothing and refers to `getoldv2` by `isOld`."""
    broken_below: int | None = None
    """Pages of a group's history from this msgId on downwards, that is, towards the older ones, hold only an error."""

    def shows(self, message: RawDict) -> bool:
        """Return whether clients may see an earlier message, that is, whether it was sent after their login."""
        return int(message.get("ts") or 0) >= self.login_ms
