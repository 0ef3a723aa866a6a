"""Tables of a later version of the program, for tests of the upgrade."""

import shutil
from pathlib import Path

import pytest

from zalo_governor.storage import migrations

NOW = migrations.newest()
"""The newest revision that ships."""
NEXT = f"{int(NOW) + 1:04}"
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{now}"


def upgrade():
    {body}
"""
NEW_TABLE = 'op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))'


def with_a_later_revision(folder: Path, monkeypatch: pytest.MonkeyPatch, *, body: str = NEW_TABLE) -> None:
    """As if the program were of a later version: one more revision, which does `body`, follows those that ship."""
    shutil.copytree(migrations.VERSIONS, folder / "versions")
    (folder / "versions" / f"r{NEXT}_later.py").write_text(
        LATER.format(next=NEXT, now=NOW, body=body), encoding="utf-8"
    )
    monkeypatch.setattr(migrations, "VERSIONS", folder / "versions")
