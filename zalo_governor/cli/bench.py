"""`zalo-governor bench`: how good and how fast the rules are on labelled lines."""

import typer

from zalo_governor.cli.bench_content import content
from zalo_governor.cli.bench_names import names
from zalo_governor.cli.bench_trace import trace
from zalo_governor.cli.bench_vietnamese import vietnamese

bench = typer.Typer(
    help="How good and how fast the rules are on labelled lines.", no_args_is_help=True, add_completion=False
)

bench.command("content")(content)
bench.command("names")(names)
bench.command("trace")(trace)
bench.command("vietnamese")(vietnamese)
