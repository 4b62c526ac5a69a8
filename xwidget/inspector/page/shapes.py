"""Shapes of the values that the page reads, as types: js/src/kernel/contract.ts is made from them.

Every value is plain JSON, but ``bytes``, which the page gets as a DataView. A field of a class with
``total=False`` may be missing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

Status = Literal["idle", "running", "done", "stopped", "error"]
Verdict = Literal["holds", "doubtful", "no evidence", "not checked"]
Sign = Literal["holds", "doubtful", "none", "unjudged"]
Weight = float | Literal["auto"]
SettingValue = str | float | bool


class _ClassScore(TypedDict):
    index: int
    name: str
    score: Annotated[float, "p(x), the score of the whole image."]


class ClassInfo(_ClassScore, total=False):
    """A class that is being explained."""

    short: Annotated[str, "The name without synonyms, where that names no other class."]
    contrast: Annotated[
        list[tuple[str, float]], "Of a contrast: both classes' names and the image's scores."
    ]
    scored: Annotated[bool, "True of a score of a person's own, which is no class."]


class _Curves(TypedDict):
    scores: Annotated[list[float | None], "One value an iteration, from 0."]
    means: Annotated[list[float | None], "Mean of the mask, in [0, 1]."]
    frames: Annotated[list[int], "The iterations whose masks are kept."]


class Track(_Curves, total=False):
    """One class over the iterations."""

    lambdas: Annotated[list[float | None], "Weight λ of each iteration's step."]
    stopped: Annotated[
        str | None,
        'Why it ended at the newest ("iterations", "converged"); null where it goes on or was cut.',
    ]


class Check(TypedDict):
    """One test of an explanation; xwidget/checks.py has more."""

    name: str
    value: float | None
    passed: Annotated[bool | None, "null where it only informs."]
    words: str
    details: Annotated[dict[str, float | None], "The figures behind it, by name."]


class _Outcome(TypedDict):
    verdict: Verdict
    summary: Annotated[str, "One line."]
    items: list[Check]


class Checks(_Outcome, total=False):
    """The checks of a class's last mask."""

    sign: Annotated[Sign, "What kind of answer it is: a test that failed is never outvoted."]
    says: Annotated[
        str, 'What the picture is, where its game\'s own sentence would be wrong; or "".'
    ]


class _VariantRun(TypedDict):
    run: Annotated[int, "Its own number."]
    game: str
    defense: str
    iteration: int
    trace: dict[str, Track]


class Variant(_VariantRun, total=False):
    """A run beside the main one, on the same image and classes."""

    checks: dict[str, Checks]


class _Position(TypedDict):
    run: Annotated[int, "The main run's number, also while a variant runs; 0 before the first."]
    iteration: int
    iterations: Annotated[int, "Where the work under way ends at the latest."]
    seconds: float
    rate: Annotated[float, "Iterations a second."]


class Progress(_Position, total=False):
    """Progress of the work."""

    settings: Annotated[
        dict[str, SettingValue], "The main run's, by name, whatever is set for the next one."
    ]
    waits: Annotated[str, 'What the work waits for: "its turn" or "a view".']


class _GameWords(TypedDict):
    summary: Annotated[str, "The aim of the game, in one sentence."]
    keeps: Annotated[bool, "Whether the picture keeps what the mask shows; else it is taken away."]
    enough: Annotated[
        float, "Share of the image's score that a picture reaches (keeps) or falls to (not keeps)."
    ]
    says: Annotated[str, "Of a picture that does."]
    says_short: Annotated[str, "Of one that does not."]


class GameWords(_GameWords, total=False):
    """Sentences about a game's picture, as templates with {name}, {score} and {image}."""

    says_score: Annotated[str, "As `says`, where the target is a score of a person's own."]


class Words(TypedDict):
    """Sentences of the page about a picture."""

    games: dict[str, GameWords]
    said: Annotated[float, "Score below which a class is not called what the net says."]
    edited: Annotated[str, "Of a mask changed by hand."]
    undefended: Annotated[list[str], "The values of `defense` that mean no defense."]
    defended: Annotated[str, "Beside an undefended picture."]


