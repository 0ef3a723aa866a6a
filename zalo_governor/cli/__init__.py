"""The command line: one module for each command, imported only when that command is called.

Lazy imports keep the code of simulator, spreadsheets and benchmarks out of the memory of the bot, which runs for
months.
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
    "watch",
    "install-service",
    "demo",
    "simulate",
    "check",
    "check-file",
    "scan-worker",
    "directives",
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
"""Command names in the order in which the help lists them. Command `a-b` is the function or Typer object `a_b` in the
module `a_b`."""
_PACKAGES = frozenset({"init", "login", "demo"})
"""Commands whose module is a package; their function is in the package's module `command`."""


class _Commands(Group):
    # Any: typer does not export the types of its bundled copy of click.
    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, in the order in which `--help` shows them; typer calls this."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the module of the command `cmd_name` and return the command; None if there is none."""
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
    """Run the command line `zalo-governor` (entry point) and end the process with an `ExitCode`.

    Expected errors (wrong usage, GovernorError) are printed to standard error without a traceback.
    """
    sys.exit(_run())


def _run() -> int:
    try:
        return app(standalone_mode=False) or ExitCode.GOOD
    except TyperException as error:
        # Called without arguments: the help was already printed.
        if type(error).__name__ != "NoArgsIsHelpError":
            sys.stderr.write(f"{explained(error)}\n")
        return ExitCode.WRONG_USE
    except typer.Abort:
        sys.stderr.write("\nĐã dừng: không có câu trả lời.\n")
        return ExitCode.FAILURE
    except GovernorError as error:
        sys.stderr.write(f"{error}\n")
        return exit_code(error)
