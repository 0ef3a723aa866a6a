"""`zalo-governor check-file`: scan files as the bot would, without Zalo, and print what was found."""

from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.app.attachments import FileCheck, antivirus_at
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.cli.json_lines import as_json
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, RulesFolder, chosen_rules
from zalo_governor.config.attachments import AttachmentSettings
from zalo_governor.domain.attachments import ScanResult
from zalo_governor.domain.errors import GovernorError
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.sandbox.attachments.client import AttachmentScanner, command
from zalo_governor.system.error_text import of_system


def check_file(
    paths: Annotated[list[Path], typer.Argument(metavar="TỆP", help="Các tệp cần quét.")],
    config_dir: RulesFolder = None,
    antivirus_socket: Annotated[
        Path | None, typer.Option(help="Tệp socket của ClamAV, nơi chương trình khác nối vào.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Quét từng tệp như khi có người gửi vào Nhóm; mỗi tệp cho một dòng JSON, theo thứ tự đã nêu."""
    settings = AttachmentSettings()
    rules_dir = chosen_rules(config_dir, config)
    engine = load_rulebook(rules_dir).engine
    scanner = AttachmentScanner(command(rules_dir, settings.seconds))
    check = FileCheck(antivirus_at(antivirus_socket or settings.antivirus_socket), scanner.scan, lambda: engine)
    failed = False
    try:
        for path in paths:
            try:
                content = _read(path)
                result = check(content, path.name)
            except OSError as error:
                typer.echo(f"{path}: không đọc được: {of_system(error)}; các tệp khác vẫn quét", err=True)
                failed = True
            except GovernorError as error:
                typer.echo(f"{path}: {error}", err=True)
                failed = True
            else:
                typer.echo(as_json(describe(path, result)))
    finally:
        scanner.close()
    raise typer.Exit(ExitCode.FAILURE if failed else ExitCode.GOOD)


def _read(path: Path) -> bytearray:
    """Return the content of a file.

    Raises:
        OSError: it cannot be read.
        GovernorError: it is a pipe, a socket or a device, which may never end.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise GovernorError("là đường ống hoặc thiết bị, không phải tệp, nên không quét; các tệp khác vẫn quét")
    return bytearray(path.read_bytes())


def describe(path: Path, result: ScanResult) -> dict[str, object]:
    """Return the result of scanning the file `path` as the object that is printed as JSON."""
    return {
        "file": str(path),
        "type": result.type,
        "findings": [
            {
                "rule": finding.rule_id,
                "clause": finding.clause,
                "severity": finding.severity.value,
                "label": finding.label,
                "level": finding.level,
                "reason": finding.reason,
                "page": finding.page,
            }
            for finding in result.findings
        ],
        "not_checked": [code.value for code in result.not_checked],
        "seconds": result.seconds,
    }
