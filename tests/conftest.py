"""What all tests share."""

import os

# Figures are drawn into memory: a test opens no window.
os.environ.setdefault("MPLBACKEND", "agg")
