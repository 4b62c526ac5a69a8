"""Findings in a Gallery: one store for all images, counts that follow what is done anywhere."""

import io
import time
from dataclasses import replace

import pytest
from PIL import Image

from tests.gallery.test_gallery import engine, gallery, picture, shown
from tests.inspector.fakes import SAFETY, SIDE, until
from xwidget.findings import formats
from xwidget.findings.finding import Finding, Seen
from xwidget.findings.formats import Picture
from xwidget.findings.keeping import Review
from xwidget.findings.memory import MemoryStore
from xwidget.findings.opening import FILE
from xwidget.findings.region import Box
from xwidget.findings.spot import Spot
from xwidget.findings.store.accepted import login
from xwidget.findings.store.errors import StoreError
from xwidget.findings.store.store import FindingStore
from xwidget.origin import digest
from xwidget.preprocessing import geometry
from xwidget.support.watch import SECONDS

__all__ = ["engine", "gallery"]


def mark(number, verdict="spurious"):
    """Return a finding on the picture of a number."""
    seen = Seen(digest=digest(picture(number)), class_name="anvil")
    return Finding(Box(1, 1, 2, 2), (SIDE, SIDE), verdict, label="logo", author=login(), seen=seen)


def counts(gallery):
    return [item["findings"] for item in gallery._strip._items]


def test_thumbnails_count_what_the_store_has(gallery, engine) -> None:
    store = MemoryStore()
    for each in (mark(0), mark(0), mark(0, "core"), mark(2, "")):
        store.put(each, 0, each.id)
    g = shown(gallery(3, findings=store))
    engine.release()
    until(lambda: counts(g) == [[["spurious", 2], ["core", 1]], [], [["", 1]]])


def test_counts_follow_what_is_marked_in_the_open_image(gallery, engine) -> None:
    g = shown(gallery(3, findings=False))
    engine.release()
    assert g.wait(SAFETY)
    made = g.inspector.findings.add((1, 1, 2, 2), "core")
    assert counts(g)[0] == [["core", 1]]
    g.inspector.findings.edit(made.id, verdict="unsure")
    assert counts(g)[0] == [["unsure", 1]]
    g.inspector.findings.remove(made.id)
    assert counts(g) == [[], [], []]


def test_a_file_of_many_images_is_loaded_at_once(gallery, engine, tmp_path) -> None:
    other = MemoryStore()
    for each in (mark(0), mark(2, "core"), mark(2)):
        other.put(each, 0, each.id)
    data = formats.write(list(other.list())).data
    g = shown(gallery(3, findings=tmp_path / "study.sqlite"))
    engine.release()
    assert g.wait(SAFETY)
    heard = []
    g.inspector.findings.observe(heard.append)
    assert len(g.findings.load(data)) == 3
    assert [dict(each) for each in counts(g)] == [
        *({"spurious": 1}, {}, {"core": 1, "spurious": 1})
    ]
    assert [each.what for each in heard][:1] == ["added"]  # the open image knows at once
    (tmp_path / "file.json").write_bytes(data)
    assert g.findings.load(tmp_path / "file.json") == g.findings.list()  # none is kept twice
    assert repr(g.findings) == "<Findings of 3 images: 3, in study.sqlite>"
    g.close()
    with pytest.raises(RuntimeError, match="closed"):
        _ = g.findings


def test_of_a_file_what_is_of_no_image_here_is_refused_or_left_out(gallery, tmp_path) -> None:
    g = gallery(2, findings=False)  # none of them was looked at yet
    data = formats.write([mark(0), mark(1), mark(7)]).data
    with pytest.raises(ValueError, match=r"1 of 3 entries are refused.*another image"):
        g.findings.load(io.BytesIO(data))
    assert len(g.findings) == 0
    assert len(g.findings.load(io.BytesIO(data), skip=True)) == 2


def test_files_of_other_programs_are_known_by_name_and_size(gallery) -> None:
    pictures = [Picture.of(item.read().origin) for item in gallery(3)._items]
    marks = [replace(mark(0), seen=replace(each.seen, digest="")) for each in pictures[1:]]
    data = formats.write(marks, format="coco").data
    g = gallery(3, findings=False)
    loaded = g.findings.load(data)
    assert [each.seen.digest for each in loaded] == [each.seen.digest for each in pictures[1:]]


def test_the_networks_input_is_kept_with_what_a_file_brings(gallery) -> None:
    alone, many = MemoryStore(), MemoryStore()
    data = formats.write([mark(1)]).data
    for store, count in ((alone, 1), (many, 3)):
        g = gallery(3, findings=store)
        if count == 1:
            g.open(1)
            g.inspector.findings.load(data)
        else:
            g.findings.load(data)
        assert store.input(mark(0).seen.digest) is None
    assert many.input(mark(1).seen.digest) == alone.input(mark(1).seen.digest) is not None


def test_findings_of_another_crop_are_mapped_as_a_panel_maps_them(gallery, engine) -> None:
    g = shown(gallery(1, findings=False))
    engine.release()
    assert g.wait(SAFETY)
    here = g.inspector.findings.picture
    assert here.original
    way = geometry.from_box((0, 0, SIDE, SIDE / 2), (SIDE, SIDE), (SIDE, SIDE)).describe()
    theirs = replace(mark(0), seen=replace(here.seen, geometry=way))
    (loaded,) = g.findings.load(formats.write([theirs]).data)
    assert loaded.region == Box(1, 0.5, 2, 1)
    assert counts(g) == [[["spurious", 1]]]
    assert len(g.inspector.findings) == len(g.findings) == 1
    g.findings._counting.keeper.store.put(replace(theirs, id=mark(0).id), 0, "not mapped")
    assert g.findings._counting.look()
    assert counts(g) == [[["spurious", 1]]]
    assert len(g.inspector.findings) == len(g.findings) == 1


