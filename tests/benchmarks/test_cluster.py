"""The words and tables of the benchmark of a cluster, and the photos that it is run on."""

from dataclasses import replace

from PIL import Image

from benchmarks.cluster import Job, crops, loss, rates

ONE = Job(1, 24, 24, 0, 0, 8.0, 0.5, 0.012, (300.4, 301.2), 612.0, 24 * 200 * 1024)


def test_rates_are_shown_beside_that_of_one_worker() -> None:
    lines = rates([ONE, replace(ONE, workers=2, rate=0.93)]).splitlines()
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        "1",
        "24",
        "0.500",
        "1.00",
        "12 ms",
        "612 MiB",
    ]
    assert lines[3].split("|")[4].strip() == "1.86"


def test_what_a_killed_worker_costs_is_said_in_counts() -> None:
    said = loss(replace(ONE, images=1000, rows=999, lost=1, twice=0), 7)
    assert "1000 images, 7 iterations, 1 workers, one of them killed" in said
    assert "999 rows in the store, 1 images lost, 0 rows twice" in said
    assert "300 MiB after 100 images and 301 MiB at the end" in said


def test_crops_are_many_and_no_two_alike() -> None:
    with crops(25, side=32) as files:
        pictures = {Image.open(file).tobytes() for file in files}
        assert all(Image.open(file).size == (32, 32) for file in files)
    assert len(pictures) == 25
