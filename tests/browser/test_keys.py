"""The panel's keys are its own, whatever the notebook around it does with them."""

import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector, shows
from tests.browser.jupyter import Server, write_notebook


@pytest.mark.parametrize("server", ["notebook", "lab"], indirect=True)
def test_arrow_keys_move_the_slider_and_the_pixel_cursor(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cells = [SMALL_NET, "w = xw.Inspector(clf, photo, iterations=15); w"]
    notebook = open_notebook(write_notebook(server.root / "keys.ipynb", cells))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    inspector.slider.click()
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
    inspector.slider.press("ArrowRight")
    inspector.wait_for(iteration=1)

    inspector.point_at(10, 20)
    picture = inspector.root.get_by_role("application")
    picture.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        picture.press(key)
    assert shows(inspector.readout(), [11, 22])
