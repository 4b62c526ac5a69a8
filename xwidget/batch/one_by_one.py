"""Images that are explained one by one by ``explain``, with all that it can do."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Generic

from xwidget.batch.chosen import Chosen
from xwidget.batch.done import Done, Key
from xwidget.batch.task import light as lightened
from xwidget.classifier import Classifier
from xwidget.engine import interrupts
from xwidget.engine.explain import explain
from xwidget.engine.run import as_error
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.turns import GivenUp
from xwidget.explanation import Explanation
from xwidget.subject import Subject
from xwidget.targets import Targets


class OneByOne(Generic[Key]):
    """A ``Lane`` in which each image has a second run, see ``explain``.

    Parameters
    ----------
    targets, settings, witness
        Of every image, as in ``explain``.
    light
        As in ``Lane``.
    meanwhile
        Called after every step; what it raises ends the work.
    """

    def __init__(
        self,
        targets: Targets | Chosen | None,
        settings: Settings,
        witness: Classifier | None,
        *,
        light: bool,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._targets = targets
        self._settings = settings
        self._witness = witness
        self._light = light
        self._meanwhile = meanwhile
        self._waiting: deque[tuple[Key, Subject, float]] = deque()
        self.furthest: tuple[Key, int] | None = None
        """The image at work, and its iteration; None where none is."""

    @property
    def busy(self) -> bool:
        """True if there is an image."""
        return bool(self._waiting)

    @property
    def wants(self) -> int:
        """Number of images that it could begin with now."""
        return 0 if self._waiting else 1

    def put(self, key: Key, subject: Subject, seconds: float) -> None:
        """Take an image in, to wait for its turn, see ``Lane.put``."""
        self._waiting.append((key, subject, seconds))

    @property
    def ready(self) -> bool:
        """False: each is returned as soon as it is done with."""
        return False

    def advance(self, *, last: bool = False) -> list[Done[Key]]:
        """Explain an image from its first step to its last.

        Raises
        ------
        KeyboardInterrupt
            If it was interrupted.
        """
        if not self._waiting:
            return []
        (key, subject, before), began = self._waiting.popleft(), time.perf_counter()
        taken = interrupts.taken()
        found: Explanation | Exception

        def note(step: Step) -> None:
            self.furthest = key, step.iteration
            self._meanwhile()

        try:
            own = self._targets
            found = explain(
                subject,
                targets=list(own.of(subject)) if isinstance(own, Chosen) else own,
                witness=self._witness,
                repeat=True,
                progress=False,
                on_step=note,
                **vars(self._settings),
            )
        except (KeyboardInterrupt, GivenUp):
            raise
        except BaseException as error:  # even of a net that ends the interpreter
            found = as_error(error)
        else:
            found = lightened(found) if self._light else found
        if interrupts.taken() != taken:
            raise KeyboardInterrupt
        self.furthest = None
        return [Done(key, found, before + time.perf_counter() - began)]
