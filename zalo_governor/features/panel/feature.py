"""The way into the panel."""

from zalo_governor.features.panel.commands import LeavePanel, OpenPanel
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "panel",
    commands=(OpenPanel, LeavePanel),
)
