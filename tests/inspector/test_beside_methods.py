"""Methods beside the evidence by name and with their options, whatever these are."""

import pytest
import torch

from tests.inspector.fakes import SAFETY


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


def test_a_method_that_cannot_work_on_the_net_is_refused_at_once_and_listed_with_the_reason(
    make, methods
):
    methods.unfit["slow"] = "it has no attention"
    widget = make()
    assert [entry["unfit"] for entry in widget._methods] == ["", "it has no attention", ""]
    with pytest.raises(ValueError, match=r"Slow cannot work on .*: it has no attention"):
        widget.add_method("slow")
    assert not widget._beside
