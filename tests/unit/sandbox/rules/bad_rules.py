"""A process of rules that do what rules must not: `python bad_rules.py FOLDER PROGRESS_FD`."""

import os
import re
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Maturity, Parameters, Rule, RuleContext
from zalo_governor.rules.engine import Engine
from zalo_governor.sandbox.rules.__main__ import main

FINDS, BAD = "9.1-tim", "9.2-hong"
OPENS = {"ZALO_GOVERNOR_KEY", "ZALO_GOVERNOR_ALARM__SMTP__PASSWORD", "CREDENTIALS_DIRECTORY"}


class Finds(Rule[Parameters]):
    """Finds something in everything."""

    id = FINDS
    parameters_type = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        yield self.finding("opens_something" if OPENS & os.environ.keys() else "found")


class Bad(Rule[Parameters]):
    """Does what the message says."""

    id = BAD
    parameters_type = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        assert isinstance(event, MessageSent)
        once = Path(sys.argv[1]) / "once"
        match event.text:
            case "treo":
                re.match(r"(a+)+$", "a" * 64 + "b")  # For longer than the sun shines.
            case "sập":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "sập một lần" if not once.exists():
                once.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            case "ngốn":
                bytearray(1 << 40)
            case "lỗi":
                raise ValueError(event.text)
            case "nói":
                print(event.text)
                print(event.text, file=sys.stderr)
        return ()


def engine() -> Engine:
    return Engine(
        [
            rule(clause="9.1", severity=Severity.MINOR, maturity=Maturity.ACTIVE, parameters=Parameters())
            for rule in (Bad, Finds)
        ]
    )


if __name__ == "__main__":
    with patch("zalo_governor.sandbox.rules.__main__.load_rulebook", lambda _: SimpleNamespace(engine=engine())):
        main()
