"""The command line as a whole: which commands there are, and how it ends."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from xwidget.support.texts import text_of

#: The commands, and what each does. Each is a module beside this one, imported when asked for.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "answers": "sum up what a class answered in a lesson",
        "doctor": "look at this installation: what is there, what works, what mends the rest",
        "explain": "explain the images of a folder, and keep the explanations",
        "studies": "measure what the paper claims, and write a report",
    }
)
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
    for stream in (sys.stdout, sys.stderr):  # names and prompts may hold what a console cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if arguments is None else arguments
    chosen = next((word for word in words if word in COMMANDS), None)
    commands = parser.add_subparsers(title="commands", required=True)
    parsers = {name: commands.add_parser(name, help=does) for name, does in COMMANDS.items()}
    try:
        if chosen:
            import_module(f"xwidget.commands.{chosen}").fill(parsers[chosen])
        given = parser.parse_args(words)
        return int(given.run(given))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ValueError, TypeError, OSError, ImportError) as error:
        sys.stderr.write(f"{parser.prog}: error: {text_of(error)}\n")
        return 1
