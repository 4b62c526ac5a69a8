"""The table of the methods: one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xwidget.methods.cams import gradcam, gradcam_plus_plus, layercam
from xwidget.methods.gradients import gradient_shap, integrated_gradients, smoothgrad
from xwidget.methods.method import Method

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
        ),
        "gradcam++": Method(
            "Grad-CAM++",
            gradcam_plus_plus,
            "The net's last feature maps, weighed by their positive gradients, where several "
            f"objects of a class share the picture. {_COARSE}",
            "Chattopadhyay et al., WACV 2018, arXiv 1710.11063",
            quick=True,
            needs=("torchcam",),
        ),
        "layercam": Method(
            "LayerCAM",
            layercam,
            "Feature maps of a layer, weighed position by position by their positive gradients; "
            f"`layer` takes finer maps. {_COARSE}",
            "Jiang et al., IEEE TIP 2021",
            quick=True,
            needs=("torchcam",),
        ),
        "integrated_gradients": Method(
            "Integrated Gradients",
            integrated_gradients,
            "Gradients of the logit, added up on the way from the data mean to the image, times "
            "the way: they add up to what the image adds to the logit.",
            "Sundararajan et al., ICML 2017, arXiv 1703.01365",
            signed=True,
            needs=("captum",),
        ),
        "smoothgrad": Method(
            "SmoothGrad",
            smoothgrad,
            "The size of the logit's mean gradient at noisy copies of the image.",
            "Smilkov et al., 2017, arXiv 1706.03825",
            needs=("captum",),
        ),
        "gradient_shap": Method(
            "GradientSHAP",
            gradient_shap,
            "Gradients at random points between plain backgrounds and the noisy image, times the "
            "difference: an estimate of what each value adds to the logit.",
            "Lundberg & Lee, NeurIPS 2017, arXiv 1705.07874",
            signed=True,
            needs=("captum",),
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
