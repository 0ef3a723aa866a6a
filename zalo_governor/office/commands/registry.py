"""The commands that there are, in the order in which /trogiup lists them."""

from zalo_governor.office.commands.activity import Report
from zalo_governor.office.commands.casebook import ConfirmCase, FalseAlarm, ListCases, ShowCase
from zalo_governor.office.commands.command import AnyCommand
from zalo_governor.office.commands.information import Help, ReadRegulation, Status
from zalo_governor.office.commands.writing import AddMarks
from zalo_governor.office.policy import OfficePolicy


def all_commands(policy: OfficePolicy) -> dict[str, AnyCommand]:
    """Word -> command."""
    named: list[AnyCommand] = [
        kind(policy)
        for kind in (ListCases, ShowCase, ConfirmCase, FalseAlarm, Report, ReadRegulation, AddMarks, Status)
    ]
    return {command.word: command for command in (*named, Help(policy, named))}
