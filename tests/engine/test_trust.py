"""The checks at the end of a run: each passes and fails where it must."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.catalog.games import GAMES
from xwidget.checks import Check, Checks
from xwidget.engine.caveats import Picture, instead, why_empty
from xwidget.engine.control import Control
from xwidget.engine.ending import CONTROL_STEPS
from xwidget.engine.settings import Settings
from xwidget.engine.trust import Tried, check
from xwidget.engine.verdict import added, summed_up, witnessed


class Probe(nn.Module):
    """A net of two classes whose first logit is what a function says of a picture."""

    def __init__(self, says) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.says = says

    def forward(self, batch: Tensor) -> Tensor:
        found = self.says(batch)
        return torch.stack([found, torch.zeros_like(found)], 1)


X = torch.linspace(-1, 1, 3 * 16 * 16).view(3, 16, 16)


def tried(**change: object) -> Tried:
    known = {
        "iterations": 70,
        "stopped": "iterations",
        "scores": torch.tensor([0.9]),
        "image_scores": torch.tensor([0.9]),
        "blank": torch.tensor([0.01]),
        "pushed": torch.tensor([0.0]),
        "reached": torch.tensor([70.0]),
        "controls": [Control(1, 0.001, 0.001, CONTROL_STEPS)],
    }
    return Tried(**{**known, **change})  # type: ignore[arg-type]


def checks(  # type: ignore[no-untyped-def]
    says,
    mask: float = 0.5,
    game: str = "generation",
    defense: str = "auto",
    spread: float = 0.02,
    **change: object,
) -> Checks:
    clf = xw.Classifier(Probe(says), size=16, mean=0.5, std=0.5, categories=["one", "two, other"])
    masks = (mask + spread * torch.linspace(-1, 1, 16).expand(1, 3, 16, 16)).clamp(0, 1)
    (found,) = check(
        clf,
        lambda batch: clf.logits(clf.net, batch),
        X[None],
        torch.zeros_like(X)[None],
        Settings(game=game, defense=defense),
        [0],
        masks,
        tried(**change),
    )
    return found


def always(batch: Tensor) -> Tensor:
    return torch.full((len(batch),), 2.0)


def some_of_it(batch: Tensor) -> Tensor:
    """See the class where at least half of the image's contrast is left."""
    return torch.where(batch.flatten(1).std(1) > 0.29, 2.0, -9.0)


def test_evidence_that_holds_everywhere_holds() -> None:
    found = checks(some_of_it, mask=0.55)
    assert found.verdict == "holds"
    assert found.passed
    assert found.says == ""
    assert found["small moves"].value == pytest.approx(1)
    assert found["unseen backgrounds"].value == pytest.approx(1)
    assert found["unseen backgrounds"].words.endswith("noise, and 1.00 on the worst of them.")
    assert found.summary == (
        "Holds: 1.00 after small moves, 1.00 on unseen backgrounds, 55.0% shown."
    )
    assert set(found["small moves"].details) == {
        "shift 1 px",
        "shift 3 px",
        "zoom 1.1",
        "blur 0.8",
        "flip",
    }


def test_a_whisper_on_the_grid_of_pixels_fails_the_small_moves() -> None:
    def locked(batch: Tensor) -> Tensor:
        """See the class in the image however it is moved, in half of it only where it lies."""
        whole = batch.flatten(1).std(1) > 0.4
        still = (batch / batch.std() - X / X.std()).abs().flatten(1).mean(1) < 0.02
        return torch.where(whole | still, 2.0, -9.0)

    found = checks(locked)
    assert found["small moves"].passed is False
    assert found.verdict == "doubtful"
    assert found.summary.startswith("Doubtful: slightly moved")


