"""The feature `status`: the command that shows the state of the program."""

from zalo_governor.features.status.commands import Status
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "status",
    commands=(Status,),
)