class _AnySetting(TypedDict):
    name: Annotated[str, "Its trait."]
    label: str
    symbol: Annotated[str, 'The letter that stands for it; or "".']
    title: Annotated[str, 'Explanation of the label, for the pointer; or "".']
    summary: Annotated[str, "A sentence below the control."]
    line: Annotated[str, "How a line of several settings says it, with {} for the value."]
    at_once: Annotated[bool, "Whether a change starts a run; else it counts from the next one on."]


class NamedChoice(TypedDict):
    """A name that a setting may have."""

    name: str
    summary: Annotated[str, 'The sentence below the control while it is chosen; or "".']
    said: Annotated[str, "How the line says it."]


class ChoiceSetting(_AnySetting):
    """A setting that is one of some names."""

    kind: Literal["choice"]
    choices: list[NamedChoice]


class NumberSetting(_AnySetting):
    """A setting that is a number in a range."""

    kind: Literal["number"]
    whole: bool
    least: float
    most: float
    step: Annotated[float, "How far the arrow keys go."]


class WeightSetting(_AnySetting):
    """A setting that is a number from 0 whose order of magnitude counts, or "auto"."""

    kind: Literal["weight"]
    most: float
    first: Annotated[float, 'Where a person begins who switches "auto" off.']


class FlagSetting(_AnySetting):
    """A setting that is true or false."""

    kind: Literal["flag"]
    said: Annotated[tuple[str, str], "How the line says false and true."]


Setting = ChoiceSetting | NumberSetting | WeightSetting | FlagSetting


class SettingsForm(TypedDict):
    """The settings that a person makes in the panel."""

    fields: list[Setting]
    note: Annotated[str, "When a change of which of them counts."]


class Geometry(TypedDict, total=False):
    """The map from the net's pixels to the original photo; empty if it is unknown, or if nothing
    differs.
    """

    matrix: Annotated[
        list[float],
        "[a, b, c, d, e, f]: the center of pixel (x, y) is (ax + by + c, dx + ey + f) there.",
    ]
    size: Annotated[list[int], "Height and width of the photo; what is beyond them is padding."]


class Comparison(TypedDict):
    """Runs that differ in one setting, side by side."""

    label: Annotated[str, "Of the layout that shows them."]
    title: Annotated[str, "A sentence on it."]
    others: Annotated[dict[str, list[str]], "By what a run has: what it is compared with."]


class Tested(TypedDict, total=False):
    """The net's scores of the edited mask ``seq``, or why there are none."""

    seq: int
    scores: Annotated[dict[str, float], "Of the classes explained, by index."]
    top: Annotated[list[tuple[int, str, float]], "The most likely classes: index, name, score."]
    short: Annotated[list[str], "Their names in few words."]
    error: str


class _Setup(TypedDict):
    ready: Annotated[bool, "False until it is known what they are seen on: the scope, the base."]
    store: Annotated[str, 'Name of where they are kept, for a person; "" where nowhere.']
    reason: Annotated[str, 'Why they are not kept, in words; "" where they are.']
    author: Annotated[str, "Whose findings are made here."]
    kinds: Annotated[list[str], "What a region may be."]
    labels: Annotated[list[str], "Labels in use, for completion."]
    scope: Annotated[str, "Names image and store: what a page keeps for later is of one scope."]
    base: Annotated[dict[str, Any], "What a finding is seen on, as JSON, without class and score."]


class FindingsSetup(_Setup, total=False):
    """The place where findings are kept, and what a new one begins with."""

    formats: Annotated[list[FileFormat], "The files that findings are written to."]


class FailedRequest(TypedDict, total=False):
    """A command as it was sent, or a trait that was refused (`type` is "set")."""

    type: str
    name: str
    value: Any
    target: int
    iteration: int
    run: int


