"""The one table of the contract: what is made from it, and what the kernel really sends."""

import json
import typing
from typing import Any, Literal, Union

import numpy as np
import pytest

from scripts.contract import fields_of, outdated
from tests.inspector.fakes import Page, classifier, fitting, inspector_class
from xwidget.catalog import comparisons
from xwidget.checks import VERDICTS, Check, Checks
from xwidget.engine.setting import Setting
from xwidget.export.formats import FORMATS
from xwidget.export.page import data
from xwidget.gallery import Gallery
from xwidget.gallery import contract as strip
from xwidget.gallery.opened import OpenedInspector
from xwidget.inspector.page import contract, shapes
from xwidget.lessons import Question


def test_what_is_made_from_the_contract_is_committed():
    assert not outdated(), "run: python -m scripts.contract"


def fits(value, hint):
    """Return whether a value is of a type, and has no field that its shape does not know."""
    if hint is Any:
        return True
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if typing.is_typeddict(hint):
        fields = fields_of(hint)
        always = {name for name, (_, _, required) in fields.items() if required}
        return (
            isinstance(value, dict)
            and always <= value.keys() <= fields.keys()
            and all(fits(value[name], fields[name][0]) for name in value)
        )
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return isinstance(value, list) and all(fits(each, args[0]) for each in value)
    if origin is tuple:
        return len(value) == len(args) and all(map(fits, value, args))
    if origin is dict:
        return isinstance(value, dict) and all(
            isinstance(key, str) and fits(each, args[1]) for key, each in value.items()
        )
    if origin is Literal:
        return value in args
    if origin is not None and origin is not Union and not args:
        return isinstance(value, origin)
    if args:
        return any(fits(value, each) for each in args)
    return type(value) is (type(None) if hint is None else hint)


def check_traits(widget, traits):
    state = widget.get_state([trait.name for trait in traits])
    for trait in traits:
        value = state[trait.name]
        assert value == trait.default or fits(value, trait.type), (trait.name, value)
    return state


@pytest.fixture
def ran(show, engine):
    """An Inspector that has run, compared and tested, and its page."""
    engine.checks = {0: Checks((Check("score", 0.5, True, "It scores 0.5."),), "holds", "Holds.")}
    widget, page = show()
    page.until_status("done")
    widget.compare("game")
    assert widget.wait(30)
    widget.test(np.ones((4, 4)))
    page.send(fitting("put"))
    page.until_answer("kept")
    return widget, page


def test_every_trait_is_of_the_type_that_the_table_says(make, ran):
    check_traits(make(), contract.TRAITS)
    widget, _ = ran
    state = check_traits(widget, contract.TRAITS)
    for name in (
        "_classes",
        "_trace",
        "_checks",
        "_variants",
        "_kept",
        "_progress",
        "_words",
        "_tested",
        "_findings",
    ):
        assert state[name], name  # there is something to look at


def test_every_reply_is_of_the_type_that_the_table_says(ran):
    _, page = ran
    replies = {each.reply.type: each.reply for each in contract.COMMANDS if each.reply}
    replies |= {each.type: each for each in contract.PUSHES}
    given = [
        {"type": "frame", "target": 0, "iteration": 2},
        {"type": "categories"},
        {"type": "sizes"},
        *(fitting(name) for name in contract.QUEUED),
        *({"type": "save", "format": name} for name in FORMATS),
    ]
    for command in given:
        page.send(command)
    page.until(lambda page: len(page.answers("saved")) == len(FORMATS) + 1)
    page.send({"type": "jump"})
    told = [*page.pump().messages]
    assert {content["type"] for content, _ in told} >= {"frame", "categories", "sizes", "failed"}
    for content, buffers in told:
        reply = replies.get(content["type"], contract.FAILED)
        fields = {
            name: value
            for name, value in content.items()
            if name in reply.fields or name not in ("type", "id")
        }
        assert fields.keys() - {*reply.optional} == reply.fields.keys() - {*reply.optional}
        assert len(buffers) == bool(reply.buffer)
        for name, value in fields.items():
            if reply is not contract.FAILED:  # a request comes back as it was
                assert fits(value, reply.fields[name]), (content["type"], name)


