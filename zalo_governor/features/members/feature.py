"""Who belongs to the group, and who is outside its roster."""

from zalo_governor.features.members.commands import Belongs, PutOut
from zalo_governor.features.members.friend_requests import FriendRequestService
from zalo_governor.features.members.outsiders import OutsiderService
from zalo_governor.features.members.own_departure import OwnDeparture
from zalo_governor.features.members.rename_detection import RenameDetection
from zalo_governor.features.members.unknown_senders import UnknownSenders
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "members",
    handlers=lambda policy: (
        UnknownSenders(policy),
        OwnDeparture(policy),
        OutsiderService(policy),
        FriendRequestService(policy),
        RenameDetection(policy),
    ),
    commands=(Belongs, PutOut),
)
