"""The texts of the Debian package that are made from the program: systemd units, bash completion, manual page."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from typer.main import get_command

from zalo_governor import __version__
from zalo_governor.cli import app
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.setup.systemd import NAME, Installation, files

FOLDER = Path("/srv") / NAME
PACKAGED = Installation(
    python=Path("/opt") / NAME / "bin/python3",
    base=Path("/usr"),
    config=FOLDER / "governor.yaml",
    data_dir=FOLDER / "data",
    session_file=FOLDER / "session.json",
    backup_dir=Path("/var/backups") / NAME,
)
"""Where everything is that the package installs, and that its service uses."""
_DEBIAN_NAMES = {
    f"systemd/system/{NAME}.service": f"{NAME}.service",
    f"systemd/system/{NAME}-panel.service": f"{NAME}.{NAME}-panel.service",
    f"systemd/system/{NAME}-backup.service": f"{NAME}.{NAME}-backup.service",
    f"systemd/system/{NAME}-backup.timer": f"{NAME}.{NAME}-backup.timer",
    f"systemd/system/{NAME}@.service": f"{NAME}@.service",
    f"systemd/system/{NAME}-panel@.service": f"{NAME}@.{NAME}-panel.service",
    f"systemd/system/{NAME}-backup@.service": f"{NAME}@.{NAME}-backup.service",
    f"systemd/system/{NAME}-backup@.timer": f"{NAME}@.{NAME}-backup.timer",
    f"systemd/system/{NAME}-scan-worker.service": f"{NAME}.{NAME}-scan-worker.service",
    f"sysusers.d/{NAME}.conf": f"{NAME}.sysusers",
    f"tmpfiles.d/{NAME}.conf": f"{NAME}.tmpfiles",
}
"""Path below /usr/lib -> name in debian/, by which debhelper installs it."""


_SHORT = "theo dõi Nhóm Zalo của cơ quan, đối chiếu với Quy chế, báo riêng và lập báo cáo"
_FILES = (
    (PACKAGED.config, "Cấu hình, do lệnh init ghi."),
    (FOLDER / "config", "Bộ quy tắc và câu chữ riêng của cơ quan."),
    (PACKAGED.data_dir, "Thư mục dữ liệu: cơ sở dữ liệu, tệp khóa, nhật ký chạy."),
    (PACKAGED.backup_dir, "Bản sao lưu hằng đêm."),
)
_ENDINGS = {
    ExitCode.GOOD: "tốt",
    ExitCode.FAILURE: "chưa làm được; khắc phục nguyên nhân rồi chạy lại",
    ExitCode.WRONG_USE: "cấu hình, khóa hoặc cách gõ sai",
    ExitCode.FAULTS_FOUND: "nhật ký kiểm tra không toàn vẹn",
    ExitCode.LOGIN_REFUSED: "Zalo không nhận phiên đăng nhập",
    ExitCode.INTERRUPTED: "đã dừng bằng Ctrl-C",
}


class Option(NamedTuple):
    """An option of a command: how it is spelled, and what its help says."""

    names: tuple[str, ...]
    help: str


class Command(NamedTuple):
    """A command as people type it, with what its help says."""

    words: tuple[str, ...]
    summary: str
    arguments: tuple[str, ...]
    options: tuple[Option, ...]
    aliases: tuple[str, ...] = ()
    """Other names of the command, which may be typed in the place of its last word."""


def all_texts() -> Mapping[str, str]:
    """Return the content of each generated file by its name in debian/."""
    made = files(PACKAGED)
    commands = list(every_command())
    return {name: made[place] for place, name in _DEBIAN_NAMES.items()} | {
        f"completions/{NAME}": completion(commands),
        f"{NAME}.1": manual_page(commands),
    }


def every_command() -> Iterator[Command]:
    """Yield the program itself, then its commands and their subcommands, in the order of the help."""
    # typer keeps its copy of click, and the types of that, to itself.
    yield from _commands((NAME,), get_command(app))


def completion(commands: list[Command]) -> str:
    """Return a script for bash that completes commands, subcommands, options and file names.

    It is made in advance, since the program needs a second to list its commands.
    """
    rows, aliases = [], []
    for command in commands:
        words = " ".join(command.words)
        below = [other for other in commands if other.words[:-1] == command.words]
        names = [name for other in below for name in (other.words[-1], *other.aliases)]
        options = [name for option in command.options for name in option.names if name.startswith("--")]
        rows.append(f"    ['{words}']='{' '.join([*names, *options])}'")
        parent = " ".join(command.words[:-1])
        aliases += [f"    ['{parent} {alias}']='{words}'" for alias in command.aliases]
    return "\n".join(
        (
            f"# bash completion for {NAME}",
            "declare -gA _zalo_governor_offered=(",
            *rows,
            ")",
            "declare -gA _zalo_governor_aliases=(",
            *aliases,
            ")",
            "_zalo_governor() {",
            f"    local word deeper command={NAME}",
            '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
            '        deeper="${_zalo_governor_aliases["$command $word"]-$command $word}"',
            '        [[ ${_zalo_governor_offered["$deeper"]+known} ]] && command="$deeper"',
            "    done",
            '    local offered="${_zalo_governor_offered[$command]}"',
            '    mapfile -t COMPREPLY < <(compgen -W "$offered" -- "${COMP_WORDS[COMP_CWORD]}")',
            "}",
            f"complete -o bashdefault -o default -F _zalo_governor {NAME}",
            "",
        )
    )


def manual_page(commands: list[Command]) -> str:
    """Return the manual page zalo-governor(1), in the language of the program's help, as man(7) asks for."""
    program, *others = commands
    day = datetime.fromtimestamp(_time_of_release(), UTC)
    rows = [
        f'.TH ZALO\\-GOVERNOR 1 "{day:%Y-%m-%d}" "Zalo Governor {__version__}"',
        ".SH NAME",
        f"{_roff(NAME)} \\- {_roff(_SHORT)}",
        ".SH SYNOPSIS",
        f".B {_roff(NAME)}",
        r"\fILỆNH\fR [\fITHAM SỐ\fR]... [\fITÙY CHỌN\fR]...",
        ".SH DESCRIPTION",
        _roff(program.summary),
        f"Lệnh gõ trong thư mục {_roff(str(FOLDER))}, nơi có tệp cấu hình governor.yaml.",
        ".SH COMMANDS",
    ]
    for command in others:
        usage = " ".join(command.arguments)
        names = ", ".join((" ".join(command.words), *command.aliases))
        rows += [f".SS {_roff(names)} {_roff(usage)}".rstrip(), _roff(command.summary)]
        for option in command.options:
            rows += [".TP", f".B {_roff(', '.join(option.names))}", _roff(option.help) or r"\&"]
    rows += [".SH FILES"]
    for path, what in _FILES:
        rows += [".TP", f".I {_roff(str(path))}", _roff(what)]
    rows += [".SH EXIT STATUS", _roff(", ".join(f"{code.value}: {_ENDINGS[code]}" for code in ExitCode) + ".")]
    rows += [".SH SEE ALSO", ".BR systemctl (1),", ".BR journalctl (1)", ""]
    return "\n".join(rows)


