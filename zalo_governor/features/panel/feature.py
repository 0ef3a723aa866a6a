"""The feature `panel`: the chat commands that open and leave the panel in a browser."""

from zalo_governor.features.panel.commands import LeavePanel, OpenPanel
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "panel",
    commands=(OpenPanel, LeavePanel),
)
