"""What each step sees: backgrounds drawn anew, small moves, one gradient through all of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine.optimize import optimize
from xwidget.engine.settings import Settings
from xwidget.engine.views import DRAWN, PLAIN, View, Views, smooth_noise


def picture(height: int = 6, width: int = 5) -> Tensor:
    return torch.arange(3 * height * width).double().view(3, height, width).sin()


def drawn(image: Tensor, seed: int = 0) -> Views:
    return Views([DRAWN], image[None], torch.zeros_like(image)[None], seed)


def test_noise_has_the_spectrum_of_photos() -> None:
    noise = smooth_noise((64, 48), 3).double()
    assert noise.shape == (3, 64, 48)
    assert float(noise.std()) == pytest.approx(1, abs=1e-3)
    assert float(noise.mean(dim=(1, 2)).abs().max()) < 1e-6
    power = torch.fft.fft2(noise).abs().square().mean(0)
    # Along one axis, the mean power of frequencies 2 to 3 against that of 8 to 12: about 16 times.
    low, high = float(power[2:4, 0].mean()), float(power[8:13, 0].mean())
    assert 4 < low / high < 60
    assert torch.equal(smooth_noise((64, 48), 3), smooth_noise((64, 48), 3))
    assert not torch.equal(smooth_noise((64, 48), 3), smooth_noise((64, 48), 4))


def test_a_single_pixel_has_no_noise() -> None:
    views = drawn(torch.ones(3, 1, 1))
    assert views.references(1).tolist() == torch.zeros(3, 1, 3, 1, 1).tolist()


def test_backgrounds_are_drawn_anew_by_seed_and_iteration_alone() -> None:
    image = picture()
    one, again, other = drawn(image), drawn(image), drawn(image, seed=1)
    assert torch.equal(one.references(7), again.references(7))
    assert not torch.equal(one.references(7), one.references(8))
    assert not torch.equal(one.references(7), other.references(7))
    assert not one.references(7)[0].any(), "the plain view is on the reference itself"


@pytest.mark.parametrize("view", DRAWN, ids=str)
def test_where_the_mask_is_one_a_view_is_the_image_and_where_it_is_zero_the_background(
    view: View,
) -> None:
    image = picture()
    views = Views([(View(), view)], image[None], torch.zeros_like(image)[None], 0)
    references = views.references(3)
    ones = torch.ones(1, 2, *image.shape, dtype=torch.float64)
    assert torch.equal(views.blend(ones, references, [1])[0], view.move(image[None])[0])
    assert torch.equal(views.blend(0 * ones, references, [1])[1], references[1, 0])


def test_views_blend_one_after_another_and_pass_gradients_to_their_own_masks() -> None:
    image = picture()
    views = drawn(image)
    references = views.references(1)
    masks = torch.rand(3, 2, *image.shape, dtype=torch.float64, requires_grad=True)
    e = views.blend(masks, references, range(3))
    for v, view in enumerate(DRAWN):
        for k in range(2):
            m = view.move(masks[v, k][None])[0]
            expected = m * view.move(image[None])[0] + (1 - m) * references[v, 0]  # Eq. 1
            torch.testing.assert_close(e[2 * v + k], expected)
    (gradient,) = torch.autograd.grad(e[2].sum(), masks)
    assert gradient[1, 0].any()
    assert not gradient[0].any()
    assert not gradient[2].any()


def test_a_view_that_the_net_does_not_bear_is_made_milder() -> None:
    image = torch.linspace(-1, 1, 16, dtype=torch.float64).expand(3, 12, 16)

    def upright_only(images: Tensor) -> Tensor:
        """Know the image by its right half, brighter than the left one."""
        right = images[..., 8:].mean((1, 2, 3)) > images[..., :8].mean((1, 2, 3))
        return torch.where(right, 0.9, 0.1).double()[:, None]

    views = drawn(image).bearable(upright_only)
    assert [view.mirrored for view in views.described[0]] == [False] * 3
    assert views.described[0][1] == DRAWN[1]
    assert views.described[0][2] == View(noise=DRAWN[2].noise)

    def calm_only(images: Tensor) -> Tensor:
        """Know no image whose pixels differ from their neighbors by much."""
        rough = (images[..., 1:, :] - images[..., :-1, :]).square().mean((1, 2, 3)).sqrt()
        limit = 0.15 * image.std() * 1.2
        return torch.where(rough < limit, 0.9, 0.1).double()[:, None]

    views = drawn(image).bearable(calm_only)
    assert views.described[0][2].noise in {DRAWN[2].noise / 2, DRAWN[2].noise / 4}
    assert views.described[0][2].mirrored
    assert views.described[0][1] == DRAWN[1]


def test_a_grey_picture_has_grey_noise() -> None:
    image = picture()[:1].expand(3, -1, -1)
    references = drawn(image).references(2)[:, 0]
    assert torch.equal(references[:, 0], references[:, 1])
    assert references.any()


def test_the_same_seed_gives_the_same_explanation_and_another_does_not() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 196, 4))
    clf = xw.Classifier(net, size=16)
    image = np.random.default_rng(0).random((16, 16, 3))
    one, again, other = (
        xw.explain(clf, image, [1], iterations=6, seed=seed, progress=False) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.masks, again.masks)
    np.testing.assert_array_equal(one.relevance, again.relevance)
    assert [check.words for check in one.checks[0]] == [check.words for check in again.checks[0]]
    assert not np.array_equal(one.masks, other.masks)


def test_all_classes_of_a_run_see_the_same_draws() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 196, 4)).double()
    clf = xw.Classifier(net, size=16)
    x = clf.prepare(np.random.default_rng(0).random((16, 16, 3))).double()
    together = list(optimize(clf, x, [1, 2], Settings(iterations=5, plan="plain")))[-1]
    alone = list(optimize(clf, x, [2], Settings(iterations=5, plan="plain")))[-1]
    torch.testing.assert_close(together.masks[1], alone.masks[0])


def test_the_order_is_what_was_shown_on_the_way() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 196, 4))
    clf = xw.Classifier(net, size=16)
    x = clf.prepare(np.random.default_rng(0).random((16, 16, 3)))
    # With a fixed lambda what a step shows is the mask itself.
    steps = list(optimize(clf, x, [1], Settings(sparsity=1e-3, iterations=4, ranking="path")))
    average = torch.stack([step.masks[0] for step in steps[1:]]).mean(0)
    expected = torch.lerp(average, steps[-1].masks[0], 1e-3).mean(0)
    relevance = steps[-1].relevance
    assert relevance is not None
    torch.testing.assert_close(relevance[0], expected)


def test_a_fixed_reference_is_one_plain_view() -> None:
    image = picture()
    views = Views([PLAIN], image[None], torch.ones_like(image)[None], 0)
    assert not views.drawn
    assert torch.equal(views.references(5)[0, 0], torch.ones_like(image))
    assert len(views) == 1
