"""Tables of a later version of the program, for tests of the upgrade."""

import shutil
from pathlib import Path

import pytest

from zalo_governor.storage import migrations

NOW = migrations.newest()
"""The newest revision that ships."""
NEXT = f"{int(NOW) + 1:04}"
LATER = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{NOW}"


def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
"""


def with_a_later_revision(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the program were of a later version: one more revision follows those that ship."""
    shutil.copytree(migrations.VERSIONS, folder / "versions")
    (folder / "versions" / f"r{NEXT}_later.py").write_text(LATER, encoding="utf-8")
    monkeypatch.setattr(migrations, "VERSIONS", folder / "versions")
