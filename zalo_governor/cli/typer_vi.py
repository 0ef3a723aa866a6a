"""What the command line itself says, in Vietnamese: usage, help, wrong options.

typer takes its words from click, of which it keeps its own copy without translations, and its types to itself: hence
`Any` here. What is not known here is said in typer's own words.
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
    """No command of that name."""

    exit_code = 2


class _Command(TyperCommand):
    def format_usage(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), _USAGE)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate()
        super().format_help(ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        return _translated(super().get_help_option(ctx))


class Group(TyperGroup):
    """A command of commands."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """With the Vietnamese word for it."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), _USAGE)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """With Vietnamese headings."""
        _translate()
        super().format_help(ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`, explained in Vietnamese."""
        return _translated(super().get_help_option(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Raises UnknownCommandError, which names the nearest command that there is."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            nearest = get_close_matches(name, self.list_commands(ctx), 1)
            meant = f"có phải là {nearest[0]}? " if nearest else ""
            raise UnknownCommandError(f"không có lệnh {name}; {meant}Hãy xem các lệnh bằng: {ctx.command_path} --help")
        return super().resolve_command(ctx, args)


class Terminal(typer.Typer):
    """A Typer that speaks Vietnamese, and whose tracebacks show nobody's words."""

    def __init__(self, *, cls: type[Group] = Group, **settings: Any) -> None:
        super().__init__(
            cls=cls,
            options_metavar="[TÙY CHỌN]",
            subcommand_metavar="LỆNH [THAM SỐ]...",
            # A traceback with local variables could show what somebody wrote.
            pretty_exceptions_enable=False,
            add_completion=False,
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """As typer's own."""
        return super().command(name, cls=_Command, options_metavar="[TÙY CHỌN]", **settings)


def explained(error: TyperException) -> str:
    """What is wrong with what was typed, and what to do."""
    context = getattr(error, "ctx", None)
    hint = f"Xem cách dùng bằng: {context.command_path} --help" if context else ""
    said = _said(error).rstrip(".")
    return f"{said}{' ' if said.endswith('?') else '. '}{hint}".rstrip()


def _said(error: TyperException) -> str:
    match type(error).__name__, error:
        case "MissingParameter", _:
            return f"còn thiếu {_named(error)}"
        case "BadParameter", typer.BadParameter():
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                return f"{_named(error)}: {_wrong(error, cause)}"
            return f"{_named(error)}: {error.message}"
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


def _named(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "tham số"
    if parameter.param_type_name == "option":
        return f"tùy chọn {' / '.join(parameter.opts)}"
    return f"tham số {parameter.display_name_raw}"


def _wrong(error: TyperException, cause: ValidationError) -> str:
    parameter: Any = getattr(error, "param", None)
    if parameter is not None and parameter.type_descriptor.is_choice:
        return f"phải là một trong: {', '.join(map(str, parameter.type_descriptor.choices))}"
    (item, *_) = cause.errors(include_url=False, include_input=False)
    return of_value(item)


def _translated(option: Any) -> Any:
    if option is not None:
        option.help = _HELP
    return option


def _translate() -> None:
    """typer's headings are constants of a module that it imports when help is asked for; the bot never needs it."""
    words: Any = import_module("typer.rich_utils")
    words.ARGUMENTS_PANEL_TITLE = "Tham số"
    words.OPTIONS_PANEL_TITLE = "Tùy chọn"
    words.COMMANDS_PANEL_TITLE = "Lệnh"
    words.DEFAULT_STRING = "[mặc định: {}]"
    words.ENVVAR_STRING = "[biến môi trường: {}]"
    words.REQUIRED_LONG_STRING = "[bắt buộc]"
