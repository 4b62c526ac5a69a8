"""A worker without a cluster around it: its answers come once the rows are on the disk."""

import asyncio
import pickle
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xwidget as xw
from tests.batch.executors.nets import classifier, picture
from xwidget.batch.executors import commits
from xwidget.batch.executors.packing import packed_item
from xwidget.batch.executors.worker import Worker
from xwidget.batch.item import Item
from xwidget.batch.job import Job
from xwidget.batch.store.about import about, written
from xwidget.batch.store.folder import Folder
from xwidget.batch.store.rows import failed
from xwidget.batch.store.writer import Writer
from xwidget.engine.plan import Plan
from xwidget.engine.settings import Settings

pytest.importorskip("ray", reason='pip install "xwidget[ray]"')
SETTINGS = Settings(iterations=2, device="cpu", plan="folded")


def worker(job: Job) -> Worker:
    made = Worker(1)
    made.begin(pickle.dumps(job))
    made.work(made.choose())
    return made


def answers(made: Worker, items: list[Item]) -> list[Any]:
    async def all_of_them() -> list[bytes]:
        return await asyncio.gather(*(made.explain(packed_item(item)) for item in items))

    return [pickle.loads(each) for each in asyncio.run(all_of_them())]


def test_without_a_store_the_explanation_comes_back_and_an_error_in_words(tmp_path: Path) -> None:
    made = worker(Job(classifier(tmp_path), (1,), SETTINGS))
    (found, error, seconds), lost = answers(
        made, [Item(0, "cup", picture(0)), Item(1, "lost", "/no/such.png")]
    )
    alone = xw.explain(classifier(tmp_path), picture(0), 1, iterations=2, plan="folded")
    np.testing.assert_array_equal(found.masks, alone.masks)
    assert found.masks.flags.writeable
    assert (error, seconds > 0) == ("", True)
    assert lost[0] is None
    assert "there is no file '/no/such.png'" in lost[1]


def test_a_read_only_picture_is_its_own_in_a_worker() -> None:
    given = picture(0)
    given.setflags(write=False)
    image = pickle.loads(packed_item(Item(0, "cup", given))).image
    np.testing.assert_array_equal(image, given)
    assert image.flags.writeable


def test_a_subject_is_sent_as_what_it_was_read_from(tmp_path: Path) -> None:
    clf = classifier(tmp_path)
    given = picture(0) / np.float32(200)
    subject = xw.Subject(clf, given, name="cup")
    sent = pickle.loads(packed_item(Item(0, "cup", subject)))
    assert xw.Subject(clf, sent.image).x.equal(subject.x)


def test_answers_come_once_the_rows_are_there_many_in_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "PACE", 30.0)  # nothing waits for it where nothing else is at work
    (tmp_path / "net").mkdir()
    clf = classifier(tmp_path / "net")
    told = about(clf, None, SETTINGS)
    writer = Writer(tmp_path / "store", told)
    began = time.monotonic()
    made = worker(Job(clf, None, SETTINGS, out=tmp_path / "store", about=written(told)))
    items = [Item(k, f"photo {k}", picture(k)) for k in range(6)]
    found = answers(made, items)
    assert time.monotonic() - began < 20
    assert [(each[0], each[1]) for each in found] == [(None, "")] * 6
    assert len(xw.ExplanationStore(tmp_path / "store")) == 6
    assert len(list((tmp_path / "store").glob("piece-*"))) <= 3  # the first one is empty
    writer.close()


def test_a_worker_that_does_not_see_the_store_says_so(tmp_path: Path) -> None:
    job = Job(classifier(tmp_path), None, SETTINGS, out=tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"does not see the store .*all machines share"):
        worker(job)


def test_rows_that_cannot_be_written_are_an_error_of_the_job(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    clf = classifier(tmp_path / "net")
    told = about(clf, None, SETTINGS)
    Writer(tmp_path / "store", told).close()
    made = worker(Job(clf, None, SETTINGS, out=tmp_path / "store", about=written(told)))
    (tmp_path / "store").rename(tmp_path / "gone")
    with pytest.raises(OSError, match="cannot be written"):
        answers(made, [Item(0, "cup", picture(0))])


def test_the_plan_is_chosen_once_and_never_stays_auto(tmp_path: Path) -> None:
    made = Worker(1)
    made.begin(pickle.dumps(Job(classifier(tmp_path), (0, 1), Settings(device="cpu"))))
    chosen = made.choose()
    assert isinstance(chosen.settings.plan, Plan)
    assert chosen[1:] == (1, 1)


def test_an_answer_that_nobody_waits_for_keeps_none_from_the_others(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    told = about(classifier(tmp_path / "net"), None, SETTINGS)
    Writer(tmp_path / "store", told).close()
    made = commits.Commits(Folder(tmp_path / "store"), written(told))
    given_up, other = Future[Any](), Future[Any]()
    for answer, name in ((given_up, "cup"), (other, "boat")):
        made.expect()
        answer.set_running_or_notify_cancel() if answer is other else answer.cancel()
        made.add([failed(Item(0, name, None), "lost", 0.0)], answer, name)
    assert other.result(timeout=20) == "boat"
    assert set(xw.ExplanationStore(tmp_path / "store").errors) == {"cup", "boat"}
