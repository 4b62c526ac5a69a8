"""Builds what is released, looks into it, and tries it on each Python that can be had.

python -m scripts.release                        wheel and sdist into dist/, tried on every Python
python -m scripts.release --python 3.12          tried on this one alone
python -m scripts.release --write docs/reports/pythons.md

It builds from the last commit. Environments are made by uv (``pip install uv``), which keeps one
copy of each package for all of them.
"""
