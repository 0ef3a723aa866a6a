"""One decrypted API call, and the helpers that endpoints use to check it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.world import Account, Group


class Call(NamedTuple):
    """A decrypted API call, as an endpoint function receives it."""

    stage: EventBus
    account: Account
    method: str
    path: str
    query: dict[str, str]
    params: RawDict
    """The decrypted parameters; {} if the call had none."""
    upload: bytes
    """The bytes of the uploaded file part; empty if there is none."""

    @property
    def is_group(self) -> bool:
        """Return whether the path is about a group, not about a private conversation."""
        return self.path.startswith("/api/group/")

    def own_group(self, name: str = "grid") -> Group:
        """Return the group whose id is in the parameter `name`.

        Raises:
            AnswerError: 165, the account is not a member of the group.
        """
        group_id = str(self.params[name]).removeprefix("g")
        group = self.stage.world.groups.get(group_id)
        if group is None or self.account.uid not in group.members:
            raise AnswerError(165, "not a member of the group")
        return group

    def managed_group(self) -> Group:
        """Return the group in the parameter `grid`, if the account is its owner or a deputy.

        Raises:
            AnswerError: 165, the account is not a member; 166, the account has no permission.
        """
        group = self.own_group()
        if not group.manages(self.account.uid):
            raise AnswerError(166, "no permission")
        return group

    def uids(self, name: str) -> list[str]:
        """Return the list of uids in the parameter `name`, converted to the main account's view."""
        return [self.stage.meant(self.account, uid) for uid in self.params[name]]


Endpoint = Callable[[Call], Any]
"""Function that answers one API path with the inner data.

Raises AnswerError for Zalo's inner errors, and KeyError, TypeError or ValueError for invalid parameters.
"""
