"""The front door: a method by name, for an image, to an Attribution."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import torch
from tqdm.auto import tqdm

from xwidget.attribution import Attribution
from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.methods.method import Method
from xwidget.methods.table import METHODS
from xwidget.methods.task import Task
from xwidget.subject import Subject
from xwidget.support import arguments
from xwidget.targets import Targets

_LARGEST_SEED = 2**63 - 1
_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


def names() -> tuple[str, ...]:
    """Return the names of the attribution methods, in the order of their table.

    Examples
    --------
    >>> names()[:2]
    ('gradcam', 'gradcam++')
    """
    return tuple(METHODS)


def attribute(
    clf: Classifier | Subject,
    image: Any = None,
    method: str = "gradcam",
    targets: Targets | None = None,
    *,
    seed: int = 0,
    progress: bool = True,
    on_progress: Callable[[float], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    device: str | torch.device | None = None,
    **options: Any,
) -> Attribution:
    """Return another method's answer: how relevant it finds each pixel of an image for a class.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``; or a ``Subject``, without an image. Its net
        stays as it is, also if the work is interrupted: a copy is hooked and run.
    image
        Path, PIL image, array (H,W[,1|3|4]) uint8 or float in [0,1], or tensor (3,H,W).
    method
        Name of the method, one of ``methods()``. ``xwidget.methods.METHODS`` says what each is and
        which options it has.
    targets
        Class indices or names, contrasts and scores, as in ``explain``; None means the most likely
        class.
    seed
        Seed of whatever a method draws. The same seed gives the same values; torch's own source of
        random numbers is neither used nor changed.
    progress
        Whether to show a progress bar.
    on_progress
        Function that is called with the share that is done, in [0,1], after each batch; with 1 at
        the end.
    cancel
        Function that is asked before each batch; if it returns True, the work ends.
    device
        Device to compute on; None for CUDA, MPS or the CPU, the first that is there.
    **options
        Options of the method.

    Returns
    -------
    Attribution
        float32 values (K,H,W), or (K,3,H,W) with red first, of the size of the net's input: in
        [0,1], or signed. Its ``scale`` says what they are measured in.

    Raises
    ------
    ValueError
        If there is no such method, the net lacks what it needs (feature maps, attention), an option
        has no such value, the image cannot be read, or the net gives it no scores.
    TypeError
        If the method has no such option, and for arguments of another type.
    ModuleNotFoundError
        If the method's library is not installed; the message has the command.
    Cancelled
        If ``cancel`` returned True.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> found = xw.attribute(clf, xw.sample("coffee"), "gradcam", progress=False)
    >>> found.values.shape, found.signed, found.scale
    ((1, 224, 224), False, "scaled so that the class's largest value is 1, even if it is tiny")
    """
    entry = named(method)
    entry.check(options)
    arguments.whole("seed", seed, 0, _LARGEST_SEED)
    arguments.function("on_progress", on_progress)
    arguments.function("cancel", cancel)
    subject = Subject.of(clf, image)
    subject, targets = subject.aimed(targets)
    chosen = subject.select(targets)
    _ = subject.scores  # raises where the net, or a person's function, gives none
    began = time.perf_counter()
    bar = tqdm(total=1.0, disable=not progress, desc=entry.label, bar_format=_BAR)

    def follow(share: float) -> None:
        bar.update(share - bar.n)
        if on_progress is not None:
            on_progress(share)

    try:
        # Outside of inference mode, whose tensors let no gradient through.
        with torch.inference_mode(False), torch.enable_grad():
            task = Task(
                subject.clf,
                subject.x,
                chosen,
                device=pick(device),
                seed=int(seed),
                on_progress=follow,
                cancel=cancel,
            )
            with _worded(subject.clf.name):
                answer = entry.attribute(task, **options)
        follow(1.0)
    finally:
        bar.close()
    values = answer.values.detach().float().cpu()
    flat = [bool((each == each.flatten()[0]).all()) for each in values]
    checks = answer.checks or ("",) * len(flat)
    return Attribution.from_array(
        values,
        list(chosen),
        method=entry.label,
        signed=answer.signed,
        checks=[
            line or ("its value is the same everywhere" if same else "")
            for line, same in zip(checks, flat, strict=True)
        ],
        seconds=time.perf_counter() - began,
        digest=subject.digest,
        scale=answer.scale,
        names=[subject.clf.categories[target] for target in chosen],
    )


@contextmanager
def _worded(net: str) -> Iterator[None]:
    """Raise ValueError, with what to do, where a net writes over what its gradient needs."""
    try:
        yield
    except RuntimeError as error:
        said = f"{error} {error.__cause__}"  # torchcam gives its own error in place of torch's
        if "modified by an inplace operation" not in said:
            raise
        raise ValueError(
            f"no gradient leads from what {net} returns back to the picture: it writes over values "
            "that the gradient needs (an operation in place, such as x.mul_(2)). Write it without, "
            "or choose a method that needs no gradient: occlusion, rise, lime"
        ) from error


def named(method: str) -> Method:
    """Return a method by its name; its label and any case do, too.

    Raises
    ------
    ValueError
        If there is none.
    TypeError
        If this is no name.
    """
    if not isinstance(method, str):
        raise TypeError(
            f"method is a {type(method).__name__}; expected a name, such as {next(iter(METHODS))!r}"
        )
    plain = method.lower()
    known = {each.label.lower(): name for name, each in METHODS.items()} | {n: n for n in METHODS}
    if plain in known:
        return METHODS[known[plain]]
    near = get_close_matches(plain, METHODS, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(METHODS)}"
    raise ValueError(f"there is no method {method!r}; {hint}")
