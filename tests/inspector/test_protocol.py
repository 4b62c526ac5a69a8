"""The frame's bytes and the messages' checks."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from xwidget.frames import Frame, FrameError, decode, encode
from xwidget.inspector.page.kinds import ProtocolError
from xwidget.inspector.page.messages import parse
from xwidget.support import wire

GOLDEN = json.loads((Path(__file__).parent / "golden_frames.json").read_text())
GOOD = [vector for vector in GOLDEN if "fields" in vector]
BAD = [vector for vector in GOLDEN if "error" in vector]


def named(vectors):
    return pytest.mark.parametrize("vector", vectors, ids=[v["name"] for v in vectors])


def number(value):
    return math.nan if value is None else value


@named(GOOD)
def test_golden_frame_is_read(vector):
    fields = vector["fields"]
    frame = decode(bytes.fromhex(vector["hex"]))
    shape = fields["channels"], fields["height"], fields["width"]
    np.testing.assert_array_equal(frame.pixels.ravel(), vector["payload"])
    assert frame.pixels.shape == shape
    for name in ("run", "target", "iteration", "seq"):
        assert getattr(frame, name) == fields[name]
    np.testing.assert_equal(frame.score, number(fields["score"]))
    np.testing.assert_equal(frame.mean, number(fields["mean"]))
    assert frame.last == bool(fields["flags"] & 1)


@named([v for v in GOOD if "ignored" not in v["name"] and "longer header" not in v["name"]])
def test_golden_frame_is_written(vector):
    fields = vector["fields"]
    shape = fields["channels"], fields["height"], fields["width"]
    frame = Frame(
        np.array(vector["payload"], dtype=np.uint8).reshape(shape),
        run=fields["run"],
        target=fields["target"],
        iteration=fields["iteration"],
        score=number(fields["score"]),
        mean=number(fields["mean"]),
        seq=fields["seq"],
        last=fields["flags"] == 1,
    )
    assert encode(frame).hex() == vector["hex"]


@named(BAD)
def test_broken_frame_is_refused_in_words(vector):
    with pytest.raises(FrameError) as refusal:
        decode(bytes.fromhex(vector["hex"]))
    assert str(refusal.value) == vector["error"]


def test_a_frame_is_read_from_the_middle_of_a_buffer():
    raw = bytes.fromhex(GOOD[0]["hex"])
    padded = b"\x00" * 5 + raw + b"\x00" * 3
    frame = decode(memoryview(padded)[5 : 5 + len(raw)])
    np.testing.assert_array_equal(frame.pixels.ravel(), GOOD[0]["payload"])


def test_a_frame_of_any_memory_layout_is_written_channel_first():
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)  # (H, W, C), as pictures come
    frame = decode(encode(Frame(picture.transpose(2, 0, 1))))
    np.testing.assert_array_equal(frame.pixels, picture.transpose(2, 0, 1))


@pytest.mark.parametrize(
    "content",
    [
        {"type": "hello", "protocol": 2},
        {"type": "run"},
        {"type": "run_more", "iterations": 50},
        {"type": "stop"},
        {"type": "add", "target": 967},
        {"type": "compare", "by": "game"},
        {"type": "frame", "target": 967, "iteration": 0, "run": 2},
        {"type": "save", "format": "explanation"},
        {"type": "sizes"},
        {"type": "categories"},
        {"type": "ack", "seq": 1},
    ],
    ids=lambda content: content["type"],
)
def test_each_command_is_understood(content):
    request = parse({**content, "id": 7, "more": "ignored"})
    assert request.type == content["type"]
    assert dict(request.fields) == {k: v for k, v in content.items() if k != "type"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("run", "must be an object"),
        (None, "must be an object"),
        ({}, "unknown message type None"),
        ({"type": "jump"}, "unknown message type 'jump', expected one of: .*hello"),
        ({"type": ["run"]}, "unknown message type"),
        ({"type": "add"}, 'needs the field "target"'),
        ({"type": "run_more", "iterations": 0}, "from 1 to 100000, got 0"),
        ({"type": "run_more", "iterations": "abc"}, "from 1 to 100000, got 'abc'"),
        ({"type": "run_more", "iterations": True}, "got True"),
        ({"type": "run_more", "iterations": 2.5}, "got 2.5"),
        ({"type": "run_more", "iterations": math.nan}, "got nan"),
        ({"type": "frame", "target": -1, "iteration": 0}, "got -1"),
        ({"type": "frame", "target": 1, "iteration": 0, "run": -2}, "got -2"),
        ({"type": "compare"}, 'needs the field "by"'),
        ({"type": "compare", "by": "rule"}, '"by" of "compare" must be "game" or "defense", got'),
        ({"type": "ack", "seq": 2**32}, "got 4294967296"),
        ({"type": "x" * 1000}, r"\.\.\."),
    ],
)
def test_a_bad_message_is_refused_in_words(content, words):
    with pytest.raises(ProtocolError, match=words) as refusal:
        parse(content)
    assert len(str(refusal.value)) < 500


def test_a_whole_number_may_come_as_a_float():
    assert parse({"type": "run_more", "iterations": 50.0}).fields == {"iterations": 50}


def test_a_field_with_a_default_may_be_left_out():
    assert parse({"type": "frame", "target": 1, "iteration": 0}).fields["run"] == 0
    assert parse({"type": "frame", "target": 1, "iteration": 0, "run": None}).fields["run"] == 0


def test_small_figures_keep_their_digits():
    values = wire.figures([1.23456e-7, 0.0, 123456.0, math.nan])
    assert json.loads(json.dumps(values, allow_nan=False)) == [1.235e-7, 0, 123500, None]


def test_a_curve_is_valid_json():
    values = wire.curve([0.1234567, math.nan, math.inf, 1.0])
    assert json.loads(json.dumps(values, allow_nan=False)) == [0.12346, None, None, 1.0]
