"""The message in which the program introduces itself to a group: what it is for, what it stores, whom to ask."""

from zalo_governor.services.messaging.formatter import MessageFormatter, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Introduction


def introduction_text(introduction: Introduction, voice: MessageFormatter) -> str:
    """Return the text that introduces the program to a group, at most 2,000 characters (Zalo's limit)."""
    names = [
        voice.render(MessageId.WHO_WITH_TITLE, name=name, title=title)
        if title
        else voice.render(MessageId.WHO, name=name)
        for name, title in introduction.admins
    ]
    regulation = voice.regulation
    return voice.render(
        MessageId.INTRODUCTION,
        unit=voice.render(MessageId.INTRODUCTION_UNIT, unit=introduction.unit) if introduction.unit else "",
        regulation=regulation.cited_number,
        issued=regulation.issued_on,
        bodies_days=number(introduction.bodies_days),
        cases_days=number(introduction.cases_days),
        readers_days=number(introduction.readers_days),
        admins=", ".join(names) or voice.render(MessageId.INTRODUCTION_NOBODY),
    )
