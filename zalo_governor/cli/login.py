"""`zalo-governor login`: the bot's account logs in with a QR code."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor import journal
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.signing_in import SignIn, SignInError, cannot_write, clean_up_when_told_to_end
from zalo_governor.domain.clock import system_clock
from zalo_governor.process import forbid_core_dumps
from zalo_governor.records import open_records
from zalo_governor.settings import load_settings

QrFile = Annotated[
    Path | None,
    typer.Option(
        "--qr-file", help="Where the picture of the code lies while it counts; by default in data_dir.", dir_okay=False
    ),
]
OtherAccount = Annotated[bool, typer.Option("--other-account", help="Take another account than before without asking.")]


def login(config: ConfigFile = DEFAULT_CONFIG, qr_file: QrFile = None, other_account: OtherAccount = False) -> None:
    """Log the bot's account in: a QR code to be scanned with the Zalo app; the session is kept encrypted."""
    forbid_core_dumps()
    journal.silence()
    clean_up_when_told_to_end()
    settings = load_settings(config)
    try:
        records = open_records(settings, system_clock)
        try:
            SignIn(records, Console(), qr_file=qr_file, other_account=other_account).run()
        finally:
            records.close()
    except SignInError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.ending) from None
    except OSError as error:
        raise cannot_write(error) from None
