"""The Inspector in a real ipykernel: messages from its thread while no cell runs."""

import ast
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

from tests.inspector.fakes import SAFETY
from xwidget.frames import Frame, decode, encode

ROOT = Path(__file__).parents[2]
START = 4 * SAFETY

CELL = """
import time
import numpy as np
from tests.inspector.fakes import Engine, classifier, inspector_class

class Slow(Engine):
    def _step(self, *where):
        time.sleep(0.005)
        return super()._step(*where)

w = inspector_class(Slow())(classifier(), np.zeros((4, 4, 3)), iterations={iterations})
w
"""


@pytest.fixture(scope="module")
def client():
    manager, client = start_new_kernel(cwd=str(ROOT), startup_timeout=START)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def execute(client, code, cell):
    """Run a cell as JupyterLab does, which names it; return the message's id."""
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    content |= {"allow_stdin": False, "stop_on_error": True}
    message = client.session.msg("execute_request", content, metadata={"cellId": cell})
    client.shell_channel.send(message)
    return message["header"]["msg_id"]


class KernelPage:
    """The page's end of a comm, over the kernel's sockets."""

    def __init__(self, client, iterations, cell="a cell"):
        self.client = client
        self.state = {}
        self.frames = []
        self.comm = None
        self.welcome = None
        self.bundle = None
        self.idle = False
        self.cell = execute(client, CELL.format(iterations=iterations), cell)
        self.read_until(lambda: self.idle)

    def read_until(self, wanted):
        end = time.monotonic() + START
        while not wanted():
            assert time.monotonic() < end, f"never came; state: {self.state}"
            self._take(self.client.get_iopub_msg(timeout=START))

    def _take(self, message):
        content = message["content"]
        kind = message["msg_type"]
        mine = message["parent_header"].get("msg_id") == self.cell
        assert kind != "error", content
        if kind == "status" and mine and content["execution_state"] == "idle":
            self.idle = True
        elif kind in ("execute_result", "display_data"):
            self.bundle = self.bundle or content["data"]
        elif kind == "comm_open" and "_progress" in content["data"]["state"]:
            self.comm = content["comm_id"]  # the layout has a comm of its own
        elif kind == "comm_msg" and content["comm_id"] == self.comm:
            self._update(content["data"], message["buffers"])

    def _update(self, data, buffers):
        if data["method"] == "custom":
            if data["content"]["type"] == "welcome":
                self.welcome = data["content"]
            return
        self.state |= data["state"]
        for path, buffer in zip(data["buffer_paths"], buffers, strict=True):
            if path == ["_frame"]:
                self.frames.append(decode(buffer))
                self.send(type="ack", seq=self.frames[-1].seq)

    def send(self, **content):
        self._say({"method": "custom", "content": content})

    def edit(self, frame):
        self._say({"method": "custom", "content": {"type": "test"}}, [encode(frame)])

    def _say(self, data, buffers=()):
        session = self.client.session
        content = {"comm_id": self.comm, "data": data}
        stream = self.client.shell_channel.socket
        session.send(stream, "comm_msg", content, buffers=list(buffers))


def test_a_run_streams_to_the_page_after_the_cell_returned(client):
    page = KernelPage(client, iterations=60)
    assert page.state == {}  # nothing starts before it is shown
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= page.bundle.keys()
    page.send(type="hello", protocol=2)
    page.read_until(lambda: page.state.get("status") == "done")
    assert page.welcome["type"] == "welcome"
    iterations = [frame.iteration for frame in page.frames]
    assert iterations == sorted(iterations)
    assert len(iterations) > 3
    assert page.frames[-1].last
    assert iterations[-1] == 60


def test_stop_is_heard_while_the_worker_works(client):
    page = KernelPage(client, iterations=100_000)
    page.send(type="hello", protocol=2)
    page.read_until(lambda: len(page.frames) > 3)
    page.send(type="stop")
    page.read_until(lambda: page.state.get("status") == "stopped")
    assert page.frames[-1].last
    assert page.frames[-1].iteration < 100_000


