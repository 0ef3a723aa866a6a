"""The command line: one file for each command, imported when the command is called.

The bot runs for months on a small server; it holds no simulator, spreadsheet or benchmark in memory.
"""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from zalo_governor import __version__
from zalo_governor.cli.exit_codes import ExitCode, exit_code
from zalo_governor.cli.typer_vi import Group, Terminal, explained
from zalo_governor.domain.errors import GovernorError

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
)
"""Each a function or a Typer of that name in the module of that name, a hyphen written as an underscore there."""
_PACKAGES = frozenset({"init", "login", "demo"})
"""Commands of several files: the function is in the module `command` of the package of that name."""


class _Commands(Group):
    # typer keeps its own copy of click, and the types of that to itself.
    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which the help shows them."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name with whatever it needs, None where there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        name = cmd_name.replace("-", "_")
        module = f"{name}.command" if name in _PACKAGES else name
        made = getattr(import_module(f"zalo_governor.cli.{module}"), name)
        if not isinstance(made, typer.Typer):
            alone = Terminal()
            alone.command(cmd_name)(made)
            made = alone
        command = get_command(made)
        command.name = cmd_name
        return command


app = Terminal(name="zalo-governor", cls=_Commands, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Nghe Nhóm Zalo của cơ quan, đối chiếu với Quy chế, báo riêng cho Quản trị và lập báo cáo."""


@app.command()
def version() -> None:
    """In số phiên bản của chương trình."""
    typer.echo(__version__)


def main() -> None:
    """The console script: exit codes as `ExitCode` has them; what went wrong is said on standard error."""
    sys.exit(_run())


def _run() -> int:
    try:
        return app(standalone_mode=False) or ExitCode.GOOD
    except TyperException as error:
        # Without any arguments the help was shown.
        if type(error).__name__ != "NoArgsIsHelpError":
            sys.stderr.write(f"{explained(error)}\n")
        return ExitCode.WRONG_USE
    except typer.Abort:
        sys.stderr.write("\nĐã dừng: không có câu trả lời.\n")
        return ExitCode.FAILURE
    except GovernorError as error:
        sys.stderr.write(f"{error}\n")
        return exit_code(error)
