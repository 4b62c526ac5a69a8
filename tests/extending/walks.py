"""Reads the walks of docs/extending.md: what each adds, and the code that uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(
    r"^```(?:\{code-block\} )?(?P<language>\w+)\n"
    r"(?::caption: (?P<file>\S+)\n\n)?"
    r"(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A block of code: what stands in a file or, without one, what a person runs."""

    language: str
    file: str | None
    text: str

    def write(self, root: Path) -> None:
        """Make the file, or change it as a diff says; its lines must stand in the file once."""
        assert self.file is not None
        path = root / self.file
        if self.language != "diff":
            assert not path.exists(), f"{self.file} is there already; show what changes as a diff"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, "utf-8")
            return
        text = path.read_text("utf-8")
        for hunk in re.split(r"^@@\n", self.text, flags=re.MULTILINE):
            old, new = (_side(hunk, mark) for mark in "-+")
            times = text.count(old)
            assert times == 1, f"{self.file} has these lines {times} times:\n{old}"
            text = text.replace(old, new)
        path.write_text(text, "utf-8")


def _side(hunk: str, mark: str) -> str:
    """Return the lines of a diff's hunk before ("-") or after it ("+")."""
    lines = [line or " " for line in hunk.splitlines()]
    return "".join(f"{line[1:]}\n" for line in lines if line[0] in (" ", mark))


@dataclass(frozen=True)
class Walk:
    """One section of the page: how one thing is added."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def files(self) -> list[str]:
        """The files that a person touches."""
        return sorted({block.file for block in self.blocks if block.file is not None})

    def code(self, language: str) -> list[str]:
        """Return the commands that a person runs."""
        return [b.text for b in self.blocks if b.file is None and b.language == language]


def walks() -> dict[str, Walk]:
    """Return the walks by title, in the order of the page; "" is what stands before them."""
    parts = ["", *_HEADING.split(PAGE.read_text("utf-8"))]
    return {
        title: Walk(
            title,
            tuple(Block(b["language"], b["file"], b["text"]) for b in _BLOCK.finditer(text)),
        )
        for title, text in zip(parts[::2], parts[1::2], strict=True)
    }
