"""``python -m xwidget``: what can be done without a notebook."""

import sys

from xwidget.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
