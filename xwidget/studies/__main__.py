"""``python -m xwidget.studies``: what the paper claims, measured on your photos and networks."""

import sys

from xwidget.studies.command import main

if __name__ == "__main__":
    sys.exit(main())
