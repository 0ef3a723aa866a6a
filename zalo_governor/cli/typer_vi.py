"""Vietnamese texts of the command line itself: usage, help, and errors in options.

typer uses its own copy of click, which has no translations and whose types are not exported: hence `Any` here. Messages
not translated here appear in typer's English.
"""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from zalo_governor.system.error_text import of_value

_USAGE = "Cách dùng: "
_HELP = "Hiện hướng dẫn này rồi thoát."


class UnknownCommandError(TyperException):
    """The operator typed a command that does not exist; the message suggests the most similar one."""

    exit_code = 2


class _Command(TyperCommand):
    def format_usage(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), _USAGE)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate_headings()
        super().format_help(ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        return _with_vietnamese_help(super().get_help_option(ctx))


class Group(TyperGroup):
    """A command with subcommands, whose help and errors are in Vietnamese."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line of the help, with its label in Vietnamese; typer calls this."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), _USAGE)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the command with Vietnamese headings; typer calls this."""
        _translate_headings()
        super().format_help(ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option `--help` with its description in Vietnamese; typer calls this."""
        return _with_vietnamese_help(super().get_help_option(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the subcommand that the operator typed as `args[0]`; typer calls this.

        Raises:
            UnknownCommandError: there is no subcommand of that name.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            nearest = get_close_matches(name, self.list_commands(ctx), 1)
            meant = f"có phải là {nearest[0]}? " if nearest else ""
            raise UnknownCommandError(f"không có lệnh {name}; {meant}Hãy xem các lệnh bằng: {ctx.command_path} --help")
        return super().resolve_command(ctx, args)


class Terminal(typer.Typer):
    """A Typer application (a command with subcommands) whose help and errors are in Vietnamese.

    Its tracebacks never show local variables, which may contain messages.
    """

    def __init__(self, *, cls: type[Group] = Group, **settings: Any) -> None:
        super().__init__(
            cls=cls,
            options_metavar="[TÙY CHỌN]",
            subcommand_metavar="LỆNH [THAM SỐ]...",
            # typer's tracebacks show local variables, which may contain messages.
            pretty_exceptions_enable=False,
            add_completion=False,
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Return a decorator that adds a command, like `typer.Typer.command`, with Vietnamese usage and help."""
        return super().command(name, cls=_Command, options_metavar="[TÙY CHỌN]", **settings)


def explained(error: TyperException) -> str:
    """Return a Vietnamese text that says what is wrong in the use of a command and how to see its usage."""
    context = getattr(error, "ctx", None)
    hint = f"Xem cách dùng bằng: {context.command_path} --help" if context else ""
    said = _describe(error).rstrip(".")
    return f"{said}{' ' if said.endswith('?') else '. '}{hint}".rstrip()


def _describe(error: TyperException) -> str:
    match type(error).__name__, error:
        case "MissingParameter", _:
            return f"còn thiếu {_parameter_name(error)}"
        case "BadParameter", typer.BadParameter():
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                return f"{_parameter_name(error)}: {_describe_value_error(error, cause)}"
            return f"{_parameter_name(error)}: {error.message}"
        case "NoSuchOption", _:
            option, nearest = getattr(error, "option_name", ""), getattr(error, "possibilities", None) or []
            meant = f"; có phải là {nearest[0]}?" if nearest else ""
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


def _with_vietnamese_help(option: Any) -> Any:
    if option is not None:
        option.help = _HELP
    return option


def _translate_headings() -> None:
    """Replace the English headings in typer's help by Vietnamese ones.

    The module `typer.rich_utils` is imported only here, because only help output needs it.
    """
    words: Any = import_module("typer.rich_utils")
    words.ARGUMENTS_PANEL_TITLE = "Tham số"
    words.OPTIONS_PANEL_TITLE = "Tùy chọn"
    words.COMMANDS_PANEL_TITLE = "Lệnh"
    words.DEFAULT_STRING = "[mặc định: {}]"
    words.ENVVAR_STRING = "[biến môi trường: {}]"
    words.REQUIRED_LONG_STRING = "[bắt buộc]"
