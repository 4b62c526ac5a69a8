"""The Inspector: the widget that shows an explanation as it is made."""

from xwidget.inspector.features.testing import TestedMask
from xwidget.inspector.widget import Inspector

__all__ = ["Inspector", "TestedMask"]
