"""Base class of services that send messages to people."""

from zalo_governor.messaging.notifier import Notifier
from zalo_governor.messaging.policy import ServicePolicy


class Speaker:
    """Base class of services that send messages; holds the policy, the formatter of texts, and the `Notifier`."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._voice = policy.voice
        self._post = Notifier(policy)
