"""The Gallery: several images in one cell, each opened in the Inspector."""

from __future__ import annotations

import time
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets
import traitlets

from xwidget.batch.common import Common
from xwidget.batch.images import collect
from xwidget.classifier import Classifier
from xwidget.engine.keywords import spelled_out
from xwidget.engine.settings import SETTINGS, SettingsDict, settings_of
from xwidget.engine.turns import nudge_all
from xwidget.engine.witness import Witness
from xwidget.explanation import Explanation
from xwidget.findings.opening import Place
from xwidget.gallery.arguments import checked
from xwidget.gallery.counting import Counting
from xwidget.gallery.findings import GalleryFindings
from xwidget.gallery.item import Item, described
from xwidget.gallery.opened import OpenedInspector
from xwidget.gallery.schedule import Schedule, Signals
from xwidget.gallery.strip import Strip
from xwidget.inspector.beginning import chosen
from xwidget.inspector.notebook.rerun_cell import supersede
from xwidget.inspector.page.refusing import GuardedWidget
from xwidget.inspector.widget import Inspector
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.inspector.work.views import Views
from xwidget.subject import Subject
from xwidget.support import arguments
from xwidget.targets import Targets

if TYPE_CHECKING:
    from typing_extensions import Unpack

_ENDED = frozenset({"done", "stopped", "error"})
_POLL_SECONDS = 0.05


