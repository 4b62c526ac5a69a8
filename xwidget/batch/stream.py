"""Many images explained as a stream of results that keeps none of them, and a store that does."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from xwidget.batch.bar import Bar
from xwidget.batch.checks import check_values, count
from xwidget.batch.executors.local import local
from xwidget.batch.executors.ray import RayExecutor
from xwidget.batch.images import Images
from xwidget.batch.item import Item
from xwidget.batch.job import Executor, Job, Outcome
from xwidget.batch.result import Result
from xwidget.batch.store.about import about, written
from xwidget.batch.store.store import ExplanationStore
from xwidget.batch.store.writer import Writer
from xwidget.batch.unchanged import Unchanged
from xwidget.classifier import Classifier
from xwidget.engine import interrupts
from xwidget.engine.keywords import spelled_out
from xwidget.engine.settings import SETTINGS, SettingsDict, settings_of
from xwidget.support.texts import valid
from xwidget.targets import Targets

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

#: Where images are explained, by name.
EXECUTORS: Mapping[str, Executor] = {"local": local, "ray": RayExecutor()}


@dataclass
class Ending:
    """The end of a stream: that it was reached, and in which way."""

    ended: bool = False
    interrupted: bool = False


class Stream(Iterator[Result]):
    """The results of ``explain_many``, one after another as they are made.

    It is closed at its end, by :meth:`close`, or at the end of a ``with`` block: then what was
    yielded is in the store. Where it is forgotten, that is so soon after.

    Parameters
    ----------
    results
        Makes them.
    writer
        Of the store; None for none.
    ending
        Tells how it ended.
    """

    def __init__(self, results: Generator[Result], writer: Writer | None, ending: Ending) -> None:
        self._results = results
        self._writer = writer
        self._ending = ending

    @property
    def interrupted(self) -> bool:
        """True if an interrupt ended it."""
        return self._ending.interrupted

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Result:
        if self._writer is None:
            return next(self._results)
        self._writer.user = threading.current_thread()
        try:
            return next(self._results)
        except BaseException:
            if self._ending.ended:  # not where another thread asks for the next one, too
                self._writer.close()
            raise

    def run(self) -> ExplanationStore | None:
        """Take all results to the end; return the store, None if there is none.

        Each result is dropped as it comes. Where an interrupt ends it, or an error of ``images``
        itself, which comes out, the store has what was done until then.

        Raises
        ------
        KeyboardInterrupt
            If a second interrupt comes within 2 s.
        OSError
            If the store cannot be written.
        RuntimeError
            If another stream of this process has begun to write into the store.
        """
        for result in self:
            del result
        return None if self._writer is None else ExplanationStore(self._writer.folder.path)

    def flush(self) -> None:
        """Return when all that was yielded is on the disk.

        Raises
        ------
        OSError
            If the store could not be written.
        """
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """End it: the images at work are dropped, and what was done is written.

        Raises
        ------
        OSError
            If the store could not be written; a TimeoutError if that takes more than ten minutes.
        """
        self._results.close()
        if self._writer is not None:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with suppress(Exception):
            self._results.close()
        if self._writer is not None:
            self._writer.end()  # who collects it does not wait for a disk


@spelled_out(SETTINGS)
def explain_many(
    clf: Classifier,
    images: Any,
    targets: Targets | None = None,
    *,
    names: Sequence[str] | None = None,
    labels: Sequence[Any] | Mapping[str, Any] | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: bool = True,
    retry: bool = False,
    executor: str | Callable[..., Any] = "local",
    workers: int | None = None,
    batch: int | Literal["auto"] = "auto",
    witness: Classifier | None = None,
    repeat: bool = False,
    progress: bool = True,
    **settings: Unpack[SettingsDict],
) -> Stream:
    """Explain many images as a stream, and keep the explanations in a store.

    Each image is read when its turn comes, and no result is kept once it was yielded. What stays in
    memory is the names of the images, about 0.3 kB for each.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``.
    images
        A folder, whose images are taken by file name; where it has none of its own, those of its
        subfolders, whose names are their labels. A dict from name to image. An iterable of images,
        such as a list or a generator; each is a path, PIL image, array or tensor as in ``explain``,
        or a pair (image, label). A torch ``Dataset`` of such pairs, such as torchvision's
        ``ImageFolder``, or a ``DataLoader`` of it, with values in [0,1]. A ``datasets.Dataset``
        with the columns "image" and "label". A WebDataset, or any iterable of dicts with an image
        (as "jpg", "png"), a "cls" and a "__key__".
    targets
        As in ``explain``, for every image; None means the most likely class of each.
    names
        Names of an iterable's images; by default the file's path as it is given, or "image 1",
        "image 2", ... by the order.
    labels
        The true class of each image, index or name; a list in the order of the images, or a dict by
        name. By default as the data set says.
    out
        Folder of an ``ExplanationStore``, which is made or gone on with; None keeps nothing. It
        needs ``pip install "xwidget[many]"``.
    resume
        Whether to go on with a store that has images already: those are neither explained anew nor
        yielded. Otherwise the folder must be new. A score function is known by its name alone:
        give another one another name, or another folder.
    retry
        Whether images that failed in an earlier run are explained anew.
    executor
        ``"local"``, in this process; ``"ray"``, or a ``RayExecutor`` with how much each worker
        needs, by the workers of a cluster, which needs ``pip install "xwidget[ray]"``. Those write
        into ``out`` themselves: what they have explained stays there, and a ``Result`` has no
        explanation. Or any object that is called as ``xwidget.batch.Executor`` says.
    workers
        Batches at once, each on a thread of its own, or processes of a cluster, 1 or more; None for
        what is fastest, or for as many as the cluster has room for.
    batch
        Most images in one batch, 1 or more; "auto" for what is fastest and fits into memory.
    **settings
        Each as in ``Settings``, for every image.
    witness, repeat
        As in ``explain``, for every image.
    progress
        Whether to show a progress bar.

    Returns
    -------
    Stream
        Yields one ``Result`` per image as soon as it is done, in any order where several are at
        work: ``index``, ``name``, ``explanation``, ``error``, ``seconds``. An explanation has the
        first and the last of its masks alone. For an image that cannot be explained,
        ``explanation`` is None and ``error`` the reason; the stream continues.
        ``run()`` takes them all and returns the store, ``close()`` ends it.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, or the store was made with other things, before the first
        image. Errors of ``images`` itself are passed on, those of a loader as RuntimeError.
        Where ``out`` is given, also once the weights of the net have changed: all rows of a store
        are of the same.
    BlockingIOError
        If another process or thread writes into the store.
    OSError
        If the store cannot be written.
    ModuleNotFoundError
        If ``out`` is given and pyarrow is not installed.

    Notes
    -----
    An interrupt (Ctrl-C) ends the stream: the images in progress are dropped, and the loop ends as
    after the last image. A second interrupt within 2 s is raised.

    2 s after a result was yielded, at most, it is written, which takes as long as the disk does. If
    the process is killed, the next call with the same ``out`` goes on from there.

    A stream into ``out`` that the same thread has made and not ended, such as that of a cell that
    is run again, is closed.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> images = {"coffee": xw.sample("coffee"), "lost": "/no/such/file.png"}
    >>> for row in xw.explain_many(clf, images, iterations=2, progress=False):
    ...     print(row.name, row.explanation.names if row.explanation else row.error[:16])
    coffee ('espresso',)
    lost there is no file

    A validation set, kept:

    >>> store = xw.explain_many(clf, "imagenet/val", out="results").run()  # doctest: +SKIP
    """
    asked = settings_of(explain_many, settings)
    check_values(clf, asked, witness, repeat=repeat)
    at_once = count("workers", workers, None)
    most: int | Literal["auto"] = count("batch", batch, "auto")
    execute = _executor(executor)
    clf, targets = clf.aimed(targets)  # once: its outputs are those of all images
    chosen = None if targets is None else clf.indices(targets)
    found = Images(images, names, labels, again=out is not None)
    writer = unchanged = None
    job = Job(clf, chosen, asked, witness, repeat, at_once, most)
    if out is not None:
        told = about(clf, chosen, asked, witness, repeat=repeat)
        unchanged = Unchanged([clf] if witness is None else [clf, witness])
        folder = _folder(out)
        writer = Writer(folder, told, resume=resume, retry=retry)
        job = replace(job, out=folder, about=written(told))
    ending = Ending()
    results = _results(execute, job, found, writer, unchanged, Bar(progress), ending)
    return Stream(results, writer, ending)


def _folder(out: object) -> Path:
    if not isinstance(out, (str, os.PathLike)):
        raise TypeError(f"out is a {type(out).__name__}; expected the path of a folder")
    path = os.fsdecode(out)
    if not path or "://" in path or "\0" in path:
        raise ValueError(
            f"out is {path!r}; expected the path of a folder on this machine: a bucket or a server "
            "has to be mounted as one"
        )
    return Path(path).expanduser().absolute()


def _executor(executor: object) -> Executor:
    if isinstance(executor, str) and executor in EXECUTORS:
        return EXECUTORS[executor]
    if isinstance(executor, str) or not callable(executor):
        known = " or ".join(map(repr, EXECUTORS))
        raise ValueError(f"executor is {executor!r}; expected {known}, or an executor")
    return executor


def _results(
    execute: Executor,
    job: Job,
    images: Images,
    writer: Writer | None,
    unchanged: Unchanged | None,
    bar: Bar,
    ending: Ending,
) -> Generator[Result]:
    ready: list[Outcome] = []  # emptied by each yield: a local name would keep the last one alive
    items = _left(images.items(job.clf.categories[: job.clf.classes]), writer, bar)
    before = interrupts.taken()
    whole = False
    try:
        bar.begin(images.count)
        if unchanged is not None:
            unchanged.check()
        with closing(execute(job, items, bar.step)) as outcomes:
            for outcome in outcomes:
                ready.append(outcome)
                del outcome
                if writer is not None and ready[0].rows:  # else it was written elsewhere
                    assert unchanged is not None
                    unchanged.check()
                    writer.add(ready[0].rows)
                bar.count(ready[0].item.name)
                yield _result(ready.pop())
                before = interrupts.taken()
        whole = True
    except KeyboardInterrupt:
        bar.say("interrupted")
        ending.interrupted = True
        if interrupts.taken() == before:  # else an explanation took it
            interrupts.take()
    finally:
        bar.close()
        if writer is not None:
            writer.end(whole=whole)
        ending.ended = True


def _left(items: Iterator[Item], writer: Writer | None, bar: Bar) -> Iterator[Item]:
    """Return the images that are not in the store, as it can keep them."""
    if writer is None:
        return items

    told = False

    def is_left(item: Item) -> bool:
        nonlocal told
        if item.name not in writer.done:
            return True
        bar.skip()
        label = writer.done[item.name]
        if not told and item.label is not None and valid(item.label) != label:
            told = True
            warnings.warn(
                f"{item.name!r} has the label {item.label!r} now, and the store has "
                f"{'none' if label is None else repr(label)} of it: what is explained keeps the "
                "label it had then; explain into another folder to have new ones",
                stacklevel=2,
            )
        return False

    return map(Item.keepable, filter(is_left, items))


def _result(outcome: Outcome) -> Result:
    item = outcome.item
    return Result(item.index, item.name, outcome.explanation, outcome.error, outcome.seconds)
