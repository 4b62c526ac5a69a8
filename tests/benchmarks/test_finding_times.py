"""What the report on findings says of the times that were measured."""

from __future__ import annotations

from benchmarks.finding_times import rows


def test_a_budget_is_kept_where_the_95th_percentile_is_within_it() -> None:
    quick = {"click": 100.0, "key": 110.0, "judged": 180.0, "measured": 500.0}
    slow = quick | {"judged": 400.0, "measured": 2100.0}
    found = {0: [quick] * 19 + [slow], 400: [quick] * 20 + [slow]}
    assert [row[1:] for row in rows(found)] == [
        [20, "80 ms", "300 ms", "150 ms", "no"],
        [20, "70 ms", "290 ms", "150 ms", "no"],
        [21, "70 ms", "70 ms", "150 ms", "yes"],
        [20, "400 ms", "2000 ms", "1000 ms", "no"],
        [21, "400 ms", "400 ms", "1000 ms", "yes"],
    ]
