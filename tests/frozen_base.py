"""Writes the base revision out: `python -m tests.frozen_base`, on the tree of the version that the offices have.

Until then the base revision makes what the schema says today. See docs/add-a-table.md.
"""

from pathlib import Path

from sqlalchemy import create_mock_engine
from sqlalchemy.engine.mock import MockConnection

from zalo_governor.storage.migrations import VERSIONS
from zalo_governor.storage.schema import metadata

_BASE = "r1000_base.py"
_HEAD = '''"""Revision 1000: the tables of the first installation, as `python -m tests.frozen_base` wrote them out."""

from alembic import op

revision = "1000"
down_revision = None

'''
_FOOT = '''

def upgrade() -> None:
    """Create all tables."""
    for statement in _STATEMENTS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
'''


def freeze_base(versions: Path = VERSIONS) -> None:
    """Write the schema of this tree into the base revision of that folder, statement by statement."""
    lines = ["_STATEMENTS = {\n"]
    for name, url in {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}.items():
        lines += [
            f'    "{name}": [\n',
            *(f'        """{statement}""",\n' for statement in _statements(url)),
            "    ],\n",
        ]
    (versions / _BASE).write_text(_HEAD + "".join(lines) + "}\n" + _FOOT, encoding="utf-8")


def _statements(url: str) -> list[str]:
    made: list[str] = []
    engine: MockConnection = create_mock_engine(
        url, lambda ddl, *_: made.append(str(ddl.compile(dialect=engine.dialect)).strip())
    )
    metadata.create_all(engine, checkfirst=False)
    return made


if __name__ == "__main__":
    freeze_base()