def test_a_commands_field_is_checked_once(ran, monkeypatch):
    widget, page = ran
    take, taken = Setting.take, []
    monkeypatch.setattr(Setting, "take", lambda *args: taken.append(args[1]) or take(*args))
    monkeypatch.setattr(comparisons, "check", taken.append)
    page.send({"type": "run_more", "iterations": 3})
    page.send({"type": "compare", "by": "game"})
    assert widget.wait(30)
    assert taken == [3]


@pytest.mark.parametrize("way", ["message", "trait"])
@pytest.mark.parametrize("kind", contract.COMMAND)
def test_every_command_gets_its_one_reply_by_which_it_is_named(ran, kind, way):
    widget, page = ran
    if kind.startswith("guess_"):
        widget._parts.guessing.ask(Question("text"))
    if kind == "guess_reveal":
        page.send(fitting("guess_commit"))
    before = len(page.pump().messages)
    command = {"id": 12345, **fitting(kind)}
    page.send(command) if way == "message" else page.set(_command=command)
    expected = contract.COMMAND[kind].reply
    if expected is not None:
        page.until(lambda page: any(c.get("id") == 12345 for c, _ in page.messages[before:]))
    assert widget.wait(30)
    pushes = {each.type for each in contract.PUSHES}
    replies = [c for c, _ in page.pump().messages[before:] if c["type"] not in pushes]
    assert [each["type"] for each in replies] == ([] if expected is None else [expected.type])
    assert all(each["id"] == 12345 for each in replies)


FAILING = [name for name, each in contract.COMMAND.items() if each.fields]


def refused(page, command):
    page.send({"id": 77, **command})
    ((failure, _),) = page.pump().messages
    return (failure["type"], failure["id"]) == ("failed", 77)


@pytest.mark.parametrize("kind", FAILING)
def test_a_command_that_is_refused_gets_one_reply_too(make, kind):
    command = {"type": kind, **dict.fromkeys(contract.COMMAND[kind].fields, "x")}
    assert refused(Page(make()), command)


@pytest.mark.parametrize("kind", ["sizes", "save"])
def test_so_does_one_to_save_what_is_not_explained_yet(make, kind):
    assert refused(Page(make()), fitting(kind))


def test_a_number_that_is_none_names_nothing(make):
    page = Page(make())
    for bad in ("x", -1, 2**70, None, [], True):
        page.send({"type": "categories", "id": bad})
    assert not any("id" in content for content, _ in page.pump().messages)


def test_every_trait_of_the_strip_is_of_the_type_that_the_table_says(engine):
    cls = type("FakeGallery", (Gallery,), {"_inspector": inspector_class(engine, OpenedInspector)})
    gallery = cls(classifier(), [np.full((4, 4, 3), 200, np.uint8)] * 2, iterations=5)
    Page(gallery._strip).set(_here=True, _views={"page": 1, "count": 1, "seen": 1, "beat": 2})
    assert gallery.wait(30)
    state = check_traits(gallery._strip, strip.TRAITS)
    assert state["_items"][0]["state"] == "explained"
    gallery.close()


def test_an_exported_page_has_traits_of_the_types_that_the_table_says(ran):
    widget, _ = ran
    known = {trait.name: trait for trait in contract.TRAITS}
    given = json.loads(json.dumps(data(widget.explanation, 4)))["traits"]
    assert given.keys() <= known.keys()
    for name, value in given.items():
        assert fits(value, known[name].type), (name, value)


def test_a_value_of_another_type_would_be_found():
    assert not fits({"scores": [], "means": [], "frames": ["0"]}, shapes.Track)
    assert not fits({"scores": [], "means": []}, shapes.Track)
    assert not fits({"scores": [], "means": [], "frames": [], "more": 1}, shapes.Track)
    assert not fits([[1, "a"]], list[tuple[int, str, float]])
    assert not fits("ended", shapes.Status)
    assert fits({"scores": [None, 0.5], "means": [], "frames": [0], "stopped": None}, shapes.Track)


def test_the_verdicts_of_the_page_are_those_of_the_checks():
    assert typing.get_args(shapes.Verdict) == VERDICTS
