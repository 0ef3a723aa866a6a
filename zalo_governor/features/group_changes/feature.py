"""The feature `group_changes`: changes of the group, which need the leader's approval."""

from zalo_governor.features.group_changes.approve import Approve
from zalo_governor.features.group_changes.encryption import EncryptionWatch
from zalo_governor.features.group_changes.pin import Pin
from zalo_governor.features.group_changes.service import GroupChangeService
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "group_changes",
    handlers=lambda policy: (EncryptionWatch(policy), GroupChangeService(policy)),
    commands=(Approve, Pin),
)
