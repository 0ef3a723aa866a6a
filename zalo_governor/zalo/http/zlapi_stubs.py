"""Empty stub modules for packages that zlapi imports but whose content is never used."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def standing_in(*names: str) -> Iterator[None]:
    """Make imports of the named modules yield empty stubs inside the `with` block; loaded modules are not replaced.

    This saves the memory of packages that are imported but never used. Later imports get the real modules.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules |= {name: ModuleType(name) for name in absent}
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
