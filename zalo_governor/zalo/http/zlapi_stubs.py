"""Empty modules for an import that only wants them to be there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def standing_in(*names: str) -> Iterator[None]:
    """While the block imports, modules of these names hold nothing; those that are loaded already stay themselves.

    For packages that load much which nothing of ours ever uses. Whoever imports one of them later gets the real one.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules |= {name: ModuleType(name) for name in absent}
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
