"""Typer app whose commands measure the rules on labelled texts (`python -m tests.bench NAME --help`)."""

from tests.bench.texts.content import content
from tests.bench.texts.directives import directives
from tests.bench.texts.invariants import invariants
from tests.bench.texts.names import names
from tests.bench.texts.trace import trace
from tests.bench.texts.vietnamese import vietnamese
from zalo_governor.cli.typer_vi import Terminal

COMMANDS = {
    "content": content,
    "directives": directives,
    "invariants": invariants,
    "names": names,
    "trace": trace,
    "vietnamese": vietnamese,
}
app = Terminal(help="How good the rules are on labelled lines, and how fast.", no_args_is_help=True)
for name, measure in COMMANDS.items():
    app.command(name)(measure)
