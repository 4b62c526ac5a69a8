"""Agreement: against the `krippendorff` package and tables by hand, and where it is undefined."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from xwidget.findings import agreement, estimates
from xwidget.findings.agreement import alpha, iou, kappa

VERDICTS = ("core", "spurious", "unsure")


def table(*columns: str) -> dict[str, dict[str, str]]:
    """Return ratings of a text a rater; a letter an item, "." for none."""
    words = {"c": "core", "s": "spurious", "u": "unsure", ".": ""}
    return {
        str(item): {f"rater {i}": words[letter] for i, letter in enumerate(letters)}
        for item, letters in enumerate(zip(*columns, strict=True))
    }


@pytest.mark.parametrize("raters", [2, 3, 5])
@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
def test_alpha_is_that_of_the_krippendorff_package(raters: int, missing: float) -> None:
    rng = np.random.default_rng(round(100 * missing) + raters)
    truth = rng.integers(3, size=40)
    given = np.where(rng.random((raters, 40)) < 0.7, truth, rng.integers(3, size=(raters, 40)))
    given = np.where(rng.random((raters, 40)) < missing, np.nan, given)
    expected = krippendorff.alpha(given, level_of_measurement="nominal")
    ratings = {
        str(item): {str(r): VERDICTS[int(v)] for r, v in enumerate(column) if v == v}
        for item, column in enumerate(given.T)
    }
    found = alpha(ratings)
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.count == sum((~np.isnan(given)).sum(0) > 1)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_alpha_of_krippendorffs_own_example() -> None:
    # Krippendorff 2011, section C: four observers, twelve units.
    rows = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    ratings = {
        str(u): {str(o): row[u] for o, row in enumerate(rows) if row[u] != "."} for u in range(12)
    }
    assert alpha(ratings).value == pytest.approx(0.743, abs=0.0005)


def test_kappa_of_a_table_computed_by_hand() -> None:
    # 20 both core, 15 both spurious, 5 core/spurious, 10 spurious/core (the textbook's 2 × 2):
    # p_o = 0.7, p_e = 0.5 · 0.6 + 0.5 · 0.4 = 0.5, κ = 0.4.
    first = "c" * 25 + "s" * 25
    second = "c" * 20 + "s" * 5 + "c" * 10 + "s" * 15
    found = kappa(table(first, second))
    assert found.value == pytest.approx(0.4)
    assert found.count == 50
    assert found.low is not None
    assert found.high is not None
    assert 0.1 < found.low < 0.4 < found.high < 0.7


def test_raters_who_always_contradict_each_other_are_below_zero() -> None:
    ratings = table("cscs", "scsc")
    assert kappa(ratings).value == pytest.approx(-1)
    # D_o = 4 · 2 = 8 of n = 8 values, D_e = (64 − 32) / 7: α = 1 − 8 / (32 / 7).
    assert alpha(ratings).value == pytest.approx(1 - 8 / (32 / 7))


@pytest.mark.parametrize("measure", [alpha, kappa])
@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        ({}, "fewer than two places"),
        (table("cscs"), "fewer than two places"),
        (table("cs..", "..cs"), "fewer than two places"),
        (table("ssss", "ssss"), "every judgment is “spurious”"),
    ],
)
def test_what_is_undefined_says_why(measure, ratings, words) -> None:
    found = measure(ratings)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert words in found.why
    assert str(found) == "–"


def test_kappa_is_for_two_raters() -> None:
    assert "here are 3" in kappa(table("cs", "cs", "cs")).why


def test_an_interval_that_resamples_rarely_have_is_not_claimed() -> None:
    found = alpha(table("cs", "cs"))  # half of the resamples hold one item twice: no variation
    assert found.value == pytest.approx(1)
    assert (found.low, found.high) == (None, None)
    assert "too few" in found.why


def test_overlap_is_the_mean_over_pairs_then_over_photos() -> None:
    left, right, whole = np.zeros((3, 2, 2), bool)
    left[:, 0], right[:, 1], whole[:] = True, True, True
    masks = {
        "one": {"a": left, "b": whole},  # 0.5
        "two": {"a": left, "b": right, "c": left},  # (0 + 1 + 0) / 3
        "alone": {"a": left},
    }
    found = iou(masks)
    assert found.value == pytest.approx((0.5 + 1 / 3) / 2)
    assert found.count == 2
    assert "no photo" in iou({"alone": {"a": left}}).why
    assert agreement.overlap(~whole, ~whole) == 0


def test_a_share_claims_no_certainty_of_all_or_none() -> None:
    all_of_ten = estimates.share(10, 10)  # Wilson: 10 / (10 + 1.96²)
    assert all_of_ten.low == pytest.approx(10 / (10 + 1.959964**2))
    assert all_of_ten.high == pytest.approx(1)
    assert estimates.share(0, 10).high == pytest.approx(1 - all_of_ten.low)
    assert estimates.share(0, 0).value is None


@pytest.mark.parametrize(("count", "cut"), [(6, 1), (8, 1), (9, 2), (20, 6), (50, 18)])
def test_a_medians_interval_is_that_of_the_order_statistics(count: int, cut: int) -> None:
    # Places of the usual tables of the sign test, such as Conover's: 20 values, 6th and 15th.
    found = estimates.median(range(count))
    assert found.value == (count - 1) / 2
    assert (found.low, found.high) == (cut - 1, count - cut)


def test_a_median_of_few_values_has_no_interval() -> None:
    found = estimates.median([0.1, 0.2, 0.3, 0.4, 0.5])
    assert (found.value, found.low) == (0.3, None)
    assert "needs 6" in found.why
    assert estimates.median([]).value is None


def test_a_medians_interval_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = [estimates.median(rng.exponential(size=15)) for _ in range(2000)]
    inside = np.mean([each.low <= np.log(2) <= each.high for each in found])
    assert 0.94 < inside < 0.98  # 96.5% exactly
