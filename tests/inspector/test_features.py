"""The features of an Inspector: its commands are theirs, and a new one is a class and a line."""

import pytest

from tests.inspector.fakes import Page
from xwidget.inspector import Inspector, parts
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page import contract
from xwidget.inspector.page.commands import Answer
from xwidget.inspector.page.entries import Command, Reply
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.side_by_side import SideBySide


def test_each_command_of_the_contract_has_one_handler(make):
    widget = make()
    handled = [name for feature in widget._parts.features for name in feature.commands]
    assert sorted(handled) == sorted(contract.COMMAND)


def test_an_inspector_is_one_class_on_the_base_that_all_widgets_share():
    assert Inspector.__bases__ == (SideBySide,)
    assert SideBySide.__bases__ == (LockedWidget,)


def test_a_feature_has_commands_and_begins_and_closes_with_the_inspector(make, monkeypatch):
    happened = []

    class Naming(Feature):
        @property
        def commands(self):
            return {"net": lambda: Answer({"name": self._panel.subject.clf.name})}

        def begin(self):
            happened.append("begun")
            self._panel.watch(lambda target: happened.append(target), "target")

        def close(self):
            happened.append("closed")
            with pytest.raises(RuntimeError):
                self._panel.session.between_steps(lambda: lambda: None)

    reply = Reply("net", {"name": str})
    monkeypatch.setitem(contract.COMMAND, "net", Command("net", "Asks for its name", reply=reply))
    monkeypatch.setattr(parts, "Scrubbing", lambda panel, stream: Naming(panel))
    widget = make()
    page = Page(widget)
    page.send({"type": "net", "id": 3})
    widget.target = 1
    widget.close()
    assert page.pump().answers("net") == [({"type": "net", "name": "tiny", "id": 3}, [])]
    assert happened == ["begun", 1, "closed"]
