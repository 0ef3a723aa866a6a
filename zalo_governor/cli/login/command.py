"""`zalo-governor login`: log in the bot's Zalo account with a QR code that a person scans in the Zalo app."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zalo_governor.app.context import open_records
from zalo_governor.cli.login.flow import SignIn, signing_in
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock

QrFile = Annotated[
    Path | None,
    typer.Option(
        "--qr-file",
        help="Nơi để tệp ảnh mã QR trong lúc mã còn hiệu lực; bỏ trống thì ở thư mục dữ liệu (data_dir).",
        dir_okay=False,
    ),
]
OtherAccount = Annotated[
    bool,
    typer.Option(
        "--other-account", help="Đồng ý trước việc đổi tài khoản: quét mã bằng tài khoản khác cũng không hỏi lại."
    ),
]


def login(config: ConfigFile = DEFAULT_CONFIG, qr_file: QrFile = None, other_account: OtherAccount = False) -> None:
    """Đăng nhập tài khoản của Hệ thống bằng mã QR, quét bằng ứng dụng Zalo; phiên đăng nhập được mã hóa."""
    with signing_in(), closing(open_records(load_settings(config), system_clock)) as records:
        SignIn(records, Console(), qr_file=qr_file, other_account=other_account).run()
