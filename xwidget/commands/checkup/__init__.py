"""The questions of ``python -m xwidget doctor``: a table of them, answered line by line.

Nothing here imports a library before a question does, so that a broken one is an answer.
"""
