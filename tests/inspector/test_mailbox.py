"""The page's pace, on a clock that a test turns by hand."""

import pytest

from xwidget.inspector.page.mailbox import Mailbox


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sent():
    return []


@pytest.fixture
def box(clock, sent):
    return Mailbox(lambda item, seq: sent.append((item, seq)), clock=clock)


def test_the_first_item_is_sent_at_once(box, sent):
    box.post("a")
    assert sent == [("a", 1)]


def test_at_most_thirty_a_second_to_a_page_that_answers(box, clock, sent):
    for step in range(1000):  # one second of a thousand steps
        clock.now = 100 + step / 1000
        box.post(step)
        box.ack(len(sent))
    assert 28 <= len(sent) <= 31


def test_only_the_newest_waits(box, clock, sent):
    for item in "abcd":
        box.post(item)
    assert sent == [("a", 1)]
    clock.now += 1 / 30 + 1e-6
    box.poll()
    assert sent == [("a", 1), ("d", 2)]
    clock.now += 10
    box.ack(2)
    assert len(sent) == 2


def test_three_unacknowledged_frames_close_the_window(box, clock, sent):
    for item in range(10):
        clock.now += 0.05
        box.post(item)
    assert [item for item, _ in sent] == [0, 1, 2]
    box.ack(1)
    assert [item for item, _ in sent] == [0, 1, 2, 9]


def test_what_a_person_asked_for_waits_for_the_window_alone(box, clock, sent):
    for item in range(10):
        box.post(item, asked=True)
    assert [item for item, _ in sent] == [0, 1, 2]
    assert box.due() == pytest.approx(1)
    box.ack(1)
    assert [item for item, _ in sent] == [0, 1, 2, 9]
    box.ack(4)
    box.post("live")
    assert len(sent) == 4


def test_an_acknowledgement_covers_every_earlier_frame(box, clock, sent):
    for item in range(3):
        clock.now += 0.05
        box.post(item)
    box.ack(3)
    for item in range(3, 6):
        clock.now += 0.05
        box.post(item)
    assert len(sent) == 6


def test_a_page_without_a_word_gets_two_frames_a_second(box, clock, sent):
    for step in range(10_000):  # ten seconds
        clock.now = 100 + step / 1000
        box.post(step)
    assert 15 <= len(sent) <= 25


def test_a_word_from_a_page_that_was_given_up_restores_the_pace(box, clock, sent):
    for step in range(3000):
        clock.now = 100 + step / 1000
        box.post(step)
    box.ack(len(sent))
    before = len(sent)
    for step in range(1000):
        clock.now = 103 + step / 1000
        box.post(step)
        box.ack(len(sent))
    assert len(sent) - before >= 28


def test_late_words_of_a_slow_page_do_not_hurry_it(box, clock, sent):
    """A link of 1.5 s: every word comes after its frame was written off."""
    replies = []
    for step in range(20_000):
        clock.now = 100 + step / 1000
        before = len(sent)
        box.post(step)
        replies += [(clock.now + 1.5, seq) for _, seq in sent[before:]]
        while replies and replies[0][0] <= clock.now:
            box.ack(replies.pop(0)[1])
    assert len(sent) <= 2 * 20 + 5


def test_words_about_unknown_numbers_do_no_harm(box, clock, sent):
    box.post("a")
    for seq in (0, 7, 2**32 - 1, 1, 1):
        box.ack(seq)
    clock.now += 1
    box.post("b")
    assert sent == [("a", 1), ("b", 2)]


def test_a_page_that_claims_to_have_decoded_all_gets_no_flood(box, clock, sent):
    for item in range(6000):  # in one second
        clock.now = 100 + item / 6000
        box.post(item, asked=True)
        box.ack(len(sent))
    assert 60 <= len(sent) <= 140


def test_the_last_item_is_sent_whatever_the_pace(box, sent):
    for item in range(10):
        box.post(item)
    box.finish("last")
    assert sent == [(0, 1), ("last", 2)]
    box.poll()
    assert len(sent) == 2


def test_the_last_item_does_not_wait_for_the_window(box, clock, sent):
    for item in range(5):
        clock.now += 0.05
        box.post(item)
    box.finish("last")
    assert [item for item, _ in sent] == [0, 1, 2, "last"]


def test_due_says_when_to_look_again(box, clock):
    assert box.due() is None
    box.post("a")
    assert box.due() is None
    box.post("b")
    assert box.due() == pytest.approx(1 / 30)
    clock.now += 5
    assert box.due() == 0


def test_due_waits_for_the_timeout_when_the_window_is_closed(box, clock):
    for item in range(4):
        clock.now += 0.05
        box.post(item)
    assert box.due() == pytest.approx(0.85)  # the oldest of three was sent 0.15 s ago


def test_cleared_items_are_never_sent(box, clock, sent):
    box.post("a")
    box.post("b")
    box.clear()
    clock.now += 10
    box.poll()
    assert sent == [("a", 1)]


def test_numbers_start_over_at_one_after_the_largest(box, clock, sent):
    box._seq = 2**32 - 2
    for item in "ab":
        clock.now += 0.05
        box.post(item)
    assert [seq for _, seq in sent] == [2**32 - 1, 1]
    box.ack(1)
    assert not box._under_way