def test_a_finding_never_goes_to_another_image_of_the_same_name(gallery, tmp_path) -> None:
    paths = [tmp_path / day / "photo.png" for day in ("monday", "tuesday")]
    for number, path in enumerate(paths):
        path.parent.mkdir()
        Image.fromarray(picture(number)).save(path)
    both = gallery(paths, findings=False)
    assert both.names == ("monday/photo.png", "tuesday/photo.png")
    pictures = [Picture.of(item.read().origin) for item in both._items]
    marks = [replace(mark(0), id=mark(0).id, seen=each.seen) for each in pictures]
    data = formats.write(marks).data
    assert [each.seen.digest for each in both.findings.load(data)] == [
        each.seen.digest for each in pictures
    ]
    for one, other in ((0, 1), (1, 0)):
        g = gallery([paths[one]], findings=False)
        alone = formats.write([replace(marks[other], seen=replace(marks[other].seen, image=""))])
        with pytest.raises(ValueError, match="another image"):
            g.findings.load(alone.data)
        named = replace(marks[other].seen, image="photo.png")
        with pytest.raises(ValueError, match="called so, too"):
            g.findings.load(formats.write([replace(marks[other], seen=named)]).data)
    unsigned = [
        replace(each, seen=replace(each.seen, digest="", image="photo.png")) for each in marks
    ]
    for format in ("xwidget", "coco"):
        with pytest.raises(ValueError, match="several images are called"):
            both.findings.load(formats.write(unsigned, format=format).data)


def test_counts_follow_what_another_program_does(gallery, engine, tmp_path) -> None:
    path = tmp_path / "study.sqlite"
    g = shown(gallery(2, findings=path))
    engine.release()
    assert g.wait(SAFETY)
    with FindingStore(path, author="bob") as other:
        other.add(mark(1, "core"))
    begun = time.monotonic()
    until(lambda: counts(g) == [[], [["core", 1]]])
    assert time.monotonic() - begun < 5 * SECONDS


@pytest.mark.parametrize("place", [False, "study.sqlite"])
def test_ones_own_review_of_anothers_finding_counts(gallery, tmp_path, place) -> None:
    g = gallery(2, findings=place and tmp_path / place)
    g._counting.look()  # as a view of it begins to
    theirs, seen = replace(mark(0), author="Ada"), Spot(mark(0).seen.digest, (SIDE, SIDE))
    given = Review(theirs.id, "", "core")
    g.findings.load(formats.write([theirs], reviews=[given]).data)
    assert g._counting.of(seen) == [("core", 1)]
    g._counting.keeper.store.review(Review(theirs.id, login(), "unsure"), "in the panel")
    assert g._counting.look()  # once more, also where nobody else can write
    assert g._counting.of(seen) == [("unsure", 1)]


def test_findings_of_this_session_outlive_the_panel_of_their_image(gallery, engine) -> None:
    g = shown(gallery(4, keep=2, findings=False))
    engine.release()
    assert g.wait(SAFETY)
    first = g.inspector
    first.findings.add((1, 1, 2, 2), "core", label="logo")
    for number in (1, 2, 3, 0):
        g.open(number)
    assert g.inspector is not first
    assert [each.label for each in g.inspector.findings] == ["logo"]


def test_all_images_share_one_store_which_the_gallery_closes(gallery, engine, tmp_path) -> None:
    g = shown(gallery(3, findings=tmp_path / "study.sqlite"))
    engine.release()
    assert g.wait(SAFETY)
    store = g._counting.keeper.store
    for number in range(3):
        g.open(number)
        g.inspector.findings.add((1, 1, 2, 2), "core")
    assert len(store.list()) == 3
    g.close()
    until(lambda: _closed(store))


def test_a_store_that_was_given_stays_open(gallery, engine) -> None:
    with FindingStore(":memory:", author="ada") as store:
        g = shown(gallery(2, findings=store))
        engine.release()
        assert g.wait(SAFETY)
        g.close()
        store.add(mark(0))


def test_no_file_is_made_before_the_first_finding(gallery, engine, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    g = shown(gallery(2))
    engine.release()
    assert g.wait(SAFETY)
    assert not (tmp_path / FILE).exists()
    g.inspector.findings.add((1, 1, 2, 2), "core")
    assert (tmp_path / FILE).exists()


def test_a_place_that_is_none_is_refused_at_once(gallery) -> None:
    with pytest.raises(TypeError, match="findings is 7"):
        gallery(2, findings=7)


def test_a_gallery_that_could_not_be_made_or_closed_lets_go_of_its_store(
    gallery, monkeypatch
) -> None:
    closed = []
    monkeypatch.setattr("xwidget.gallery.widget.Counting.close", lambda self: closed.append(1))
    g = gallery(1, findings=False)
    with monkeypatch.context() as patched:
        patched.setattr(g._schedule, "close", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            g.close()
    assert closed
    half = type(g).__new__(type(g))
    half._counting = g._counting
    count = len(closed)
    half.close()
    assert len(closed) == count + 1


def _closed(store) -> bool:
    try:
        store.list()
    except StoreError:
        return True
    return False
