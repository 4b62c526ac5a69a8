"""The tables of a store. What is in them is never changed, but for the counter and the labels."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

REVISION = "xwidget_revision"
"""The table in which alembic keeps the revision of the others."""

store = Table(
    "xwidget_store",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row: 1
    # Who writes locks this row first, so that numbers become visible in their order.
    Column("seq", BigInteger, nullable=False),
    Column("kinds", Text),  # JSON; NULL: as xwidget has them
)

findings = Table(
    "xwidget_findings",
    metadata,
    Column("finding_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("act", Text, nullable=False, unique=True),
    Column("made_by", Text, nullable=False),
    Column("shape_version", Integer, nullable=False),  # the first with this region and network
    Column("created", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("target", BigInteger),
    Column("deleted", Boolean, nullable=False),
    Column("record", Text, nullable=False),  # all of it, as JSON
    Index(None, "digest"),
)

effects = Table(
    "xwidget_effects",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("finding_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("record", Text, nullable=False),
    ForeignKeyConstraint(
        ["finding_id", "version"], ["xwidget_findings.finding_id", "xwidget_findings.version"]
    ),
    Index(None, "finding_id"),
)

reviews = Table(
    "xwidget_reviews",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("finding_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("act", Text, nullable=False, unique=True),
    Column("record", Text, nullable=False),
    Index(None, "finding_id"),
)

labels = Table(
    "xwidget_labels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("used", BigInteger, nullable=False),  # the number of the last act that used it
    Column("retired", Boolean, nullable=False),
)

images = Table(
    "xwidget_images",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("height", Integer),
    Column("width", Integer),
)

inputs = Table(
    "xwidget_inputs",
    metadata,
    Column("digest", Text, ForeignKey("xwidget_images.digest"), primary_key=True),
    Column("preprocessing_key", Text, primary_key=True),  # SHA-256: an index has no long texts
    Column("preprocessing", Text, nullable=False),
    Column("picture", LargeBinary, nullable=False),
    Column("geometry", Text),
)
