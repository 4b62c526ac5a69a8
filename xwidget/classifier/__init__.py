"""A net with its preprocessing, class names and scores, and the targets it can be asked for."""

from xwidget.classifier.classifier import Classifier, check_classifier

__all__ = ["Classifier", "check_classifier"]
