"""The panel (web pages for admins, leaders and others with a role): its login links, sessions and roles."""

from datetime import timedelta
from enum import StrEnum

from zalo_governor.domain.people import DESK, Role

LINK_LASTS = timedelta(minutes=10)
"""How long a login link, which the command `/bang` sends, can be used; it works once."""
SESSION_LASTS = timedelta(hours=8)
"""How long a browser stays logged in: a working day."""
PANEL_ROLES = DESK | {Role.LEADER, Role.LEADERSHIP, Role.REPORT_READER, Role.OVERSEER}
"""Roles for which the panel has any page."""


class PanelKeyKind(StrEnum):
    """Kind of a secret (random text) by which a browser gets into the panel."""

    LINK = "link"
    """Begins a session, once."""
    SESSION = "session"
    """Opens the pages for which the person has a role."""
