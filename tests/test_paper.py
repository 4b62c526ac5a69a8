"""Paper: exact colors, the same in Python and in the panel."""

import numpy as np
import pytest

from xwidget.paper import DARK, LIGHT, LIGHT_LINE, on_paper


def pixel(color: tuple[int, int, int], mask: tuple[int, int, int], **how: bool) -> list[int]:
    image = np.array([[color]], np.uint8)
    drawn = on_paper(image, np.array(mask, np.uint8).reshape(3, 1, 1), **how)
    return [int(value) for value in drawn[0, 0]]


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (200, 50, 10)])
def test_full_mask_is_the_photo_and_empty_mask_is_the_paper(color: tuple[int, int, int]) -> None:
    assert pixel(color, (255, 255, 255)) == list(color)
    assert pixel(color, (0, 0, 0)) == list(LIGHT)
    assert pixel(color, (0, 0, 0), dark=True) == list(DARK)


def luminance(color: tuple[int, int, int]) -> float:
    linear = (np.array(color) / 255) ** 2.2
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_black_and_white_stand_out_from_dark_paper_alike() -> None:
    paper = luminance(DARK) + 0.05
    assert paper / 0.05 > 4
    assert 1.05 / paper > 4


def test_equal_channels_fade_evenly() -> None:
    assert pixel((200, 50, 10), (51, 51, 51)) == [
        round(0.2 * c + 0.8 * p) for c, p in zip((200, 50, 10), LIGHT, strict=True)
    ]


def test_a_color_shown_in_red_alone_reads_as_red() -> None:
    assert pixel((200, 200, 200), (255, 0, 0)) == [200, 0, 0]
    assert pixel((255, 0, 0), (255, 0, 0)) == [255, 0, 0]
    assert pixel((200, 100, 50), (0, 255, 255)) == [0, 100, 50]


def test_small_differences_between_the_channels_leave_the_color() -> None:
    drawn = pixel((200, 180, 160), (255, 230, 240))
    assert max(abs(a - b) for a, b in zip(drawn, (200, 180, 160), strict=True)) <= 3


def test_the_rest_is_what_is_not_shown_on_hatched_paper() -> None:
    image = np.full((8, 8, 3), 90, np.uint8)
    left = on_paper(image, np.zeros((3, 8, 8), np.uint8), rest=True)
    assert (left == image).all()
    taken = on_paper(image, np.full((3, 8, 8), 255, np.uint8), rest=True)
    lined = (taken == LIGHT_LINE).all(-1)
    assert lined.mean() == 0.25
    assert (taken[~lined] == LIGHT).all()
