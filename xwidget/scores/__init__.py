"""Ready scores of what nets return: for segmentation, detection, embeddings, regression, labels.

Each is an :class:`xwidget.Score`, a target like a class. Pixels and boxes are those of the net's
input.

>>> import torch, xwidget as xw
>>> net = torch.nn.Conv2d(3, 2, 1)  # stands for a net that labels every pixel
>>> clf = xw.Classifier(net, size=8, categories=["road", "sky"], name="maps")
>>> clf.extended(xw.scores.region_share("road")).categories
('share of road',)
"""

from xwidget.scores.detection import best_box
from xwidget.scores.embeddings import cosine
from xwidget.scores.labels import all_of, any_of
from xwidget.scores.regression import near
from xwidget.scores.segmentation import region_share

__all__ = ["all_of", "any_of", "best_box", "cosine", "near", "region_share"]
