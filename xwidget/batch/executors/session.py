"""The Ray that is there, or one that is started for as long as it is needed."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

_USAGE = "RAY_USAGE_STATS_ENABLED"


@contextmanager
def session(ray: Any, cpus: float) -> Iterator[None]:
    """Connect to Ray for a block.

    Where this process has done so already, nothing is done. Otherwise it connects to a cluster that
    ``RAY_ADDRESS`` names or that was started on this machine, or starts Ray on this machine, and
    ends what it began after the block.

    Parameters
    ----------
    ray
        The library.
    cpus
        How many there must be at least where Ray is started: more than the machine has share them.
    """
    if ray.is_initialized():
        yield
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        _begin(ray, cpus)
        yield
    finally:
        ray.shutdown()
        if handler is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)  # Ray has put its own there


def _begin(ray: Any, cpus: float) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.WARNING}
    address = os.environ.get("RAY_ADDRESS", "")
    if address:
        ray.init(**({} if address.startswith("ray://") else quiet))
        return
    # What is started here on behalf of somebody tells nobody, unless they said so.
    told = _USAGE in os.environ
    os.environ.setdefault(_USAGE, "0")
    count = max(ceil(cpus), os.cpu_count() or 1)
    try:
        ray.init(num_cpus=count, include_dashboard=False, **quiet)
    except ValueError:  # there is a cluster already, which has its own number
        ray.init(**quiet)
    finally:
        if not told:
            del os.environ[_USAGE]
