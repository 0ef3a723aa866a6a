"""The ledger of leaders' orders."""

from zalo_governor.features.directives.commands import (
    AcceptDirective,
    AskLater,
    AssignDirective,
    DropDirective,
    RejectDirective,
    RemindNow,
    ShowDirectives,
)
from zalo_governor.features.directives.end_commands import ExtendDirective, FinishDirective, ReopenDirective
from zalo_governor.features.directives.subscriber import DirectiveLedger
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "directives",
    handlers=lambda policy: (DirectiveLedger(policy),),
    commands=(
        ShowDirectives,
        FinishDirective,
        ReopenDirective,
        ExtendDirective,
        RemindNow,
        AssignDirective,
        DropDirective,
        AcceptDirective,
        RejectDirective,
        AskLater,
    ),
)
