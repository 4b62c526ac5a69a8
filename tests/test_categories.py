"""Names come in the order of the outputs, or what holds them is refused."""

from __future__ import annotations

import json
import re
from collections import ChainMap, OrderedDict, defaultdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from xwidget.classifier import Classifier

NAMES = ("red", "green", "blue")
INDEX = {"blue": 2, "red": 0, "green": 1}
GREEN = np.broadcast_to([0.0, 1.0, 0.0], (4, 4, 3))


def classifier(categories: Any) -> Classifier:
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())  # class 0 red, 1 green, 2 blue
    return Classifier(net, size=4, categories=categories)


class Series:
    """A column of a table, as in pandas: values, and an index beside their order."""

    def __init__(self, values: Any, index: Any) -> None:
        self.values, self.index = list(values), list(index)

    def __iter__(self) -> Any:
        return iter(self.values)

    def keys(self) -> Any:
        return self.index

    def __getitem__(self, key: Any) -> Any:
        return self.values[self.index.index(key)]

    def tolist(self) -> Any:
        return self.values

    def to_dict(self) -> Any:
        return dict(zip(self.index, self.values, strict=True))


class Table(Series):
    columns = ("name",)


@pytest.mark.parametrize(
    "make",
    [
        lambda: list(NAMES),
        lambda: (name for name in NAMES),
        lambda: map(str, NAMES),
        lambda: np.array(NAMES),
        lambda: np.array(NAMES, object),
        lambda: dict(enumerate(NAMES)),
        lambda: {2: "blue", 0: "red", 1: "green"},
        lambda: {np.int64(i): name for i, name in enumerate(NAMES)},
        lambda: json.loads('{"2": "blue", "0": "red", "1": "green"}'),
        lambda: dict(INDEX),
        lambda: {name: np.int64(index) for name, index in INDEX.items()},
        lambda: MappingProxyType(INDEX),
        lambda: OrderedDict(INDEX),
        lambda: ChainMap({"red": 0}, {"green": 1, "blue": 2}),
        lambda: defaultdict(int, INDEX),
        lambda: Series(NAMES, range(3)),
        lambda: Series(INDEX.values(), INDEX),
    ],
)
def test_names_are_read_in_the_order_of_the_outputs(make: Any) -> None:
    clf = classifier(make())
    assert clf.categories == NAMES
    assert {type(name) for name in clf.categories} == {str}
    assert clf.predict(GREEN, k=1)[0][:2] == (1, "green")
    assert clf.index("green") == 1


def test_many_indices_as_strings_are_in_the_order_of_numbers() -> None:
    names = json.loads(json.dumps({index: f"n{index}" for index in sorted(range(12), key=str)}))
    assert classifier(names).categories == tuple(f"n{index}" for index in range(12))


def test_names_that_are_digits_are_names() -> None:
    assert classifier(["7", "8", "9"]).categories == ("7", "8", "9")
    assert classifier({"9": 2, "7": 0, "8": 1}).categories == ("7", "8", "9")
    assert classifier({0: "7", 2: "9", 1: "8"}).categories == ("7", "8", "9")


def test_the_lines_of_a_file_are_names(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(b"red\r\ngreen\nblue")
    with path.open() as file:
        assert classifier(file).categories == NAMES
    with path.open(newline="") as file:
        assert classifier(file.readlines()).categories == NAMES


@pytest.mark.parametrize(
    ("categories", "kind", "words"),
    [
        (set(NAMES), TypeError, "a set, which has no order"),
        (frozenset(NAMES), TypeError, "sorted(categories)"),
        (dict(enumerate(NAMES)).values(), TypeError, "give the dict itself"),
        (INDEX.keys(), TypeError, "give the dict itself"),
        (INDEX.items(), TypeError, "give the dict itself"),
        ("red", TypeError, "one string"),
        (b"red", TypeError, "one string"),
        (3, TypeError, "is a int; expected a list of names"),
        ([], ValueError, "empty"),
        ({}, ValueError, "empty"),
        (iter(()), ValueError, "empty"),
        ([1, 2], TypeError, "holds 1; expected names"),
        ([None], TypeError, "holds None"),
        (np.arange(3), TypeError, "expected names"),
        (np.array([NAMES]), TypeError, "expected names"),
        (np.array("red"), TypeError, "is a ndarray"),
        (torch.arange(3), TypeError, "expected names"),
        ({0: "red", 2: "blue"}, ValueError, "none for class 1"),
        ({"0": "red", "7": "blue"}, ValueError, "none for class 1, 2, 3, 4, 5"),
        ({"red": 0, "blue": 2}, ValueError, "none for class 1"),
        ({0: "red", 10**12: "blue"}, ValueError, "none for class 1, 2"),
        ({1: "red", 2: "green", 3: "blue"}, ValueError, "counts from 1 to 3"),
        ({"red": 1, "green": 2}, ValueError, "counts from 1 to 2"),
        ({-1: "red", 0: "green"}, ValueError, "class -1"),
        ({"-1": "red", "0": "green"}, ValueError, "class -1"),
        ({"red": 0, "green": 1, "rouge": 0}, ValueError, "class 0 2 names: 'red', 'rouge'"),
        ({"0": "red", 0: "green"}, ValueError, "class 0 2 names: 'red', 'green'"),
        ({0: "red", "green": 1}, TypeError, "holds 'green': 1"),
        ({0: 0, 1: 1}, TypeError, "holds 0"),
        ({"red": "0", "green": "1"}, TypeError, "holds 'red': '0'; expected one from index"),
        ({False: "red", True: "green"}, TypeError, "holds False: 'red'"),
        ({0.0: "red"}, TypeError, "holds 0.0"),
        ({"0": ["n01", "red"], "1": ["n02", "green"]}, TypeError, "[name[-1] for name in ...]"),
        (Series(NAMES, [2, 0, 1]), TypeError, "series.tolist()"),
        (Series(NAMES, ["n01", "n02", "n03"]), TypeError, "series.to_dict()"),
        (Table(NAMES, range(3)), TypeError, "table['name']"),
    ],
)
def test_what_has_no_order_or_no_names_is_refused(
    categories: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=re.escape(words)):
        classifier(categories)


def test_the_number_of_names_is_held_against_the_outputs() -> None:
    with pytest.raises(ValueError, match="3 outputs, but categories has 2 names"):
        classifier({"red": 0, "green": 1}).predict(GREEN)
