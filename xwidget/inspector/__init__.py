"""The Inspector: the widget that shows an explanation as it is made."""
