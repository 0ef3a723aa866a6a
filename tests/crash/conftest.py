"""Most of the many processes that these tests start are forked."""

from tests.fork_server import forked_commands

__all__ = ["forked_commands"]
