"""What all tests share."""

import os

# Figures are drawn into memory: a test opens no window.
os.environ.setdefault("MPLBACKEND", "agg")
# Two test files run side by side: with more threads than cores, each waits for the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")
