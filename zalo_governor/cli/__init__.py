"""The command line: one module for each command, imported only when that command is called.

Lazy imports keep the code of simulator, spreadsheets and benchmarks out of the memory of the bot, which runs for
months.
"""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from zalo_governor import __version__
from zalo_governor.cli.exit_codes import ExitCode, exit_code
from zalo_governor.cli.language import OPTION, VARIABLE, Language, take_language_option, translated
from zalo_governor.cli.terminal import Group, Terminal, explained
from zalo_governor.cli.wrapping import say
from zalo_governor.domain.errors import GovernorError

COMMANDS = {
    "init": "khai-bao",
    "login": "dang-nhap",
    "run": "chay",
    "doctor": "kiem-tra",
    "docs": "huong-dan",
    "panel": "bang",
    "watch": "giam-sat",
    "install-service": "cai-dich-vu",
    "demo": "trinh-dien",
    "simulate": "mo-phong",
    "check": "xet",
    "check-file": "xet-tep",
    "scan-worker": "quet-tep",
    "offices": "co-quan",
    "directives": "chi-dao",
    "report": "bao-cao",
    "cases": "vu-viec",
    "members": "thanh-vien",
    "trace": "truy-vet",
    "rules": "quy-tac",
    "roster": "danh-sach",
    "audit": "nhat-ky",
    "backup": "sao-luu",
    "restore": "khoi-phuc",
    "upgrade": "nang-cap",
    "erase": "xoa-du-lieu",
    "export": "xuat",
    "account": "tai-khoan",
    "rehearse": "dien-tap",
    "trial": "chay-thu",
    "go-live": "bat-dau",
}
"""Command -> its Vietnamese name, which may be typed instead; in the order in which the help lists them. Command `a-b`
is the function or Typer object `a_b` in the module `a_b`."""
_PACKAGES = frozenset({"init", "login", "demo", "rehearse"})
"""Commands whose module is a package; their function is in the package's module `command`."""
ALIASES = {alias: name for name, alias in COMMANDS.items()} | {"phien-ban": "version"}
"""Vietnamese name -> command."""


class _Commands(Group):
    aliases = ALIASES

    # Any: typer does not export the types of its bundled copy of click.
    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, in the order in which `--help` shows them; typer calls this."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def find_command(self, ctx: Any, name: str) -> Any:
        """Import the module of the command and return the command; None if there is none."""
        if name not in COMMANDS:
            return super().find_command(ctx, name)
        function = name.replace("-", "_")
        module = f"{function}.command" if function in _PACKAGES else function
        made = getattr(import_module(f"zalo_governor.cli.{module}"), function)
        if not isinstance(made, typer.Typer):
            alone = Terminal()
            alone.command(name)(made)
            made = alone
        command = get_command(made)
        command.name = name
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line behind the program's name; typer calls this."""
        # Read before anything else: it may follow the command, and the texts of commands depend on it.
        args = take_language_option(args)
        return super().parse_args(ctx, ["version"] if args == ["--version"] else args)


app = Terminal(name="zalo-governor", cls=_Commands, no_args_is_help=True)


@app.callback()
def _group(
    lang: Annotated[
        Language, typer.Option(OPTION, envvar=VARIABLE, help="Ngôn ngữ trên màn hình; đặt ở đâu trong lệnh cũng được.")
    ] = Language.VIETNAMESE,
) -> None:
    """Theo dõi Nhóm Zalo của cơ quan, đối chiếu với Quy chế, báo riêng cho Quản trị Nhóm và lập báo cáo."""


@app.command()
def version() -> None:
    """Hiện số phiên bản của chương trình."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line `zalo-governor` (entry point) and end the process with an `ExitCode`.

    Expected errors (wrong usage, GovernorError) are printed to standard error without a traceback.
    """
    sys.exit(_run())


def _run() -> int:
    try:
        return app(standalone_mode=False, prog_name=app.info.name) or ExitCode.GOOD
    except TyperException as error:
        # Called without arguments: the help was already printed.
        if type(error).__name__ != "NoArgsIsHelpError":
            say(explained(error), err=True)
        return ExitCode.WRONG_USE
    except typer.Abort:
        say(translated("\nĐã dừng: không có câu trả lời.", "\nStopped: no answer."), err=True)
        return ExitCode.FAILURE
    except GovernorError as error:
        say(str(error), err=True)
        return exit_code(error)
