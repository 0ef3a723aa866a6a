"""Roles are held in groups: the roles of today are held in all of them. A person may choose the group to speak of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Put each list of roles under `*`, which stands for all groups."""
    op.add_column("persons", sa.Column("chosen_group", sa.String()))
    persons = sa.table("persons", sa.column("id", sa.BigInteger()), sa.column("roles", sa.JSON(none_as_null=True)))
    connection = op.get_bind()
    for row in connection.execute(sa.select(persons).where(persons.c.roles.is_not(None))).all():
        held = {"*": row.roles}
        connection.execute(sa.update(persons).where(persons.c.id == row.id).values(roles=held))
