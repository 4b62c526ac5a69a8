"""The first tables: findings, effects, reviews, labels, images."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    store = op.create_table(
        "xwidget_store",
        sa.Column("id", sa.Integer, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("kinds", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_xwidget_store"),
    )
    op.bulk_insert(store, [{"id": 1, "seq": 0}])
    op.create_table(
        "xwidget_findings",
        sa.Column("finding_id", sa.Text),
        sa.Column("version", sa.Integer, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("shape_version", sa.Integer, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("target", sa.BigInteger),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", "version", name="pk_xwidget_findings"),
        sa.UniqueConstraint("seq", name="uq_xwidget_findings_seq"),
        sa.UniqueConstraint("act", name="uq_xwidget_findings_act"),
    )
    op.create_index("ix_xwidget_findings_digest", "xwidget_findings", ["digest"])
    op.create_table(
        "xwidget_effects",
        sa.Column("seq", sa.BigInteger, autoincrement=False),
        sa.Column("finding_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_xwidget_effects"),
        sa.ForeignKeyConstraint(
            ["finding_id", "version"],
            ["xwidget_findings.finding_id", "xwidget_findings.version"],
            name="fk_xwidget_effects_xwidget_findings",
        ),
    )
    op.create_index("ix_xwidget_effects_finding_id", "xwidget_effects", ["finding_id"])
    op.create_table(
        "xwidget_reviews",
        sa.Column("seq", sa.BigInteger, autoincrement=False),
        sa.Column("finding_id", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_xwidget_reviews"),
        sa.UniqueConstraint("act", name="uq_xwidget_reviews_act"),
    )
    op.create_index("ix_xwidget_reviews_finding_id", "xwidget_reviews", ["finding_id"])
    op.create_table(
        "xwidget_labels",
        sa.Column("name", sa.Text),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_xwidget_labels"),
    )
    op.create_table(
        "xwidget_images",
        sa.Column("digest", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("height", sa.Integer),
        sa.Column("width", sa.Integer),
        sa.PrimaryKeyConstraint("digest", name="pk_xwidget_images"),
    )
    op.create_table(
        "xwidget_inputs",
        sa.Column("digest", sa.Text),
        sa.Column("preprocessing_key", sa.Text),
        sa.Column("preprocessing", sa.Text, nullable=False),
        sa.Column("picture", sa.LargeBinary, nullable=False),
        sa.Column("geometry", sa.Text),
        sa.PrimaryKeyConstraint("digest", "preprocessing_key", name="pk_xwidget_inputs"),
        sa.ForeignKeyConstraint(
            ["digest"], ["xwidget_images.digest"], name="fk_xwidget_inputs_xwidget_images"
        ),
    )
