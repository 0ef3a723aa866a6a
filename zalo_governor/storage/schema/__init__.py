"""The database tables. Times are milliseconds since 1970 in UTC; columns of type `Ciphertext` hold AES-GCM ciphertext.

Every table has a column with the id of the Zalo group that its rows concern, or a comment on why not. Rows about a
private conversation hold the other person's uid (Zalo's user id) in place of the group id.
"""

from zalo_governor.storage.schema.attachments import file_scans
from zalo_governor.storage.schema.base import metadata
from zalo_governor.storage.schema.cases import (
    audit,
    case_events,
    case_notes,
    case_readers,
    cases,
    false_alarms,
    jobs,
    newcomers,
    remarks,
    removal_codes,
)
from zalo_governor.storage.schema.directive_quality import statements
from zalo_governor.storage.schema.directives import (
    directive_answers,
    directive_assignees,
    directive_people,
    directives,
)
from zalo_governor.storage.schema.group_changes import approvals, group_changes, group_pictures, manual_cases
from zalo_governor.storage.schema.inbox import (
    NUMBER_BITS,
    WAITS,
    events,
    findings,
    gaps,
    inbox,
    message_acts,
    queue_cursors,
    rule_failures,
    waiting,
)
from zalo_governor.storage.schema.installation import job_runs, vault
from zalo_governor.storage.schema.members import (
    accounts,
    group_members,
    groups,
    person_uids,
    persons,
    phone_lookups,
    revisions,
    roster,
)
from zalo_governor.storage.schema.outbox import GIVEN_UP, PENDING, UNDELIVERED, URGENT_PRIORITY, outbox
from zalo_governor.storage.schema.panel import panel_keys
from zalo_governor.storage.schema.retention import erasures, former_accounts, retention_marks
from zalo_governor.storage.schema.trials import rule_trials, trials

__all__ = [
    "GIVEN_UP",
    "NUMBER_BITS",
    "PENDING",
    "UNDELIVERED",
    "URGENT_PRIORITY",
    "WAITS",
    "accounts",
    "approvals",
    "audit",
    "case_events",
    "case_notes",
    "case_readers",
    "cases",
    "directive_answers",
    "directive_assignees",
    "directive_people",
    "directives",
    "erasures",
    "events",
    "false_alarms",
    "file_scans",
    "findings",
    "former_accounts",
    "gaps",
    "group_changes",
    "group_members",
    "group_pictures",
    "groups",
    "inbox",
    "job_runs",
    "jobs",
    "manual_cases",
    "message_acts",
    "metadata",
    "newcomers",
    "outbox",
    "panel_keys",
    "person_uids",
    "persons",
    "phone_lookups",
    "queue_cursors",
    "remarks",
    "removal_codes",
    "retention_marks",
    "revisions",
    "roster",
    "rule_failures",
    "rule_trials",
    "statements",
    "trials",
    "vault",
    "waiting",
]
