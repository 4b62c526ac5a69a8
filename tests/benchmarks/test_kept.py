"""Arrays beside the results."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.kept import Kept


def test_arrays_come_back_from_any_folder_and_are_added_to_the_first(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    Kept([second]).put({"map": np.arange(6.0).reshape(2, 3)}, "net", "photo/1", "RISE, 1000")
    kept = Kept([first, second])
    found = kept.get("net", "photo/1", "RISE, 1000")
    assert found is not None
    assert found["map"].tolist() == [[0, 1, 2], [3, 4, 5]]
    kept.put({"map": np.zeros(1)}, "net", "photo/1", "RISE, 1000")
    assert [path.name for path in first.rglob("*.npz")] == ["RISE__1000.npz"]
    found = kept.get("net", "photo/1", "RISE, 1000")
    assert found is not None
    assert found["map"].tolist() == [0]


def test_half_a_file_is_made_anew(tmp_path: Path) -> None:
    kept = Kept([tmp_path])
    kept.put({"map": np.random.default_rng(0).random(1000)}, "net", "map")
    path = tmp_path / "net" / "map.npz"
    path.write_bytes(path.read_bytes()[:500])
    assert kept.get("net", "map") is None
    assert kept.get("net", "other") is None


def test_without_a_folder_they_are_remembered() -> None:
    kept = Kept()
    kept.put({"map": np.ones(2)}, "net", "map")
    found = kept.get("net", "map")
    assert found is not None
    assert found["map"].tolist() == [1, 1]
