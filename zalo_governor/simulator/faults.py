"""What the simulated Zalo is told to do wrong."""

from pydantic import BaseModel, ConfigDict, Field

Refusals = dict[str, tuple[int, str]]
"""Path -> (error code, error message)."""


class Faults(BaseModel):
    """Faults in force; a path is the whole path, such as `/api/group/sendmsg`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inner: Refusals = {}
    """Outer answer 0, inner error."""
    outer: Refusals = {}
    status: dict[str, int] = {}
    """HTTP status, with a page of HTML."""
    hang: dict[str, float] = {}
    """Seconds to wait before the answer."""
    empty: list[str] = []
    """Outer answer 0 with no data at all."""
    lose_answer: list[str] = []
    """The call is carried out, then the connection breaks before the answer."""
    most: dict[str, tuple[int, float]] = {}
    """Path -> (calls, seconds): whoever calls it more often within so long is refused with 221 for that call."""
    rotate_cookie: str | None = None
    """The next answer replaces `zpw_sek` by this value, once."""
    expired: list[str] = []
    """Values of `zpw_sek` that no longer count: 102 over HTTP, 401 at the socket."""
    plain_login: tuple[int, str] | None = None
    """(error code, error message) for getLoginInfo in the plain form of old clients."""
    handshake: int | None = Field(default=None, ge=400, le=599)
    """HTTP status for every socket handshake."""
    one_session: bool = False
    """A socket of another session of the same account closes the first with 3003, as a login elsewhere does."""
    silent: bool = False
    """Sockets stay open and nothing comes over them any more, not even the answer to a ping."""
    bad_tag: bool = False
    """Every encrypted frame has a wrong GCM tag."""
    echo: bool = True
    """Whether a client's own messages come back over the socket."""
    old: bool = True
    """Whether requests for old messages (510, 511, 610, 611) are answered."""
