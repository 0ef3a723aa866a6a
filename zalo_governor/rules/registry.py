"""Every rule there is. A rule exists when it stands here and has its file in `config/rules/`."""

from typing import Any

from zalo_governor.rules.base import Rule
from zalo_governor.rules.classified import ClassifiedRule
from zalo_governor.rules.diacritics import DiacriticsRule
from zalo_governor.rules.display_name import DisplayNameRule
from zalo_governor.rules.group_changes import GroupInfoRule, GroupPictureRule
from zalo_governor.rules.harmful import HarmfulRule
from zalo_governor.rules.outsiders import OutsiderRule

RULES: tuple[type[Rule[Any]], ...] = (
    DiacriticsRule,
    DisplayNameRule,
    ClassifiedRule,
    HarmfulRule,
    GroupInfoRule,
    GroupPictureRule,
    OutsiderRule,
)
