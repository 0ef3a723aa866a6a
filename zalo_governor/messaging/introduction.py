"""The message in which the program introduces itself to a group: what it is for, what it stores, whom to ask."""

from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.policy import Introduction
from zalo_governor.messaging.templates import TextId


def introduction_text(introduction: Introduction, voice: MessageFormatter) -> str:
    """Return the text that introduces the program to a group, at most 2,000 characters (Zalo's limit)."""
    names = [
        voice.render(TextId("who_with_title"), name=name, title=title)
        if title
        else voice.render(TextId("who"), name=name)
        for name, title in introduction.admins
    ]
    regulation = voice.regulation
    return voice.render(
        TextId("introduction"),
        unit=voice.render(TextId("introduction_unit"), unit=introduction.unit) if introduction.unit else "",
        regulation=regulation.cited_number,
        issued=regulation.issued_on,
        bodies_days=number(introduction.bodies_days),
        cases_days=number(introduction.cases_days),
        readers_days=number(introduction.readers_days),
        admins=", ".join(names) or voice.render(TextId("introduction_nobody")),
    )
