"""Run by Alembic: migrates over the connection that `store.schema` has open, in its unit."""

from __future__ import annotations

from alembic import context

from syncd.store import console_tables
from syncd.store.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=console_tables.cards.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
