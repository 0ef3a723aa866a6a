"""The list of all rule classes. Each also needs its YAML file in `config/rules/`."""

from typing import Any

from zalo_governor.rules.base import Rule
from zalo_governor.rules.checks.classified import ClassifiedRule
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.checks.display_name import DisplayNameRule
from zalo_governor.rules.checks.files import FileRule
from zalo_governor.rules.checks.group_changes import GroupInfoRule, GroupPictureRule
from zalo_governor.rules.checks.harmful import HarmfulRule
from zalo_governor.rules.checks.links import LinkRule
from zalo_governor.rules.checks.outsiders import OutsiderRule

RULES: tuple[type[Rule[Any]], ...] = (
    DiacriticsRule,
    DisplayNameRule,
    ClassifiedRule,
    HarmfulRule,
    FileRule,
    LinkRule,
    GroupInfoRule,
    GroupPictureRule,
    OutsiderRule,
)
