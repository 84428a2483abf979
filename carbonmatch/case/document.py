"""A case file as it is written: plain values, and the line of every key."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from carbonmatch.errors import Fault, InputError
from carbonmatch.wording import nearest

KeyPath = tuple[str | int, ...]

_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
_COMMENT = re.compile(r"(?:^|\s)#+")
_MERGE = "tag:yaml.org,2002:merge"
_CHANGED = re.compile(r"(^--set .*|(?:scenario|weather year|year) [\w-]+)\)?$")
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, order=True)
class Position:
    """Where a value was written.

    order    for sorting: the line, or a number beyond the last line for `--set`
    label    for messages: `case.yaml, line 12`, or `--set target.cfe=2`
    key      the key that the label itself names, if any
    """

    order: int
    label: str
    key: KeyPath | None = None


@dataclass
class Document:
    """Plain values with the position of every key.

    name        what messages call the document; empty for a case from Python
    values      the top-level mapping
    positions   position by path of keys
    faults      faults of the YAML itself
    comments    what stands behind a # on a line, by number of the line
    sources     where a value is from that stands in no line: a figure of the library of technologies
    """

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    positions: dict[KeyPath, Position] = field(default_factory=dict)
    faults: list[tuple[Position, Fault]] = field(default_factory=list)
    sha256: str | None = None
    comments: dict[int, str] = field(default_factory=dict)
    sources: dict[KeyPath, str] = field(default_factory=dict)

    def note(self, path: KeyPath) -> str:
        """Return the comment on the line of a key, and which setting or scenario the value is from if it is."""
        if path in self.sources:
            return self.sources[path]
        position = self.position(path)
        changed = _CHANGED.search(position.label)
        return "; ".join(part for part in (self.comments.get(position.order), changed and changed[1]) if part)

    def position(self, path: KeyPath) -> Position:
        """Return the position of a key, or of the nearest block around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                return self.positions[path[:length]]
        return Position(0, self.name)

    def place(self, path: KeyPath) -> str:
        """Name a key as a user finds it: `case.yaml, line 12: target.cfe`."""
        position = self.position(path)
        parts = (position.label, "" if path == position.key else dotted(path))
        return ": ".join(part for part in parts if part) or "case"

    def at(self, path: KeyPath) -> Any:
        """Return the value at a path, or None where there is none."""
        value: Any = self.values
        for part in path:
            if not isinstance(value, dict) or part not in value:
                return None
            value = value[part]
        return value

    def put(self, path: KeyPath, value: Any, position: Position) -> None:
        """Set a value, with new blocks where the path leads through none; keys below it forget their lines.

        Raises:
            ValueError: the path leads through a value that is not a block; the message says which.
        """
        block: Any = self.values
        for depth, part in enumerate(path[:-1]):
            inner = block.get(part)
            if inner is None:
                inner = block[part] = {}
                self.positions[path[: depth + 1]] = position
            if not isinstance(inner, dict):
                raise ValueError(f"{dotted(path[: depth + 1])} is not a block, so nothing can be set below it")  # noqa: TRY004
            block = inner
        block[path[-1]] = value
        for known in [known for known in self.positions if known[: len(path)] == path]:
            del self.positions[known]
        self.positions[path] = position


def dotted(path: Iterable[object]) -> str:
    """Write a path of keys as a user does: target.cfe."""
    return ".".join(str(part) for part in path)


def read_document(path: Path, name: str) -> Document:
    """Read a case file.

    Raises:
        InputError: the file is missing, not text, not YAML, empty, or not a block of keys.
    """
    data = _read_bytes(path, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Fault(name, "is not text in UTF-8; a case is a YAML file")]) from error
    if "\0" in text:
        raise InputError([Fault(name, "holds binary data; a case is a YAML file")])
    document = Document(name, sha256=hashlib.sha256(data).hexdigest())
    node = _compose(text, name)
    if node is None:
        raise InputError([Fault(name, "is empty; a case starts with `name:`, `currency:` and `time:`")])
    if not isinstance(node, MappingNode):
        kind = "a list" if isinstance(node, SequenceNode) else f"the text {node.value[:40]!r}"
        raise InputError([Fault(name, f"is {kind}, not a block of keys such as `name:`, `time:` and `sites:`")])
    document.values = _Builder(document).mapping(node, ())
    document.comments = comments_of(text)
    return document


