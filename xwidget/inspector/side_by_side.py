"""The part of an Inspector that a person calls to put something beside the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xwidget.attribution import Attribution
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.parts import Parts


class SideBySide(LockedWidget):
    """A panel with room for other methods, arrays and models beside the evidence."""

    _parts: Parts

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
        (True, <Attribution by Grad-CAM: 224×224 values in [0,1], class 967>)
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
