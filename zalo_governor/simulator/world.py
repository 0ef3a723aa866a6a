"""Who and what exists in the simulated Zalo: accounts, people, groups, and the numbers that Zalo gives.

A uid belongs to a pair (viewing account, person). Inside the simulator a person goes by the uid that the first
account sees; another account sees other uids, and `globalId` is the same for all.
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
    """A human being with a Zalo account."""

    uid: str
    name: str
    """What others see: `displayName` and a message's `dName`."""
    zalo_name: str = ""
    phone: str = ""
    official: bool = False
    """An Official Account: an organisation's or a program's."""
    takes_messages: bool = True
    """False: a private message from a stranger is refused with code 123."""

    @property
    def global_id(self) -> str:
        """The same for every viewing account."""
        return "G" + digits(f"globalId {self.uid}", 17)


@dataclass(frozen=True)
class FriendRequest:
    """Somebody asks somebody to be a friend, and waits for the answer."""

    by: str
    to: str
    message: str
    at_ms: int


@dataclass
class Group:
    """A Zalo group. `admins` are Zalo's deputies; the owner need not be among them."""

    id: str
    name: str
    owner: str
    admins: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    settings: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SETTINGS, 0) | {"enableMsgHistory": 1})
    description: str = ""
    picture: str = ""
    """Name of the picture, "" for the one that Zalo gives by itself."""
    pins: list[RawDict] = field(default_factory=list)
    version: int = 1
    history: History = field(default_factory=History)

    def manages(self, uid: str) -> bool:
        """Whether Zalo lets this uid kick, delete and change settings."""
        return uid == self.owner or uid in self.admins


@dataclass(frozen=True)
class Account:
    """A way for a client to log in; an account whose cookie was rotated has several."""

    uid: str
    cookie: str = ""
    """The `zpw_sek` that belongs to it; one that belongs to nobody logs in to the first account."""

    @property
    def secret_key(self) -> bytes:
        """16 bytes of `zpw_enk`; derived, so that a restarted simulator still understands a client."""
        return hashlib.sha256(f"zpw_enk {self.uid}".encode()).digest()[:16]


class World:
    """Everything that exists. Starts with one account, one more member and one group."""

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
        """Pairs of uids."""
        self.friend_requests: list[FriendRequest] = []
        self.uploads: dict[tuple[str, str], dict[int, bytes]] = {}
        """(uid, clientId) of a file that is being uploaded -> the chunks that have come, by their numbers."""
        self.files: dict[str, bytes] = {}
        """Id of an uploaded file or picture -> what it holds; the youngest alone."""
        self._private: dict[frozenset[str], History] = {}
        self._views: dict[str, UidView] = {}
        self._last_message = 0
        self._last_client = 0

    @property
    def main_account(self) -> Account:
        """The account whose uids name people inside the simulator."""
        return self.accounts[0]

    def keep_file(self, file_id: str, content: bytes) -> None:
        """Keep what was uploaded; the oldest makes room."""
        self.files[file_id] = content
        while len(self.files) > _FILES_KEPT:
            del self.files[next(iter(self.files))]

    def now_ms(self) -> int:
        """Milliseconds since 1970: wire timestamps are real, however fast a scenario plays."""
        return to_ms(self._clock())

    def new_message_id(self) -> str:
        """A msgId: grows with time, also over a restart, and stays below 10^16, where zlapi starts to page back."""
        self._last_message = max(self._last_message + 1, self.now_ms() * 1000)
        return str(self._last_message)

    def new_client_id(self) -> str:
        """A cliMsgId as a sender's client makes it: milliseconds; never twice the same here."""
        self._last_client = max(self._last_client + 1, self.now_ms())
        return str(self._last_client)

    def account_of(self, cookie: str) -> Account:
        """Whose session a `zpw_sek` is."""
        return next((account for account in self.accounts if account.cookie == cookie), self.main_account)

    def renew(self, account: Account, cookie: str) -> None:
        """Another `zpw_sek` for the same account; the old one goes on to count until it is told to expire."""
        if account.uid != self.main_account.uid:
            self.accounts.append(Account(account.uid, cookie))

    def person(self, uid: str, name: str = "") -> Person:
        """The person of that uid; one who was never seen before comes to exist. A name given is the present name."""
        person = self.people.setdefault(uid, Person(uid, name or _STRANGER))
        if name:
            person.name = name
        return person

    def group(self, group_id: str) -> Group:
        """The group of that id; one that was never seen before comes to exist with the main account in it."""
        if group_id not in self.groups:
            uid = self.main_account.uid
            self.groups[group_id] = Group(group_id, "Nhóm Zalo tỉnh Mẫu", owner=uid, members=[uid])
        return self.groups[group_id]

    def groups_of(self, account: Account) -> Iterator[Group]:
        """The groups in which an account is a member."""
        return (group for group in self.groups.values() if account.uid in group.members)

    def parties(self, message: RawDict) -> tuple[str, str]:
        """The uids of the two who talk in a private message; "0" is the main account."""
        own = self.main_account.uid
        sender, to = str(message.get("uidFrom", "0")), str(message.get("idTo", "0"))
        return own if sender == "0" else sender, own if to == "0" else to

    def are_friends(self, one: str, other: str) -> bool:
        """Whether two people are friends on Zalo."""
        return frozenset({one, other}) in self.friends

    def requests_to(self, uid: str) -> list[FriendRequest]:
        """Who waits for that person's answer."""
        return [request for request in self.friend_requests if request.to == uid]

    def ask_friendship(self, by: str, to: str, message: str) -> FriendRequest:
        """Somebody asks; asking again takes the place of the request before."""
        self.friend_requests = [one for one in self.friend_requests if (one.by, one.to) != (by, to)]
        request = FriendRequest(by, to, message, self.now_ms())
        self.friend_requests.append(request)
        return request

    def private_history(self, one: str, other: str) -> History:
        """What was said between two people."""
        return self._private.setdefault(frozenset({one, other}), History())

    def private_of(self, account: Account) -> dict[str, History]:
        """The private conversations of an account, by the other person's uid."""
        return {
            next(iter(pair - {account.uid}), account.uid): history
            for pair, history in self._private.items()
            if account.uid in pair
        }

    def uid_seen(self, account: Account, uid: str) -> str:
        """The uid under which an account sees the person whom the first account sees under `uid`."""
        if account.uid == self.main_account.uid or uid not in self.people:
            return uid
        return self._view(account).seen(uid)

    def uid_meant(self, account: Account, uid: str) -> str:
        """The reverse of `uid_seen`."""
        return uid if account.uid == self.main_account.uid else self._view(account).meant(uid, self.people)

    def seen_by(self, account: Account, data: Any) -> Any:
        """A payload as one account gets it: its own uid is "0" in uidFrom and idTo, others' uids are its own view."""
        if isinstance(data, list):
            return [self.seen_by(account, item) for item in data]
        if isinstance(data, dict):
            return {key: self._seen_value(account, key, value) for key, value in data.items()}
        if isinstance(data, str) and account.uid != self.main_account.uid:
            # Ids also stand inside JSON strings (controls, pins, quotes).
            return _UID.sub(lambda match: self.uid_seen(account, match[0]), data)
        return data

    def _seen_value(self, account: Account, key: str, value: Any) -> Any:
        if key in {"uidFrom", "idTo"} and value == account.uid:
            return "0"
        return self.seen_by(account, value)

    def _view(self, account: Account) -> UidView:
        return self._views.setdefault(account.uid, UidView(account.uid))
