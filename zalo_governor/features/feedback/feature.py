"""Incidents and suggestions that members tell the admins."""

from zalo_governor.features.feedback.commands import Suggest, TellIncident
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "feedback",
    commands=(TellIncident, Suggest),
)
