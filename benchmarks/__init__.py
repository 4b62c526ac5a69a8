"""Speed and quality of xwidget, each a command that prints tables: python -m benchmarks.NAME."""
