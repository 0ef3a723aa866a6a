"""Called by alembic, with the connection that `upgrade` put into its configuration."""

from alembic import context

from zalo_governor.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