def test_what_deletion_takes_is_not_called_shown() -> None:
    items = (
        Check("share shown", 0.205, None, "20.5% of the image is taken away."),
        Check("taken away", 0.3, None, "What is taken away scores 0.16 alone (photo 0.54)."),
    )
    assert summed_up(items, None, 70).summary == "Holds: 20.5% taken away."
    assert summed_up(items[:1], None, 70).summary == "Holds: 20.5% shown."


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"scores": torch.tensor([0.5])}, "score"),
        ({"controls": [Control(1, 0.9, 0.001, CONTROL_STEPS)]}, "control"),
        ({"pushed": torch.tensor([12.0])}, "push"),
        ({"mask": 0.9}, "share shown"),
        ({"mask": 0.0, "spread": 0.0}, "share shown"),
        ({"spread": 0.0}, "share shown"),
        ({"scores": torch.tensor([0.8]), "blank": torch.tensor([0.6])}, "score"),
    ],
)
def test_each_failure_is_told(change: dict[str, object], name: str) -> None:
    found = checks(always, **change)  # type: ignore[arg-type]
    assert [item.name for item in found.failed] == [name]
    assert found.verdict == "doubtful"
    assert "two" in found["control"].words
    assert "other" not in found["control"].words


def test_enough_but_not_necessary_is_said() -> None:
    found = checks(always)
    assert found.summary == (
        "Holds: enough, but not necessary: the rest of the photo alone scores 0.88 (photo 0.90)."
    )
    item = found["everything else"]
    assert item.passed is None
    assert item.details["score"] == pytest.approx(0.88, abs=0.01)
    assert "enough, but not necessary" in item.words
    needed = checks(some_of_it, mask=0.55)["everything else"]
    assert needed.details["score"] < 0.01
    assert "necessary" not in needed.words


def told(image: float, score: float, blank: float, game: str = "generation") -> Checks:
    """Return the checks of a run that ended with these scores."""
    values = {"image_scores": image, "scores": score, "blank": blank}
    given = {name: torch.tensor([value]) for name, value in values.items()}
    return checks(always, game=game, controls=[None], **given)


@pytest.mark.parametrize(
    ("scores", "game", "words"),
    [
        (
            (0.3642, 0.3622, 0.352),
            "generation",
            "The evidence alone keeps 0.84 of what the image scores above the reference (0.3622 "
            "against 0.3642; the reference alone 0.3520).",
        ),
        (
            (0.9, 0.819, 0.01),
            "preservation",
            "The evidence alone keeps 0.91 of what the image scores above the reference (0.819 "
            "against 0.900; the reference alone 0.010).",
        ),
        (
            (0.2, 0.9, 0.01),
            "generation",
            "The evidence alone keeps 1.50 or more of what the image scores above the reference "
            "(0.900 against 0.200; the reference alone 0.010).",
        ),
        (
            (0.3, 0.24, 0.6),
            "generation",
            "The evidence alone keeps 0.80 of the image's score (0.240 against 0.300; the "
            "reference alone 0.600).",
        ),
        (
            (0.9, 0.09, 0.6),
            "deletion",
            "The rest alone keeps 0.10 of the image's score (0.090 against 0.900; the reference "
            "alone 0.600).",
        ),
        (
            (2.79e-7, 2.7e-7, 1e-7),
            "generation",
            "No share can be told: the evidence alone scores 0.0000, the image 0.0000, the "
            "reference alone 0.0000.",
        ),
        (
            (2.79e-7, 2.7e-7, 1e-7),
            "deletion",
            "No share can be told: the rest alone scores 0.0000, the image 0.0000, the reference "
            "alone 0.0000.",
        ),
    ],
)
def test_the_share_that_is_kept_follows_from_the_figures_beside_it(
    scores: tuple[float, float, float], game: str, words: str
) -> None:
    assert told(*scores, game=game)["score"].words == words


@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_of_next_to_nothing_no_share_is_told(game: str) -> None:
    found = told(2.79e-7, 2.7e-7, 1e-7, game)
    assert found.verdict == "no evidence"
    for name in ("small moves", "unseen backgrounds"):
        assert found[name].words == "No share can be told: the image itself scores next to nothing."
        assert (found[name].value, dict(found[name].details)) == (None, {})
    assert not [item for item in found if "keeps" in item.words or "leaves" in item.words]


def test_a_class_that_hardly_scores_is_not_called_said() -> None:
    least = told(3e-7, 0.25, 2.9e-7)
    assert least.says == (
        "The photo as a whole scores no more for one than an empty picture does, 0.00 (photo "
        "0.00); this part of it, alone, 0.25."
    )
    assert least["reference alone"].words == "An empty picture scores 0.00 (photo 0.00)."
    assert least["everything else"].words.startswith("Everything else, without what is shown,")
    some = told(0.3, 0.29, 0.2)
    assert some["reference alone"].words == (
        "An empty picture already scores 0.20 for one (photo 0.30)."
    )
    assert some.summary == "Holds, but an empty picture already scores 0.20 for one (photo 0.30)."
    assert some["everything else"].words.startswith("What is shown is enough, but not necessary:")
    assert told(0.3, 0.1, 0.2, "deletion").says == (
        "It cannot be taken away: even an empty picture scores 0.20 for one (photo 0.30)."
    )
    assert told(0.2, 0.2, 0.2).says == (
        "Nothing in the photo speaks for one: an empty picture scores just as much, 0.20 (photo "
        "0.20)."
    )


