"""The API call of a client as endpoint functions receive it, decrypted, with methods that check its parameters."""

from collections.abc import Callable
from typing import Any, NamedTuple

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.world import Account, Group


class Call(NamedTuple):
    """An API call of a client, decrypted, as an endpoint function receives it."""

    stage: EventBus
    """The state of the running simulation, with which an endpoint changes it and sends events to clients."""
    account: Account
    """The account that makes the call, found by its session cookie."""
    method: str
    path: str
    query: dict[str, str]
    """The parameters in the call's URL, not decrypted."""
    params: RawDict
    """The decrypted parameters of the call; {} if the call had none."""
    upload: bytes
    """Content of the file that was uploaded with the call; empty if the call uploads no file."""

    @property
    def is_group(self) -> bool:
        """Return whether the call's URL path concerns a group (True) or a private conversation (False)."""
        return self.path.startswith("/api/group/")

    def own_group(self, name: str = "grid") -> Group:
        """Return the group whose id is in the call's parameter called `name`, if the calling account is a member of it.

        Raises:
            AnswerError: Zalo's error 165, the account is not a member of the group, or there is no such group.
        """
        group_id = str(self.params[name]).removeprefix("g")
        group = self.stage.world.groups.get(group_id)
        if group is None or self.account.uid not in group.members:
            raise AnswerError(165, "not a member of the group")
        return group

    def managed_group(self) -> Group:
        """Return the group whose id is in the call's parameter `grid`, if the calling account is its owner or a deputy.

        A deputy is a member whom the owner has made an administrator of the group.

        Raises:
            AnswerError: Zalo's error 165, the account is not a member; 166, the account is neither owner nor deputy.
        """
        group = self.own_group()
        if not group.manages(self.account.uid):
            raise AnswerError(166, "no permission")
        return group

    def uids(self, name: str) -> list[str]:
        """Return the uids (Zalo's user ids) in the call's parameter called `name`, as the simulator stores them.

        Zalo shows the same person to each account under another uid. The simulator stores the uids that the main
        account (the bot's) sees, so the uids are converted from the calling account's to the main account's.
        """
        return [self.stage.meant(self.account, uid) for uid in self.params[name]]


Endpoint = Callable[[Call], Any]
"""Type of an endpoint function: takes an API call and returns the data of the answer, before its encryption.

The function raises AnswerError to answer with one of Zalo's error codes inside the encrypted answer, and KeyError,
TypeError or ValueError if the call's parameters are invalid.
"""
