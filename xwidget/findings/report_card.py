"""One finding in a report: its pictures, effect, verdicts and what it was seen on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timezone
from html import escape

from xwidget.findings import drawing
from xwidget.findings.estimates import figure
from xwidget.findings.finding import Effect, Finding
from xwidget.findings.inputs import Inputs
from xwidget.findings.judgments import Judgment
from xwidget.findings.times import parsed
from xwidget.findings.totals import percent
from xwidget.support import texts

_HASH = 12
# Not by color alone; the panel has the same (js/src/annotate/style.ts).
_SIGNS = {"core": "✓", "spurious": "✕", "unsure": "?"}
_NOBODY = "somebody without a name"


class Shown:
    """The images and judgments of a report; each image stands in the page once.

    Parameters
    ----------
    inputs
        Where images come from.
    judgments
        Those of each finding, its author's first.
    """

    def __init__(self, inputs: Inputs, judgments: Mapping[str, Sequence[Judgment]]) -> None:
        self.judgments = judgments
        self._inputs = inputs
        self._names: dict[str, tuple[str, tuple[int, int]]] = {}

    def name(self, finding: Finding) -> str:
        """Return the id of a finding's image in the page; "" where there is none."""
        url = self._inputs.url(finding)
        if not url:
            return ""
        return self._names.setdefault(url, (f"picture-{len(self._names) + 1}", finding.frame))[0]

    def definitions(self) -> str:
        """Return the images that were named."""
        images = "".join(
            f'<image id="{name}" width="{width}" height="{height}" href="{url}"/>'
            for url, (name, (height, width)) in self._names.items()
        )
        return (
            f'<svg class="defs" width="0" height="0" aria-hidden="true"><defs>{images}</defs></svg>'
        )


def card(finding: Finding, shown: Shown) -> str:
    """Return a finding as an element of HTML."""
    said = [each for each in shown.judgments.get(finding.id, ()) if each.verdict]
    parts = [
        _pictures(finding, shown.name(finding)),
        _verdict(finding),
        _effect(finding.effect),
        f'<blockquote dir="auto">{_text(finding.reason, texts.WORDS)}</blockquote>'
        if finding.reason
        else "",
        _raters(finding, said),
        _origin(finding),
    ]
    verdict = escape(finding.verdict)
    return f'<article data-verdict="{verdict}">{"".join(parts)}</article>'


def _pictures(finding: Finding, name: str) -> str:
    """Return the region enlarged, and the whole image with the rest of it darkened."""
    height, width = finding.frame
    region = finding.region
    edge = drawing.outline(region, finding.frame)
    # Written once: the edge of a scattered mask takes many characters.
    line = f'<path id="edge-{finding.id}" vector-effect="non-scaling-stroke" d="{edge}"/>'
    lines = "".join(f'<use class="{name}" href="#edge-{finding.id}"/>' for name in ("halo", "edge"))
    use = f'<use href="#{name}"/>' if name else ""
    x, y, side = (f"{value:.2f}" for value in drawing.crop(region, finding.frame))
    whole = f'<path class="around" d="{drawing.around(region, finding.frame)}"/>' if name else ""
    image = _amid(finding.seen.image) or "image without a name"
    missing = "" if name else "<br>No image of it was kept."
    area = percent(region.area(finding.frame))
    return f"""\
<div class="pictures">
<figure><svg role="img" aria-label="The region, enlarged"
 viewBox="{x} {y} {side} {side}"><defs>{line}</defs>{use}{lines}</svg>
<figcaption>Enlarged</figcaption></figure>
<figure><svg role="img" aria-label="Where it lies in the image"
 viewBox="0 0 {width} {height}">{use}{whole}{lines}</svg>
<figcaption dir="auto">In the whole image: {area} of it{missing}<br>{image}</figcaption></figure>
</div>"""


