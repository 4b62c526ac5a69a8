"""Shapes of what stands beside the evidence: other methods, arrays and models, and their measures.

As in ``shapes``, every value is plain JSON.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

PaneKind = Literal["method", "array", "model"]
PaneState = Literal["waiting", "running", "done", "failed", "stopped"]


class MethodEntry(TypedDict):
    """A method that can be put beside the evidence."""

    name: Annotated[str, "What `beside_add` calls it."]
    label: str
    quick: Annotated[bool, "Whether it takes a second at most for most nets."]
    about: Annotated[str, "One sentence."]
    missing: Annotated[str, 'How to install what it needs; "" where nothing is missing.']
    unfit: Annotated[str, 'Why it cannot work on this net: "it has no attention ..."; or "".']


class PaneValues(TypedDict):
    """The values of a pane for one class, which `values` asks for."""

    seq: Annotated[int, "Another number each time the values change."]
    scale: Annotated[
        float,
        "1 for values in [0, 1]. Signed ones lie in −scale…scale: the largest magnitude; where "
        "less than 0.1% of the values are beyond half of it, what 0.1% are beyond.",
    ]
    clipped: Annotated[float, "Share of the values beyond the scale."]
    unit: Annotated[str, 'What values are measured in, or divided by, in words; or "".']
    seconds: float
    note: Annotated[str, 'What must be known of them, in words; or "".']


class BesidePane(TypedDict):
    """A picture beside the evidence."""

    id: Annotated[int, "From 1, never used again; 0 stands for our own evidence in commands."]
    kind: PaneKind
    name: Annotated[str, 'Of the method; else "".']
    label: Annotated[str, "No other pane has it."]
    about: str
    signed: Annotated[bool, "Whether values may be negative, which speak against the class."]
    channels: Annotated[int, "1, or 3 for one value a color channel."]
    state: Annotated[PaneState, "Of the class drawn."]
    progress: Annotated[float, "In [0, 1]."]
    error: Annotated[str, 'Why there are no values of the class drawn, in words; or "".']
    targets: Annotated[dict[str, PaneValues], "By class, what there is."]


class AreaScore(TypedDict):
    """Scores of the pixels that one pane ranks first."""

    own: Annotated[float | None, "The network's; of a model's pane, that model's."]
    image: Annotated[float | None, "That net's score of the whole image."]
    witness: Annotated[float | None, "The witness's; null without one."]
    witness_image: Annotated[float | None, "The witness's score of the whole image."]


class MeasuredCurve(TypedDict):
    """Scores while pixels are taken away, or added, the most relevant first."""

    shares: Annotated[list[float], "Shares of the pixels."]
    scores: list[float | None]
    height: Annotated[
        float | None,
        "Mean height of the curve, in [0, 1]: the area below it, divided by its width, which is "
        "less than 1 where not all pixels are changed.",
    ]


class NetMeasures(TypedDict):
    """One network's word on an attribution; null where a score is not finite."""

    net: Annotated[str, "Its name; of a model's pane, `own` is that model."]
    image: Annotated[float | None, "Its score of the whole image."]
    sufficiency: Annotated[list[float | None], "Score of the top pixels alone, by area."]
    comprehensiveness: Annotated[list[float | None], "Fall of the score without them, by area."]
    deletion: MeasuredCurve
    insertion: MeasuredCurve
    road: MeasuredCurve


class Measures(TypedDict):
    """Deletion, insertion, ROAD, and scores at equal area."""

    areas: Annotated[list[float], "Shares of the pixels."]
    own: NetMeasures
    witness: NetMeasures | None
    seconds: float


class Randomized(TypedDict):
    """The change of an attribution when the net's weights are random."""

    similarity: Annotated[
        float | None, "Rank correlation of the two attributions, 1 for the same; null for none."
    ]
    passes: bool
    words: str


class BesideChoice(TypedDict):
    """A view's choice of what stands beside the evidence, by area or by value."""

    share: Annotated[float | None, "Of the pixels of every picture; null for values."]
    differences: Annotated[list[int], "Classes whose evidence is taken from the drawn class's."]
    models: Annotated[list[int], "Panes whose evidence is taken from ours."]


class Measured(TypedDict):
    """The measures of a pane for one class."""

    pane: Annotated[int, "0 for our own evidence."]
    target: int
    state: PaneState
    progress: Annotated[float, "In [0, 1]."]
    error: Annotated[str, 'In words; or "".']
    measures: Measures | None
    randomized: Randomized | None
