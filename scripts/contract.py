"""Writes what is made from the contract of kernel and page: types, first values, tables.

python -m scripts.contract            writes the files
python -m scripts.contract --check    fails, and names them, where they differ from the table
"""

from __future__ import annotations

import json
import re
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, Union

from xwidget.browser import contract as wall
from xwidget.gallery import contract as strip
from xwidget.inspector.page import contract, shapes, shapes_beside, shapes_guessing
from xwidget.inspector.page.entries import Command, Reply, Trait
from xwidget.support.line import MOST
from xwidget.teaching import contract as sheet

ROOT = Path(__file__).parents[1]
DOCS = Path("docs/protocol.md")
_HEAD = "/** Made from {} by `python -m scripts.contract`. */\n"


def outdated() -> dict[Path, str]:
    """Return the text that each generated file should have, where it has another."""
    made = {
        Path("js/src/kernel/contract.ts"): _page_types(),
        Path("js/src/gallery/contract.ts"): _strip_types(),
        Path("js/src/lessons/contract.ts"): _sheet_types(),
        Path("js/src/browser/contract.ts"): _wall_types(),
        Path("js/harness/initial.ts"): _first_values(),
        DOCS: _with_tables((ROOT / DOCS).read_text("utf-8")),
    }
    return {path: text for path, text in made.items() if _committed(path) != text}


def _committed(path: Path) -> str | None:
    return (ROOT / path).read_text("utf-8") if (ROOT / path).exists() else None


# TypeScript.


def _page_types() -> str:
    parts = [
        _HEAD.format("xwidget/inspector/page/contract.py"),
        f"export const PROTOCOL = {contract.PROTOCOL};\n",
        *_declared(shapes),
        *_declared(shapes_beside),
        *_declared(shapes_guessing),
        _interface("Traits", "The traits, as the page reads them.", _trait_fields(_ALL)),
        _union("Command", "A request of the page.", [_command(each) for each in contract.COMMANDS]),
        *_answers(),
        *_standing(),
        _ALIASES,
    ]
    return "\n".join(parts)


def _strip_types() -> str:
    return "\n".join(
        [
            _HEAD.format("xwidget/gallery/contract.py"),
            'import type { Status } from "../kernel/contract";\n',
            *_declared(strip),
            _interface("StripTraits", "The strip's traits.", _trait_fields(strip.TRAITS)),
        ]
    )


def _sheet_types() -> str:
    return "\n".join(
        [
            _HEAD.format("xwidget/teaching/contract.py"),
            *_declared(sheet),
            _interface("SheetTraits", "The sheet's traits.", _trait_fields(sheet.TRAITS)),
        ]
    )


def _wall_types() -> str:
    return "\n".join(
        [
            _HEAD.format("xwidget/browser/contract.py"),
            *_declared(wall),
            _interface("BrowserTraits", "The wall's traits.", _trait_fields(wall.TRAITS)),
            "/** Corners that a polygon on the map may have. */\n"
            f"export const CORNERS = {wall.CORNERS};\n",
            f"/** The choice of all rows. */\nexport const ALL: Choice = {_literal(wall.ALL)};\n",
        ]
    )


def _first_values() -> str:
    """Return the module that the harness begins with: a panel before anything has run."""
    rows = [f"  {trait.name}: {_literal(trait.default)},\n" for trait in contract.TRAITS]
    return (
        _HEAD.format("xwidget/inspector/page/contract.py")
        + 'import type { Traits } from "../src/kernel/contract";\n\n'
        + "const empty = () => new DataView(new ArrayBuffer(0));\n\n"
        + "/** The traits of an Inspector before the first run. */\n"
        + 'export const initial = (): Omit<Traits, "_portable"> => ({\n'
        + "".join(rows)
        + "});\n"
    )


_ALIASES = """\
/** Curves by class. */
export type Trace = Traits["_trace"];
/** Checks by class; none of a mask that may still change. */
export type Checked = Traits["_checks"];
/** Bytes of a file of the Explanation, by what it keeps of the iterations. */
export type Sizes = Omit<Replies["sizes"], "type" | "id">;
"""
_ALL = [*contract.TRAITS, contract.PORTABLE]


def _literal(value: Any) -> str:
    return "empty()" if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)


def _declared(module: types.ModuleType) -> Iterator[str]:
    """Yield the types that a module defines."""
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if typing.is_typeddict(value) and value.__module__ == module.__name__:
            yield _interface(name, value.__doc__ or "", _shape_fields(value))
        elif typing.get_origin(value) in (Literal, Union, types.UnionType):
            yield f"export type {name} = {_ts(value, spelled=True)};\n"


def _shape_fields(shape: Any) -> Iterator[tuple[str, str, str]]:
    for name, (hint, doc, required) in fields_of(shape).items():
        yield name if required else f"{name}?", _ts(hint), doc


