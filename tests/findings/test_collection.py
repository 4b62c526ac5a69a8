"""The findings of one image, as Python has them."""

import io
import threading
import uuid
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from xwidget.findings import formats
from xwidget.findings.collection import Findings
from xwidget.findings.finding import Seen
from xwidget.findings.opening import Keeper
from xwidget.findings.region import Box
from xwidget.findings.store.errors import ChangedError

FRAME = (8, 8)
NAMES = ["anvil", "banjo"]


class About:
    """An image before a net, as a widget tells it."""

    frame = FRAME
    base = Seen("d" * 64, "photo.png", (16, 16), None, "tiny", preprocessing="as it is")
    whole = base

    def seen(self, target):
        index = 0 if target is None else self.index(target)
        return replace(self.base, target=index, class_name=NAMES[index])

    def index(self, target):
        if target in NAMES:
            return NAMES.index(target)
        if target not in range(len(NAMES)):
            raise ValueError(f"there is no class {target!r}")
        return target

    def picture(self):
        file = io.BytesIO()
        Image.new("RGB", FRAME).save(file, "PNG")
        return file.getvalue()

    def evidence(self, target):
        mask = np.zeros((3, *FRAME), np.uint8)
        mask[:, 2:5, 3:6] = 255
        return mask


@pytest.fixture
def findings(tmp_path):
    keeper = Keeper(tmp_path / "one.sqlite")
    yield Findings(About(), keeper, "Ada")
    keeper.close()


def test_what_is_added_is_listed_counted_and_found(findings):
    one = findings.add((1, 1, 2, 2), "core", label="beak")
    two = findings.add(np.eye(8, dtype=bool), "spurious", kind="text", target="banjo")
    assert [each.id for each in findings] == [one.id, two.id]
    assert len(findings) == 2
    assert findings[one.id].region == Box(1, 1, 2, 2)
    assert one.id in findings
    assert (one.author, one.seen.class_name, two.seen.class_name) == ("Ada", "anvil", "banjo")
    assert "2 (1 core, 1 spurious), in one.sqlite" in repr(findings)


def test_they_are_filtered_by_what_they_have_and_by_what_they_have_not(findings):
    one = findings.add((1, 1, 2, 2), "core", label="beak")
    two = findings.add((2, 2, 2, 2), kind="text", target=1)
    assert [each.id for each in findings.filter(verdict="")] == [two.id]
    assert [each.id for each in findings.filter(label="beak", verdict="core")] == [one.id]
    assert [each.id for each in findings.filter(target="banjo")] == [two.id]
    assert [each.id for each in findings.filter(kind="text", author="Ada")] == [two.id]
    with pytest.raises(ValueError, match="no class"):
        findings.filter(target="zither")


def test_an_edit_is_a_version_and_a_removed_one_comes_back(findings):
    one = findings.add((1, 1, 2, 2), "core")
    assert findings.edit(one.id, verdict="unsure", reason="why").version == 2
    assert findings.remove(one.id).deleted
    assert len(findings) == 0
    with pytest.raises(KeyError, match="restores it"):
        findings[one.id]
    assert findings.edit(one.id, deleted=False).version == 4
    assert findings[one.id].reason == "why"


def test_an_edit_of_an_old_version_is_refused_and_names_both(findings):
    old = findings.add((1, 1, 2, 2), "core")
    findings.edit(old.id, verdict="unsure")
    with pytest.raises(ChangedError) as refused:
        findings.edit(old, verdict="spurious")
    assert refused.value.theirs.verdict == "unsure"
    assert findings[old.id].version == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"verdict": "guilty"}, ValueError),
        ({"seen": None}, TypeError),
        ({"version": 7}, TypeError),
        ({"colour": "red"}, TypeError),
        ({"region": (99, 0, 1, 1)}, ValueError),
        ({"confidence": 2}, ValueError),
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(findings, changes, error):
    one = findings.add((1, 1, 2, 2), "core")
    with pytest.raises(error):
        findings.edit(one.id, **changes)
    assert findings[one.id].version == 1


