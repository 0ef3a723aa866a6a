"""Revision 0010: roles are held in groups, and each group has a trial of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TRIAL = ("began_ms", "live_ms", "live_by", "told_ms", "announced_ms")


def upgrade() -> None:
    """Put each list of roles under `*`, which stands for all groups; give each known group its account's trial."""
    op.add_column("persons", sa.Column("chosen_group", sa.String()))
    persons = sa.table("persons", sa.column("id", sa.BigInteger()), sa.column("roles", sa.JSON(none_as_null=True)))
    connection = op.get_bind()
    for row in connection.execute(sa.select(persons).where(persons.c.roles.is_not(None))).all():
        held = {"*": row.roles}
        connection.execute(sa.update(persons).where(persons.c.id == row.id).values(roles=held))
    trials = sa.table("trials", *map(sa.column, ("account", *_TRIAL)))
    seen = sa.table("groups", sa.column("account"), sa.column("group_id"))
    rows = connection.execute(
        sa.select(trials, seen.c.group_id).join_from(trials, seen, trials.c.account == seen.c.account)
    ).all()
    op.drop_table("trials")
    made = op.create_table(
        "trials",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("live_ms", sa.BigInteger()),
        sa.Column("live_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("told_ms", sa.BigInteger()),
        sa.Column("announced_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account", "group_id", name=op.f("pk_trials")),
    )
    if rows:
        op.bulk_insert(made, [dict(row._mapping) for row in rows])
