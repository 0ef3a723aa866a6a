"""The table of Zalo's error codes and what each means for a call, above all for a message that is being sent.

The codes come from public code and its users' reports (zalo-protocol.md, "error codes seen" and 14.9). After a code
that is not in the table the send is retried: an alert must not be lost because Zalo introduced a new code.
"""

from enum import StrEnum
from http import HTTPStatus

SESSION_EXPIRED = 102
"""Zalo's error code for an expired session key: a login with the stored cookies gives a new one."""
SESSION_REVOKED = 600
"""Zalo's error code for a session cookie that is not valid, as after a login elsewhere (zalo-protocol.md, 14.8)."""
DEAD_SESSION_CODES = frozenset({SESSION_EXPIRED, SESSION_REVOKED, HTTPStatus.UNAUTHORIZED.value})
"""Codes in answers and in frames of the socket by which Zalo refuses the session itself."""
INVALID_LOGIN = -1005
FINAL_LOGIN_REFUSALS = frozenset({SESSION_REVOKED, INVALID_LOGIN})
"""Codes after which a login with the same cookies, or by the same QR code, is of no use: a person must log in."""
TOO_MANY_REQUESTS = 221
RETRY_LIMIT = -69
UNKNOWN = -1
"""Used in place of an error code of Zalo that is not a number."""


class Meaning(StrEnum):
    """What an error code of Zalo means for the message that was being sent: retry it, log in first, or give it up.

    For other calls WAIT and SESSION mean the same; after any other code the call has failed.
    """

    WAIT = "wait"
    """Send the message again after a pause."""
    PAUSE = "pause"
    """Zalo has had too many such calls: make none of that kind for a while (`rate_limit.EndpointPauses`)."""
    ONCE_MORE = "once_more"
    """Send the message once more after some minutes; a second such answer means ADDRESSEE_REFUSES."""
    TOO_LONG = "too_long"
    """Send the text in shorter parts; give the message up if it cannot be shortened."""
    SESSION = "session"
    """Log in again, then send the message again."""
    REFUSED = "refused"
    """Give the message up: Zalo will never accept it."""
    ADDRESSEE_REFUSES = "addressee_refuses"
    """Give the message up: the addressee accepts no messages from the bot account."""
    UNKNOWN = "unknown"
    """The code is not in the table: send again as for WAIT, and count the code."""

    @property
    def final(self) -> bool:
        """Return whether sending the message is given up, as Zalo would refuse the message again."""
        return self in {self.REFUSED, self.ADDRESSEE_REFUSES}


MEANINGS = {
    SESSION_EXPIRED: Meaning.SESSION,
    SESSION_REVOKED: Meaning.SESSION,
    HTTPStatus.UNAUTHORIZED: Meaning.SESSION,
    HTTPStatus.FORBIDDEN: Meaning.SESSION,
    TOO_MANY_REQUESTS: Meaning.PAUSE,
    HTTPStatus.TOO_MANY_REQUESTS: Meaning.PAUSE,
    RETRY_LIMIT: Meaning.WAIT,
    112: Meaning.TOO_LONG,  # the message is larger than Zalo takes, or "undefined error"
    118: Meaning.TOO_LONG,  # the text is longer than Zalo takes
    114: Meaning.REFUSED,  # invalid parameters
    165: Meaning.REFUSED,  # the account is not in the group
    166: Meaning.REFUSED,  # no permission in the group
    170: Meaning.REFUSED,  # about a member; its text is not known
    172: Meaning.REFUSED,  # the group is full
    178: Meaning.REFUSED,  # a member already
    240: Meaning.REFUSED,  # awaits approval
    122: Meaning.ADDRESSEE_REFUSES,  # takes no messages from strangers
    123: Meaning.ONCE_MORE,  # cannot receive messages from this account; also after quick identical messages
    127: Meaning.ADDRESSEE_REFUSES,  # reported by users together with 122 and 123; its text is not known
    216: Meaning.REFUSED,  # the account of that number or id is not found
}


def as_code(value: object) -> int:
    """Return the error code in an answer or frame of Zalo, which may be a number or its text; `UNKNOWN` for others."""
    return int(value) if isinstance(value, int | str) and str(value).lstrip("-").isdecimal() else UNKNOWN


def meaning_of(code: int) -> Meaning:
    """Return the meaning of Zalo's error code or HTTP status, `Meaning.UNKNOWN` if it is not in the table."""
    return MEANINGS.get(code, Meaning.UNKNOWN)
