"""Methods beside the evidence by name and with their options, whatever these are."""

import pytest
import torch

import xwidget as xw
from tests.inspector.conftest import PICTURE
from tests.inspector.fakes import SAFETY, SIDE, classifier, inspector_class
from xwidget.inspector.features.beside import method
from xwidget.methods import METHODS


def test_a_method_goes_by_its_name_and_its_label_in_any_case(make, methods):
    widget = make()
    assert widget.add_method("QUICK") == widget.add_method("quick") == "Quick"
    with pytest.raises(ValueError, match="there is no method 'quik'; did you mean 'quick'"):
        widget.add_method("quik")
    assert widget.wait(SAFETY)
    assert [call[0] for call in methods.calls] == ["quick"]


def test_an_option_that_is_no_number_is_said_in_few_words(make):
    widget = make()
    net = widget._panel.subject.clf.net
    assert widget.add_method("quick", layer=net[0]) == "Quick, layer 0"
    assert widget.add_method("quick", layer=torch.nn.ReLU()) == "Quick, layer ReLU"
    assert widget.add_method("quick", start=torch.zeros(3, 4)) == "Quick, start of 3×4 values"
    long = widget.add_method("quick", of="one\ntwo " * 500)
    assert len(long) < 80
    assert "\n" not in long


def test_two_layers_that_look_alike_are_two_panes(make):
    widget = make()
    first, second = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    labels = [widget.add_method("quick", layer=layer) for layer in (first, second, first)]
    assert labels == ["Quick, layer Linear", "Quick, layer Linear 2", "Quick, layer Linear"]


def test_what_seems_unfit_is_listed_with_the_reason_and_python_may_try_it(make, methods):
    methods.unfit["slow"] = "it has no attention"
    widget = make()
    assert [entry["unfit"] for entry in widget._methods] == ["", "it has no attention", ""]
    assert widget.add_method("slow") == "Slow"
    assert widget.wait(SAFETY)
    assert widget._beside[0]["state"] == "done"


@pytest.mark.filterwarnings("ignore:.torch.jit.trace")
def test_a_traced_net_has_a_panel_whose_menu_says_what_cannot_look_into_it(engine, monkeypatch):
    monkeypatch.setattr(method, "METHODS", METHODS)  # not the fake ones
    traced = torch.jit.trace(classifier().net.eval(), torch.zeros(1, 3, SIDE, SIDE))
    clf = xw.Classifier(traced, size=SIDE)
    widget = inspector_class(engine)(clf, PICTURE, 3, iterations=2, defense="none")
    unfit = {entry["name"]: entry["unfit"] for entry in widget._methods}
    widget.close()
    assert "torch.jit" in unfit["gradcam"]
    assert unfit["rise"] == unfit["attention_rollout"] == ""


def test_looking_for_what_is_in_the_way_never_stops_a_panel(make, methods):
    def raising(net):
        raise AttributeError("forward")

    methods.METHODS["slow"].unfit = raising
    widget = make()
    assert [entry["unfit"] for entry in widget._methods] == ["", "", ""]
    assert widget.add_method("slow") == "Slow"