class FileFormat(TypedDict):
    """A kind of file that an explanation is saved as."""

    name: Annotated[str, "What the command `save` calls it."]
    label: str
    title: Annotated[str, "A sentence on it."]


class BoxRecord(TypedDict):
    """A rectangle, in continuous pixels of the net's input."""

    type: Literal["box"]
    x: Annotated[float, "Of the upper left corner."]
    y: float
    width: float
    height: float


class PolygonRecord(TypedDict):
    """Rings of points; a place is inside where an odd number of rings go around it."""

    type: Literal["polygon"]
    rings: list[list[tuple[float, float]]]


class MaskRecord(TypedDict):
    """Pixels."""

    type: Literal["mask"]
    size: Annotated[tuple[int, int], "Height and width."]
    counts: Annotated[str, "COCO's compressed run lengths."]


class PointRecord(TypedDict):
    """A place."""

    type: Literal["point"]
    x: float
    y: float


RegionRecord = BoxRecord | PolygonRecord | MaskRecord | PointRecord


class SeenRecord(TypedDict):
    """The image, the net and the explanation that a finding was seen on; see ``Seen`` in
    xwidget/findings/finding.py.
    """

    digest: str
    image: str
    size: tuple[int, int] | None
    geometry: dict[str, Any] | None
    model: str
    weights: str
    preprocessing: str
    target: int | None
    class_name: str
    game: str
    defense: str
    iteration: int | None
    image_score: float | None
    score: float | None
    checks: str
    version: str


class EffectRecord(TypedDict):
    """The measured effect of a region on the score of one class."""

    target: int
    image: Annotated[float, "Its score of the whole image."]
    without: Annotated[float, "With the region replaced by drawn backgrounds, the mean over them."]
    only: Annotated[float, "With all but the region replaced, the mean over them."]
    share: Annotated[float | None, "Of the class's evidence, inside; null where there is none."]
    area: Annotated[float, "Share of the pixels."]
    draws: Annotated[int, "Number of drawn backgrounds."]
    without_spread: Annotated[float, "Standard deviation over them."]
    only_spread: float


class _WholeFinding(TypedDict):
    """A finding; see ``Finding`` in xwidget/findings/finding.py."""

    id: Annotated[str, "A UUID, made by who marks it."]
    version: int
    region: RegionRecord
    frame: Annotated[tuple[int, int], "Height and width of the net's input."]
    verdict: Annotated[str, '"core", "spurious", "unsure", or "".']
    kind: str
    label: str
    reason: str
    confidence: float | None
    author: str
    seen: SeenRecord
    effect: EffectRecord | None
    created: Annotated[str, "ISO 8601, in UTC."]
    changed: str
    deleted: bool


class FindingRecord(_WholeFinding, total=False):
    """A finding; see ``Finding`` in xwidget/findings/finding.py."""

    withheld: Annotated[
        bool,
        "Whether its verdict, kind, reason, confidence and effect are not told yet, since another "
        "marked it and who looks has not judged it: they are empty then, and stay in the store as "
        "they are where such a record is put. Of all records that the kernel sends, save those of "
        "files.",
    ]


class ReviewRecord(TypedDict):
    """A second person's verdict on a finding."""

    id: str
    finding: Annotated[str, "The finding's id."]
    author: str
    verdict: str
    kind: str
    reason: str
    created: str


class _Row(TypedDict):
    finding: FindingRecord | None
    matched: Annotated[str, 'How its image was found: "digest", "name and size", or "".']
    reason: Annotated[str, 'Why it is refused; "" where it is not.']


class PreviewRow(_Row, total=False):
    """One finding of a file."""

    place: Annotated[str, "Where it is in the file."]
    label: Annotated[str, "What it is called there."]
    base: Annotated[int, "The version of it that is kept; 0 where none is."]
    here: Annotated[
        str,
        'What is kept of it: "deleted", or "earlier", "same" or "later" by when it was changed; '
        '"elsewhere" where it was marked before another network; "" where none is.',
    ]
