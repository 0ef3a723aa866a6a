"""Conversion of uids (Zalo user ids) between accounts.

On Zalo each account sees a person under another uid; only the person's `globalId` is the same for all accounts.
"""

import hashlib
from collections.abc import Collection


def digits(text: str, count: int) -> str:
    """Return `count` decimal digits hashed from `text`, for invented Zalo ids that are the same after a restart."""
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")).zfill(39)[-count:]


class UidView:
    """Converter of uids between the main account (the bot's) and one other account.

    Both accounts see the same people under different uids; only the other account's own uid is the same for both. Each
    uid is computed once and cached, because a single answer may list ten thousand members.
    """

    def __init__(self, account_uid: str) -> None:
        self._account_uid = account_uid
        self._seen: dict[str, str] = {}
        self._meant: dict[str, str] = {}
        self._indexed = 0

    def seen(self, uid: str) -> str:
        """Return the uid under which the other account sees the person who is `uid` to the main account (the bot's)."""
        if uid == self._account_uid:
            return uid
        found = self._seen.get(uid)
        if found is None:
            found = self._seen[uid] = "6" + digits(f"{self._account_uid} sees {uid}", 18)
            self._meant[found] = uid
        return found

    def meant(self, uid: str, people: Collection[str]) -> str:
        """Return the uid under which the main account (the bot's) sees the person whom the other account sees as `uid`.

        `people` holds the uids of all people as the main account sees them; a uid that belongs to none of them is
        returned unchanged.
        """
        if self._indexed != len(people):
            for person in people:
                self.seen(person)
            self._indexed = len(people)
        return self._meant.get(uid, uid)
