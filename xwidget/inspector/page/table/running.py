"""The runs: settings, progress, curves, status."""

from __future__ import annotations

from xwidget.engine.settings import PANEL, form
from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import DONE, Command, Trait
from xwidget.inspector.page.kinds import PanelSetting
from xwidget.support.pace import Pace
from xwidget.support.texts import NAME, WORDS

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_settings",
        form(),
        "The settings form, see [Settings](#settings)",
        shapes.SettingsForm,
    ),
    *(
        Trait(name, each.default, f"{each.label} of the next run", check=PanelSetting(each))
        for name, each in PANEL.items()
    ),
    Trait(
        "_progress",
        {},
        "`{}` before the first run. The work ends before `iterations` where nothing changes any "
        "more, with the status `done`. `waits` is there only where the work waits, see "
        "[Views](#views). A run takes the place of the one before with its first mask: until then "
        "everything that is shown is still that one's, except checks and variants, which are gone; "
        "a run that is stopped before it leaves the one before, checks and all",
        shapes.Progress,
    ),
    Trait(
        "_trace",
        {},
        "Curves and kept iterations by class. At most 5 times a second while running, and at the "
        "end",
        dict[str, shapes.Track],
    ),
    Trait(
        "_checks",
        {},
        "By class, what speaks for and against its last mask, as `Checks.describe` in "
        "`xwidget/checks.py` says it. A class is in it from the end of its run until it goes on: "
        "not while its mask may still change, nor where it was stopped. With `_trace`",
        dict[str, shapes.Checks],
        room=WORDS,
    ),
    Trait(
        "_net_name",
        "",
        "The classifier's name (`_model_name` is taken: ipywidgets keeps the JS class there)",
        room=NAME,
    ),
    Trait("status", "idle", "State of the work", shapes.Status),
    Trait(
        "error",
        "",
        'Why, in words; `""` when all is well; at most 1200 characters and 12 lines, beginning and '
        "end: `w.error` has it all",
        room=WORDS,
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "run",
        "Starts over, with the settings now in the traits",
        reply=DONE,
        pace=Pace(3, 2),
    ),
    Command(
        "run_more",
        "Every class goes on from where it is, with its run's own settings, to that many "
        "iterations after the newest",
        {"iterations": PanelSetting(PANEL["iterations"])},
        reply=DONE,
        pace=Pace(3, 2),
    ),
    Command(
        "stop",
        "Ends what is running and what waits",
        reply=DONE,
        ends=("run", "run_more", "add", "compare"),
    ),
)
