"""Faults that the simulated Zalo can be told to produce."""

from pydantic import BaseModel, ConfigDict, Field

Refusals = dict[str, tuple[int, str]]
"""API path -> (error code, error message)."""


class Faults(BaseModel):
    """The faults that are active; a path is the full API path, such as `/api/group/sendmsg`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inner: Refusals = {}
    """Paths answered with this error code in the encrypted inner answer; the outer code is 0."""
    outer: Refusals = {}
    status: dict[str, int] = {}
    """Path -> HTTP status of the answer, with an HTML page as body."""
    hang: dict[str, float] = {}
    """Path -> seconds to wait before the answer."""
    empty: list[str] = []
    """Paths answered with outer code 0 and no data."""
    lose_answer: list[str] = []
    """Paths whose calls are carried out, but whose connection is broken before the answer."""
    most: dict[str, tuple[int, float]] = {}
    """Rate limits: path -> (calls, seconds); a call beyond that many in so many seconds is refused with code 221."""
    rotate_cookie: str | None = None
    """New value of the cookie `zpw_sek`, set once by the next answer; None for no rotation."""
    expired: list[str] = []
    """Values of the cookie `zpw_sek` that are rejected: with code 102 over HTTP, 401 in the socket handshake."""
    plain_login: tuple[int, str] | None = None
    """(error code, error message) for unencrypted getLoginInfo calls, the form that old clients use."""
    handshake: int | None = Field(default=None, ge=400, le=599)
    """HTTP status with which every socket handshake is refused; None accepts handshakes."""
    one_session: bool = False
    """Whether a new session of an account closes the older session's socket with code 3003, as Zalo does."""
    silent: bool = False
    """Whether all sockets stay open but send nothing any more, not even answers to pings."""
    bad_tag: bool = False
    """Whether every encrypted frame has a wrong GCM tag."""
    echo: bool = True
    """Whether a client's own messages are sent back to it over the socket."""
    old: bool = True
    """Whether requests for old messages (cmd 510, 511, 610, 611) are answered."""