def test_what_the_image_hardly_scores_is_not_called_unnecessary() -> None:
    # The evidence is seen, the class in the image is not: what is left of that proves nothing.
    found = told(0.03, 0.9, 0.001)
    assert found.verdict == "holds"
    assert "necessary" not in str(found)


def test_a_reference_that_does_it_alone_is_named() -> None:
    found = checks(always, blank=torch.tensor([0.74]))
    assert found.summary == (
        "Holds, but an empty picture already makes the network say one: 0.74 (photo 0.90)."
    )
    assert found.says == ""  # half of the image is shown
    empty = checks(always, mask=0.001, spread=0.0, blank=torch.tensor([0.74]))
    assert empty.says == (
        "Next to nothing is shown, as an empty picture already makes the network say one: 0.74 "
        "(photo 0.90)."
    )
    assert empty.verdict == "no evidence"
    gone = checks(always, game="deletion", controls=[None], blank=torch.tensor([0.74]))
    assert gone.says == (
        "It cannot be taken away: even an empty picture makes the network say one, 0.74 "
        "(photo 0.90)."
    )


@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_an_image_that_says_no_more_than_the_reference_has_nothing_to_show(game: str) -> None:
    found = checks(always, game=game, blank=torch.tensor([0.9]), controls=[None])
    assert found.verdict == "no evidence"
    assert found.says == (
        "Nothing in the photo speaks for one: an empty picture makes the network say it just as "
        "much, "
        "0.90 (photo 0.90)."
    )


def test_a_part_that_scores_more_than_the_whole_image_is_not_called_nothing() -> None:
    low = {"image_scores": torch.tensor([0.55]), "blank": torch.tensor([0.55])}
    found = checks(always, scores=torch.tensor([0.97]), controls=[None], **low)
    assert found.verdict == "no evidence"
    assert found.says == (
        "The photo as a whole makes the network say one no more than an empty picture does, 0.55 "
        "(photo 0.55); this part of it, alone, 0.97."
    )


def test_a_class_that_is_not_in_the_image_is_not_found() -> None:
    hardly = {"image_scores": torch.tensor([0.03]), "blank": torch.tensor([0.001])}
    scores = torch.tensor([0.02])
    found = checks(always, scores=scores, **hardly)
    assert found.verdict == "no evidence"
    assert found.says == (
        "Nothing in the photo makes the network say one on its own: all of it scores 0.03."
    )
    assert "hardly sees the class" in found.summary
    assert [item.name for item in found if item.passed is not None] == ["control"]
    gone = checks(always, game="deletion", controls=[None], scores=scores, **hardly)
    assert all(item.passed is None for item in gone)
    assert gone.says == "Nothing to take away: the network hardly says one anyway (photo 0.03)."
    # A part may say what the whole does not: a cup, once the coffee in it is hidden.
    assert checks(always, scores=torch.tensor([0.5]), **hardly).says == ""
    # Among very many classes the best guess itself may score that little.
    picture = Picture(GAMES["generation"], "one", 0.03, 0.02, 0.001, 0.0, best=0.04, shown=0.2)
    assert instead(picture) == ""
    assert why_empty(picture) is None


def test_a_search_in_vain_says_so() -> None:
    found = checks(always, scores=torch.tensor([0.05]))
    assert found.says == (
        "No part of the photo was found that makes the network say one on its own: 0.05 "
        "(photo 0.90)."
    )
    assert found.verdict == "doubtful"


class Rounded(nn.Module):
    """Two classes; no gradient passes its first step."""

    def __init__(self) -> None:
        super().__init__()
        self.relu, self.last = nn.ReLU(), nn.Linear(1, 2, bias=False)
        with torch.no_grad():
            self.last.weight.copy_(torch.tensor([[4.0], [0.0]]))

    def light(self, batch: Tensor) -> Tensor:
        return self.relu((4 * batch).round() / 4)

    def forward(self, batch: Tensor) -> Tensor:
        return self.last(self.light(batch)[:, :1].mean((2, 3)))


