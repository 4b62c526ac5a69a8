"""Who has which image, and what happens when workers die, by a Ray that does what it is told."""

import itertools
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.batch.clusters.planted import plant
from xwidget.batch.choice import Choice
from xwidget.batch.executors import crew
from xwidget.batch.executors.crew import Crew
from xwidget.batch.item import Item
from xwidget.batch.job import Job, Outcome
from xwidget.engine.settings import Settings

ray_exceptions = pytest.importorskip("ray.exceptions", reason='pip install "xwidget[ray]"')
Death = ray_exceptions.ActorUnavailableError
OPTIONS = {"num_cpus": 1, "num_gpus": 0}


class Ray:
    """Answers at once; ``does`` says what a worker, by its number, does with an image's name."""

    exceptions = ray_exceptions

    def __init__(
        self,
        does: Callable[[int, str], None] = lambda *_: None,
        begins: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.does, self.begins = does, begins
        self.numbers = itertools.count()
        self.seen: list[tuple[int, str]] = []
        self.chose: list[int] = []
        self.most = 0
        self.at_once = False

    def put(self, value: Any) -> Any:
        return value

    def remote(self, _: Any) -> Any:
        return SimpleNamespace(options=lambda **_: SimpleNamespace(remote=self._actor))

    def _actor(self, _: int) -> Any:
        number = next(self.numbers)

        def explain(packed: bytes) -> bytes:
            name = pickle.loads(packed).name
            self.seen.append((number, name))
            self.does(number, name)
            return pickle.dumps((None, "", 0.1))

        def choose() -> Choice:
            self.chose.append(number)
            return Choice(Settings(plan="folded"), 1, 1)

        calls = {
            "begin": lambda _: self.begins(number),
            "choose": choose,
            "work": lambda choice: {"folded": 4321}[choice.settings.plan],
            "explain": explain,
        }
        made = {
            name: SimpleNamespace(remote=lambda *args, call=call: self._ask(number, call, args))
            for name, call in calls.items()
        }
        return SimpleNamespace(number=number, **made)

    def _ask(self, number: int, call: Callable[..., Any], arguments: Any) -> Any:
        class Ref:
            pass

        ref: Any = Ref()
        ref.get = lambda: call(*arguments)
        return ref

    def wait(self, refs: list[Any], num_returns: int = 1, timeout: float = 0) -> Any:
        self.most = max(self.most, len(refs))
        count = num_returns if self.at_once else 1
        return refs[:count], refs[count:]

    def get(self, ref: Any) -> Any:
        return ref.get()

    def kill(self, actor: Any) -> None:
        pass

    def available_resources(self) -> dict[str, float]:
        return {"CPU": 0.0}


def items(count: int) -> Iterator[Item]:
    return (Item(k, f"photo {k}", np.zeros((2, 2, 3), np.uint8)) for k in range(count))


def outcomes(
    ray: Ray, given: Iterator[Item], workers: int = 2, out: Path | None = None
) -> list[Outcome]:
    job = Job(None, None, Settings(), workers=workers, batch=1, out=out)  # type: ignore[arg-type]
    made = Crew(ray, job, b"", 1, OPTIONS)
    made.start(workers)
    return list(made.outcomes(given))


def test_every_image_comes_once_and_few_are_on_their_way() -> None:
    ray = Ray()
    taken = []

    def given() -> Iterator[Item]:
        for item in items(50):
            taken.append(item)
            yield item

    found = [outcome.item.name for outcome in outcomes(ray, given())]
    assert sorted(found) == sorted(item.name for item in taken)
    assert {number for number, _ in ray.seen} == {0, 1}
    assert ray.chose == [0]  # one chooses for all
    assert ray.most <= 4  # one at work and one more each
    assert all(outcome.item.image is None for outcome in outcomes(Ray(), items(2)))


def test_where_answers_come_many_at_once_more_images_are_on_their_way_but_not_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "_MOST", 16)
    ray = Ray()
    ray.at_once = True
    assert len(outcomes(ray, items(200))) == 200
    assert ray.most == 32


def test_images_of_a_dead_worker_are_explained_alone_and_one_that_kills_twice_is_a_row() -> None:
    def does(_: int, name: str) -> None:
        if name == "photo 3":
            raise Death("gone", None)

    ray = Ray(does)
    found = outcomes(ray, items(12))
    assert len(found) == 12
    (bad,) = (outcome for outcome in found if outcome.error)
    assert bad.item.name == "photo 3"
    assert "died 2 times, the last time with nothing else at work" in bad.error
    assert [name for _, name in ray.seen].count("photo 3") == 2


