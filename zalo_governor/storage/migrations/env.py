"""Script that alembic executes for a migration, on the connection that `running.run` puts into the configuration."""

from alembic import context

from zalo_governor.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    # Never the table of another schema that the search path shows as well.
    version_table_schema=connection.dialect.default_schema_name if connection.dialect.name == "postgresql" else None,
)
with context.begin_transaction():
    context.run_migrations()
