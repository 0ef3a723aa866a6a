"""The state of the simulated Zalo: accounts, people, groups, friendships, files and message id counters.

A Zalo uid belongs to a pair (viewing account, person). The simulator stores every person under the uid that the main
account (the first one) sees; other accounts see other uids, and `globalId` is the same for all accounts.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.history import History
from zalo_governor.simulator.uids import UidView, digits

BOT_UID = "7000000000000000001"
MEMBER_UID = "7000000000000000002"
GROUP_ID = "8000000000000000001"
_FILES_KEPT = 50

_UID = re.compile(r"\d{15,20}")
_STRANGER = "Vàng Thị Mẫu - Chuyên viên"
_SETTINGS = (
    "blockName",
    "signAdminMsg",
    "addMemberOnly",
    "setTopicOnly",
    "enableMsgHistory",
    "joinAppr",
    "lockCreatePost",
    "lockCreatePoll",
    "lockSendMsg",
    "lockViewMember",
    "bannFeature",
    "dirtyMedia",
    "banDuration",
)


@dataclass
class Person:
    """A person with a Zalo account."""

    uid: str
    name: str
    """The name shown to others: `displayName` in profiles and `dName` in messages."""
    zalo_name: str = ""
    phone: str = ""
    official: bool = False
    """Whether the account is a Zalo Official Account (of an organisation or a program)."""
    takes_messages: bool = True
    """Whether strangers may send private messages; if False, their messages are refused with error code 123."""

    @property
    def global_id(self) -> str:
        """Return Zalo's `globalId` of the person, which is the same for every viewing account."""
        return "G" + digits(f"globalId {self.uid}", 17)


@dataclass(frozen=True)
class FriendRequest:
    """A friend request that has not been answered yet; `by` and `to` are uids."""

    by: str
    to: str
    message: str
    at_ms: int


@dataclass
class Group:
    """A Zalo group. `admins` holds the uids of Zalo's deputies; the owner need not be among them."""

    id: str
    name: str
    owner: str
    admins: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    settings: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SETTINGS, 0) | {"enableMsgHistory": 1})
    description: str = ""
    picture: str = ""
    """File name of the group's picture; "" if the group has no picture of its own."""
    pins: list[RawDict] = field(default_factory=list)
    version: int = 1
    history: History = field(default_factory=History)

    def manages(self, uid: str) -> bool:
        """Return whether the person may remove members, delete messages and change settings (owner or deputy)."""
        return uid == self.owner or uid in self.admins


@dataclass(frozen=True)
class Account:
    """A session with which a client can log in as a person; one person has several after a cookie rotation."""

    uid: str
    cookie: str = ""
    """The session cookie `zpw_sek` of this account; an unknown cookie logs in to the main account."""

    @property
    def secret_key(self) -> bytes:
        """Return the 16-byte key `zpw_enk`, derived from the uid so that restarts do not change it."""
        return hashlib.sha256(f"zpw_enk {self.uid}".encode()).digest()[:16]


