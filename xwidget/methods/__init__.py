"""Other attribution methods by name, to put beside the evidence: one entry of a table each.

>>> import xwidget as xw
>>> clf, photo = xw.load("efficientnet_lite0"), xw.sample("coffee")
>>> found = xw.attribute(clf, photo, "gradcam", "espresso", progress=False)
>>> found
<Attribution by Grad-CAM: 224×224 values in [0,1], of espresso>
>>> "rise" in xw.methods()
True

``METHODS`` says of each what it is, whose it is, how long it takes and which options it has:

>>> from xwidget.methods import METHODS
>>> METHODS["gradcam"].label, METHODS["gradcam"].quick, METHODS["gradcam"].signed
('Grad-CAM', True, False)
>>> dict(METHODS["rise"].takes)
{'masks': 1000, 'cells': None, 'kept': 0.5}
"""

import sys as _sys
import types as _types

from xwidget.errors import Cancelled
from xwidget.methods.attribute import attribute, names
from xwidget.methods.method import Answer, Method
from xwidget.methods.table import METHODS, missing
from xwidget.methods.task import Task

__all__ = [
    "METHODS",
    "Answer",
    "Cancelled",
    "Method",
    "Task",
    "attribute",
    "missing",
    "names",
]


class _Methods(_types.ModuleType):
    """A module that can be called: ``xw.methods()`` returns the names."""

    def __call__(self) -> tuple[str, ...]:
        return names()


_sys.modules[__name__].__class__ = _Methods
