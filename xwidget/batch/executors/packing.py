"""The things sent to workers: a job, and images, so that each is whole on another machine."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from xwidget.batch.item import Item
from xwidget.batch.job import Job
from xwidget.subject import Subject
from xwidget.support.needed import needed
from xwidget.support.texts import in_words


def packed_job(job: Job) -> bytes:
    """Return a job, pickled.

    Raises
    ------
    ValueError
        If part of it cannot be pickled; the message says which.
    """
    try:
        return _pickled(job)
    except Exception as error:
        what, why = _part_of(job, error)
        raise ValueError(
            f"{what} cannot be sent to another process ({in_words(why)}); it must not hold locks, "
            'open files, generators or the like. Or leave executor at "local"'
        ) from error


def packed_item(item: Item) -> bytes:
    """Return an image, pickled: by its absolute path where it has one.

    Raises
    ------
    ValueError
        If it cannot be pickled.
    """
    image = item.image.source if isinstance(item.image, Subject) else item.image
    sent = replace(item, image=image)
    try:
        return _pickled(sent if sent.path is None else replace(sent, image=sent.path))
    except Exception as error:
        raise ValueError(
            f"an image of type {type(image).__name__} cannot be sent to another process "
            f"({in_words(error)}); give its path, or a PIL image or array"
        ) from error


def _pickled(value: Any) -> bytes:
    # By the fifth protocol, which is the default, an array that is read-only stays so.
    cloudpickle = needed("ray.cloudpickle", "ray", "Explaining on a cluster")
    found: bytes = cloudpickle.dumps(value, protocol=4)
    return found


def _part_of(job: Job, error: Exception) -> tuple[str, Exception]:
    """Return which part of a job cannot be pickled, and why."""
    clf = job.clf
    parts = {
        f"the net {clf.name}": clf.net,
        f"the preprocessing of {clf.name}": clf.preprocess,
        "a target that is a score": clf.extras,
        "the witness": job.witness,
        **{field.name: getattr(job, field.name) for field in fields(job)},
    }
    for name, part in parts.items():
        try:
            _pickled(part)
        except Exception as found:
            return name, found
    return "the job", error
