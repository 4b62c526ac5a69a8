"""The Inspector's fixtures: a Gallery opens one."""

from tests.inspector.conftest import _recorded, engine, make

__all__ = ["_recorded", "engine", "make"]