def _commands(words: tuple[str, ...], command: Any, aliases: tuple[str, ...] = ()) -> Iterator[Command]:
    names = list(command.list_commands(None)) if hasattr(command, "commands") else []
    parameters = [one for one in command.params if not getattr(one, "hidden", False)]
    yield Command(
        words=words,
        summary=_plain(command.help or ""),
        arguments=tuple(f"<{one.name}>" for one in parameters if one.param_type_name == "argument"),
        options=tuple(
            Option((*one.opts, *one.secondary_opts), _plain(one.help or ""))
            for one in parameters
            if one.param_type_name == "option"
        ),
        aliases=aliases,
    )
    other_names = getattr(command, "aliases", {})
    for name in names:
        others = tuple(alias for alias, meant in other_names.items() if meant == name)
        yield from _commands((*words, name), command.get_command(None, name), others)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.partition("\f")[0]).strip()


def _roff(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped)


def _time_of_release() -> float:
    """Return the time of the newest entry in debian/changelog, so that the page is the same whenever it is made."""
    changelog = Path(__file__).with_name("debian") / "changelog"
    [stated] = re.findall(r"^ -- .*>  (.*)$", changelog.read_text(encoding="utf-8"), re.MULTILINE)[:1]
    return parsedate_to_datetime(stated).timestamp()
