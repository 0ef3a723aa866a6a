"""What a part of a feature needs that speaks with people."""

from zalo_governor.messaging.notifier import Notifier
from zalo_governor.messaging.policy import ServicePolicy


class Speaker:
    """Base class of services that send messages: it has the policy, the formatter of texts, and the outbox's writer."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._voice = policy.voice
        self._post = Notifier(policy)