@spelled_out(SETTINGS)
class Gallery(GuardedWidget, ipywidgets.VBox):  # type: ignore[misc]
    """A notebook panel for many images: thumbnails, one of them open in an ``Inspector``.

    The cell returns at once. The work starts when the Gallery is shown: the images are classified,
    then explained one at a time, the open one first, then those in view. Opening another one pauses
    the run in progress within an iteration. Only an opened image has an Inspector, which takes over
    the run so far. The thumbnail of an image that cannot be read says so; the others are not
    affected.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``.
    images
        A folder, whose images are taken by file name; a dict from name to image; or an iterable of
        images, each a path, PIL image, array or tensor as in ``Inspector``.
    targets
        As in ``Inspector``; a number means the most likely classes of each image.
    names
        Names of an iterable's images; by default the file's name, or "image 1", "image 2", ...
        Where a list of paths has files that are called alike, their paths below the folder that all
        of them share.
    keep
        Number of images whose iterations are all kept, >= 2; each takes about 25 MB at 224², three
        classes and 70 iterations, and its original 3 bytes a pixel if it was not given by path.
        With more images, those farthest from the open one keep their explanation with the first and
        last mask alone, and opening one of them explains it anew.
    **settings
        The settings of ``explain``, for every image.
    witness
        As in ``explain``.
    findings
        Where findings are kept, as in ``Inspector``; thumbnails count them by verdict.

    Attributes
    ----------
    selected
        Name of the open image; set it to open another one. Empty until the first is open.
    status
        ``"idle"`` before it is shown, ``"running"``, ``"done"``, ``"stopped"``, or ``"error"`` if
        no image could be explained. To be read, not set.

    Raises
    ------
    ValueError, TypeError
        If there is no image, or an argument does not fit.

    Notes
    -----
    ``selected`` and ``status`` are traits: ``observe`` and ``link`` work on them. Close a Gallery
    that is no longer needed, as ipywidgets keeps every widget until then.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> photos = {name: xw.sample(name) for name in ("coffee", "chelsea")}
    >>> g = xw.Gallery(clf, photos, targets=1, iterations=2)
    >>> g.wait()
    True
    >>> g.explanations["coffee"].names
    ('espresso',)
    >>> g.close()
    """

    selected = traitlets.Unicode(help="Name of the image that is open.")
    status = traitlets.Unicode("idle", help="idle, running, done, stopped or error.")
    _inspector: ClassVar[type[OpenedInspector]] = OpenedInspector

    def __init__(
        self,
        clf: Classifier,
        images: Any,
        targets: Targets | None = 3,
        names: Sequence[str] | None = None,
        *,
        keep: int = 8,
        witness: Classifier | None = None,
        findings: Place = None,
        **settings: Unpack[SettingsDict],
    ) -> None:
        made = checked(clf, targets, keep, settings_of(Gallery, settings), witness)
        clf, targets = clf.aimed(targets)  # once: its outputs are those of all images
        common = Common(
            clf,
            lambda subject: chosen(clf, targets, subject.scores.tolist()),
            made,
            witness=None if witness is None else Witness(witness, clf),
            optimize=self._inspector.optimizer(),
        )
        found = collect(images, names)
        self._items = [
            Item(i, name, image, common) for i, (name, image) in enumerate(found.items())
        ]
        self._lock = INSPECTORS
        self._counting = Counting(findings, self._counted)
        self._views = Views(nudge_all, busy=lambda: self.status == "running")

        def inspect(subject: Subject, those: Sequence[int] | None) -> OpenedInspector:
            asked = targets if those is None else those
            kept = self._counting.keeper
            made = self._inspector(subject, None, asked, witness=witness, findings=kept, **settings)
            made.findings.observe(self._counting.take)
            return made

        self._strip = Strip(self._lock, [described(item) for item in self._items])
        self._schedule = Schedule(
            self._items,
            inspect,
            keep,
            self._lock,
            Signals(self._opened, self._changed, self._settled),
            self._views,
        )
        super().__init__([self._strip])
        self._strip.observe(self._on_page, ["opened", "paused", "_here", "_visible", "_views"])
        supersede(self, Gallery.stop)

    # What a person calls.

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the images, in order."""
        return tuple(item.name for item in self._items)

    @property
    def inspector(self) -> Inspector | None:
        """The open Inspector; None before the first is open, and for an image with an error."""
        shown = self._schedule.shown
        return None if shown is None else shown.inspector

    @property
    def findings(self) -> GalleryFindings:
        """The findings of all images; its ``load`` takes a file of many images at once."""
        self._check_open()
        return GalleryFindings(self._items, self._counting)

    @property
    def explanations(self) -> dict[str, Explanation | None]:
        """The explanations so far, by name; None for an image whose turn has not come."""
        return {item.name: item.explanation for item in self._items}

    @property
    def errors(self) -> dict[str, str]:
        """Error messages by name, of the images read so far that could not be explained."""
        return {item.name: item.error for item in self._items if item.state == "error"}

    def open(self, image: str | int | None = None) -> None:
        """Open an image: it is explained first, and its panel is there when this returns.

        Parameters
        ----------
        image
            Its name, or its index from 0; -1 is the last. None is reserved for ipywidgets.

        Raises
        ------
        ValueError
            If there is no such image, or it cannot be read; the message says why.
        RuntimeError
            If the Gallery is closed.
        """
        if image is None:
            super().open()
            return
        item = self._items[self._place(image)]
        self._check_open()
        self._views.ask()
        with self._lock:
            self._want(item.index)
            self._begin()
        if self._schedule.entangled:  # in an observer: the batch cannot come in
            return
        while self._schedule.shown is not item and self._schedule.wanted == item.index:
            if self._schedule.closed:
                return
            time.sleep(_POLL_SECONDS / 5)
        if item.failure:
            raise ValueError(f"{item.name!r} cannot be opened: {item.failure}")

    def run(self) -> None:
        """Start explaining, or continue after ``stop``, and return at once."""
        self._check_open()
        with self._lock:
            self._schedule.halted = self._strip.paused = False
            self._begin()
        self._views.ask()

    def stop(self) -> None:
        """Stop the run in progress within one iteration; afterwards, only opened images are run."""
        with self._lock:
            self._schedule.stopping = True
            self._schedule.halted = self._strip.paused = True
        self._schedule.wake()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until every image is explained, or ``stop``; start the work if it has not begun.

        Images that cannot be explained raise nothing here: see ``errors``.

        Parameters
        ----------
        timeout
            Seconds, >= 0; None waits without limit.

        Returns
        -------
        bool
            True if the work has ended, False if the time was up first.

        Raises
        ------
        RuntimeError
            If called from an observer, or the Gallery is closed.
        """
        timeout = arguments.seconds("timeout", timeout)
        if self._schedule.entangled:
            raise RuntimeError("wait() inside an observer would wait for itself; call it elsewhere")
        self._check_open()
        with self._lock:
            if not self._schedule.started:
                self._begin()
        end = None if timeout is None else time.monotonic() + timeout
        with self._views.waiting():
            while self.status not in _ENDED and not self._schedule.closed:
                left = _POLL_SECONDS if end is None else min(_POLL_SECONDS, end - time.monotonic())
                if left <= 0:
                    return False
                time.sleep(left)
        return True

    def close(self) -> None:
        """End the work and free threads, Inspectors and widgets. Take ``explanations`` before."""
        # None of these where the constructor raised before.
        schedule, counting = getattr(self, "_schedule", None), getattr(self, "_counting", None)
        try:
            if schedule is not None and not schedule.closed:
                schedule.close()
                self._views.close()
                self._strip.close()
                self.layout.close()
        finally:
            if counting is not None:
                counting.close()
        super().close()

    def __repr__(self) -> str:
        explained = sum(item.state == "explained" for item in self._items)
        status = "closed" if self._schedule.closed else self.status
        if status == "running" and self._views.resting:
            status = "running, rests until it is shown"
        return f"<Gallery: {len(self._items)} images, {explained} explained, {status}>"

    # What the schedule signals: on its thread, the lock held.

    def _opened(self, item: Item) -> None:
        """Put an item's Inspector below the strip, in the place of the one before."""
        self._want(item.index)
        panel = () if item.inspector is None else (item.inspector,)
        if panel:
            self._strip.tell_shown(item.index)
        self.children = (self._strip, *panel)
        if not panel:  # the words come once their place is free
            self._strip.tell_shown(item.index)

    def _changed(self) -> None:
        """Send the page what is known of the images."""
        self._strip.tell_items(
            [described(item, self._counting.of(item.spot)) for item in self._items],
            [item.picture for item in self._items],
            [item.evidence for item in self._items],
        )

    def _counted(self) -> None:
        """Send the page the new numbers of findings; from any thread, without the lock."""
        with self._lock, self._logged():
            if not self._schedule.closed:
                self._changed()

    def _settled(self, status: str) -> None:
        """Say what the work as a whole is at."""
        with self._logged():
            self._strip.status = self.status = status  # the page first: an observer may raise

    # What is wanted: from any thread, the lock held.

    def _want(self, index: int) -> None:
        """Note which image is to be open, wherever that is said."""
        self._schedule.wanted = index
        self._strip.opened = index
        with self._logged():
            self.selected = self._items[index].name
        self._begin_again()

    def _begin(self) -> None:
        self._schedule.start()
        self._counting.begin()
        self._begin_again()

    def _begin_again(self) -> None:
        """Wake the schedule; nobody shall read a status from before that."""
        if self._schedule.started and not self._schedule.closed:
            self._settled("running")
            self._schedule.wake()

    def _on_page(self, change: Any) -> None:
        if self._schedule.closed:
            return
        name, value = change["name"], change["new"]
        if name == "opened" and value not in (-1, self._schedule.wanted):
            self._want(value)
            self._begin()
        elif name == "paused":
            self._schedule.halted = value
            self._begin_again()
        elif name == "_here":
            self._begin()
        elif name == "_visible":
            self._schedule.visible = frozenset(value)
        elif name == "_views":
            self._views.take(value["page"], value["count"], value["seen"])

    @traitlets.validate("selected")
    def _on_proposal(self, proposal: Any) -> str:
        name: str = proposal["value"]
        return name if name == "" else self._items[self._place(name)].name

    @traitlets.observe("selected")
    def _on_selected(self, change: Any) -> None:
        if not change["new"]:
            return
        with self._lock:
            index = self._place(change["new"])
            if index != self._schedule.wanted:
                self._views.ask()
                self._want(index)
                self._begin()

    def _place(self, image: str | int) -> int:
        names = self.names
        if isinstance(image, str):
            if image in names:
                return names.index(image)
            close = get_close_matches(image, names, n=3, cutoff=0.4) or names[:3]
            raise ValueError(f"there is no image {image!r}; there are {', '.join(close)}, ...")
        if not arguments.is_whole(image):
            raise TypeError(f"an image is opened by name or place, not by {image!r}")
        if not -len(names) <= image < len(names):
            raise ValueError(f"there is no image {image}: places are 0 to {len(names) - 1}")
        return int(image) % len(names)

    def _check_open(self) -> None:
        if self._schedule.closed:
            raise RuntimeError("this Gallery is closed; make a new one")