def fields_of(shape: Any) -> dict[str, tuple[Any, str, bool]]:
    """Return a shape's fields: type, meaning, whether it is always there."""
    found = {}
    for name, hint in typing.get_type_hints(shape, include_extras=True).items():
        doc = ""
        if typing.get_origin(hint) is typing.Annotated:
            hint, doc = typing.get_args(hint)
        found[name] = hint, doc, name in shape.__required_keys__
    return found


def _trait_fields(traits: Iterable[Trait]) -> Iterator[tuple[str, str, str]]:
    for trait in traits:
        yield trait.name, _type_of(trait), f"{trait.doc}."


def _type_of(trait: Trait) -> str:
    required = getattr(trait.type, "__required_keys__", ())
    partial = isinstance(trait.default, dict) and any(key not in trait.default for key in required)
    return f"Partial<{_ts(trait.type)}>" if partial else _ts(trait.type)


def _interface(name: str, doc: str, fields: Iterable[tuple[str, str, str]]) -> str:
    lines = [_comment(doc), f"export interface {name} {{\n"]
    for field, hint, meaning in fields:
        lines += [_comment(meaning, "  "), f"  {field}: {hint};\n"]
    return "".join(lines) + "}\n"


def _comment(text: str, indent: str = "") -> str:
    return f"{indent}/** {text.replace('``', '`')} */\n" if text else ""


def _union(name: str, doc: str, members: Iterable[str]) -> str:
    return (
        _comment(doc) + f"export type {name} =\n" + "\n".join(f"  | {m}" for m in members) + ";\n"
    )


def _command(command: Command) -> str:
    fields = {
        f"{name}?" if name in command.optional else name: _ts(kind.hint)
        for name, kind in command.fields.items()
    }
    return _record({"type": json.dumps(command.name), **fields})


def _answers() -> Iterator[str]:
    replies = {each.reply.type: each.reply for each in contract.COMMANDS if each.reply}
    replies[contract.FAILED.type] = contract.FAILED
    members = [_reply(reply) for reply in replies.values()]
    yield _union("Message", "An answer of the kernel.", members)
    pushes = [_reply(reply) for reply in contract.PUSHES]
    yield _union("Push", "What the kernel says unasked.", pushes)
    by_command = {
        each.name: f'Extract<Message, {{ type: "{each.reply.type}" }}>'
        for each in contract.COMMANDS
        if each.reply
    }
    yield _interface(
        "Replies",
        "By command: the answer of a kernel that can do it.",
        ((name, reply, "") for name, reply in by_command.items()),
    )


def _standing() -> Iterator[str]:
    """Yield which commands a reply stands for."""
    apart = {each.name: [*each.apart] for each in contract.COMMANDS if each.apart}
    ends = {each.name: [*each.ends] for each in contract.COMMANDS if each.ends}
    yield 'type NamesByCommand = Partial<Record<Command["type"], readonly string[]>>;\n'
    for name, doc, value in (
        ("APART", "The fields by which a command's replies are told apart; by command.", apart),
        ("ENDS", "The commands that one ends where they have not begun.", ends),
    ):
        rows = "".join(f"  {command}: {json.dumps(names)},\n" for command, names in value.items())
        yield f"{_comment(doc)}export const {name}: NamesByCommand = {{\n{rows}}};\n"
    yield (
        _comment("Commands that are done one after another, all of them.")
        + f'export const QUEUED: readonly Command["type"][] = {json.dumps(contract.QUEUED)};\n'
    )


def _reply(reply: Reply) -> str:
    fields = {
        f"{name}?" if name in reply.optional else name: _ts(hint)
        for name, hint in reply.fields.items()
    }
    number = {} if reply in contract.PUSHES else {"id?": "number"}
    return _record({"type": json.dumps(reply.type), **number, **fields})


def _record(fields: dict[str, str]) -> str:
    return "{ " + "; ".join(f"{name}: {hint}" for name, hint in fields.items()) + " }"


_SIMPLE = {
    int: "number",
    float: "number",
    str: "string",
    bool: "boolean",
    bytes: "DataView",
    type(None): "null",
    Any: "unknown",
}
_NAMED = {
    value: name
    for module in (shapes, shapes_beside, shapes_guessing, strip, wall, sheet)
    for name, value in vars(module).items()
    if not name.startswith("_") and typing.get_origin(value) in (Literal, Union, types.UnionType)
}


