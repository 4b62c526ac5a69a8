"""What has come of an Inspector's runs, for Python: explanations, pictures, edited masks."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, overload

from PIL import Image

from xwidget.catalog import sentences
from xwidget.checks import Checks
from xwidget.classifier import Classifier
from xwidget.explanation import Bytes, Explanation
from xwidget.export.file import size
from xwidget.inspector.features.testing import Probe, Prober
from xwidget.inspector.page.traits import SyncedWidget
from xwidget.inspector.work.session import Session
from xwidget.paper import check_view, left_to_net
from xwidget.pixels import blend


class ResultsWidget(SyncedWidget):
    """The part of the Inspector that answers what was found."""

    # What the Inspector brings.

    _session: Session
    _scores: list[float]
    """The image's score of every class."""
    _prober: Prober
    _picture: Bytes
    """The image as shown, (H, W, 3)."""
    _backdrop: Bytes
    """The reference as shown, (H, W, 3)."""

    @property
    def explanation(self) -> Explanation | None:
        """What is explained so far; None before the first iteration and after ``close``."""
        return self._session.explanation()

    @property
    def comparison(self) -> dict[str, Explanation]:
        """What ``compare`` was last asked for, by the game's or the defense's name, the run itself
        among it, as far as it has come; empty before its turn came.
        """
        return self._session.comparison()

    def save(self, path: str | os.PathLike[str], *, frames: bool = True) -> None:
        """Write the explanation so far to a file, which ``Explanation.load`` reads.

        Parameters
        ----------
        path, frames
            As in ``Explanation.save``.

        Raises
        ------
        RuntimeError
            If nothing is explained yet, or the Inspector is closed.
        """
        self._to_save(frames=frames)(path)

    def export_html(self, path: str | os.PathLike[str], keyframes: int | None = None) -> Path:
        """Write what is explained so far as one HTML file that needs no kernel and no network.

        It opens with the class that is drawn now.

        Parameters
        ----------
        path, keyframes
            As in ``Explanation.export_html``, which says what a mask costs.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        RuntimeError
            Before the first iteration and after ``close``.
        ValueError, OSError
            As in ``Explanation.export_html``.
        """
        return self._to_export()(path, keyframes)

    def to_pil(self, target: int | str | None = None, *, view: str = "evidence") -> Image.Image:
        """Return a class's evidence, at the iteration that is drawn, as a PIL image.

        Parameters
        ----------
        target
            Class index or name; None for the class that is drawn.
        view
            "evidence" or "paper", see :meth:`xwidget.Explanation.to_pil`.

        Raises
        ------
        ValueError, TypeError
            If there is no such class or view.
        RuntimeError
            If nothing of it is explained yet, or the Inspector is closed.
        """
        check_view(view)
        with self._lock:
            index = self.target if target is None else self._classifier().index(target)
            picture = self._evidence(index) if view == "evidence" else self._on_paper(index)
            if picture is None:
                name = self._classifier().categories[index]
                raise RuntimeError(f"nothing of {name!r} ({index}) is explained yet")
            return Image.fromarray(picture)

    @overload
    def test(self, mask: None) -> None: ...
    @overload
    def test(self, mask: Any) -> Probe: ...
    def test(self, mask: Any) -> Probe | None:
        """Score the picture that an edited mask shows, and show both in the page.

        The net is asked as it is: at once, also while a run goes on, which it does not touch.

        Parameters
        ----------
        mask
            (3, H, W) or (H, W) numbers in [0, 1]: 1 where the image is shown, 0 where the
            reference is. None ends the test.

        Returns
        -------
        Probe
            The scores and what they are measured on; None where ``mask`` is.

        Raises
        ------
        ValueError, TypeError
            If the mask is not one of these.
        RuntimeError
            If the Inspector is closed.

        Examples
        --------
        Is the mask alone enough? And is the image without it?

        >>> shown = w.explanation.masks[0]  # doctest: +SKIP
        >>> w.test(shown).scores, w.test(1 - shown).scores  # doctest: +SKIP
        """
        self._classifier()
        if mask is not None:
            return self._prober.test(mask)
        with self._lock:
            self._prober.end()
        return None

    @property
    def probe(self) -> Probe | None:
        """What is tested now, by a person in the page or by ``test``; None for nothing."""
        with self._lock:
            return self._prober.probe

    def _to_save(self, *, frames: bool = True) -> Callable[..., None]:
        """Return what writes the explanation of now, ``save``, whenever it is called."""
        found = self._found("nothing is explained yet; run it first")
        return partial(found.save, frames=frames)

    def _sizes(self) -> dict[str, int]:
        """Return about how many bytes ``save`` writes now, by what it keeps of the iterations."""
        found = self._found("nothing is explained yet; run it first")
        return {"all": size(found), "last": size(found._without_frames())}

    def _to_export(self) -> Callable[..., Path]:
        """Return what writes the page of now, ``export_html``, whenever it is called."""
        with self._lock:
            explanation = self._found(
                "there is nothing to export yet: no iteration is done; show the Inspector or call "
                "wait() first"
            )
            target = self.target if self.target in explanation.targets else None
        return partial(explanation.export_html, target=target)

    def _found(self, missing: str) -> Explanation:
        explanation = self.explanation
        if explanation is None:
            self._classifier()  # raises where the Inspector is closed
            raise RuntimeError(missing)
        return explanation

    def _evidence(self, target: int) -> Bytes | None:
        """Return a class's evidence at the iteration that is drawn, (H, W, 3) uint8."""
        frame = self._session.frame(target, None if self._follow else self.iteration)
        return None if frame is None else blend(self._picture, self._backdrop, frame.pixels)

    def _on_paper(self, target: int) -> Bytes | None:
        """Return the same on paper."""
        frame = self._session.frame(target, None if self._follow else self.iteration)
        main = self._session.main
        if frame is None or main is None:
            return None
        return left_to_net(self._picture, frame.pixels, main.settings.game)

    def _drawn_checks(self) -> Checks:
        """Return what speaks for and against the mask that is drawn."""
        drawn = None if self._follow else self.iteration
        at = self._session.nearest(self.target, drawn)
        if at is None or at != self._session.nearest(self.target):
            return Checks()  # those that there may be are of the last iteration
        return self._session.checks(self.target)

    def _drawn_says(self) -> str:
        """Return what the picture that is drawn is, in one sentence; "" before there is one."""
        frame = self._session.frame(self.target, None if self._follow else self.iteration)
        main = self._session.main
        if frame is None or main is None:
            return ""
        name = self._classifier().short_names[self.target]
        image = self._scores[self.target]
        made = sentences.says(main.settings.game, name, frame.score, image)
        return self._drawn_checks().says or made

    def _classifier(self) -> Classifier:
        if self._session.clf is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        return self._session.clf
