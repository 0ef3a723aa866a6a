"""The command line: one file for each command, imported when the command is called.

The bot runs for months on a small server; it holds no simulator, spreadsheet or benchmark in memory.
"""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from zalo_governor import __version__
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.zalo.errors import LoginRefusedError

CONFIG_ERROR = 2
FAILURE = 1
LOGIN_REFUSED = 3

COMMANDS = (
    "init",
    "login",
    "run",
    "doctor",
    "install-service",
    "demo",
    "simulate",
    "check",
    "report",
    "cases",
    "members",
    "trace",
    "rules",
    "roster",
    "audit",
    "backup",
    "restore",
    "upgrade",
    "erase",
    "export",
    "account",
    "trial",
    "bat-dau",
    "bench",
)
"""Each a function or a Typer of that name in the module of that name, a hyphen written as an underscore there."""


class _Commands(TyperGroup):
    # typer keeps its own copy of click, and the types of that to itself.
    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which the help shows them."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name with whatever it needs, None where there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        name = cmd_name.replace("-", "_")
        made = getattr(import_module(f"zalo_governor.cli.{name}"), name)
        if not isinstance(made, typer.Typer):
            alone = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
            alone.command(cmd_name)(made)
            made = alone
        command = get_command(made)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="zalo-governor",
    cls=_Commands,
    help="Hears a provincial office's Zalo group, judges it by the group's regulation, and reports.",
    no_args_is_help=True,
    # A traceback with local variables could show what somebody wrote.
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Hears a provincial office's Zalo group, judges it by the group's regulation, and reports."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """The console script, where a failure is said in a line and by the exit code.

    2 for a wrong configuration, 3 where Zalo refuses the session: a new start helps against neither of them. 1 for any
    other failure.
    """
    try:
        app()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(CONFIG_ERROR)
    except LoginRefusedError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(LOGIN_REFUSED)
    except GovernorError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(FAILURE)
