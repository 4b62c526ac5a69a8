"""The columns of an explanation store: one row is one image and one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xwidget.support.needed import needed

if TYPE_CHECKING:
    import pyarrow as pa

#: Extra of xwidget that brings what a store needs.
EXTRA = "many"
#: Keys of a file's own metadata: what the store was made with, and the files that it replaces.
ABOUT = b"xwidget"
REPLACES = b"xwidget.replaces"
#: Number of this layout; a store with a larger one is of a newer xwidget.
LAYOUT = 1
#: How the id of a row ends whose image could not be explained; those of others end in the target.
FAILED = "/-"
#: Side in pixels of ``mask_small``.
SMALL = 32
#: Longest side in pixels of ``thumbnail`` and ``photo``.
THUMBNAIL = 96
#: Part of the height and width that counts as border on each side.
BORDER = 1 / 8


@dataclass(frozen=True)
class Column:
    """A column of the store.

    Parameters
    ----------
    name
        Its name.
    kind
        Its type, as Arrow calls it.
    words
        What it holds.
    light
        Whether it is small: of 50,000 rows, all light columns fit into memory.
    """

    name: str
    kind: str
    words: str
    light: bool = True


COLUMNS = (
    Column("id", "string", "The image's name, a slash and the target's index; unique"),
    Column("image", "string", "The image's name: its path within the folder, or what it was given"),
    Column("index", "int64", "Place of the image among those given, from 0"),
    Column("path", "string", "Absolute path of its file; empty if it came from none"),
    Column("digest", "string", "SHA-256 of the original's pixels, see xwidget.origin.digest"),
    Column("label", "string", "The true class in words; null if it is not known"),
    Column("label_index", "int32", "The true class's index; null if the net has no such class"),
    Column("target", "int32", "Index of the target; null in the row of an image that failed"),
    Column("target_name", "string", "Name of the target"),
    Column("prediction", "int32", "Index of the most likely class"),
    Column("prediction_name", "string", "Name of the most likely class"),
    Column("prediction_score", "float", "Its score, in [0, 1]"),
    Column("image_score", "float", "The image's score of the target, in [0, 1]"),
    Column("score", "float", "The score of the evidence alone, in [0, 1]"),
    Column("verdict", "string", "Outcome of the checks: holds, doubtful, no evidence, not checked"),
    Column("summary", "string", "The same in one line"),
    Column("failed", "list<string>", "Names of the checks that speak against the explanation"),
    Column("shown", "float", "Mean of the mask, in [0, 1]"),
    Column("red", "float", "Share of the mask that is in red, in [0, 1]"),
    Column("green", "float", "Share of the mask that is in green, in [0, 1]"),
    Column("blue", "float", "Share of the mask that is in blue, in [0, 1]"),
    Column("x", "float", "Centroid of the mask, from 0 (left) to 1 (right)"),
    Column("y", "float", "Centroid of the mask, from 0 (top) to 1 (bottom)"),
    Column("border", "float", "Share of the mask in the outer eighth on each side, in [0, 1]"),
    Column("witness_score", "float", "The witness's score of the evidence; null without one"),
    Column("witness_image_score", "float", "The witness's score of the image; null without one"),
    Column("iterations", "int32", "Iteration of the mask"),
    Column("stopped", "string", "Why the run ended: iterations, converged"),
    Column("seconds", "float", "Time spent on the image"),
    Column("error", "string", "Why the image could not be explained; empty if it was"),
    Column("height", "int32", "Height of the mask in pixels"),
    Column("width", "int32", "Width of the mask in pixels"),
    Column("done", "timestamp", "When it was done, UTC"),
    Column("checks", "string", "All checks, as JSON", light=False),
    Column("mask", "binary", "uint8 (3, height, width): floor(255 * mask + 0.5)", light=False),
    Column(
        "relevance",
        "binary",
        "uint8 (height, width): floor(256 * rank / pixels), 0 for the most relevant ones",
        light=False,
    ),
    Column("thumbnail", "binary", "WebP: the evidence on paper, longest side 96", light=False),
    Column("photo", "binary", "WebP: what the net saw, longest side 96", light=False),
    Column(
        "picture",
        "binary",
        "PNG: what the net saw, whole; null if the image has a path, and in an image's later rows",
        light=False,
    ),
    Column(
        "mask_small",
        "binary",
        "float16 (32, 32): the mask's mean over the channels, resampled by area",
        light=False,
    ),
    Column(
        "features",
        "binary",
        "float16 (D,): what the net's last layer is given; empty if that was not found",
        light=False,
    ),
    Column(
        "trace",
        "binary",
        "float32 (T, 3): score, mask mean and sparsity of each iteration from 0",
        light=False,
    ),
    Column(
        "origin", "string", "Digest, name, size and geometry of the original, JSON", light=False
    ),
    Column("diagnostics", "string", "Facts about the run, JSON", light=False),
)

#: The names of all columns, and of those that are read by default.
NAMES = tuple(column.name for column in COLUMNS)
LIGHT = tuple(column.name for column in COLUMNS if column.light)


def arrow() -> Any:
    """Return pyarrow; ModuleNotFoundError says how to install it."""
    return needed("pyarrow", EXTRA, "An explanation store")


def parquet() -> Any:
    """Return pyarrow.parquet; ModuleNotFoundError says how to install pyarrow."""
    return needed("pyarrow.parquet", EXTRA, "An explanation store")


def schema(about: bytes | None = None) -> pa.Schema:
    """Return the schema of a file.

    Parameters
    ----------
    about
        What the whole store was made with, as JSON; None for none.
    """
    arrow_ = arrow()
    kinds = {
        "string": arrow_.string(),
        "int32": arrow_.int32(),
        "int64": arrow_.int64(),
        "float": arrow_.float32(),
        "binary": arrow_.binary(),
        "list<string>": arrow_.list_(arrow_.string()),
        "timestamp": arrow_.timestamp("us", tz="UTC"),
    }
    fields = [arrow_.field(column.name, kinds[column.kind]) for column in COLUMNS]
    return arrow_.schema(fields, None if about is None else {ABOUT: about})
