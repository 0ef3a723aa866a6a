"""Script that alembic executes for a migration; uses the connection that `running.run` put into the configuration."""

from alembic import context

from zalo_governor.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
