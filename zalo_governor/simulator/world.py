"""The world of the simulation: accounts, people, groups, friendships, messages and files.

On Zalo each account sees a person under another uid (user id). The simulator stores every person under the uid that the
main account (the first one, the bot's) sees; `globalId` is the same for all accounts.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.file_server import ServedFile
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


class Device(StrEnum):
    """Kind of device on which a person uses Zalo.

    Whoever recalls a message, deletes it or reacts to it names it, on a phone, by its cliMsgId alone; on a desktop also
    by its msgId (zalo-protocol.md, 14.2 and 14.3).
    """

    PHONE = "phone"
    DESKTOP = "desktop"


@dataclass
class Person:
    """A person who has a Zalo account; `uid` is the user id that the main account (the bot's) sees."""

    uid: str
    name: str
    """The name that others see: `displayName` in profiles and `dName` in messages."""
    zalo_name: str = ""
    phone: str = ""
    official: bool = False
    """Whether this is a Zalo Official Account, that is, one of an organisation or a program, not of a human."""
    takes_messages: bool = True
    """Whether people who are not friends may send private messages; if False, they get error code 122."""
    device: Device = Device.PHONE
    """The device on which the person reads and writes; who logs in to the simulator's web service has a desktop."""

    @property
    def global_id(self) -> str:
        """Return Zalo's `globalId` of the person, which every account sees alike, unlike the uid."""
        return "G" + digits(f"globalId {self.uid}", 17)


@dataclass(frozen=True)
class FriendRequest:
    """A friend request from the person `by` to the person `to` (uids) that has not been accepted yet."""

    by: str
    to: str
    message: str
    at_ms: int


@dataclass
class Group:
    """A Zalo group with its members and messages.

    Attributes:
        owner: uid of the owner.
        admins: uids of the deputies, who are administrators beside the owner; the owner need not be listed.
        members: uids of the members.
        pending: uids of the people who have asked to join and wait for admission.
        settings: Zalo's name of a setting -> its value; most are flags, 0 or 1.
        pins: The pinned messages, newest first.
        version: Number that grows with changes of the group, by which clients see that their copy is out of date.
    """

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
    encrypted: bool = False
    """Whether the group is end-to-end encrypted (Zalo's `e2ee`)."""
    version: int = 1
    history: History = field(default_factory=History)
    reactions: History = field(default_factory=History)
    """The reactions to the group's messages, each with a msgId of its own."""

    def manages(self, uid: str) -> bool:
        """Return whether the person with this uid may administer the group, that is, is its owner or a deputy."""
        return uid == self.owner or uid in self.admins


@dataclass(frozen=True)
class Account:
    """An account of a person, with one session cookie by which clients log in to it.

    A person whose cookie has been replaced has several entries, one for each cookie.
    """

    uid: str
    cookie: str = ""
    """The session cookie (`zpw_sek`) by which a client logs in; an unknown cookie logs in to the main account."""

    @property
    def secret_key(self) -> bytes:
        """Return the 16-byte AES key (`zpw_enk`) of the account's API calls, which is the same after a restart."""
        return hashlib.sha256(f"zpw_enk {self.uid}".encode()).digest()[:16]


class World:
    """All simulated accounts, people, groups, messages and files.

    At first there are one account (the bot's, which is the main account), one other member and one group.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.accounts: list[Account] = [Account(BOT_UID)]
        self.people: dict[str, Person] = {
            BOT_UID: Person(BOT_UID, "Hệ thống hỗ trợ quản lý Nhóm", phone="84900000001", device=Device.DESKTOP),
            MEMBER_UID: Person(MEMBER_UID, "Lò Văn Mẫu - Chuyên viên Văn phòng UBND tỉnh", phone="84900000002"),
        }
        self.groups: dict[str, Group] = {
            GROUP_ID: Group(
                GROUP_ID, "Nhóm Zalo tỉnh Mẫu", owner=MEMBER_UID, admins=[BOT_UID], members=[MEMBER_UID, BOT_UID]
            )
        }
        self.friends: set[frozenset[str]] = set()
        """Pairs of uids of people who are friends on Zalo."""
        self.friend_requests: list[FriendRequest] = []
        self.uploads: dict[tuple[str, str], dict[int, bytes]] = {}
        """(uid, clientId) of an upload that is not complete -> the chunks received so far, by chunk number."""
        self.files: dict[str, bytes] = {}
        """Id of an uploaded file or photo -> its content; only the newest `_FILES_KEPT` are kept."""
        self.served: dict[str, ServedFile] = {}
        """Id of a file of a message -> the file, as the simulated file server serves it."""
        self._private: dict[frozenset[str], History] = {}
        self._private_reactions: dict[frozenset[str], History] = {}
        self._views: dict[str, UidView] = {}
        self._last_message = 0
        self._last_client = 0

    @property
    def main_account(self) -> Account:
        """Return the first account, usually the bot's; the simulator stores people under the uids that it sees."""
        return self.accounts[0]

    def keep_file(self, file_id: str, content: bytes) -> None:
        """Store an uploaded file; remove the oldest stored files so that only the newest `_FILES_KEPT` remain."""
        self.files[file_id] = content
        while len(self.files) > _FILES_KEPT:
            del self.files[next(iter(self.files))]

    def serve(self, file: ServedFile) -> str:
        """Let the simulated file server serve a file of a message; return the file's id."""
        file_id = self.new_message_id()
        self.served[file_id] = file
        return file_id

    def file(self, file_id: str) -> ServedFile | None:
        """Return the file of a message, or the uploaded file, with this id; None if there is none."""
        uploaded = self.files.get(file_id)
        return self.served.get(file_id) or (ServedFile("", uploaded) if uploaded is not None else None)

    def now_ms(self) -> int:
        """Return the real time in milliseconds since 1970, also while a scenario is played faster than real time."""
        return to_ms(self._clock())

    def new_message_id(self) -> str:
        """Return a new msgId, Zalo's id of a message.

        Ids grow with time, also after a restart, and stay below 10^16, the cursor at which zlapi starts to page
        backwards through the history.
        """
        self._last_message = max(self._last_message + 1, self.now_ms() * 1000)
        return str(self._last_message)

    def new_client_id(self) -> str:
        """Return a new, unique cliMsgId (id that the sending client gives a message): like real ones, a time in ms."""
        self._last_client = max(self._last_client + 1, self.now_ms())
        return str(self._last_client)

    def account_of(self, cookie: str) -> Account:
        """Return the account with this session cookie (`zpw_sek`), or the main account if the cookie is unknown."""
        return next((account for account in self.accounts if account.cookie == cookie), self.main_account)

    def renew(self, account: Account, cookie: str) -> None:
        """Add a further session cookie (`zpw_sek`) by which clients can log in to the account.

        The old cookie stays valid until it is added to `Faults.expired`. The main account needs no entry, as every
        unknown cookie logs in to it.
        """
        if account.uid != self.main_account.uid:
            self.accounts.append(Account(account.uid, cookie))

    def person(self, uid: str, name: str = "") -> Person:
        """Return the person with this uid, created if unknown; a non-empty `name` replaces the display name."""
        person = self.people.setdefault(uid, Person(uid, name or _STRANGER))
        if name:
            person.name = name
        return person

    def group(self, group_id: str) -> Group:
        """Return the group with this id, created if unknown with the main account as its owner and only member."""
        if group_id not in self.groups:
            uid = self.main_account.uid
            self.groups[group_id] = Group(group_id, "Nhóm Zalo tỉnh Mẫu", owner=uid, members=[uid])
        return self.groups[group_id]

    def groups_of(self, account: Account) -> Iterator[Group]:
        """Return the groups of which the account is a member."""
        return (group for group in self.groups.values() if account.uid in group.members)

    def parties(self, message: RawDict) -> tuple[str, str]:
        """Return the uids of the sender and the recipient of a private message.

        The uid "0" in a message stands for the main account (the bot's) and is replaced by that account's uid.
        """
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
        """Store a friend request from the person `by` to the person `to` (uids), without sending any event.

        The new friend request replaces an earlier one of the same person to the same recipient.
        """
        self.friend_requests = [one for one in self.friend_requests if (one.by, one.to) != (by, to)]
        request = FriendRequest(by, to, message, self.now_ms())
        self.friend_requests.append(request)
        return request

    def message(self, msg_id: str) -> RawDict | None:
        """Return the message of any conversation with this msgId; None if there is none, or no longer."""
        histories = [*(group.history for group in self.groups.values()), *self._private.values()]
        return next(filter(None, (history.get(msg_id) for history in histories)), None)

    def private_history(self, one: str, other: str) -> History:
        """Return the history of the private conversation between two people (uids), creating it if there is none."""
        return self._private.setdefault(frozenset({one, other}), History())

    def private_reactions(self, one: str, other: str) -> History:
        """Return the reactions in the private conversation between two people (uids), an empty store if none yet."""
        return self._private_reactions.setdefault(frozenset({one, other}), History())

    def private_reactions_of(self, account: Account) -> list[History]:
        """Return the reactions in the account's private conversations, one store for each."""
        return [reactions for pair, reactions in self._private_reactions.items() if account.uid in pair]

    def private_of(self, account: Account) -> dict[str, History]:
        """Return the histories of the account's private conversations, by the uid of the other person."""
        return {
            next(iter(pair - {account.uid}), account.uid): history
            for pair, history in self._private.items()
            if account.uid in pair
        }

    def uid_seen(self, account: Account, uid: str) -> str:
        """Return the uid under which `account` sees the person whom the main account (the bot's) sees as `uid`.

        The uid of an unknown person is returned unchanged.
        """
        if account.uid == self.main_account.uid or uid not in self.people:
            return uid
        return self._view(account).seen(uid)

    def uid_meant(self, account: Account, uid: str) -> str:
        """Return the uid under which the main account (the bot's) sees the person whom `account` sees as `uid`."""
        return uid if account.uid == self.main_account.uid else self._view(account).meant(uid, self.people)

    def seen_by(self, account: Account, data: Any) -> Any:
        """Return a copy of the JSON value `data` with all uids replaced by those under which `account` sees people.

        In the fields `uidFrom` and `idTo` the account's own uid is replaced by "0", as at Zalo.
        """
        if isinstance(data, list):
            return [self.seen_by(account, item) for item in data]
        if isinstance(data, dict):
            return {key: self._seen_value(account, key, value) for key, value in data.items()}
        if account.uid == self.main_account.uid:
            return data
        if isinstance(data, str):
            # JSON strings inside the payload (controls, pins, quotes) hold uids, too.
            return _UID.sub(lambda match: self.uid_seen(account, match[0]), data)
        return int(self.uid_seen(account, str(data))) if str(data) in self.people else data

    def _seen_value(self, account: Account, key: str, value: Any) -> Any:
        if key in {"uidFrom", "idTo"} and value == account.uid:
            return "0"
        return self.seen_by(account, value)

    def _view(self, account: Account) -> UidView:
        return self._views.setdefault(account.uid, UidView(account.uid))
