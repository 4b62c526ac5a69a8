"""Beside the evidence: panes of other methods, arrays and models, and what is measured of them."""
