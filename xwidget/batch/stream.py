"""Many images explained one after another: a stream of results that keeps none of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from xwidget.batch.bar import Bar
from xwidget.batch.checks import check_values
from xwidget.batch.images import Images
from xwidget.batch.result import Result, failure
from xwidget.classifier import Classifier
from xwidget.engine import interrupts
from xwidget.engine.explain import explain
from xwidget.engine.keywords import spelled_out
from xwidget.engine.settings import SETTINGS, SettingsDict, settings_of
from xwidget.explanation import Explanation

if TYPE_CHECKING:
    from typing_extensions import Unpack


@spelled_out(SETTINGS)
def explain_many(
    clf: Classifier,
    images: Any,
    targets: int | str | Sequence[int | str] | None = None,
    *,
    names: Sequence[str] | None = None,
    witness: Classifier | None = None,
    repeat: bool = False,
    progress: bool = True,
    **settings: Unpack[SettingsDict],
) -> Generator[Result]:
    """Explain many images, one after another, as a stream.

    Each image is read when its turn comes, and no result is kept once it was yielded: memory stays
    flat, however many images there are.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``.
    images
        A folder, whose images are taken by file name; a dict from name to image; or an iterable of
        images, such as a generator. Each is a path, PIL image, array or tensor as in ``explain``.
    targets
        As in ``explain``, for every image; None means the most likely class of each.
    names
        Names of an iterable's images; by default the file's name, or "image 1", "image 2", ...
    **settings
        Each as in ``Settings``, for every image.
    witness, repeat
        As in ``explain``, for every image.
    progress
        Whether to show a progress bar.

    Yields
    ------
    Result
        One per image, in order: ``index``, ``name``, ``explanation``, ``error``, ``seconds``. For
        an image that cannot be explained, ``explanation`` is None and ``error`` the reason; the
        stream continues.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, before the first image. Errors of ``images`` itself are passed
        on.

    Notes
    -----
    An interrupt (Ctrl-C) ends the stream: the image in progress is dropped, and the loop ends as
    after the last image. A second interrupt within 2 s is raised.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> images = {"coffee": xw.sample("coffee"), "lost": "/no/such/file.png"}
    >>> for row in xw.explain_many(clf, images, iterations=2, progress=False):
    ...     print(row.name, row.explanation.names if row.explanation else row.error[:16])
    coffee ('espresso',)
    lost there is no file
    """
    check_values(clf, settings_of(explain_many, settings), witness, repeat=repeat)
    clf, targets = clf.aimed(targets)  # once: its outputs are those of all images
    if targets is not None:
        clf.indices(targets)
    one = partial(
        explain,
        clf,
        targets=targets,
        witness=witness,
        repeat=repeat,
        progress=False,
        **settings,
    )
    return _stream(one, Images(images, names), Bar(progress))


def _stream(one: Callable[..., Explanation], images: Images, bar: Bar) -> Generator[Result]:
    ready: list[Result] = []  # emptied by each yield: a local name would keep the last one alive
    index = 0
    try:
        bar.begin(images.count)
        for name, image in images:
            bar.turn_to(name)
            before = interrupts.taken()
            ready.append(_explained(one, index, name, image, bar))
            del image
            if interrupts.taken() != before:  # explain took it: the image is cut, the stream ends
                bar.say("interrupted")
                return
            bar.count()
            index += 1
            yield ready.pop()
    except KeyboardInterrupt:
        bar.say("interrupted")
        interrupts.take()
    finally:
        bar.close()


def _explained(
    one: Callable[..., Explanation], index: int, name: str, image: Any, bar: Bar
) -> Result:
    began = time.perf_counter()
    found, error = None, ""
    try:
        found = one(image, on_step=bar.step)
    except Exception as raised:
        error = failure(raised)
    return Result(index, name, found, error, time.perf_counter() - began)
