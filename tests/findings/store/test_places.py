"""The place of a store: what it is called, and that no password is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from xwidget.findings.store.places import Place, key_of, name_of, place_of


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:se%40cret@db.example.org:5433/lab",
        "postgres://me:se%40cret@db.example.org:5433/lab",
        "postgresql+psycopg://me:se%40cret@db.example.org:5433/lab?sslmode=require",
        "postgresql://me@db.example.org:5433/lab?password=se%40cret",
        "postgresql://db.example.org/lab?user=me&password=se%40cret&port=5433",
    ],
)
def test_a_server_is_shown_without_its_password(url: str) -> None:
    place = place_of(url)
    assert place.name == "lab on db.example.org"
    assert "cret" not in place.location + repr(place) + place.name + place.key
    assert "***" in place.location
    assert "se%40cret" in place.server
    assert place.key == key_of("postgresql://someone:else@db.example.org:5433/lab")
    assert place.key != key_of("postgresql://me@db.example.org:5434/lab")
    assert place.key != key_of("postgresql://me@db.example.org:5433/lab2")


def test_a_server_on_this_machine_is_shown_without_its_folder() -> None:
    assert name_of("postgresql:///lab?host=/var/run/postgresql") == "lab on localhost"
    assert name_of("postgresql://me@/") == "me on localhost"


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://me:secret@db.example.org:port/lab",
        "postgresql://me:secret@[db/lab",
        "mysql://me:secret@db.example.org/lab",
        "sqlite://me:secret@file",
        "sqlite:///findings.sqlite?secret=1",
        "",
    ],
)
def test_what_is_no_place_is_refused_without_its_password(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///PATH") as raised:
        place_of(wrong)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("wrong", [None, 5, b"findings.sqlite"])
def test_a_place_is_a_text_or_a_path(wrong: object) -> None:
    with pytest.raises(TypeError, match="expected a path"):
        place_of(wrong)  # type: ignore[arg-type]


def test_a_file_has_one_key_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "a b.sqlite"
    before = key_of(path)
    assert not path.exists()
    path.touch()
    same = ["a b.sqlite", "./a b.sqlite", "~/a b.sqlite", str(path), f"sqlite:///{path}", path]
    assert {key_of(each) for each in same} == {before}
    assert {name_of(each) for each in same} == {"a b.sqlite"}
    assert key_of("other.sqlite") != before


def test_memory_has_no_file() -> None:
    assert place_of(":memory:") == place_of("sqlite://") == place_of("sqlite:///:memory:")
    assert isinstance(place_of(":memory:"), Place)
    assert place_of(":memory:").file is None
