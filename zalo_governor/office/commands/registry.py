"""The commands that there are, in the order in which /trogiup lists them."""

from zalo_governor.office.commands.activity import Report
from zalo_governor.office.commands.approving import Approve
from zalo_governor.office.commands.case_view import ShowCase
from zalo_governor.office.commands.case_words import AddNote, Explain, Review
from zalo_governor.office.commands.casebook import ConfirmCase, FalseAlarm, ListCases
from zalo_governor.office.commands.command import AnyCommand
from zalo_governor.office.commands.followup import PassOn, Remove, WhoHasSeen
from zalo_governor.office.commands.information import Help, ReadRegulation, Status
from zalo_governor.office.commands.membership import Belongs, PutOut
from zalo_governor.office.commands.noting import NoteCase
from zalo_governor.office.commands.pinning import Pin
from zalo_governor.office.commands.remarks import Suggest, TellIncident
from zalo_governor.office.commands.trial import Introduce, ShowTrial, SwitchOn
from zalo_governor.office.commands.writing import AddMarks
from zalo_governor.office.policy import OfficePolicy

COMMANDS: tuple[type[AnyCommand], ...] = (
    ListCases,
    ShowCase,
    ConfirmCase,
    FalseAlarm,
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
"""All but the one that lists them."""


def all_commands(policy: OfficePolicy) -> dict[str, AnyCommand]:
    """Word -> command."""
    named: list[AnyCommand] = [kind(policy) for kind in COMMANDS]
    return {command.word: command for command in (*named, Help(policy, named))}