def _ts(hint: Any, *, spelled: bool = False) -> str:
    """Return a type in TypeScript; ``spelled`` writes a named one out."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if not spelled and hint in _NAMED:
        return _NAMED[hint]
    if typing.is_typeddict(hint):
        return hint.__name__
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        inner = _ts(args[0])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if origin is dict:
        return f"Record<string, {_ts(args[1])}>"
    if origin is tuple:
        return f"[{', '.join(map(_ts, args))}]"
    if origin is Literal:
        return " | ".join(json.dumps(each) for each in args)
    if origin in (Union, types.UnionType):
        return " | ".join(map(_ts, args))
    raise TypeError(f"no TypeScript for {hint!r}")


# Tables of the docs.


def _with_tables(text: str) -> str:
    """Return the docs with every table between its two markers made anew."""
    tables = {
        "kernel": _trait_table(t for t in _ALL if t.owner == "kernel"),
        "both": _trait_table(t for t in contract.TRAITS if t.owner == "both"),
        "commands": _command_table(),
        "shapes": _shape_tables(shapes),
        "beside shapes": _shape_tables(shapes_beside),
        "guess shapes": _shape_tables(shapes_guessing),
        "strip kernel": _trait_table(t for t in strip.TRAITS if t.owner == "kernel"),
        "strip both": _trait_table(t for t in strip.TRAITS if t.owner == "both"),
        "strip shapes": _shape_tables(strip),
        "sheet kernel": _trait_table(t for t in sheet.TRAITS if t.owner == "kernel"),
        "sheet both": _trait_table(t for t in sheet.TRAITS if t.owner == "both"),
        "sheet shapes": _shape_tables(sheet),
        "wall kernel": _trait_table(t for t in wall.TRAITS if t.owner == "kernel"),
        "wall both": _trait_table(t for t in wall.TRAITS if t.owner == "both"),
        "wall shapes": _shape_tables(wall),
    }
    for name, table in tables.items():
        marks = rf"(<!-- contract: {name} -->\n).*?(<!-- end -->)"
        text, count = re.subn(
            marks, lambda found, t=table: f"{found[1]}\n{t}\n{found[2]}", text, flags=re.S
        )
        if count != 1:
            raise ValueError(f"{DOCS} has {count} places for the table {name!r}, expected 1")
    return text


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _trait_table(traits: Iterable[Trait]) -> str:
    def type_of(trait: Trait) -> str:
        if trait.type is bytes:
            return trait.check.words if trait.check else "frame"
        words = "" if trait.check is None else trait.check.words
        return ", ".join(filter(None, [_code(_type_of(trait)), words]))

    rows = ([f"`{t.name}`", type_of(t), _cell(t.doc)] for t in traits)
    return _table(["trait", "type", "meaning"], rows)


def _command_table() -> str:
    def field(command: Command, name: str) -> str:
        kind = command.fields[name]
        range_ = kind.words or _code(_ts(kind.hint, spelled=True))
        rest = ", may be left out" if name in command.optional else ""
        return f"`{name}`: {range_}{rest}"

    def reply(command: Command) -> str:
        if command.reply is None:
            return "none"
        made = command.reply
        fields = f" {{{', '.join(made.fields)}}}" if made.fields else ""
        return f"`{made.type}{fields}`" + (
            f" with one buffer: {made.buffer}" if made.buffer else ""
        )

    def pace(command: Command) -> str:
        made = command.pace
        if command.queued:
            return f"all in order, {MOST} wait"
        if made is None:
            return ""
        if made.burst >= 1e6:
            return f"{made.burst / 1e6:g} MB, then {made.rate / 1e6:g} MB a second"
        return f"{made.burst:g}, then {made.rate:g} a second"

    rows = (
        [
            f"`{each.name}`",
            "<br>".join(field(each, name) for name in each.fields),
            _cell(each.doc),
            reply(each),
            pace(each),
        ]
        for each in contract.COMMANDS
    )
    return _table(["command", "fields", "meaning", "reply", "pace"], rows)


def _shape_tables(module: types.ModuleType) -> str:
    def rows() -> Iterator[list[str]]:
        for name, value in vars(module).items():
            if name.startswith("_"):
                continue
            if typing.is_typeddict(value) and value.__module__ == module.__name__:
                yield [f"**`{name}`**", "", _cell(value.__doc__ or "")]
                for field, hint, doc in _shape_fields(value):
                    yield [f"`{field}`", _code(hint), _cell(doc)]
            elif typing.get_origin(value) in (Literal, Union, types.UnionType):
                yield [f"**`{name}`**", _code(_ts(value, spelled=True)), ""]

    return _table(["field", "type", "meaning"], rows())


def _cell(text: str) -> str:
    return " ".join(text.replace("``", "`").split()).removesuffix(".").replace("|", "\\|")


def main() -> int:
    """Write the files, or say which differ."""
    different = outdated()
    for path, text in different.items():
        if "--check" in sys.argv:
            print(f"{path} differs from the contract: run python -m scripts.contract")
        else:
            (ROOT / path).write_text(text, "utf-8")
            print(f"wrote {path}")
    return int("--check" in sys.argv and bool(different))


if __name__ == "__main__":
    sys.exit(main())