def test_an_edited_mask_is_scored_while_a_run_goes_on(client):
    page = KernelPage(client, iterations=100_000)
    page.send(type="hello", protocol=2)
    page.read_until(lambda: len(page.frames) > 3)
    page.edit(Frame(np.full((3, 4, 4), 255, np.uint8), seq=7))
    page.read_until(lambda: page.state.get("_tested"))
    assert page.state["_tested"]["seq"] == 7
    assert page.state["_tested"]["top"][0][1] == "anvil"
    page.edit(Frame(np.full((3, 4, 5), 255, np.uint8), seq=8))
    page.read_until(lambda: page.state.get("error"))
    assert "(3, 4, 5); expected (3, 4, 4)" in page.state["error"]
    page.send(type="stop")
    page.read_until(lambda: page.state.get("status") == "stopped")


def read(client, expression):
    """Return the value of an expression in the kernel."""
    asked = client.execute("", silent=True, user_expressions={"value": expression})
    while True:
        reply = client.get_shell_msg(timeout=START)
        if reply["parent_header"].get("msg_id") == asked:
            return ast.literal_eval(
                reply["content"]["user_expressions"]["value"]["data"]["text/plain"]
            )


def wait_for(client, expression):
    end = time.monotonic() + START
    while not read(client, f"bool({expression})"):
        assert time.monotonic() < end, f"never true: {expression}"
        time.sleep(0.02)


def test_run_again_a_cell_ends_its_run_and_a_run_without_a_view_rests(client):
    first = KernelPage(client, 100_000, "one")
    first.send(type="hello", protocol=2)
    first.read_until(lambda: len(first.frames) > 3)
    execute(client, "old = w", "another")
    second = KernelPage(client, 100_000, "one")
    second.send(type="hello", protocol=2)
    wait_for(client, "old.status == 'stopped' and old.explanation is not None")

    second.send(type="views", page=1, count=1, seen=1)
    wait_for(client, "(w._session.runs.nearest(0) or 0) > 3")
    second.send(type="views", page=1, count=0, seen=0)
    wait_for(client, "w._progress.get('waits') == 'a view'")
    before = read(client, "w._session.runs.nearest(0)")
    time.sleep(0.1)
    assert read(client, "[w._session.runs.nearest(0), w.status]") == [before, "running"]
    assert read(client, "w.wait(0.3)") is False
    assert read(client, "w._session.runs.nearest(0)") > before
    second.send(type="views", page=1, count=1, seen=1)
    wait_for(client, f"w._session.runs.nearest(0) > {before} + 50")

    third = KernelPage(client, 100_000, "two")  # of another cell
    third.send(type="hello", protocol=2)
    wait_for(client, "(w._session.runs.nearest(0) or 0) > 3")
    third.send(type="stop")
    wait_for(client, "w.status == 'stopped'")
    second.send(type="stop")


@pytest.mark.parametrize("raised", ["SystemExit(3)", "KeyboardInterrupt()"])
def test_what_ends_an_interpreter_ends_a_run_alone(client, raised):
    page = KernelPage(client, 30)
    code = f"""
        def _broken(*a, **k):
            raise {raised}
            yield
        w._session._optimize, _engine = _broken, w._session._optimize
        """
    execute(client, textwrap.dedent(code), "another")
    page.send(type="hello", protocol=2)
    page.read_until(lambda: page.state.get("status") == "error")
    assert raised.split("(")[0] in page.state["error"]
    execute(client, "w._session._optimize = _engine", "another")
    page.send(type="run")
    page.read_until(lambda: page.state.get("status") == "done")


def test_a_flood_of_commands_is_over_when_the_kernel_has_read_it(client):
    page = KernelPage(client, iterations=100_000)
    page.send(type="hello", protocol=2)
    page.read_until(lambda: len(page.frames) > 3)
    kinds = [
        {"type": "run"},
        {"type": "run_more", "iterations": 9},
        {"type": "add", "target": 4},
        {"type": "compare", "by": "game"},
        {"type": "frame", "target": 0, "iteration": 0},
        {"type": "categories"},
        {"type": "save", "format": "page"},
        {"type": "save", "format": "explanation"},
    ]
    for number in range(6000):
        page.send(**kinds[number % len(kinds)])
    page.send(type="stop")
    page.read_until(lambda: page.state.get("status") == "stopped")
    page.welcome = None
    asked = time.monotonic()
    page.send(type="hello", protocol=2)
    page.read_until(lambda: (page.welcome or {}).get("type") == "welcome")
    assert time.monotonic() - asked < SAFETY
