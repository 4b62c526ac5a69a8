"""An explanation as one HTML file that needs no kernel and no network.

The page holds the Inspector's own panel with a model in place of the kernel
(js/src/portable/model.ts), and the data: pictures and masks as frames of docs/protocol.md, the
curves, the settings.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from PIL import Image

from xwidget import assets
from xwidget.catalog import defenses, sentences
from xwidget.export import marked, still
from xwidget.export.beside import NOTHING, Beside
from xwidget.export.entries import checked, class_entry, track_entry
from xwidget.export.failing import with_failed
from xwidget.export.guessing.asking import Asking
from xwidget.export.guessing.kept import UNASKED, Guess
from xwidget.findings.finding import Finding
from xwidget.findings.withholding import record, without_judgment
from xwidget.frames import Frame, encode, pack, quick_size
from xwidget.pixels import quantize
from xwidget.record import Record
from xwidget.support import arguments, files, texts, wire
from xwidget.support.jpeg import to_data_url
from xwidget.trace import Bytes, Reals

KEYFRAMES = 8
"""Masks of each class in a page unless told otherwise."""

VERSION = 1
"""Version of a page's data. js/src/portable/model.ts must match."""

AS_VALUE = ("export default ", "globalThis.xwidgetGuess = ")
"""A page of its own has no modules: the fourth script leaves there what it exports."""

_RUN = 1
_NAMED = 3  # classes in the title
_STATUS = {"iterations": "done", "converged": "done", "done": "done"}

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src $digests; style-src 'unsafe-inline'; img-src data: blob:; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<style>$css</style>
</head>
<body>
<main>
<header>
<h1>$heading</h1>
<p>$caption</p>
</header>
<div id="xwidget">
<img class="still" src="$still" alt="$alt">
<p>$says</p>
<p>$verdict</p>
<noscript><p>This is a still picture: the interactive panel needs JavaScript.</p></noscript>
</div>
$compared<footer>Made with xwidget</footer>
</main>
<script type="application/json" id="xwidget-data">$data</script>
<!--
$licenses
-->
$more<script>$script</script>
</body>
</html>
""")


def write(
    explanation: Record,
    path: str | os.PathLike[str],
    keyframes: int = KEYFRAMES,
    target: int | None = None,
    findings: Iterable[Finding] = (),
    withheld: Collection[str] = (),
    beside: Beside = NOTHING,
    guess: Guess = UNASKED,
) -> Path:
    """Write an explanation's page; see ``Explanation.export_html``."""
    text = page(explanation, keyframes, target, findings, withheld, beside, guess)
    # A name may hold half a surrogate pair, which no file can; a reader sees a question mark.
    return files.replace(path, text.encode("utf-8", errors="replace"))


