"""The libraries: those that xwidget needs are imported, those of the extras are looked for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path

from xwidget.commands.checkup.line import Line
from xwidget.commands.checkup.requirements import ABSENT, requirements
from xwidget.support.texts import in_words

#: Import names that are not the package's own.
MODULES = {"pillow": "PIL"}
#: Extras for those who work on xwidget itself.
DEVELOPERS = ("bench", "docs", "test")
_PAIR = ("torch", "torchvision")


def programs() -> Iterator[Line]:
    """Say which Python and which xwidget this is."""
    yield Line("Python", "ok", f"{platform.python_version()} at {sys.executable}")
    yield Line("system", "ok", f"{platform.system()} {platform.release()}, {platform.machine()}")
    folder = Path(__file__).parents[2]
    try:
        version = metadata.version("xwidget")
    except metadata.PackageNotFoundError:
        mend = f'pip install -e "{folder.parent}"'
        yield Line("xwidget", "broken", f"found at {folder}, but not installed", mend)
    else:
        yield Line("xwidget", "ok", f"{version} at {folder}")


def needed() -> Iterator[Line]:
    """Import each library that xwidget needs."""
    for each in requirements():
        if each.extra:
            continue
        if unmet := each.unmet():
            yield Line(each.package, "broken", unmet, f'pip install "{each.package}{each.bounds}"')
            continue
        try:
            import_module(MODULES.get(each.package, each.package))
        except Exception as error:
            says = f"{metadata.version(each.package)} cannot be imported: {in_words(error)}"
            both = " ".join(_PAIR) if each.package in _PAIR else each.package
            yield Line(each.package, "broken", says, f"pip install --force-reinstall {both}")
        else:
            yield Line(each.package, "ok", metadata.version(each.package))


def extras() -> Iterator[Line]:
    """Say of each extra what of it is there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in requirements():
        if each.extra and each.extra not in DEVELOPERS:
            found.setdefault(each.extra, []).append((each.package, each.unmet()))
    for extra, packages in found.items():
        absent = [package for package, unmet in packages if unmet == f"{package} {ABSENT}"]
        other = [unmet for package, unmet in packages if unmet and package not in absent]
        says = [*([f"not installed: {', '.join(absent)}"] if absent else []), *other]
        if says:
            yield Line(extra, "missing", "; ".join(says), f'pip install "xwidget[{extra}]"')
        else:
            said = (f"{package} {metadata.version(package)}" for package, _ in packages)
            yield Line(extra, "ok", ", ".join(said))
