"""The spelling that pages keep: American, 0.96 and 90%."""

import re

_SHORT_NUMBER = re.compile(r"(?<![\w.)\]])\.\d+")
_FOREIGN = re.compile(r"(?i)\w*(?:grey|colour)\w*|\d %")


def slips(text: str) -> list[str]:
    """Return the words and numbers of a text that are written otherwise."""
    return _SHORT_NUMBER.findall(text) + _FOREIGN.findall(text)
