"""Empty stand-ins for packages that the library zlapi imports but that are never used."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def standing_in(*names: str) -> Iterator[None]:
    """Return a context manager: inside its block, importing one of the named modules gives an empty stub module.

    This saves the memory of packages that are imported but never used. Modules that are loaded already are not
    replaced, and imports after the block give the real modules.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules |= {name: ModuleType(name) for name in absent}
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
