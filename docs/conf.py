"""Builds the site: ``python -m sphinx -W docs docs/_build``."""

import importlib.metadata
import sys
from pathlib import Path

import ipywidgets
from sphinx.util import inspect
from sphinx.util.inspect import stringify_signature

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "xwidget"
author = "xwidget contributors"
copyright = author
version = release = importlib.metadata.version("xwidget")

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "mathml", "panels", "lessons"]
exclude_patterns = ["_build"]
nitpicky = True
# Types of other projects could only be resolved by a download.
nitpick_ignore_regex = [("py:class", r"(?!xwidget).*")]
# In signatures, but not in the reference.
nitpick_ignore = [
    ("py:class", "xwidget.engine.plan.Plan"),
    ("py:class", "xwidget.engine.step.Step"),
    ("py:obj", "unfit"),  # an attribute, which is a function: numpydoc takes it for a method
]

myst_enable_extensions = ["attrs_block", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
maximum_signature_line_length = 70
numpydoc_show_class_members = False
# Members of every widget, but for those that mean more here.
WIDGET = set(dir(ipywidgets.VBox)) - {"close", "open"}

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_sidebars = {"start": []}  # a page of no section
html_title = "xwidget"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("panels.js", {"defer": "defer"})]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": False,
    "navbar_persistent": ["search-button"],
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_context = {"default_mode": "auto"}


def skip(app, what, name, obj, skipped, options):
    """Leave out the members that every widget has."""
    function = getattr(obj, "fget", None) or getattr(obj, "func", None) or obj
    module = getattr(function, "__module__", None) or ""
    common = not module.startswith("xwidget") or name in WIDGET
    return True if what == "class" and common else None


def signature(app, what, name, obj, options, arguments, returned):
    """Take a widget's arguments from its ``__init__``: traitlets hides them."""
    if isinstance(obj, type) and issubclass(obj, ipywidgets.Widget):
        arguments = stringify_signature(
            inspect.signature(obj.__init__, bound_method=True),
            show_return_annotation=False,
            unqualified_typehints=True,
        )
    return arguments, returned


def setup(app):
    """Register what is above."""
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", signature)