def _verdict(finding: Finding) -> str:
    sign = _SIGNS.get(finding.verdict, "·")
    more = [finding.kind] if finding.kind else []
    if finding.confidence is not None:
        more.append(f"confidence {figure(finding.confidence)}")
    words = "".join(f" · {_amid(each)}" for each in more)
    verdict = escape(finding.verdict.capitalize()) or "No verdict"
    return (
        f'<h4 class="verdict"><b><span aria-hidden="true" style="color:inherit">{sign}</span> '
        f'{verdict}</b><span dir="auto">{words}</span></h4>'
    )


def _effect(effect: Effect | None) -> str:
    if effect is None:
        return '<p class="untested">Not tested: its effect on the score was not measured.</p>'
    rows = (
        ("whole image", effect.image, 0.0),
        ("without it", effect.without, effect.without_spread),
        ("only it", effect.only, effect.only_spread),
    )
    bars = "".join(_score(*row) for row in rows)
    share = ""
    if effect.share is not None:
        inside, area = percent(effect.share), percent(effect.area)
        share = f'<p class="inside">{inside} of the class’s evidence in {area} of the image</p>'
    change = f"{figure(effect.image)} → {figure(effect.without)}"
    return f"""\
<div class="effect"><p>Without it <strong>{change}</strong></p>
<dl class="scores">{bars}</dl>{share}</div>"""


def _score(name: str, value: float, spread: float) -> str:
    bar = f'<span class="bar"><i style="width:{100 * _unit(value):.1f}%"></i></span>'
    about = f" ±{figure(spread)}" if spread >= _SEEN else ""
    return f"<dt>{name}</dt><dd>{bar}<span>{figure(value)}{about}</span></dd>"


_SEEN = 0.005  # a spread below it would be written as 0.00


def _raters(finding: Finding, said: Sequence[Judgment]) -> str:
    """Return the verdicts of all raters."""
    if not said:
        return f'<p class="untested">Marked by {_amid(finding.author) or _NOBODY}, not judged.</p>'
    lines = []
    for each in said:
        own = each.rater == finding.author
        kind = f" ({_amid(each.kind)})" if each.kind and not own else ""
        reason = f": “{_amid(each.reason, texts.WORDS)}”" if each.reason and not own else ""
        role = ", who marked it" if own else ""
        name = _amid(each.rater) or _NOBODY
        verdict = f"<strong>{escape(each.verdict)}</strong>"
        lines.append(f'<li dir="auto">{name}{role}: {verdict}{kind}{reason}</li>')
    return f'<ul class="raters">{"".join(lines)}</ul>'


def _origin(finding: Finding) -> str:
    """Return the model, the run and the image that a finding was seen on."""
    seen = finding.seen
    score = ""
    if seen.score is not None and seen.image_score is not None:
        score = (
            f"score of the evidence {figure(seen.score)}, of the image {figure(seen.image_score)}"
        )
    parts = [
        f"class {seen.class_name}" if seen.class_name else "",
        seen.model,
        f"weights {seen.weights[:_HASH]}" if seen.weights else "weights not known",
        seen.game,
        f"defense {seen.defense}" if seen.defense else "",
        "" if seen.iteration is None else f"iteration {seen.iteration}",
        score,
        f"checks: {seen.checks}" if seen.checks else "",
        f"image {seen.digest[:_HASH]}" if seen.digest else "",
        f"changed {parsed(finding.changed).astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"xwidget {seen.version}" if seen.version else "",
        f"finding {finding.id[:8]}, version {finding.version}",
    ]
    return f'<p class="from">{_text(" · ".join(filter(None, parts)), texts.WORDS)}</p>'


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _text(text: str, room: texts.Room = texts.NAME) -> str:
    return escape(texts.shown(text, room))


def _amid(text: str, room: texts.Room = texts.NAME) -> str:
    """Return a text that stands amid others: one from right to left turns nothing else around."""
    return f"<bdi>{_text(text, room)}</bdi>" if text else ""
