"""The list of all features, in the order in which events are passed to them and `/trogiup` (help) lists commands."""

from zalo_governor.features.attachments.feature import FEATURE as ATTACHMENTS
from zalo_governor.features.cases.feature import FEATURE as CASES
from zalo_governor.features.directives.feature import FEATURE as DIRECTIVES
from zalo_governor.features.feedback.feature import FEATURE as FEEDBACK
from zalo_governor.features.group_changes.feature import FEATURE as GROUP_CHANGES
from zalo_governor.features.help.feature import FEATURE as HELP
from zalo_governor.features.members.feature import FEATURE as MEMBERS
from zalo_governor.features.panel.feature import FEATURE as PANEL
from zalo_governor.features.reports.feature import FEATURE as REPORTS
from zalo_governor.features.status.feature import FEATURE as STATUS
from zalo_governor.features.trial.feature import FEATURE as TRIAL

FEATURES = (
    CASES,
    MEMBERS,
    GROUP_CHANGES,
    DIRECTIVES,
    ATTACHMENTS,
    REPORTS,
    FEEDBACK,
    HELP,
    TRIAL,
    STATUS,
    PANEL,
)
COMMANDS = tuple(command for feature in FEATURES for command in feature.commands)
"""The classes of all commands except `Help`, which lists the others."""
