"""What the members will read of the program when it introduces itself."""

from zalo_governor.configfile import load_yaml
from zalo_governor.settings import Settings

_ID = "introduction"


def introduction(settings: Settings) -> str | None:
    """The introduction as the office's catalogue has it; None where that knows no such message."""
    text = load_yaml(settings.rules_dir / "messages.vi.yaml").data.get(_ID)
    return text.rstrip("\n") if isinstance(text, str) else None
