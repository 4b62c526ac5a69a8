"""``explain_many`` on a Ray cluster of two workers: nothing is lost, and nothing is there twice."""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xwidget as xw
from tests.batch.executors.nets import NAMES, SIDE, classifier, picture, processes
from xwidget.batch.executors.ray import RayExecutor
from xwidget.engine import interrupts

FAST: dict[str, Any] = {"iterations": 2, "progress": False}
ROOT = Path(__file__).parents[3]


def ray_or_skip() -> Any:
    try:
        import ray
    except ModuleNotFoundError:
        why = 'Ray is not installed: pip install "xwidget[ray]"'
        if os.environ.get("XWIDGET_TEST_RAY") == "required" or os.environ.get("CI") in (
            "1",
            "true",
        ):
            pytest.fail(why)
        pytest.skip(why)
    return ray


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A Ray of this machine, and its address."""
    ray = ray_or_skip()
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    yield _started(ray, {"env_vars": {"PYTHONPATH": path}})
    ray.shutdown()


def _started(ray: Any, runtime_env: dict[str, Any]) -> str:
    if address := os.environ.get("RAY_ADDRESS"):  # one that runs already
        ray.init(address, log_to_driver=False, runtime_env=runtime_env)
        return address
    for attempts_left in (2, 1, 0):
        try:
            found = ray.init(
                address="local",
                num_cpus=2,
                object_store_memory=100 * 2**20,
                include_dashboard=False,
                log_to_driver=False,
                runtime_env=runtime_env,
            )
        except Exception:  # on a machine that is very busy its parts miss each other
            ray.shutdown()
            if not attempts_left:
                raise
        else:
            break
    return str(found.address_info["gcs_address"])


@pytest.fixture
def net(tmp_path: Path) -> Path:
    folder = tmp_path / "net"
    folder.mkdir()
    return folder


def names_of(store: xw.ExplanationStore) -> Counter[str]:
    table = store.to_pandas()
    return Counter(table["image"])


def photos(count: int) -> dict[str, Any]:
    return {f"photo {k}": picture(k) for k in range(count)}


def test_a_killed_worker_loses_nothing_and_a_picture_that_kills_is_a_row(
    cluster: str, net: Path, tmp_path: Path
) -> None:
    images = {
        **photos(24),
        "white": np.full((SIDE, SIDE, 3), 255, np.uint8),
        "lost": "/no/such.png",
    }
    stream = xw.explain_many(
        classifier(net, 0.03),
        images,
        [1],
        out=tmp_path / "store",
        executor="ray",
        workers=2,
        **FAST,
    )
    results = []
    for result in stream:
        results.append(result)
        if len(results) == 4:
            killed = next(iter(processes(net)))
            os.kill(killed, signal.SIGKILL)
    store = xw.ExplanationStore(tmp_path / "store")

    found = {result.name: result for result in results}
    assert len(results) == len(found) == len(images)
    assert names_of(store) == dict.fromkeys(images, 1)
    assert "worker process that explained it died 2 times" in found["white"].error
    assert "there is no file '/no/such.png'" in found["lost"].error
    assert store.errors == {name: found[name].error for name in ("white", "lost")}
    assert {result.error for name, result in found.items() if name.startswith("photo")} == {""}
    ran = processes(net)
    assert len(ran) >= 3  # two workers, and one in the place of one that died
    assert set(ran.values()) == {1}  # torch threads
    alone = xw.explain(classifier(net), picture(3), [1], iterations=2, plan="folded")
    np.testing.assert_allclose(store.mask("photo 3/1"), alone.masks[0], atol=0.5 / 255 + 1e-4)
    assert os.getpid() in processes(net)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Python's own answer to an interrupt, which a job in the background has not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_stream_without_end_is_read_as_it_is_needed_and_an_interrupt_ends_it(
    cluster: str, net: Path, interruptible: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupts, "_last", -float("inf"))
    taken = []

    def endless() -> Iterator[Any]:
        while True:
            taken.append(0)
            yield picture(len(taken))

    seen = 0
    executor = RayExecutor(num_cpus=2)
    stream = xw.explain_many(classifier(net), endless(), executor=executor, workers=1, **FAST)
    for result in stream:
        assert result.explanation is not None
        assert result.explanation.names[0] in NAMES
        assert result.explanation.masks.flags.writeable
        seen += 1
        assert len(taken) <= 4 * seen + 4
        if seen == 5:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    assert seen >= 5
    assert set(processes(net).values()) == {2}  # as many torch threads as CPUs


# After the other jobs: Ray frees a killed program's CPUs when it has missed it for a while.
def test_a_job_whose_program_was_killed_goes_on(cluster: str, net: Path, tmp_path: Path) -> None:
    count = 10
    command = [sys.executable, "-m", "tests.batch.executors.script"]
    arguments = [str(net), str(tmp_path / "store"), str(count)]
    environment = {**os.environ, "RAY_ADDRESS": cluster, "PYTHONPATH": str(ROOT)}
    program = subprocess.Popen(
        command + arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    early = [program.stdout.readline().strip() for _ in range(3)]
    program.kill()
    program.wait()
    kept = set(names_of(xw.ExplanationStore(tmp_path / "store")))
    assert set(early) <= kept  # what was told is there
    assert len(kept) < count

    again = xw.explain_many(
        classifier(net), photos(count), out=tmp_path / "store", executor="ray", workers=1, **FAST
    )
    late = {result.name for result in again}
    assert not late & set(early)
    assert names_of(xw.ExplanationStore(tmp_path / "store")) == dict.fromkeys(photos(count), 1)


class _Locked(type(classifier(Path()).net)):  # type: ignore[misc]
    """A net that cannot be pickled."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.lock = threading.Lock()


def test_a_net_that_cannot_be_sent_is_an_error_in_words_before_ray_starts(
    net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = ray_or_skip()
    monkeypatch.setattr(ray, "init", lambda **_: pytest.fail("Ray was started"))
    clf = xw.Classifier(_Locked(net), size=SIDE, categories=NAMES)
    with pytest.raises(ValueError, match="the net _Locked cannot be sent to another process"):
        next(xw.explain_many(clf, photos(1), executor="ray", **FAST))
    with pytest.raises(ValueError, match="the workers have no GPU"):
        next(
            RayExecutor()(
                pickle.loads(pickle.dumps(_job(classifier(net)))), iter(()), lambda *_: None
            )
        )


def _job(clf: xw.Classifier) -> Any:
    from xwidget.batch.job import Job
    from xwidget.engine.settings import Settings

    return Job(clf, None, Settings(device="cuda"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"num_cpus": -1}, "num_cpus=-1; expected a number of at least 0"),
        ({"num_gpus": "one"}, "num_gpus='one'; expected a number"),
        ({"num_cpus": 0}, "both 0"),
        ({"options": {"num_gpus": 1}}, r"options has 'num_gpus'.*RayExecutor\(num_gpus=...\)"),
        ({"options": {"max_restarts": 3}}, "a worker that dies is replaced anyhow"),
    ],
)
def test_what_a_worker_needs_is_checked(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RayExecutor(**arguments)