def test_an_image_whose_worker_died_after_it_had_written_it_is_no_error(tmp_path: Path) -> None:
    plant(tmp_path, (2,))  # "image 0" and "image 1"

    def does(_: int, name: str) -> None:
        if name != "image 1":
            raise Death("gone", None)

    given = (Item(k, f"image {k}", np.zeros((2, 2, 3), np.uint8)) for k in (0, 1, 7))
    found = {each.item.name: each for each in outcomes(Ray(does), given, out=tmp_path)}
    assert {name: bool(each.error) for name, each in found.items()} == {
        "image 0": False, "image 1": False, "image 7": True,
    }  # fmt: skip
    assert [len(found[f"image {k}"].rows) for k in (0, 7)] == [0, 1]


def test_answers_that_are_there_do_not_wait_for_images_that_are_slow_to_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "_MOST", 16)
    monkeypatch.setattr(crew, "_SLOW", 0.0)
    taken: list[Item] = []

    def given() -> Iterator[Item]:
        for item in items(64):
            taken.append(item)
            yield item

    ray = Ray()
    ray.at_once = True
    job = Job(None, None, Settings(), workers=2, batch=1)  # type: ignore[arg-type]
    made = Crew(ray, job, b"", 1, OPTIONS)
    made.start(2)
    ahead = [len(taken) - n for n, _ in enumerate(made.outcomes(given()), 1)]
    assert max(ahead) == 0  # else as many as the workers have room for


def test_what_a_worker_answered_before_it_died_counts_and_comes_once() -> None:
    def does(_: int, name: str) -> None:
        if name == "photo 9":
            raise Death("gone", None)

    ray = Ray(does)
    ray.at_once = True
    found = [outcome.item.name for outcome in outcomes(ray, items(40))]
    assert sorted(found) == sorted(item.name for item in items(40))
    assert len(ray.seen) == 41  # it alone was sent again


def test_a_machine_that_is_taken_away_is_no_reproach_to_its_images() -> None:
    deaths = itertools.count()

    def does(_: int, name: str) -> None:
        if name == "photo 3" and next(deaths) < 5:
            error = Death("gone", None)
            error._preempted = True
            raise error

    assert [each.error for each in outcomes(Ray(does), items(6))] == [""] * 6


def test_an_image_that_cannot_be_had_or_sent_is_a_row() -> None:
    given = [
        Item(0, "lost", ValueError("there is none")),
        Item(1, "odd", (x for x in ())),
        *items(1),
    ]
    found = {outcome.item.name: outcome.error for outcome in outcomes(Ray(), iter(given))}
    assert found["lost"] == "there is none"
    assert "an image of type generator cannot be sent to another process" in found["odd"]
    assert found["photo 0"] == ""


def test_a_worker_that_cannot_begin_is_left_out_and_none_at_all_is_an_error() -> None:
    def begins(number: int) -> None:
        if number == 0:
            raise _raised(OSError("no driver"))

    with pytest.warns(UserWarning, match="the others go on without it: no driver"):
        assert len(outcomes(Ray(begins=begins), items(5))) == 5

    def never(number: int) -> None:
        raise _raised(FileNotFoundError("no store"))

    with (
        pytest.warns(UserWarning, match="without it"),
        pytest.raises(FileNotFoundError, match="no store"),
    ):
        outcomes(Ray(begins=never), items(5))


def test_a_worker_that_dies_while_it_begins_is_tried_three_times() -> None:
    tried = []

    def begins(number: int) -> None:
        tried.append(number)
        raise Death("out of memory", None)

    with pytest.raises(RuntimeError, match=r"a worker ended: .*out of memory"):
        outcomes(Ray(begins=begins), items(5), workers=1)
    assert tried == [0, 1, 2]


def test_an_error_that_is_no_images_ends_the_job() -> None:
    def does(_: int, name: str) -> None:
        raise _raised(OSError("the disk is full"))

    with pytest.raises(OSError, match="the disk is full"):
        outcomes(Ray(does), items(5))


def test_where_no_worker_begins_the_user_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = Ray()
    waits = itertools.count()

    def wait(refs: list[Any], num_returns: int = 1, timeout: float = 0) -> Any:
        if next(waits) < 2:
            time.sleep(0.02)
            return [], refs
        return refs[:num_returns], refs[num_returns:]

    ray.wait = wait  # type: ignore[method-assign]
    monkeypatch.setattr(crew, "_PATIENCE", 0.01)
    with pytest.warns(UserWarning, match=r"no worker has begun .*'num_cpus': 1.*'CPU': 0.0"):
        assert len(outcomes(ray, items(2))) == 2


def _raised(error: Exception) -> Exception:
    """Return an error as Ray hands it over from a worker."""
    found: Exception = ray_exceptions.RayTaskError("explain", "", error)
    return found
