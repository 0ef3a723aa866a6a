"""The feature `trial`: the trial period, and the introduction to the group."""

from zalo_governor.features.trial.commands import Introduce, ShowTrial, SwitchOn
from zalo_governor.features.trial.rule_trial import RuleTrial
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "trial",
    commands=(Introduce, ShowTrial, SwitchOn, RuleTrial),
)
