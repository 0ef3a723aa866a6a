"""What Zalo's error codes mean for a message that was to be sent: the one table of them.

Seen in public code and its users' reports (protocol page, "error codes seen"). A code that is not in the table tells
nothing, so the send is tried again: an alert must not be lost because Zalo found a new number.
"""

from enum import StrEnum
from http import HTTPStatus

SESSION_EXPIRED = 102
"""The session is dead."""
TOO_MANY_REQUESTS = 221
RETRY_LIMIT = -69
UNKNOWN = -1
"""Stands for an error code that is no number."""


class Meaning(StrEnum):
    """What follows from an error code."""

    WAIT = "wait"
    """Not now: try again after a pause."""
    SESSION = "session"
    """Log in again, then try again."""
    REFUSED = "refused"
    """This message will never be taken."""
    NO_SUCH_ACCOUNT = "no_such_account"
    """There is nobody to take it."""
    ADDRESSEE_REFUSES = "addressee_refuses"
    """This person takes no messages from the account."""
    UNKNOWN = "unknown"
    """Not in the table: tried again like WAIT, and counted."""

    @property
    def final(self) -> bool:
        """Whether sending the same again would be refused again."""
        return self in {self.REFUSED, self.NO_SUCH_ACCOUNT, self.ADDRESSEE_REFUSES}


MEANINGS = {
    SESSION_EXPIRED: Meaning.SESSION,
    HTTPStatus.UNAUTHORIZED: Meaning.SESSION,
    HTTPStatus.FORBIDDEN: Meaning.SESSION,
    TOO_MANY_REQUESTS: Meaning.WAIT,
    HTTPStatus.TOO_MANY_REQUESTS: Meaning.WAIT,
    RETRY_LIMIT: Meaning.WAIT,
    112: Meaning.REFUSED,  # the message is larger than Zalo takes, or "undefined error"
    114: Meaning.REFUSED,  # invalid parameters
    165: Meaning.REFUSED,  # the account is not in the group
    166: Meaning.REFUSED,  # no permission in the group
    122: Meaning.ADDRESSEE_REFUSES,  # takes no messages from strangers
    123: Meaning.ADDRESSEE_REFUSES,  # cannot receive messages from this account
    127: Meaning.ADDRESSEE_REFUSES,  # named beside 122 and 123 by those who met it; its text is not known
    216: Meaning.NO_SUCH_ACCOUNT,  # the account of that number or id is not found
}


def meaning_of(code: int) -> Meaning:
    """What follows from that error code or HTTP status."""
    return MEANINGS.get(code, Meaning.UNKNOWN)
