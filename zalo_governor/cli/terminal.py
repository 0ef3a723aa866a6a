"""Texts of the command line itself, in Vietnamese or English: usage, help, and errors in commands and options.

Each command has its help in Vietnamese where it is defined; the English help of all is in `help.en.yaml`. typer uses
its own copy of click, which has no translations and whose types are not exported: hence `Any` here. Messages not
translated here appear in typer's English.
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from zalo_governor.cli.language import Language, language, translated
from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.system.error_text import of_value
from zalo_governor.text.fold import fold

_OPTIONS = "[TÙY CHỌN]"
_SUBCOMMAND = "LỆNH [THAM SỐ]..."
_ENGLISH_HELP = Path(__file__).with_name("help.en.yaml")


_PATH_PROBLEMS = {
    "is not readable": "không có quyền đọc; hãy gõ lệnh bằng đúng tài khoản",
    "is a directory": "là thư mục, không phải tệp",
}
_LOG = "sudo journalctl -u zalo-governor"
_OF_THE_SYSTEM = {
    "log": _LOG,
    "logs": _LOG,
    **{verb: f"sudo systemctl {verb} zalo-governor" for verb in ("start", "stop", "restart", "status")},
}
"""What people look for among the commands -> the command of the operating system that does it."""


class UnknownCommandError(TyperException):
    """The operator typed a command that does not exist; the message suggests the most similar one."""

    exit_code = 2


class _Worded:
    """Mixin for typer's command classes: usage line, headings and `--help` in the language of the terminal."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the usage line of the help, with its label translated."""
        label = translated("Cách dùng: ", "Usage: ")
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), label)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the command with translated headings."""
        _prepare_help(self, ctx)
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option `--help` with its description translated."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = translated("Hiện hướng dẫn này rồi thoát.", "Show this help and exit.")
            option.display_type_rich = partial(_given, "")
        return option


class _Command(_Worded, TyperCommand):
    """A command without subcommands."""


class Group(_Worded, TyperGroup):
    """A command with subcommands, whose help and errors are in the language of the terminal.

    `aliases` are other names of its subcommands: alias -> name.
    """

    aliases: ClassVar[Mapping[str, str]] = {}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the subcommand with that name or alias, with its help translated; None if there is none."""
        command = self.find_command(ctx, self.aliases.get(cmd_name, cmd_name))
        if command is not None:
            _translate_help(command, " ".join([*_names(ctx), command.name]))
            _tell_aliases(command, [alias for alias, meant in self.aliases.items() if meant == command.name])
        return command

    def find_command(self, ctx: Any, name: str) -> Any:
        """Return the subcommand with that name; None if there is none."""
        return super().get_command(ctx, name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the subcommand that the operator typed as `args[0]`; typer calls this.

        Raises:
            UnknownCommandError: there is no subcommand of that name.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise UnknownCommandError(self._describe_unknown(ctx, name))
        return super().resolve_command(ctx, args)

    def _describe_unknown(self, ctx: Any, name: str) -> str:
        if ctx.parent is None and (order := _OF_THE_SYSTEM.get(name)):
            return translated(f"không có lệnh {name}; hãy gõ: {order}", f"there is no command {name}; type: {order}")
        known = self.list_commands(ctx)
        aliases = {alias: meant for alias, meant in self.aliases.items() if meant in known}
        nearest = get_close_matches(fold(name), [*known, *aliases], 1)
        see = translated(
            f"Hãy xem các lệnh bằng: {ctx.command_path} --help", f"See the commands with: {ctx.command_path} --help"
        )
        if not nearest:
            return translated(f"không có lệnh {name}. {see}", f"there is no command {name}. {see}")
        [typed] = nearest
        meant = f"{typed} ({aliases[typed]})" if typed in aliases else typed
        return translated(
            f"không có lệnh {name}; có phải định gõ {meant} không? {see}",
            f"there is no command {name}; did you mean {meant}? {see}",
        )


class Terminal(typer.Typer):
    """A Typer application (a command with subcommands) whose help and errors are in the language of the terminal.

    typer's own tracebacks are off, as they show local variables, which may contain messages.
    """

    def __init__(self, *, cls: type[Group] = Group, **settings: Any) -> None:
        super().__init__(
            cls=cls,
            options_metavar=_OPTIONS,
            subcommand_metavar=_SUBCOMMAND,
            pretty_exceptions_enable=False,
            add_completion=False,
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Return a decorator that adds a command, like `typer.Typer.command`, with translated usage and help."""
        return super().command(name, cls=_Command, options_metavar=_OPTIONS, **settings)


def explained(error: TyperException) -> str:
    """Return a text that says what is wrong in the use of a command and how to see its usage."""
    context = getattr(error, "ctx", None)
    hint = (
        translated("Xem cách dùng bằng", "See its usage with") + f": {context.command_path} --help" if context else ""
    )
    said = _describe(error).rstrip(".")
    return f"{said}{' ' if said.endswith('?') else '. '}{hint}".rstrip()


def _describe(error: TyperException) -> str:
    if language() is Language.ENGLISH:
        return error.format_message()
    match type(error).__name__, error:
        case "MissingParameter", _:
            return f"còn thiếu {_parameter_name(error)}"
        case "BadParameter", typer.BadParameter():
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                return f"{_parameter_name(error)}: {_describe_value_error(error, cause)}"
            for problem, said in _PATH_PROBLEMS.items():
                if problem in error.message:
                    return ": ".join((_parameter_name(error), error.message.split("'")[1], said))
            return f"{_parameter_name(error)}: {error.message}"
        case "NoSuchOption", _:
            option, nearest = getattr(error, "option_name", ""), getattr(error, "possibilities", None) or []
            meant = f"; có phải định gõ {nearest[0]} không?" if nearest else ""
            return f"không có tùy chọn {option}{meant}"
        case "BadOptionUsage", _:
            return f"sau tùy chọn {getattr(error, 'option_name', '')} còn thiếu giá trị"
        case "UsageError", _ if "unexpected extra argument" in error.message:
            return f"thừa tham số {error.message.partition('(')[2].removesuffix(')').removeprefix('s) (')}"
        case "UsageError", _ if error.message.startswith("Missing command"):
            return "còn thiếu tên lệnh"
    return error.format_message()


def _parameter_name(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "tham số"
    if parameter.param_type_name == "option":
        return f"tùy chọn {' / '.join(parameter.opts)}"
    return f"tham số {parameter.display_name_raw}"


def _describe_value_error(error: TyperException, cause: ValidationError) -> str:
    parameter: Any = getattr(error, "param", None)
    if parameter is not None and parameter.type_descriptor.is_choice:
        return f"phải là một trong: {', '.join(map(str, parameter.type_descriptor.choices))}"
    (item, *_) = cause.errors(include_url=False, include_input=False)
    return of_value(item)


def _prepare_help(command: Any, ctx: Any) -> None:
    """Translate headings and texts in the help of a command, and of the subcommands that it lists.

    The module `typer.rich_utils` is imported only here, because only help output needs it.
    """
    words: Any = import_module("typer.rich_utils")
    words.ARGUMENTS_PANEL_TITLE = translated("Tham số", "Arguments")
    words.OPTIONS_PANEL_TITLE = translated("Tùy chọn", "Options")
    words.COMMANDS_PANEL_TITLE = translated("Lệnh", "Commands")
    words.DEFAULT_STRING = translated("[mặc định: {}]", "[default: {}]")
    words.ENVVAR_STRING = translated("[biến môi trường: {}]", "[environment: {}]")
    words.REQUIRED_LONG_STRING = translated("[bắt buộc]", "[required]")
    command.options_metavar = translated(_OPTIONS, "[OPTIONS]")
    if isinstance(command, Group):
        command.subcommand_metavar = translated(_SUBCOMMAND, "COMMAND [ARGUMENTS]...")
    if ctx.parent is None:
        _translate_help(command, "")
    for parameter in command.params:
        shown = _kind_of_value(parameter, parameter.display_type(ctx))
        parameter.display_type_rich = partial(_given, shown)


def _given(shown: str, **_: Any) -> str:
    return shown


def _names(ctx: Any) -> list[str]:
    """Return the names of a command and of those above it, without the program's own: ["rules", "replay"]."""
    return [] if ctx is None or ctx.parent is None else [*_names(ctx.parent), ctx.command.name]


def _translate_help(command: Any, path: str) -> None:
    """Replace the help of a command and of its parameters by the English one, if the terminal speaks English.

    `path` are the command's names ("rules replay"), by which `help.en.yaml` has the texts. What is not translated there
    stays Vietnamese.
    """
    if language() is not Language.ENGLISH:
        return
    texts = english_help()
    of_command, of_all = texts.get(path, {}), texts["every command"]
    command.help = of_command.get("help", command.help)
    for parameter in command.params:
        name = parameter_key(parameter)
        parameter.help = of_command.get(name, of_all.get(name, parameter.help))
        if parameter.param_type_name == "argument":
            parameter.metavar = name.upper()


def _tell_aliases(command: Any, aliases: Sequence[str]) -> None:
    """Add the aliases of a command to the first paragraph of its help, which is what lists of commands show."""
    if not aliases:
        return
    first, gap, rest = (command.help or "").partition("\n\n")
    told = translated("tên khác", "also") + f": {', '.join(aliases)}"
    if f"({told})" not in first:
        command.help = f"{first.rstrip()} ({told}){gap}{rest}"


def parameter_key(parameter: Any) -> str:
    """Return the key of an option or argument in `help.en.yaml`: its longest name."""
    is_option = parameter.param_type_name == "option"
    return str(max(parameter.opts, key=len) if is_option else parameter.name)


@cache
def english_help() -> dict[str, dict[str, str]]:
    """Return the English help: command's names ("rules replay") -> {"help" or parameter: text}."""
    return {str(path): dict(texts) for path, texts in load_yaml(_ENGLISH_HELP).data.items()}


def _kind_of_value(parameter: Any, shown: str) -> str:
    """Return what the help shows as the kind of value of a parameter.

    It is "" for a flag, which takes none, and for an argument, whose name says it. `shown` is what typer would show; it
    is used where it lists the possible values.
    """
    kind = parameter.type_descriptor
    if getattr(parameter, "is_flag", False):
        return ""
    if kind.is_choice:
        return shown
    if parameter.param_type_name == "argument":
        return ""
    if kind.is_path or kind.is_list:
        is_folder = parameter_key(parameter).endswith(("-dir", "--out", "--etc", "--keep"))
        return translated("THƯ_MỤC" if is_folder else "TỆP", "PATH")
    return translated("SỐ", "NUMBER") if kind.annotation in {int, float} else translated("CHUỖI", "TEXT")
