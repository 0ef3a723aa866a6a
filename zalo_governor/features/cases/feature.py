"""The feature `cases`: possible breaches of the regulation, from the finding to the decision."""

from zalo_governor.features.cases.commands.decide import ConfirmCase, FalseAlarm, ListCases, TakeBack
from zalo_governor.features.cases.commands.explain import AddNote, Explain, Review
from zalo_governor.features.cases.commands.pass_on import PassOn, Remove, WhoHasSeen
from zalo_governor.features.cases.commands.record import NoteCase
from zalo_governor.features.cases.commands.send_again import SendAgain
from zalo_governor.features.cases.commands.show import ShowCase
from zalo_governor.features.cases.nobodys_words import NobodysWords
from zalo_governor.features.cases.service import CaseService
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "cases",
    handlers=lambda policy: (CaseService(policy), NobodysWords(policy)),
    commands=(
        ListCases,
        ShowCase,
        ConfirmCase,
        FalseAlarm,
        TakeBack,
        Review,
        PassOn,
        AddNote,
        WhoHasSeen,
        SendAgain,
        Remove,
        Explain,
        NoteCase,
    ),
)