def comments_of(text: str) -> dict[int, str]:
    """Return the comments of YAML text by number of their line; a # inside quotes is none."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        outside = _QUOTED.sub(lambda match: "x" * len(match[0]), line)
        start = _COMMENT.search(outside)
        if start:
            found[number] = line[start.end() :].strip()
    return found


def parse_value(text: str) -> Any:
    """Read one value, as in `--set key=value`, as YAML.

    Raises:
        ValueError: the text is not YAML.
    """
    try:
        node = _yaml().compose(io.StringIO(text))
    except YAMLError as error:
        raise ValueError("is not a YAML value; put text with signs in quotes") from error
    return None if node is None else _Builder(Document("")).value(node, ())


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError([Fault(name, f"does not exist{nearest(path.name, names)}")]) from error
    except IsADirectoryError as error:
        inside = sorted(entry.name for entry in path.iterdir() if entry.suffix in {".yaml", ".yml"})
        advice = f"; name the case file in it: {', '.join(inside[:5])}" if inside else "; a case is a YAML file"
        raise InputError([Fault(name, f"is a folder{advice}")]) from error
    except OSError as error:
        raise InputError([Fault(name, f"cannot be read: {error.strerror}")]) from error


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)


def _compose(text: str, name: str) -> Node | None:
    try:
        node: Node | None = _yaml().compose(io.StringIO(text))
    except MarkedYAMLError as error:
        for number, line in enumerate(text.splitlines(), start=1):
            if re.match(r" *\t", line):
                what = "is indented with a tab; YAML wants spaces"
                raise InputError([Fault(f"{name}, line {number}", what)]) from error
        mark = error.problem_mark or error.context_mark
        place = f"{name}, line {mark.line + 1}" if mark else name
        raise InputError([Fault(place, f"is not YAML: {_plain_problem(error)}")]) from error
    except YAMLError as error:
        raise InputError([Fault(name, "is not YAML; a case is written as `key: value` lines")]) from error
    return node


_PROBLEMS = (
    (
        "mapping values are not allowed",
        "a second `:` on the line; put text with a colon in quotes, and check the indentation",
    ),
    ("could not find expected ':'", "a `:` is missing after a key"),
    ("found undefined alias", "an alias (*name) that no anchor (&name) defines"),
    (
        "expected <block end>",
        "the indentation does not fit the lines above; keys of one block start in the same column",
    ),
    ("but found another document", "a second document (---); a case is one document"),
    ("cannot start any token", "a sign that has to stand in quotes"),
    ("expected ',' or", "a bracket { or [ that is not closed, or a comma that is missing"),
    ("while scanning a quoted", "a quote that is not closed"),
    ("expected the node content", "a bracket { or [ that is not closed, or a value that is missing"),
    ("found unexpected end of stream", "a quote or a bracket that is not closed"),
)


def _plain_problem(error: MarkedYAMLError) -> str:
    said = f"{error.context or ''} {error.problem or ''}"
    return next((words for sign, words in _PROBLEMS if sign in said), (error.problem or "it cannot be parsed").strip())


class _Builder:
    """Builds plain values from YAML nodes and notes where each key stands."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: set[int] = set()

    def value(self, node: Node, path: KeyPath) -> Any:
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if id(node) in self.open:
            self._fault(node, path, "refers to itself; write the block out")
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return self.mapping(node, path)
            return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        finally:
            self.open.discard(id(node))

    def mapping(self, node: MappingNode, path: KeyPath, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        own = without | {str(key.value) for key, _ in node.value if isinstance(key, ScalarNode) and key.tag != _MERGE}
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                self._merge(value_node, path, found, own)
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE or (isinstance(key_node, ScalarNode) and key_node.value in without):
                continue
            if not isinstance(key_node, ScalarNode):
                self._fault(key_node, path, "has a block or a list as a key; a key is a word")
                continue
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in lines:
                what = f"is there already on line {lines[key]}; a key may be given once"
                self._fault(key_node, (*path, key), what)
                continue
            lines[key] = line
            self.document.positions[(*path, key)] = Position(line, f"{self.document.name}, line {line}")
            found[key] = self.value(value_node, (*path, key))
        return found

    def _merge(self, node: Node, path: KeyPath, found: dict[str, Any], own: frozenset[str]) -> None:
        """Take the keys of `<<: *anchor`; keys that the block gives itself win, and earlier anchors over later ones."""
        for block in node.value if isinstance(node, SequenceNode) else [node]:
            if isinstance(block, MappingNode) and id(block) not in self.open:
                self.open.add(id(block))
                found.update(self.mapping(block, path, own | found.keys()))
                self.open.discard(id(block))
            else:
                self._fault(node, path, "merges (<<) something that is not a block of its own")

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Any:
        if node.tag == _TIMESTAMP:  # left as text: the library would drop the offset of a stamp
            return str(node.value)
        try:
            return _yaml().constructor.construct_object(node)
        except (YAMLError, ValueError, ArithmeticError, LookupError):
            self._fault(node, path, f"is {node.value!r}, which YAML cannot read; put text in quotes")
            return None

    def _fault(self, node: Node, path: KeyPath, what: str) -> None:
        line = node.start_mark.line + 1
        position = Position(line, f"{self.document.name}, line {line}")
        place = ": ".join(part for part in (position.label, dotted(path)) if part)
        self.document.faults.append((position, Fault(place, what)))
