"""The activity report."""

from zalo_governor.features.reports.commands import Report
from zalo_governor.features.reports.directive_statistics import DirectiveStatistics
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "reports",
    handlers=lambda policy: (DirectiveStatistics(policy),),
    commands=(Report,),
)
