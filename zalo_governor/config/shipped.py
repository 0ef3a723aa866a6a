"""Where the default configuration is that comes with the program: rules, message texts and word lists."""

from pathlib import Path

_PACKAGE_DIR = Path(__file__).resolve().parent.parent


def shipped_config() -> Path:
    """Return the folder of the default configuration: in the installed package, or in the checkout's root."""
    inside = _PACKAGE_DIR / "_config"
    return inside if inside.is_dir() else _PACKAGE_DIR.parent / "config"
