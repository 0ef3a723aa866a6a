"""How long each kind of message may be, so that officials read it on a telephone without scrolling."""

from collections.abc import Mapping

from zalo_governor.services.messaging.message_ids import MessageId

ALERT, REQUEST, LIST, REPORT = 340, 400, 1_000, 1_200
"""Limits in characters: alerts; requests to members and reports to the leader; lists and `/trangthai`; the report."""
NAME_REQUEST = 480
"""Limit of the request to mend a display name, which spells out the name that would be right."""

_ALERTS = (
    MessageId.ALERT_UNCHECKED,
    MessageId.ALERT_SEALED,
    MessageId.ALERT_SEALED_GONE,
    MessageId.ALERT_REPOSTED,
    MessageId.ALERT_HARMFUL,
    MessageId.ALERT_LINK,
    MessageId.ALERT_FILE,
    MessageId.ALERT_CASE,
    MessageId.ALERT_NAME,
    MessageId.ALERT_NOBODY,
    MessageId.ALERT_NOTICE,
    MessageId.ALERT_FIRST_EDIT,
    MessageId.ALERT_RECALLED,
    MessageId.ALERT_NAMED,
    MessageId.NEWCOMERS,
    MessageId.ALERT_RULE_FAILED,
    MessageId.ESCALATED,
    MessageId.UNHEARD_ALERT,
    MessageId.CHANGE_ALERT,
    MessageId.CHANGE_ALERT_FOUND,
    MessageId.CHANGE_APPROVED,
    MessageId.ASKED_IN,
    MessageId.ASKED_IN_NO_ROSTER,
    MessageId.NOTED_TOLD,
    MessageId.APPROVAL_TOLD,
    MessageId.TRIAL_SWITCHED_ON,
    MessageId.LOST_NOTICES,
)
_REQUESTS = (
    MessageId.REQUEST_SEALED,
    MessageId.REQUEST_SEALED_OLD,
    MessageId.REQUEST_DIACRITICS,
    MessageId.REQUEST_NAME,
    MessageId.REQUEST_LINK,
    MessageId.REQUEST_FILE,
    MessageId.REQUEST_OTHER,
    MessageId.REQUEST_ADDED,
    MessageId.DECIDED_FALSE_ALARM,
    MessageId.DECIDED_CONFIRMED,
    MessageId.SEALED_PRIVATE,
    MessageId.CHANGE_REQUEST,
)
_OTHERS = (
    MessageId.CHANGE_LEADER,
    MessageId.LEADER_UNVERIFIED,
    MessageId.LEADER_PASSED_ON,
)
LIMITS: Mapping[MessageId, int] = {
    **dict.fromkeys(_ALERTS, ALERT),
    **dict.fromkeys((*_REQUESTS, *_OTHERS), REQUEST),
    MessageId.REQUEST_NAME: NAME_REQUEST,
    MessageId.REPORT: REPORT,
    MessageId.HELP_SHORT: REQUEST,
    MessageId.CASES: LIST,
    MessageId.NEWCOMERS_SEVERAL: LIST,
    MessageId.NAMES_DIGEST: REQUEST,
    MessageId.ROSTER_DIGEST: REQUEST,
    MessageId.STATUS: LIST,
}
"""Limits of the kinds that have one; the others may be sent in several messages (`pipeline.outbox.TEXT_BYTES`)."""


ADDRESSED = frozenset(_REQUESTS)
"""Kinds whose field `who` is the reader, who needs the own title less than what the message asks for."""