class Off(Rounded):
    """Its units are off unless nearly all of the photo is shown."""

    def light(self, batch: Tensor) -> Tensor:
        return 100 * self.relu(batch - 0.99)


@pytest.mark.parametrize("game", ["generation", "preservation", "deletion", "repression"])
@pytest.mark.parametrize("net", [Rounded(), Off()], ids=["rounded", "off"])
def test_a_mask_that_no_gradient_reached_is_said_to_have_stayed(net: nn.Module, game: str) -> None:
    clf = xw.Classifier(net, size=16, mean=0.0, std=1.0, categories=["one", "two"])
    photo = np.ones((16, 16, 3))
    found = xw.explain(
        clf, photo, [0], game=game, iterations=3, reference="zero", defense="none", progress=False
    )
    assert float(np.ptp(found.masks)) == pytest.approx(0, abs=1e-6)
    checks = found.checks[0]
    assert checks["gradient"].passed is False
    assert checks.summary.startswith("Doubtful: no gradient reached the mask in any step")
    assert found.says() == (
        "Nothing was found out about one: the mask never moved, as no gradient reached it."
    )


def test_where_the_empty_picture_does_as_well_a_mask_that_stayed_is_told_too() -> None:
    same = {"image_scores": torch.tensor([0.9]), "blank": torch.tensor([0.9])}
    found = checks(always, reached=torch.zeros(1), **same)
    assert found.verdict == "no evidence"
    assert "(the mask never moved, as no gradient reached it)" in found.summary
    assert "gradient" not in checks(always)
    assert "gradient" not in checks(always, **same)


def test_an_image_that_is_the_reference_is_no_fault_of_the_net() -> None:
    clf = xw.Classifier(Probe(lambda batch: batch.mean((1, 2, 3))), size=16, mean=0.5, std=0.5)
    gray = np.full((16, 16, 3), 0.5)
    found = xw.explain(clf, gray, iterations=2, reference="zero", defense="none", progress=False)
    assert "gradient" not in found.checks[0]


@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_without_a_defense_it_may_be_noise(game: str) -> None:
    reached = Control(1, 0.97, 0.001, CONTROL_STEPS) if game == "generation" else None
    taken = torch.tensor([0.9 if game == "generation" else 0.01])
    found = checks(always, game=game, defense="none", scores=taken, controls=[reached])
    assert found.verdict == "doubtful"
    assert found.summary.startswith(
        "Doubtful: without a defense, this can be noise that only this network sees"
    )
    assert ("reaches 0.97 in the same way" in found.summary) is (game == "generation")
    assert "defense" not in checks(always, game=game, scores=taken, controls=[reached])
    # What stays out all the same speaks for it.
    if game == "generation":
        assert checks(always, defense="none")["defense"].passed is None


def test_what_is_taken_away_must_be_gone() -> None:
    found = checks(always, game="deletion", scores=torch.tensor([0.05]), controls=[None])
    assert [item.name for item in found.failed] == ["small moves", "unseen backgrounds"]
    assert found["control"].details["moved elsewhere"] == pytest.approx(0.88, abs=0.01)
    assert found.summary.endswith("1 more failed.")


def test_no_evidence_says_what_was_tried() -> None:
    found = checks(always, image_scores=torch.tensor([0.012]))
    assert found.verdict == "no evidence"
    assert found.summary == (
        "No evidence: the image scores 0.012, the reference alone 0.010; tried for 70 steps."
    )
    assert not found.passed


@pytest.mark.parametrize(
    ("evidence", "image", "passed"), [(0.6, 0.8, True), (0.1, 0.8, False), (0.0, 0.01, None)]
)
def test_a_witness_has_a_word(evidence: float, image: float, passed: bool | None) -> None:
    found = witnessed(checks(always), "another", evidence, image, keeps=True)
    assert found["witness"].passed is passed
    assert found.verdict == ("doubtful" if passed is False else "holds")
    vain = checks(always, scores=torch.tensor([0.05]))
    heard = witnessed(vain, "another", evidence, image, keeps=True)
    assert heard.says == vain.says != ""


