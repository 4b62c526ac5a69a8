"""The command line as a whole: which commands there are, and how it ends."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from xwidget.commands import explain
from xwidget.support.texts import text_of

#: What a program returns that was interrupted.
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 if it did what it was asked for.

    Parameters
    ----------
    arguments
        The words after the program's name; None for those that it was started with.
    """
    parser = argparse.ArgumentParser(
        prog="python -m xwidget",
        description="See which pixels, in which color, a network relies on.",
    )
    commands = parser.add_subparsers(title="commands", required=True)
    explain.add_to(commands)
    given = parser.parse_args(arguments)
    try:
        return int(given.run(given))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ValueError, TypeError, OSError, ImportError) as error:
        sys.stderr.write(f"{parser.prog}: error: {text_of(error)}\n")
        return 1