def page(
    explanation: Record,
    keyframes: int = KEYFRAMES,
    target: int | None = None,
    findings: Iterable[Finding] = (),
    withheld: Collection[str] = (),
    beside: Beside = NOTHING,
    guess: Guess = UNASKED,
) -> str:
    """Return an explanation as the text of one HTML page.

    Parameters
    ----------
    explanation
        What to show.
    keyframes
        Masks of each class that the page holds, >= 1.
    target
        Index of the class that is drawn first; None for the likeliest.
    findings
        Findings of the image.
    withheld
        Ids of those of which the page tells neither judgment nor effect.
    beside
        What stands beside the evidence.
    guess
        What is asked before the page shows the evidence, and the controls that it leaves.

    Raises
    ------
    ValueError, TypeError
        If ``keyframes`` is no such number, the class was not explained, or a finding is of another
        image.
    """
    if not arguments.is_whole(keyframes) or keyframes < 1:
        given = wire.shown(keyframes)
        raise ValueError(f"keyframes must be a whole number from 1, got {given}")
    script = _inline("portable.js")
    more = _inline("guess.js").replace(*AS_VALUE, 1) if guess.needs_script else ""
    if guess.asked is not None:
        target = guess.asked.target
    content = data(explanation, keyframes, target, findings, withheld, beside, guess)
    chosen = explanation.targets.index(content["traits"]["target"])
    net = content["traits"]["_net_name"]
    names = dict(zip(explanation.targets, explanation.short_names, strict=True))
    heading = _heading(explanation, [each["index"] for each in content["traits"]["_classes"]])
    before = _before(explanation, chosen)
    if guess.asked is not None:
        before, heading = _hidden(explanation, guess.asked), "Guess first"
    return _PAGE.substitute(
        digests=" ".join(f"'sha256-{_digest(each)}'" for each in (script, more) if each),
        title=escape(" · ".join(filter(None, [heading, net, explanation.game]))),
        heading=escape(heading),
        caption=_caption(explanation, net),
        css=_inline("widget.css") + _inline("portable.css"),
        **before,
        compared=""
        if guess.hides
        else beside.compared.html(names, content["traits"].get("_beside", ())),
        # So that no text in it can end the element that holds it.
        data=json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"),
        licenses=assets.text("LICENSES.txt").replace("--", "- -"),
        more=f"<script>{more}</script>\n" if more else "",
        script=script,
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _before(explanation: Record, chosen: int) -> dict[str, str]:
    """Return the still picture and the words that stand there until the panel does."""
    drawn = Image.fromarray(explanation.on_paper(chosen))
    return {
        "still": to_data_url(still.sheet(np.asarray(drawn))),
        "alt": escape(_heading(explanation, [explanation.targets[chosen]])),
        "says": escape(texts.shown(explanation.says(explanation.targets[chosen]))),
        "verdict": escape(texts.shown(explanation.checks[chosen].summary)),
    }


def _hidden(explanation: Record, asked: Asking) -> dict[str, str]:
    """Return the same where something is asked first."""
    prompt = escape(texts.shown(asked.question.prompt, texts.WORDS))
    picture = to_data_url(still.sheet(explanation.image))
    return {"still": picture, "alt": "The photo", "says": prompt, "verdict": ""}


def data(
    explanation: Record,
    keyframes: int,
    target: int | None = None,
    findings: Iterable[Finding] = (),
    withheld: Collection[str] = (),
    beside: Beside = NOTHING,
    guess: Guess = UNASKED,
) -> dict[str, Any]:
    """Return the values of the page's model; docs/protocol.md describes them."""
    given = marked.checked(explanation, findings)
    found = [without_judgment(each) if each.id in withheld else each for each in given]
    net = texts.shown(str(explanation.diagnostics.get("net", "")), texts.NAME)
    ranked = np.argsort(-explanation.image_scores, kind="stable").tolist()
    targets = explanation.targets
    drawn = targets[ranked[0]] if target is None else target
    if drawn not in targets:
        raise ValueError(f"class {target!r} was not explained; these were: {targets}")
    tracks = {targets[k]: _Track(explanation, k, keyframes) for k in ranked}
    last = max(track.iterations[-1] for track in tracks.values())
    others = beside.describe(targets)
    checks = checked(dict(zip(targets, explanation.checks, strict=True)))
    seconds = float(explanation.diagnostics.get("seconds", 0.0))
    return {
        "version": VERSION,
        "traits": {
            "_classes": [
                class_entry(
                    targets[k],
                    texts.shown(explanation.names[k], texts.NAME),
                    texts.shown(explanation.short_names[k], texts.NAME),
                    float(explanation.image_scores[k]),
                    explanation.beyond_classes.get(targets[k]),
                )
                for k in ranked
            ],
            "_trace": {str(key): track.trace for key, track in tracks.items()},
            "_checks": wire.clean(with_failed(checks, beside.compared.measured), texts.WORDS),
            "_progress": {
                "run": _RUN,
                "iteration": last,
                "iterations": last,
                "seconds": seconds,
                "rate": last / seconds if seconds > 0 else 0.0,
                "settings": {  # a plan, say, is nothing that a panel shows
                    name: value
                    for name, value in explanation.settings.items()
                    if isinstance(value, (bool, int, float, str))
                },
            },
            "_words": sentences.templates([explanation.game]),
            "_geometry": _geometry(explanation),
            "_net_name": net,
            "_findings": marked.setup(explanation, net, found),
            **({"_beside": others["panes"]} if others["panes"] else {}),
            **({"_beside_choice": others["choice"]} if others["choice"] else {}),
            **guess.traits(),
            "iterations": max(last, 1),
            "target": drawn,
            "iteration": tracks[drawn].iterations[-1],
            "_follow": True,
            "status": _status(explanation),
            "error": "",
        },
        "image": packed_picture(explanation.image),
        "reference": packed_picture(still.shortest(explanation.reference)),
        "masks": {str(key): track.masks for key, track in tracks.items()},
        "findings": {
            "findings": [record(each, each.id in withheld) for each in found],
            "reviews": [],
        },
        **{name: others[name] for name in ("values", "scores") if others[name]},
    }


def _geometry(explanation: Record) -> dict[str, Any]:
    return {} if explanation.origin is None else explanation.origin.geometry.for_page()


def _status(explanation: Record) -> str:
    """Return how the run of what is shown ended; another that was stopped later is not shown."""
    if all(checks.items for checks in explanation.checks):  # made when a run has ended
        return "done"
    return _STATUS.get(str(explanation.diagnostics.get("stopped")), "stopped")


class _Track:
    """One class's way: its curves, and the masks that are kept of those that there are."""

    def __init__(self, explanation: Record, k: int, keyframes: int) -> None:
        self._scores = explanation.trace.score[:, k]
        self._means = explanation.trace.mask_mean[:, k]
        reached = np.flatnonzero(np.isfinite(self._scores))
        last = int(reached[-1]) if reached.size else 0
        masks = dict(
            zip(explanation.frames.iterations.tolist(), explanation.frames.masks[:, k], strict=True)
        )
        # The classes may have come to different ends; each has its own last mask.
        masks = {i: mask for i, mask in masks.items() if i < last}
        masks[last] = quantize(explanation.masks[k])
        self.iterations = thinned(list(masks), keyframes)
        frames = [self._frame(explanation.targets[k], i, masks[i]) for i in self.iterations]
        self.masks = packed_masks(frames)

    def _frame(self, target: int, iteration: int, mask: Bytes) -> Frame:
        def at(values: Reals) -> float:
            return float(values[iteration]) if iteration < len(values) else float("nan")

        return Frame(mask, _RUN, target, iteration, at(self._scores), at(self._means))

    @property
    def trace(self) -> dict[str, Any]:
        """The entry of a class in the trait ``_trace``."""
        return track_entry(self._scores.tolist(), self._means.tolist(), self.iterations)


def thinned(iterations: Sequence[int], count: int) -> list[int]:
    """Return ``count`` of some rising numbers, evenly by their place: the last, the first, others.

    What is kept of a run lies densely at its start, where most happens; so does what this returns.
    """
    if count == 1:
        return [iterations[-1]]
    places = np.linspace(0, len(iterations) - 1, min(count, len(iterations))).round().astype(int)
    return [iterations[place] for place in places]


def packed_masks(frames: Sequence[Frame]) -> list[dict[str, Any]]:
    """Return a class's masks for JSON: each as it is or as difference, whichever is smaller.

    The difference is to the mask before, mod 256. While a mask grows it is the smaller one; where
    most of a mask has gone, the mask itself is. A quick try of both tells which: packing well takes
    long, and is done once.
    """
    packed = []
    for n, frame in enumerate(frames):
        stored, difference = frame, False
        if n:
            change = _with(frame, frame.pixels - frames[n - 1].pixels)
            difference = quick_size(change) < quick_size(frame)
            stored = change if difference else frame
        packed.append({"difference": difference, "bytes": pack(encode(stored))})
    return packed


def packed_picture(picture: Bytes) -> str:
    """Return a picture (H, W, 3) for JSON: in reading order, each byte less the one before."""
    pixels = picture.transpose(2, 0, 1)
    change = np.diff(pixels.ravel(), prepend=np.uint8(0)).reshape(pixels.shape)
    return pack(encode(Frame(change)))


def _with(frame: Frame, pixels: Bytes) -> Frame:
    return Frame(pixels, frame.run, frame.target, frame.iteration, frame.score, frame.mean)


def _inline(name: str) -> str:
    """Return a script or a style sheet, so that nothing in it can end the element that holds it."""
    text = assets.text(name)
    return re.sub(r"<(/(?:script|style)|!--)", r"<\\\1", text, flags=re.IGNORECASE).strip()


def _caption(explanation: Record, net: str) -> str:
    made = defenses.named(explanation.defense, explanation.game)
    count = max(len(explanation.trace) - 1, 0)
    what = (
        f"Which pixels and colors {net or 'the net'} relies on: {explanation.game} game, "
        f"{made}, {count} iteration{'' if count == 1 else 's'}. Method: FGVis, "
    )
    paper = '<a href="https://arxiv.org/abs/1908.02686">Wagner et al., CVPR 2019</a>'
    return f"{escape(what)}{paper}."


#: Words of a page's title for classes, by verdict; for any other verdict there is evidence.
_FOUND = {"doubtful": "doubtful evidence", "no evidence": "no evidence"}
#: Where the sentence says that no picture was found, whatever the checks say of the one that is.
_NOTHING = "nothing found"


def _heading(explanation: Record, targets: Sequence[int]) -> str:
    """Return the findings by class: "Evidence for cat; no evidence for dog"."""
    found: dict[str, list[str]] = {"evidence": [], "doubtful evidence": []}
    found |= {_NOTHING: [], "no evidence": []}
    for target in targets:
        k = explanation.targets.index(target)
        name = texts.shown(explanation.short_names[k], texts.NAME)
        checks = explanation.checks[k]
        words = _FOUND.get(checks.verdict, "evidence")
        if checks.says and words != "no evidence":
            words = _NOTHING
        found[words].append(name)
    said = "; ".join(f"{words} for {_listed(names)}" for words, names in found.items() if names)
    return said[:1].upper() + said[1:]


def _listed(names: Sequence[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
