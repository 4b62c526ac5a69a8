"""The values that the page's own tests read are the kernel's."""

import json

from tests.inspector import page_values


def test_the_fixture_is_as_the_kernel_makes_it() -> None:
    assert page_values.FILE.read_text("utf-8") == page_values.text(), (
        "run python -m tests.inspector.page_values"
    )


def test_the_top_share_is_that_share_of_the_pixels_up_to_one() -> None:
    for case in json.loads(page_values.FILE.read_text("utf-8")):
        pixels = case["height"] * case["width"]
        for each in case["top"]:
            assert abs(len(each["pixels"]) - each["share"] * pixels) <= 1 + 1e-9
