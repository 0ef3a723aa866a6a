"""What the members will read of the program when it introduces itself."""

from pathlib import Path

from zalo_governor.configfile import load_yaml

_ID = "introduction"


def introduction(messages: Path) -> str | None:
    """The introduction as the message catalogue has it, its fields still open; None where it knows no such message."""
    text = load_yaml(messages).data.get(_ID)
    return text.rstrip("\n") if isinstance(text, str) else None
