"""Alembic's entry: changes the tables in the transaction of the store that is opened."""

from alembic import context

from xwidget.findings.store.sql.tables import REVISION

context.configure(connection=context.config.attributes["connection"], version_table=REVISION)
context.run_migrations()
