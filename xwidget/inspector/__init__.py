"""The Inspector: the widget that shows an explanation as it is made; the Gallery of several."""

from xwidget.inspector.gallery import Gallery
from xwidget.inspector.probe import Probe
from xwidget.inspector.widget import Inspector

__all__ = ["Gallery", "Inspector", "Probe"]
