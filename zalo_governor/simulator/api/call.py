"""One HTTP call, unwrapped."""

from collections.abc import Callable
from typing import Any, NamedTuple

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.world import Account, Group


class Call(NamedTuple):
    """What an endpoint gets."""

    stage: EventBus
    account: Account
    method: str
    path: str
    query: dict[str, str]
    params: RawDict
    """The decrypted parameter object; {} where the call had none."""
    upload: bytes
    """What was uploaded with it."""

    @property
    def is_group(self) -> bool:
        """Whether the path speaks of a group and not of a private conversation."""
        return self.path.startswith("/api/group/")

    def own_group(self, name: str = "grid") -> Group:
        """The group that the parameters name.

        Raises:
            AnswerError: 165, the account is not in it.
        """
        group_id = str(self.params[name]).removeprefix("g")
        group = self.stage.world.groups.get(group_id)
        if group is None or self.account.uid not in group.members:
            raise AnswerError(165, "not a member of the group")
        return group

    def managed_group(self) -> Group:
        """The same, for what only the owner and the deputies may do.

        Raises:
            AnswerError: 165 or 166, no permission.
        """
        group = self.own_group()
        if not group.manages(self.account.uid):
            raise AnswerError(166, "no permission")
        return group

    def uids(self, name: str) -> list[str]:
        """A list of uids of the parameters, as the world calls them."""
        return [self.stage.meant(self.account, uid) for uid in self.params[name]]


Endpoint = Callable[[Call], Any]
"""Gives the inner data; raises AnswerError for Zalo's inner errors, KeyError and the like for bad parameters."""
