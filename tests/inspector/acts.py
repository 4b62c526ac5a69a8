"""A page's acts on findings, each with the answer to it."""

import uuid

from tests.inspector.fakes import FINDING, fitting


def record(**fields):
    """Return a finding of one's own as a page sends it."""
    return {**FINDING, "id": str(uuid.uuid4()), **fields}


class Acts:
    """A page's acts, each with the answer to it."""

    def __init__(self, page):
        self.page = page
        self._id = 1000

    def ask(self, kind, way="message", **fields):
        self._id += 1
        command = {**fitting(kind), "id": self._id, **fields}
        self.page.set(_command=command) if way == "trait" else self.page.send(command)
        return self._id

    def answer(self, id):
        """Return the reply to a command."""
        found = []

        def came(page):
            found[:] = [(c, b) for c, b in page.messages if c.get("id") == id]
            return found

        self.page.until(came)
        (answer,) = found
        return answer

    def do(self, kind, way="message", **fields):
        return self.answer(self.ask(kind, way, **fields))[0]

    def put(self, finding=None, base=0, act=None, **fields):
        finding = record() if finding is None else finding
        act = str(uuid.uuid4()) if act is None else act
        return self.do("put", finding=finding, base=base, act=act, **fields)

    def pushes(self, kind):
        return [content for content, _ in self.page.pump().messages if content["type"] == kind]
