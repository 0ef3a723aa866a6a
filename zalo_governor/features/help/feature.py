"""The feature `help`: commands for everybody, except `/trogiup`, which `CommandBook` adds, as it lists all commands."""

from zalo_governor.features.help.diacritics import AddMarks
from zalo_governor.features.help.groups import ChooseGroup
from zalo_governor.features.help.regulation import ReadRegulation
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "help",
    commands=(ReadRegulation, AddMarks, ChooseGroup),
)
