"""The list of all chat commands, in the order in which `/trogiup` (help) shows them."""

from zalo_governor.services.commands.approve import Approve
from zalo_governor.services.commands.base import AnyCommand
from zalo_governor.services.commands.case_notes import PassOn, Remove, WhoHasSeen
from zalo_governor.services.commands.case_wording import AddNote, Explain, Review
from zalo_governor.services.commands.cases import ConfirmCase, FalseAlarm, ListCases, TakeBack
from zalo_governor.services.commands.directive_ends import ExtendDirective, FinishDirective, ReopenDirective
from zalo_governor.services.commands.directives import (
    AcceptDirective,
    AskLater,
    AssignDirective,
    DropDirective,
    RejectDirective,
    RemindNow,
    ShowDirectives,
)
from zalo_governor.services.commands.feedback import Suggest, TellIncident
from zalo_governor.services.commands.help import Help
from zalo_governor.services.commands.manual_case import NoteCase
from zalo_governor.services.commands.members import Belongs, PutOut
from zalo_governor.services.commands.pin import Pin
from zalo_governor.services.commands.read_regulation import ReadRegulation
from zalo_governor.services.commands.report import Report
from zalo_governor.services.commands.restore_marks import AddMarks
from zalo_governor.services.commands.show_case import ShowCase
from zalo_governor.services.commands.status import Status
from zalo_governor.services.commands.trial import Introduce, ShowTrial, SwitchOn
from zalo_governor.services.policy import ServicePolicy

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
