"""A uid on Zalo belongs to a pair: who looks, and at whom. Only `globalId` is the same for everybody."""

import hashlib
from collections.abc import Collection


def digits(text: str, count: int) -> str:
    """That many decimal digits which depend on the text alone, so that a restarted simulator gives the same."""
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")).zfill(39)[-count:]


class UidView:
    """How an account other than the first sees people's uids. It sees itself under its own uid.

    Each uid is worked out once: ten thousand members are named in a single answer.
    """

    def __init__(self, account_uid: str) -> None:
        self._account_uid = account_uid
        self._seen: dict[str, str] = {}
        self._meant: dict[str, str] = {}
        self._indexed = 0

    def seen(self, uid: str) -> str:
        """What the account calls the person whom the first account calls `uid`."""
        if uid == self._account_uid:
            return uid
        found = self._seen.get(uid)
        if found is None:
            found = self._seen[uid] = "6" + digits(f"{self._account_uid} sees {uid}", 18)
            self._meant[found] = uid
        return found

    def meant(self, uid: str, people: Collection[str]) -> str:
        """What the first account calls whom this account calls `uid`; a uid of nobody in `people` stays as it is."""
        if self._indexed != len(people):
            for person in people:
                self.seen(person)
            self._indexed = len(people)
        return self._meant.get(uid, uid)
