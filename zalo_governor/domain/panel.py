"""The panel: pages in a browser on which the desk works beside the chat; what lets somebody in, and for how long."""

from datetime import timedelta
from enum import StrEnum

from zalo_governor.domain.people import DESK, Role

LINK_LASTS = timedelta(minutes=10)
"""How long the link works that somebody got by `/bang`; it works once."""
SESSION_LASTS = timedelta(hours=8)
"""How long a browser stays logged in: a working day."""
PANEL_ROLES = DESK | {Role.LEADER, Role.LEADERSHIP, Role.REPORT_READER, Role.OVERSEER}
"""Roles for which the panel has any page."""


class PanelKeyKind(StrEnum):
    """What a secret (random text) lets its bearer do in the panel, the pages in a browser."""

    LINK = "link"
    """Begin a session, once."""
    SESSION = "session"
    """See the pages for which the person has a role."""