def test_a_move_that_the_net_does_not_know_in_the_image_is_left_out() -> None:
    def upright_only(batch: Tensor) -> Tensor:
        right = batch[..., 8:].mean((1, 2, 3)) > batch[..., :8].mean((1, 2, 3))
        return torch.where(right, 2.0, -9.0)

    found = checks(upright_only)
    assert "flip" not in found["small moves"].details
    assert found["small moves"].value == pytest.approx(1)
    unknown = checks(lambda batch: torch.full((len(batch),), -9.0))["small moves"]
    assert unknown.passed is None
    assert unknown.value is None


def test_a_control_that_cannot_fail_says_nothing() -> None:
    control = Control(1, 0.76, 0.5, CONTROL_STEPS)
    assert checks(always, controls=[control])["control"].passed is None


def test_without_a_control_nothing_simply_holds() -> None:
    found = checks(always, controls=[Control(1, float("nan"), float("nan"), 3)])
    assert found.summary.startswith("Holds, but the control could not be made: on the way to two")
    assert found.summary.endswith("the network is NaN or infinite.")


def test_what_is_not_finite_where_a_mask_is_tried_is_told() -> None:
    def never_else(pictures: Tensor) -> Tensor:
        values = always(pictures)
        known = (pictures == X).flatten(1).all(1)
        return torch.where(known, values, torch.nan)

    def not_twice(pictures: Tensor) -> Tensor:
        values = always(pictures).clone()
        values[1::2] = torch.nan
        return values

    for says in (never_else, not_twice):
        for game in ("generation", "deletion"):
            found = checks(says, game=game, controls=[None])
            assert "nan" not in str(found).replace("NaN", "")
            assert "NaN or infinite" in found["unseen backgrounds"].words
    assert checks(never_else)["unseen backgrounds"].passed is None


def test_the_control_is_another_class() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 196, 3))
    clf = xw.Classifier(net, size=16)
    image = np.random.default_rng(0).random((16, 16, 3))
    some = xw.explain(clf, image, [0, 1], iterations=2, progress=False).checks
    assert all(found["control"].details["class"] == 2 for found in some)
    every = xw.explain(clf, image, [0, 1, 2], iterations=2, progress=False).checks
    assert all("control" not in found for found in every)


def test_what_is_not_checked_stays_so() -> None:
    item = Check("seeds", 0.9, True, "Two runs agree.")
    assert added(Checks(), item).verdict == "not checked"
    assert summed_up((), "why", 3).verdict == "no evidence"


def test_the_net_is_asked_where_the_run_was_not() -> None:
    """The real thing, small: an undefended run is found out by the control."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 16, 3), nn.ReLU(), nn.Flatten()
    )
    net.append(nn.Linear(16 * 144, 8))
    net[-1].weight.data.mul_(30)
    clf = xw.Classifier(net, size=16)
    image = np.random.default_rng(0).random((16, 16, 3))
    found = xw.explain(clf, image, iterations=5, defense="none", progress=False).checks[0]
    assert found["control"].passed is False
    assert "appear" in found["control"].words
    assert found.verdict == "doubtful"


def test_a_net_that_changes_its_input_in_place_changes_no_picture() -> None:
    class InPlace(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten())
            self.last = nn.Linear(4 * 196, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.last(self.layer(x.mul_(2).sub_(0.5)))

    torch.manual_seed(0)
    clf = xw.Classifier(InPlace(), size=16)
    image = np.random.default_rng(0).random((16, 16, 3))
    x = clf.prepare(image)
    before = x.clone()
    clf.classify(x)
    assert torch.equal(x, before)
    found = xw.explain(clf, image, iterations=2, progress=False)
    np.testing.assert_array_equal(found.image, clf.picture(before))


def test_a_picture_of_one_color_has_no_backgrounds() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 196, 3))
    clf = xw.Classifier(net, size=16)
    found = xw.explain(clf, np.zeros((16, 16, 3)), iterations=2, repeat=True, progress=False)
    assert found.checks[0]["unseen backgrounds"].passed is None


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused_at_once(seed: int) -> None:
    with pytest.raises(ValueError, match="seed must be from 0"):
        Settings(seed=seed)
    assert Settings(seed=np.int64(3)).seed == 3  # type: ignore[arg-type]