def test_one_that_there_is_not_is_named(findings):
    with pytest.raises(KeyError, match="no finding"):
        findings.edit("00000000-0000-4000-8000-000000000000", verdict="core")
    with pytest.raises(TypeError, match="a text"):
        findings[0]


def test_observers_hear_of_each_change_until_they_are_taken_off(findings):
    heard = []
    findings.observe(heard.append)
    one = findings.add((1, 1, 2, 2))
    findings.edit(one.id, label="beak")
    findings.remove(one.id)
    findings.unobserve(heard.append)
    findings.add((1, 1, 2, 2))
    assert [(each.what, each.by) for each in heard] == [
        ("added", "python"),
        ("changed", "python"),
        ("deleted", "python"),
    ]


def test_many_threads_lose_nothing(findings):
    one = findings.add((1, 1, 2, 2))
    failed = []

    def work(number):
        try:
            for k in range(5):
                findings.add((1, 1, 2, 2), label=f"{number} {k}")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({each.label for each in findings}) == 31
    assert one.id in findings


def test_they_go_out_and_come_in_once_and_the_newer_version_counts(findings, tmp_path):
    one = findings.add((1, 1, 2, 2), "core", label="beak")
    file = tmp_path / "out.json"
    findings.export(file)
    findings.edit(one.id, verdict="unsure")
    assert [each.version for each in findings.load(file)] == [2]
    keeper = Keeper(False)
    other = Findings(About(), keeper, "Grace")
    (loaded,) = other.load(file)
    assert (loaded.label, loaded.author) == ("beak", "Ada")
    assert len(other.load(file)) == len(other) == 1
    with pytest.raises(ValueError, match="file"):
        other.load(b"nothing of the kind")


def test_regions_are_proposed_from_the_evidence(findings):
    (found,) = findings.propose()
    assert found.region.bounds == (3, 2, 6, 5)
    assert findings.add(found.region, "core").region == found.region


def test_one_of_another_input_size_or_place_is_not_among_them(findings, tmp_path):
    one = findings.add((1, 1, 2, 2))
    store = findings._store
    for other in (
        replace(one, id="10000000-0000-4000-8000-000000000000", frame=(9, 9)),
        replace(
            one,
            id="20000000-0000-4000-8000-000000000000",
            seen=replace(one.seen, digest="e" * 64),
        ),
    ):
        store.put(other, 0, other.id)
    assert [each.id for each in findings] == [one.id]


@pytest.mark.parametrize("place", [False, "one.sqlite"])
def test_the_author_who_is_set_gives_the_verdicts(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keeper = Keeper(place)
    findings = Findings(About(), keeper)
    findings.author = "Ada"
    mine = findings.add((1, 1, 2, 2))
    findings.edit(mine.id, verdict="spurious")
    file = findings.export().data
    findings.author = "Grace"
    findings.edit(mine.id, verdict="core")
    (said,) = findings._store.all_judgments().values()
    assert [(each.author, each.verdict) for each in said] == [
        ("Ada", "spurious"),
        ("Grace", "core"),
    ]
    rolled = findings.rollup()
    assert rolled.total.raters == ("Ada", "Grace")
    assert rolled.total.verdicts == {"split": 1}
    keeper.close()
    other = Findings(About(), Keeper(False), "Grace")
    other.load(file)
    assert other.rollup().total.raters == ("Ada",)


def test_the_net_is_asked_for_as_often_for_many_findings_as_for_few(tmp_path):
    asked = []

    class Asked(About):
        """What counts how often its net, which takes a while to tell, is asked for."""

        @property
        def base(self):
            asked.append("base")
            return About.base

        whole = base

    def cost(many):
        mark = Findings(About(), Keeper(False), "Ada").add((1, 1, 2, 2))
        those = [replace(mark, id=str(uuid.UUID(int=4 << 76 | i, version=4))) for i in range(many)]
        findings = Findings(Asked(), Keeper(False), "Ada")
        counts = []
        for act in (lambda: findings.load(formats.write(those).data), findings.list):
            asked.clear()
            assert len(act()) == many
            counts.append(len(asked))
        asked.clear()
        assert len(findings.among(those)) == many
        return [*counts, len(asked)]

    assert cost(2) == cost(30)
