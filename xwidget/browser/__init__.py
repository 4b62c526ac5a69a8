"""The Browser: the explanations of a store, however many, in one cell."""

from xwidget.browser.widget import Browser

__all__ = ["Browser"]
