"""The list of all chat commands, in the order in which `/trogiup` (help) shows them."""

from zalo_governor.features.cases.commands.decide import ConfirmCase, FalseAlarm, ListCases, TakeBack
from zalo_governor.features.cases.commands.explain import AddNote, Explain, Review
from zalo_governor.features.cases.commands.pass_on import PassOn, Remove, WhoHasSeen
from zalo_governor.features.cases.commands.record import NoteCase
from zalo_governor.features.cases.commands.show import ShowCase
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
from zalo_governor.features.feedback.commands import Suggest, TellIncident
from zalo_governor.features.group_changes.approve import Approve
from zalo_governor.features.group_changes.pin import Pin
from zalo_governor.features.help.commands import Help
from zalo_governor.features.help.diacritics import AddMarks
from zalo_governor.features.help.regulation import ReadRegulation
from zalo_governor.features.members.commands import Belongs, PutOut
from zalo_governor.features.reports.commands import Report
from zalo_governor.features.status.commands import Status
from zalo_governor.features.trial.commands import Introduce, ShowTrial, SwitchOn
from zalo_governor.messaging.commands import AnyCommand
from zalo_governor.messaging.policy import ServicePolicy

COMMANDS: tuple[type[AnyCommand], ...] = (
    ListCases,
    ShowCase,
    ConfirmCase,
    FalseAlarm,
    TakeBack,
    Review,
    PassOn,
    AddNote,
    WhoHasSeen,
    Remove,
    Belongs,
    PutOut,
    Explain,
    Approve,
    NoteCase,
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
    Pin,
    Report,
    ReadRegulation,
    TellIncident,
    Suggest,
    AddMarks,
    Introduce,
    Status,
    ShowTrial,
    SwitchOn,
)
"""The classes of all commands except `Help`, whose constructor needs the other commands."""


def all_commands(policy: ServicePolicy) -> dict[str, AnyCommand]:
    """Create all chat commands; return them by their words without slash and diacritics, such as `baocao` (report)."""
    named: list[AnyCommand] = [kind(policy) for kind in COMMANDS]
    return {command.word: command for command in (*named, Help(policy, named))}
