"""Conversion of uids between accounts: on Zalo each account sees a person under another uid; `globalId` is common."""

import hashlib
from collections.abc import Collection


def digits(text: str, count: int) -> str:
    """Return `count` decimal digits derived from the text alone, so that they stay the same over restarts."""
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")).zfill(39)[-count:]


class UidView:
    """Converts uids between the main account's view and that of another account, which sees itself under its own uid.

    Each uid is computed once and cached, because a single answer may list ten thousand members.
    """

    def __init__(self, account_uid: str) -> None:
        self._account_uid = account_uid
        self._seen: dict[str, str] = {}
        self._meant: dict[str, str] = {}
        self._indexed = 0

    def seen(self, uid: str) -> str:
        """Convert a uid from the main account's view to this account's view."""
        if uid == self._account_uid:
            return uid
        found = self._seen.get(uid)
        if found is None:
            found = self._seen[uid] = "6" + digits(f"{self._account_uid} sees {uid}", 18)
            self._meant[found] = uid
        return found

    def meant(self, uid: str, people: Collection[str]) -> str:
        """Convert a uid from this account's view to the main account's view.

        `people` holds all known uids in the main account's view; a uid of nobody in it is returned unchanged.
        """
        if self._indexed != len(people):
            for person in people:
                self.seen(person)
            self._indexed = len(people)
        return self._meant.get(uid, uid)
