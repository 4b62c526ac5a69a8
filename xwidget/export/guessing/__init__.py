"""Guess first: a question on what a panel shows, the facts behind it, and what a guess is worth.

Plain data and numpy: the panel of a notebook and a page without a kernel ask the same questions.
"""
