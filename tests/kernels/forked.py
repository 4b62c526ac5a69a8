"""Kernels that begin with their imports done: forks of one process, which has imported torch.

Each would import it for seconds. What fails only in a process that has imported nothing does not
show in them: the quickstart runs in a kernel of the usual kind.

As a script, this is one of two processes. With the number of a socket it is the one that is forked.
With the path of the socket and a connection file, it is what a Jupyter server or nbclient starts:
it stands for the kernel, hands on signals to it, and ends as it ends. It imports little, as it is
no gain otherwise.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# What a panel, its first run and plots import.
IMPORTED = (
    "ipykernel.ipkernel",
    "ipywidgets",
    "matplotlib.backends.backend_agg",  # the inline one asks for its kernel when it is imported
    "matplotlib.figure",
    "numpy.random",
    "PIL.JpegImagePlugin",
    "shapely",
    "sqlalchemy",
    "torch._dynamo",
    "xwidget.findings.store.store",
    "xwidget.gallery",
    "xwidget.inspector",
)
_INLINE = "module://matplotlib_inline.backend_inline"  # that of a kernel, where none is asked for
_POLL = 0.05  # seconds between looks at whether a kernel has ended
_HANDED_ON = ("SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2")


@contextlib.contextmanager
def kernels(folder: Path) -> Iterator[list[str]]:
    """Lend the command that starts a kernel, as a kernel's description has it."""
    folder.mkdir()
    path = str(folder / "door")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()  # who asks before the process listens, waits
        number = door.fileno()
        forker = subprocess.Popen(
            [sys.executable, __file__, str(number)], stdin=subprocess.PIPE, pass_fds=[number]
        )
    try:
        # Isolated, and without its site: the kernel that it stands for has both.
        yield [sys.executable, "-I", "-S", __file__, path, "{connection_file}"]
    finally:
        forker.communicate(timeout=60)


def stand_for(path: str, connection_file: str) -> int:
    """Have a kernel forked, and return the status with which it ends."""
    talk = socket.socket(socket.AF_UNIX)
    talk.connect(path)
    for name in _HANDED_ON:
        number = getattr(signal, name)
        signal.signal(number, lambda number, _: talk.sendall(bytes([number])))
    asked = {"argv": ["ipykernel_launcher", "-f", connection_file], "cwd": str(Path.cwd())}
    request = json.dumps(asked | {"env": dict(os.environ)}).encode()
    socket.send_fds(talk, [len(request).to_bytes(4, "big")], [0, 1, 2])
    talk.sendall(request)
    answer = talk.recv(4)
    status = int.from_bytes(answer, "big", signed=True) if len(answer) == 4 else 1
    return status if status >= 0 else 128 - status  # as a shell says that a signal ended it


class Forker:
    """Forks a kernel for each that asks; ends with its standard input, and all kernels with it."""

    def __init__(self, door: socket.socket) -> None:
        self._kernels: dict[int, socket.socket] = {}
        self._watched = selectors.DefaultSelector()
        self._door = door
        self._watched.register(self._door, selectors.EVENT_READ)
        self._watched.register(sys.stdin, selectors.EVENT_READ)

    def serve(self) -> bool:
        """Return True in each kernel that is forked, and False at the end."""
        while True:
            for key, _ in self._watched.select(_POLL if self._kernels else None):
                if key.fileobj is sys.stdin:
                    for kernel in self._kernels:
                        os.killpg(kernel, signal.SIGKILL)
                    return False
                if key.fileobj is self._door:
                    if self._fork():
                        return True
                else:
                    self._hand_on(key.data)
            self._bury()

    def _fork(self) -> bool:
        talk, _ = self._door.accept()
        size, files, _, _ = socket.recv_fds(talk, 4, 3)
        request = json.loads(_exactly(talk, int.from_bytes(size, "big")))
        kernel = os.fork()
        if kernel == 0:
            self._become(request, files)
            return True
        for file in files:
            os.close(file)
        self._kernels[kernel] = talk
        self._watched.register(talk, selectors.EVENT_READ, kernel)
        return False

    def _become(self, request: dict[str, object], files: list[int]) -> None:
        os.setsid()
        self._watched.close()
        for each in (self._door, *self._kernels.values()):
            each.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.environ.clear()
        os.environ.update(request["env"])  # type: ignore[call-overload]
        os.chdir(str(request["cwd"]))
        import matplotlib as mpl  # it looks at its variable when it is imported, before the fork

        mpl.rcParams["backend"] = os.environ.get("MPLBACKEND") or _INLINE
        sys.argv[:] = request["argv"]  # type: ignore[assignment, index]

    def _hand_on(self, kernel: int) -> None:
        """Hand on a signal; who stands for a kernel and was killed had it killed."""
        try:
            said = self._kernels[kernel].recv(1)
        except OSError:
            said = b""
        if said:
            os.kill(kernel, said[0])
        else:
            self._watched.unregister(self._kernels[kernel])
            os.killpg(kernel, signal.SIGKILL)

    def _bury(self) -> None:
        for kernel, talk in list(self._kernels.items()):
            ended, status = os.waitpid(kernel, os.WNOHANG)
            if ended:
                del self._kernels[kernel]
                if talk in (key.fileobj for key in self._watched.get_map().values()):
                    self._watched.unregister(talk)
                    code = os.waitstatus_to_exitcode(status)
                    talk.sendall(code.to_bytes(4, "big", signed=True))
                talk.close()


def _exactly(talk: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        found += talk.recv(size - len(found))
    return found


def main(door: int) -> None:
    """Import what kernels import, then fork them."""
    del sys.path[0]  # this script's folder
    forker = Forker(socket.socket(fileno=door))
    import gc
    import importlib

    from ipykernel import kernelapp

    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # its pages stay shared
    if forker.serve():
        kernelapp.launch_new_instance()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(stand_for(*sys.argv[1:]))
    main(int(sys.argv[1]))
