"""Classifiers of other libraries' models, with the preprocessing that these libraries define."""
