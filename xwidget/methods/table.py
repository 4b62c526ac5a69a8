"""The table of the methods: one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xwidget.methods.cams import gradcam, gradcam_plus_plus, layercam
from xwidget.methods.fitting import closed, without_attention, without_rules
from xwidget.methods.gradients import gradient_shap, integrated_gradients, smoothgrad
from xwidget.methods.guided import guided_backprop
from xwidget.methods.lime import lime
from xwidget.methods.lrp import lrp
from xwidget.methods.method import Method
from xwidget.methods.occlusion import occlusion
from xwidget.methods.rise import rise
from xwidget.methods.rollout import attention_rollout

_COARSE = "Coarse: enlarged bilinearly from the maps' own grid."

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "gradcam": Method(
            "Grad-CAM",
            gradcam,
            f"The net's last feature maps, weighed by their mean gradients. {_COARSE}",
            "Selvaraju et al., ICCV 2017, arXiv 1610.02391",
            quick=True,
            needs=("torchcam",),
            unfit=closed,
        ),
        "gradcam++": Method(
            "Grad-CAM++",
            gradcam_plus_plus,
            "The net's last feature maps, weighed by their positive gradients, where several "
            f"objects of a class share the picture. {_COARSE}",
            "Chattopadhyay et al., WACV 2018, arXiv 1710.11063",
            quick=True,
            needs=("torchcam",),
            unfit=closed,
        ),
        "layercam": Method(
            "LayerCAM",
            layercam,
            "Feature maps of a layer, weighed position by position by their positive gradients; "
            f"an earlier layer has finer maps. {_COARSE}",
            "Jiang et al., IEEE TIP 2021",
            quick=True,
            needs=("torchcam",),
            unfit=closed,
        ),
        "integrated_gradients": Method(
            "Integrated Gradients",
            integrated_gradients,
            "Gradients of the logit, added up on the way from the data mean to the image, times "
            "the way: they add up to what the image adds to the logit.",
            "Sundararajan et al., ICML 2017, arXiv 1703.01365",
            signed=True,
            needs=("captum",),
            least={"steps": 2},
        ),
        "smoothgrad": Method(
            "SmoothGrad",
            smoothgrad,
            "The size of the logit's mean gradient at noisy copies of the image.",
            "Smilkov et al., 2017, arXiv 1706.03825",
            needs=("captum",),
            least={"samples": 1},
        ),
        "guided_backprop": Method(
            "Guided Backprop",
            guided_backprop,
            "The size of the logit's gradient, of which no negative part passes a rectifier: edges "
            "that the net sees, whether it relies on them or not.",
            "Springenberg et al., 2015, arXiv 1412.6806",
            quick=True,
            unfit=closed,
        ),
        "gradient_shap": Method(
            "GradientSHAP",
            gradient_shap,
            "Gradients at random points between plain backgrounds and the noisy image, times the "
            "difference: an estimate of what each value adds to the logit.",
            "Lundberg & Lee, NeurIPS 2017, arXiv 1705.07874",
            signed=True,
            needs=("captum",),
            least={"samples": 1, "backgrounds": 1},
        ),
        "occlusion": Method(
            "Occlusion",
            occlusion,
            "What the logit loses where a window is covered with the data mean, the mean over all "
            "windows on a pixel.",
            "Zeiler & Fergus, ECCV 2014, arXiv 1311.2901",
            signed=True,
            needs=("captum",),
            least={"window": 1, "stride": 1},
        ),
        "lime": Method(
            "LIME",
            lime,
            "What each superpixel adds to the logit, by a linear model of pictures that lack some "
            "of them.",
            "Ribeiro et al., KDD 2016, arXiv 1602.04938",
            signed=True,
            needs=("captum", "skimage"),
            least={"samples": 2, "segments": 2},
        ),
        "rise": Method(
            "RISE",
            rise,
            "The mean score of pictures of which a random mask keeps the pixel, less that of all.",
            "Petsiuk et al., BMVC 2018, arXiv 1806.07421",
            signed=True,
            least={"masks": 1, "cells": 1},
        ),
        "lrp": Method(
            "LRP",
            lrp,
            "The logit, shared out layer by layer among what it is made of. For convolutional "
            "nets.",
            "Bach et al., PLOS ONE 2015; Montavon et al., 2019",
            quick=True,
            signed=True,
            needs=("zennit",),
            unfit=without_rules,
        ),
        "attention_rollout": Method(
            "Attention rollout",
            attention_rollout,
            "How much of each patch reaches the class token through the attention of all layers; "
            "the same for every class. For vision transformers.",
            "Abnar & Zuidema, ACL 2020, arXiv 2005.00928",
            quick=True,
            unfit=without_attention,
        ),
    }
)


def missing(name: str) -> str:
    """Return the command that installs what a method lacks; "" if it lacks nothing.

    Parameters
    ----------
    name
        A name of the table.
    """
    return METHODS[name].missing
