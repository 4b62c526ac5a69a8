"""The Gallery: many images in one cell."""

from xwidget.gallery.widget import Gallery

__all__ = ["Gallery"]
