"""`zalo-governor bench`: measure the rules."""

import typer

from zalo_governor.cli.bench_content import content

bench = typer.Typer(help="Measure the rules.", no_args_is_help=True, add_completion=False)


@bench.callback()
def _group() -> None:
    """Measure the rules."""


bench.command("content")(content)