class World:
    """All simulated accounts, people, groups and files. Starts with one account, one other member and one group."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.accounts: list[Account] = [Account(BOT_UID)]
        self.people: dict[str, Person] = {
            BOT_UID: Person(BOT_UID, "Hệ thống hỗ trợ quản lý Nhóm", phone="84900000001"),
            MEMBER_UID: Person(MEMBER_UID, "Lò Văn Mẫu - Chuyên viên Văn phòng UBND tỉnh", phone="84900000002"),
        }
        self.groups: dict[str, Group] = {
            GROUP_ID: Group(
                GROUP_ID, "Nhóm Zalo tỉnh Mẫu", owner=MEMBER_UID, admins=[BOT_UID], members=[MEMBER_UID, BOT_UID]
            )
        }
        self.friends: set[frozenset[str]] = set()
        """Pairs of uids of people who are friends."""
        self.friend_requests: list[FriendRequest] = []
        self.uploads: dict[tuple[str, str], dict[int, bytes]] = {}
        """(uid, clientId) of an unfinished upload -> the chunks received so far, by chunk number."""
        self.files: dict[str, bytes] = {}
        """Id of an uploaded file or picture -> its content; only the newest `_FILES_KEPT` files are kept."""
        self._private: dict[frozenset[str], History] = {}
        self._views: dict[str, UidView] = {}
        self._last_message = 0
        self._last_client = 0

    @property
    def main_account(self) -> Account:
        """Return the first account, whose uids identify people inside the simulator."""
        return self.accounts[0]

    def keep_file(self, file_id: str, content: bytes) -> None:
        """Store an uploaded file and drop the oldest ones above `_FILES_KEPT`."""
        self.files[file_id] = content
        while len(self.files) > _FILES_KEPT:
            del self.files[next(iter(self.files))]

    def now_ms(self) -> int:
        """Return the time in milliseconds since 1970, which is real even when a scenario plays faster."""
        return to_ms(self._clock())

    def new_message_id(self) -> str:
        """Return a new msgId.

        Ids grow with time, also over restarts, and stay below 10^16, the cursor at which zlapi starts paging back.
        """
        self._last_message = max(self._last_message + 1, self.now_ms() * 1000)
        return str(self._last_message)

    def new_client_id(self) -> str:
        """Return a new cliMsgId, which a sending client sets to its time in milliseconds; ids are unique here."""
        self._last_client = max(self._last_client + 1, self.now_ms())
        return str(self._last_client)

    def account_of(self, cookie: str) -> Account:
        """Return the account of the session cookie `zpw_sek`, or the main account if the cookie is unknown."""
        return next((account for account in self.accounts if account.cookie == cookie), self.main_account)

    def renew(self, account: Account, cookie: str) -> None:
        """Add a session cookie `zpw_sek` for the account; the old one stays valid until `Faults.expired` lists it."""
        if account.uid != self.main_account.uid:
            self.accounts.append(Account(account.uid, cookie))

    def person(self, uid: str, name: str = "") -> Person:
        """Return the person with this uid, creating one if necessary; a non-empty `name` replaces the stored name."""
        person = self.people.setdefault(uid, Person(uid, name or _STRANGER))
        if name:
            person.name = name
        return person

    def group(self, group_id: str) -> Group:
        """Return the group with this id; an unknown group is created with the main account as owner and only member."""
        if group_id not in self.groups:
            uid = self.main_account.uid
            self.groups[group_id] = Group(group_id, "Nhóm Zalo tỉnh Mẫu", owner=uid, members=[uid])
        return self.groups[group_id]

    def groups_of(self, account: Account) -> Iterator[Group]:
        """Return the groups of which the account is a member."""
        return (group for group in self.groups.values() if account.uid in group.members)

    def parties(self, message: RawDict) -> tuple[str, str]:
        """Return the uids of sender and recipient of a private message, with "0" replaced by the main account's uid."""
        own = self.main_account.uid
        sender, to = str(message.get("uidFrom", "0")), str(message.get("idTo", "0"))
        return own if sender == "0" else sender, own if to == "0" else to

    def are_friends(self, one: str, other: str) -> bool:
        """Return whether two people, given by their uids, are friends on Zalo."""
        return frozenset({one, other}) in self.friends

    def requests_to(self, uid: str) -> list[FriendRequest]:
        """Return the unanswered friend requests to the person with this uid."""
        return [request for request in self.friend_requests if request.to == uid]

    def ask_friendship(self, by: str, to: str, message: str) -> FriendRequest:
        """Store a friend request from `by` to `to` (uids); a repeated request replaces the earlier one."""
        self.friend_requests = [one for one in self.friend_requests if (one.by, one.to) != (by, to)]
        request = FriendRequest(by, to, message, self.now_ms())
        self.friend_requests.append(request)
        return request

    def private_history(self, one: str, other: str) -> History:
        """Return the history of the private conversation between two people, creating it if necessary."""
        return self._private.setdefault(frozenset({one, other}), History())

    def private_of(self, account: Account) -> dict[str, History]:
        """Return the histories of the account's private conversations, by the other person's uid."""
        return {
            next(iter(pair - {account.uid}), account.uid): history
            for pair, history in self._private.items()
            if account.uid in pair
        }

    def uid_seen(self, account: Account, uid: str) -> str:
        """Convert a uid from the main account's view to the view of `account`; unknown uids stay unchanged."""
        if account.uid == self.main_account.uid or uid not in self.people:
            return uid
        return self._view(account).seen(uid)

    def uid_meant(self, account: Account, uid: str) -> str:
        """Convert a uid from the view of `account` to the main account's view (the reverse of `uid_seen`)."""
        return uid if account.uid == self.main_account.uid else self._view(account).meant(uid, self.people)

    def seen_by(self, account: Account, data: Any) -> Any:
        """Return a copy of a payload with uids as `account` sees them; its own is "0" in uidFrom and idTo."""
        if isinstance(data, list):
            return [self.seen_by(account, item) for item in data]
        if isinstance(data, dict):
            return {key: self._seen_value(account, key, value) for key, value in data.items()}
        if isinstance(data, str) and account.uid != self.main_account.uid:
            # JSON strings inside the payload (controls, pins, quotes) hold uids, too.
            return _UID.sub(lambda match: self.uid_seen(account, match[0]), data)
        return data

    def _seen_value(self, account: Account, key: str, value: Any) -> Any:
        if key in {"uidFrom", "idTo"} and value == account.uid:
            return "0"
        return self.seen_by(account, value)

    def _view(self, account: Account) -> UidView:
        return self._views.setdefault(account.uid, UidView(account.uid))
