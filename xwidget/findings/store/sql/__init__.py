"""A store's tables, transactions and queries; only here SQLAlchemy and alembic are imported."""
