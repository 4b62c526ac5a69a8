"""The paper's own figures, for comparison.

"Seen" is what was read in the paper itself; "from memory" was not checked against it.
"""

from __future__ import annotations

from xwidget.studies.study import Table

MEMORY = "the paper's, from memory"
SEEN = "the paper's, seen"

_PAPER = "Wagner et al., CVPR 2019, arXiv 1908.02686"

DEFENSE = Table(
    ("networks", "without a defense", "with the paper's", "from"),
    (
        ("VGG16, AlexNet, ResNet50, GoogLeNet: least likely class", "100%", "about 0%", MEMORY),
        ("VGG16, one photo of an agama: score of its own class", None, "0.996", SEEN),
    ),
    f"{_PAPER}: share of the least likely classes that are generated",
    "1,000 validation images of ImageNet with a score of 0.995 and more for the true class; "
    "generation, λ = 0. Which score counts as generated is not known.",
)

DELETION = Table(
    ("method", "ResNet50", "VGG16", "from"),
    (
        ("Grad-CAM", "0.1232", "0.1087", MEMORY),
        ("sliding window", "0.1421", "0.1158", MEMORY),
        ("LIME", "0.1217", "0.1014", MEMORY),
        ("RISE", "0.1076", "0.0980", MEMORY),
        ("FGVis", "0.0644", "0.0636", MEMORY),
    ),
    f"{_PAPER}: deletion AUC, the lower the better",
    "Other networks and photos: compare the order of the methods, not the figures.",
)

COLOR = Table(
    ("class", "with colors swapped", "from"),
    (("school bus", "loses its class", MEMORY), ("minivan", "keeps its class", MEMORY)),
    f"{_PAPER}: color channels swapped",
)

TWO_OBJECTS = Table(
    ("figure", "value", "from"),
    (("evidence of two objects in one image", "shown in pictures; no figure is known", MEMORY),),
    _PAPER,
)

LESIONS = Table(
    ("figure", "value", "from"),
    (
        (
            "evidence against lesions marked in fundus images",
            "compared at 25% and 50% overlap; the figures are not known",
            MEMORY,
        ),
    ),
    _PAPER,
)
