"""The part of an Inspector that a person calls to put something beside the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xwidget.attribution import Attribution
from xwidget.classifier import Classifier
from xwidget.explanation import Explanation
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.parts import Parts


class SideBySide(LockedWidget):
    """A panel with room for other runs, methods, arrays and models beside the evidence."""

    _parts: Parts

    def compare(self, by: str) -> None:
        """Run variants of the run for comparison, after the run in progress; see ``comparison``.

        The variants have the classes and settings of the run, apart from the one compared, and as
        many iterations. They stay until the next ``run``; existing ones are not run again.

        Parameters
        ----------
        by
            ``"game"`` for all four games; ``"defense"`` for the run's own defense and none, or, if
            its own is none, the default of its game.

        Raises
        ------
        ValueError
            If it is neither.
        RuntimeError
            If the first run was stopped before it began, or the Inspector is closed.
        """
        self._parts.comparing.compare(by)

    @property
    def comparison(self) -> dict[str, Explanation]:
        """The explanations of the last ``compare`` so far, by name of the game or defense, with the
        run itself; empty before they begin.
        """
        return self._parts.comparing.comparison

    def add_method(self, method: str, **options: Any) -> str:
        """Put another method beside the evidence: a pane of the panel that shows its values.

        Quick methods appear in about a second, also while a run is in progress; others are computed
        beside it. They are computed for the class that is shown, and for another one once it is
        shown; with the seed and the device of the Inspector; and again after the net was trained.

        Parameters
        ----------
        method
            Name of a method, of ``xw.methods()``.
        **options
            Options of the method, as of ``xw.attribute``.

        Returns
        -------
        str
            The pane's label, as in ``beside``. The same method with the same options is one pane.

        Raises
        ------
        ValueError, TypeError
            If there is no such method, or it has no such option.
        ModuleNotFoundError
            If the method's library is not installed; the message has the command.
        RuntimeError
            If there are 12 panes already, or the Inspector is closed.

        Examples
        --------
        >>> w.add_method("gradcam")  # doctest: +SKIP
        'Grad-CAM'
        >>> w.wait(), w.beside["Grad-CAM"]  # doctest: +SKIP
        (True, <Attribution by Grad-CAM: 224×224 values in [0,1], of espresso>)
        """
        return self._parts.beside.add_method(method, options)

    def add_attribution(self, attribution: Attribution) -> str:
        """Put values that were computed elsewhere beside the evidence.

        Parameters
        ----------
        attribution
            Of this image and the size of the net's input: from ``xw.attribute``,
            ``xw.Attribution.from_array``, or an Explanation's. Classes that are not explained here
            are shown once they are.

        Returns
        -------
        str
            The pane's label, as in ``beside``: its method, with a number where another pane has
            that.

        Raises
        ------
        TypeError, ValueError
            If it is no Attribution, or of another size, image or class.
        RuntimeError
            If there are 12 panes already, or the Inspector is closed.
        """
        return self._parts.beside.add_attribution(attribution)

    def add_model(self, clf: Classifier) -> str:
        """Put another model beside the evidence: its own run on the same image.

        It has the settings of the Inspector's run, also of a new one, and the classes that both
        have, by name (whole, else by the first synonym). Its masks are laid over the Inspector's
        picture by the places of both inputs in the image, and grow while it runs, in turn with the
        other runs. When both have ended, the pane says the scores of each one's evidence by both
        models. It stops with the Inspector's run; an error of it is the pane's.

        Parameters
        ----------
        clf
            Another classifier, with any size and preprocessing.

        Returns
        -------
        str
            The pane's label, as in ``beside``: the model's name, with a number where another pane
            has that.

        Raises
        ------
        TypeError, ValueError
            If it is no classifier, the one that is explained, or the image cannot be prepared for
            it.
        RuntimeError
            If there are 12 panes already, or the Inspector is closed.

        Examples
        --------
        >>> w.add_model(xw.load("squeezenet")), w.wait()  # doctest: +SKIP
        ('squeezenet', True)
        >>> w.beside["squeezenet"].masks.shape  # doctest: +SKIP
        (3, 3, 224, 224)
        """
        return self._parts.beside.add_model(clf)

    @property
    def beside(self) -> Mapping[str, Attribution]:
        """The values beside the evidence so far, by label, read-only. Those of a method are of the
        classes that were shown since it was added; ``wait`` waits for them.
        """
        return self._parts.beside.attributions()

    def remove(self, label: str) -> None:
        """Take away what is beside the evidence.

        Parameters
        ----------
        label
            As in ``beside``.

        Raises
        ------
        ValueError
            If there is none of that label.
        RuntimeError
            If the Inspector is closed.
        """
        self._parts.beside.remove(label)
