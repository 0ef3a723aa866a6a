"""The command line: one file for each command."""

import sys

import typer

from zalo_governor import __version__
from zalo_governor.cli.bench import bench
from zalo_governor.cli.cases import cases
from zalo_governor.cli.check import check
from zalo_governor.cli.demo import demo
from zalo_governor.cli.members import members
from zalo_governor.cli.report import report
from zalo_governor.cli.rules import rules
from zalo_governor.cli.run import run
from zalo_governor.cli.simulate import simulate
from zalo_governor.domain.errors import ConfigError, GovernorError

CONFIG_ERROR = 2
FAILURE = 1

app = typer.Typer(
    name="zalo-governor",
    help="Hears a provincial office's Zalo group, judges it by the group's regulation, and reports.",
    no_args_is_help=True,
    # A traceback with local variables could show what somebody wrote.
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (run, demo, simulate, check, report, cases, members):
    app.command()(command)
app.add_typer(rules, name="rules")
app.add_typer(bench, name="bench")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """The console script; exit code 2 for a wrong configuration, 1 for any other failure, said in one line each."""
    try:
        app()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(CONFIG_ERROR)
    except GovernorError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(FAILURE)
