"""Typer app whose commands measure the rules on labelled texts and the search for stamps on pages.

`python -m tests.bench NAME --help` says what each wants.
"""

from tests.bench.messages import messages
from tests.bench.stamps import stamps
from tests.bench.steps import steps
from tests.bench.texts.content import content
from tests.bench.texts.directives import directives
from tests.bench.texts.invariants import invariants
from tests.bench.texts.names import names
from tests.bench.texts.trace import trace
from tests.bench.texts.vietnamese import vietnamese
from zalo_governor.cli.terminal import Terminal

COMMANDS = {
    "content": content,
    "directives": directives,
    "invariants": invariants,
    "messages": messages,
    "names": names,
    "stamps": stamps,
    "steps": steps,
    "trace": trace,
    "vietnamese": vietnamese,
}
app = Terminal(
    help="How good the rules are on labelled lines, the search for stamps on pages, and how fast.", no_args_is_help=True
)
for name, measure in COMMANDS.items():
    app.command(name)(measure)
