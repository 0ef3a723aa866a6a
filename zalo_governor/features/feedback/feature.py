"""The feature `feedback`: incidents and suggestions that members send to the admins."""

from zalo_governor.features.feedback.commands import Suggest, TellIncident
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "feedback",
    commands=(TellIncident, Suggest),
)
