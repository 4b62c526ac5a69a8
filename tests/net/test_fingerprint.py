"""The fingerprint of a net's weights."""

import copy
import hashlib

import torch
from torch import nn

from xwidget.net.fingerprint import fingerprint


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten())


def test_another_program_computes_the_same():
    made, found = net(), hashlib.sha256()
    values = {**dict(made.named_parameters()), **dict(made.named_buffers())}
    for name in sorted(values):
        value = values[name].detach()
        found.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        found.update(value.numpy().tobytes())
    assert fingerprint(made) == found.hexdigest()


def test_it_is_that_of_the_weights_and_not_of_the_object():
    one = net()
    assert fingerprint(one) == fingerprint(copy.deepcopy(one)) == fingerprint(net())


def test_it_is_computed_anew_once_weights_change_and_not_before(monkeypatch):
    made = net()
    before = fingerprint(made)
    with monkeypatch.context() as patched:
        patched.setattr("xwidget.net.fingerprint._computed", lambda net: 1 / 0)
        assert fingerprint(made) == before
    with torch.no_grad():
        made[0].weight[0, 0, 0, 0] += 1
    assert fingerprint(made) != before
    made[1].running_mean.add_(1)
    assert len({before, fingerprint(made), fingerprint(net())}) == 2


def test_half_precision_and_what_has_no_bytes_count():
    made = net().to(torch.bfloat16)
    assert fingerprint(made) != fingerprint(net())
    made.register_buffer("sparse", torch.eye(2).to_sparse())
    assert len(fingerprint(made)) == 64


def test_a_change_of_signs_alone_is_seen():
    net = nn.Linear(3, 2)
    before = fingerprint(net)
    net.weight.data.neg_()  # no version counts it, and its norm is the same
    assert fingerprint(net) != before
