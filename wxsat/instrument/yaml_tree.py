"""YAML bytes -> plain data in which every value still knows its line.

The node tree is composed, never constructed: no tag can build an object, and a number, a truth value or a
text is what it looks like to a reader (`010` is not eight, `12:30` is not 750). Duplicate keys, tags, merge
keys, runaway aliases and control characters are faults with a line, all found in one go.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from wxsat.errors import Fault

Steps = tuple[str | int, ...]

LARGEST_FILE = 5_000_000
LARGEST_TREE = 200_000
DEEPEST_TREE = 40

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_TRUTH = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}
_PLAIN_TAGS = ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "value")
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Positions:
    """
    Where each value of a file stands.

    Attributes
    ----------
    file : str
        Path of the file as the user gave it; empty when there is no file.
    lines : mapping of path to int
        Line (from 1) of each value, keyed by its path of mapping keys and list positions.
    """

    file: str = ""
    lines: Mapping[Steps, int] = field(default_factory=dict)

    def line(self, path: Steps) -> int | None:
        """Return the line of the value at `path`, or of the nearest enclosing one that has a line."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def where(self, path: Steps) -> str:
        """Return ``file:line`` of `path`, or the dotted path itself when there is no file."""
        line = self.line(path)
        if line is None:
            return self.file or ".".join(str(step) for step in path)
        return f"{self.file}:{line}"


@dataclass(frozen=True)
class Document:
    """
    One parsed YAML document.

    Attributes
    ----------
    root : yaml.Node
        The composed node tree; entries may be pruned from it.
    data : Any
        Plain data; mapping keys are always text, as in JSON.
    positions : Positions
        Line of each value.
    nodes : mapping of path to yaml.Node
        The node behind each value.
    """

    root: yaml.Node
    data: Any
    positions: Positions
    nodes: Mapping[Steps, yaml.Node]


def decode(content: bytes, file: str) -> tuple[str, str, list[Fault]]:
    """Return text, the encoding it was read in, and faults; UTF-8, UTF-16 with BOM and GB18030 are read."""
    if len(content) > LARGEST_FILE:
        fault = Fault("INST-002", f"{len(content)} bytes are too many for an instrument file.", file)
        return "", "", [fault]
    encodings = ["utf-16"] if content.startswith(_UTF16_BOMS) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _looks_chinese(text):
            return text, encoding, []
    fault = Fault(
        "INST-002",
        "this is not text in UTF-8, UTF-16 or GB18030.",
        file,
        "Save the file as UTF-8 and try again.",
    )
    return "", "", [fault]


def _looks_chinese(text: str) -> bool:
    """Bytes of any origin often decode as GB18030; only common characters and no private ones are Chinese."""
    wide = [c for c in text if ord(c) > 127]
    common = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in wide)
    return common >= 0.9 * len(wide) and not any(unicodedata.category(c) in ("Co", "Cn", "Cc") for c in wide)


def parse(text: str, file: str) -> tuple[Document | None, list[Fault]]:
    """
    Compose one YAML document and turn it into plain data with lines.

    Parameters
    ----------
    text : str
        Content of the file.
    file : str
        Its name, for messages.

    Returns
    -------
    document : Document or None
        None when nothing usable could be composed.
    faults : list of Fault
        Everything wrong at the level of YAML itself.
    """
    try:
        # The pure Python loader, not libyaml's: it words its problems the same on every machine.
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        return None, [_syntax_fault(problem, text, file)]
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        message = f"the character U+{_code_point(problem.character):04X} is not allowed in YAML."
        return None, [Fault("INST-006", message, f"{file}:{line}", "Delete it or type it again.")]
    except RecursionError:
        return None, [Fault("INST-006", f"nested deeper than {DEEPEST_TREE} levels.", file)]
    if root is None:
        return None, [
            Fault("INST-007", "the file is empty.", file, "Start with `instrument:`, `scales:`, `constructs:`.")
        ]
    fault = _runaway(root, file)
    if fault:
        return None, [fault]
    document = read_tree(root, file)
    faults = list(dict.fromkeys(_tree_faults(root, file)))
    if not isinstance(root, yaml.MappingNode):
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single text"
        message = f"found {kind} where a mapping with `instrument:`, `scales:` and `constructs:` is expected."
        return None, [*faults, Fault("INST-007", message, f"{file}:{_line(root)}")]
    return document, faults


def _code_point(character: object) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "?")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax_fault(problem: yaml.MarkedYAMLError, text: str, file: str) -> Fault:
    mark = problem.problem_mark or problem.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    found = str(problem.problem or problem.context or "unreadable")
    where = f"{file}:{line}"
    if isinstance(problem, yaml.composer.ComposerError):
        if "alias" in found:
            return Fault("INST-006", f"{found}.", where, "Write the value out, or name a scale by its id.")
        if "but found another document" in found:
            return Fault("INST-006", "a second document starts here (`---`).", where, "One instrument a file.")
    if "\\t" in found or "\t" in shown[: len(shown) - len(shown.lstrip())]:
        return Fault("INST-003", "a tab is used for indentation.", where, "YAML wants spaces: replace tabs by spaces.")
    hints = {
        "mapping values are not allowed here": "A text with a colon and a space in it must be in quotes.",
        "found unknown escape character": "Use single quotes, or double the backslash.",
        "could not find expected ':'": "Each entry is `key: value`; check the indentation above this line.",
        "sequence entries are not allowed": 'A lone `-` means a list; the key of an item is "+" or R.',
        "expected ',' or": "Inside { } and [ ], a text with , : ? # { } [ ] in it must be in quotes.",
        "cannot start any token": "A text that starts with @, ` or % must be in quotes.",
    }
    hint = next((advice for words, advice in hints.items() if words in found), "")
    start = problem.context_mark
    if start and "expected ',' or" in found and start.line + 1 < line:
        hint = f"The `{lines[start.line][start.column]}` of line {start.line + 1} is not closed. {hint}"
    slip = _typing_slip(lines, line)
    if slip:
        line, hint = slip
        where, shown = f"{file}:{line}", lines[line - 1]
    excerpt = f" in `{shown.strip()[:60]}`" if shown.strip() else ""
    return Fault("INST-003", f"this is not YAML: {found}{excerpt}.", where, hint)


# What a Chinese keyboard or a hasty hand leaves behind, on the line that holds it: pattern, what to write.
_SLIPS = (
    (re.compile(r"^\s*\u3000"), "A full-width space stands before the text: indent with plain spaces."),
    (re.compile(r"^[\s-]*[A-Za-z_]\w*\s*："), "`：` is a full-width colon: write `: `, a colon and a space."),
    (re.compile(r"[{,]\s*[A-Za-z_]\w*\s*："), "`：` is a full-width colon: write `: `, a colon and a space."),
    (re.compile(r"[{\[][^\"']*，"), "`，` is a full-width comma: write `,` or put the text in quotes."),
    (re.compile(r"[:\[{,-]\s*[“”‘’]"), "“ and ” are typographic quotes: write \" or '."),
    (re.compile(r"^\s*-[A-Za-z_]\w*\s*:"), "A space is missing after `-`."),
    (re.compile(r"^[\s-]*[a-z_]+:[^\s:/]"), "A space is missing after the colon: `key: value`."),
)
_LINES_LOOKED_BACK = 2


def _typing_slip(lines: list[str], line: int) -> tuple[int, str] | None:
    """Return the line of a typing slip and its cure; YAML often notices only one line further down."""
    for number in range(min(line, len(lines)), max(0, line - 1 - _LINES_LOOKED_BACK), -1):
        bare = lines[number - 1].partition(" #")[0]
        for pattern, cure in _SLIPS:
            if pattern.search(bare):
                return number, cure
    return None


def _runaway(root: yaml.Node, file: str) -> Fault | None:
    """Refuse aliases that loop or multiply, and trees too deep, before anything walks the tree in full."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node, depth: int) -> int:
        if id(node) in open_nodes:
            raise ValueError("an alias (*) points to a value that contains it.")
        if depth > DEEPEST_TREE:
            raise ValueError(f"nested deeper than {DEEPEST_TREE} levels.")
        if id(node) not in sizes:
            open_nodes.add(id(node))
            sizes[id(node)] = 1 + sum(size(child, depth + 1) for child in _children(node))
            open_nodes.discard(id(node))
        return sizes[id(node)]

    try:
        total = size(root, 0)
    except ValueError as problem:
        return Fault("INST-006", str(problem), file, "Write the values out.")
    if total > LARGEST_TREE:
        message = f"written out, this file has {total} values; at most {LARGEST_TREE} are read."
        return Fault("INST-006", message, file, "Aliases (*) that repeat each other multiply: write the values out.")
    return None


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _tree_faults(node: yaml.Node, file: str) -> Iterator[Fault]:
    where = f"{file}:{_line(node)}"
    tag = str(node.tag).removeprefix("tag:yaml.org,2002:")
    if tag not in (*_PLAIN_TAGS, "merge"):
        yield Fault(
            "INST-006",
            f"the tag `{node.tag}` is not allowed.",
            where,
            "An instrument holds plain values only.",
        )
    if isinstance(node, yaml.ScalarNode) and any(_is_control(c) for c in node.value):
        yield Fault("INST-006", f"a control character stands in {node.value!r}.", where, "Delete it.")
    if isinstance(node, yaml.MappingNode):
        yield from _key_faults(node, file)
    for child in _children(node):
        yield from _tree_faults(child, file)


def _is_control(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs")


def _key_faults(node: yaml.MappingNode, file: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for key, _ in node.value:
        where = f"{file}:{_line(key)}"
        if not isinstance(key, yaml.ScalarNode):
            yield Fault("INST-006", "a key must be a plain word, not a list or a mapping.", where)
            continue
        if str(key.tag).endswith(":merge"):
            yield Fault("INST-006", "the merge key `<<` is not allowed.", where, "Write the values out.")
        if key.value in first:
            message = f"the key `{key.value}` is given twice; first on line {first[key.value]}."
            yield Fault("INST-005", message, where, "Keep one of the two.")
        first.setdefault(key.value, _line(key))


def read_tree(root: yaml.Node, file: str) -> Document:
    """Turn a composed tree into plain data and the line of each value; the first of two equal keys counts."""
    lines: dict[Steps, int] = {}
    nodes: dict[Steps, yaml.Node] = {}

    def read(node: yaml.Node, path: Steps, line: int) -> Any:
        lines[path], nodes[path] = line, node
        if isinstance(node, yaml.MappingNode):
            # Reversed, so that the first of two equal keys stays: the later one was reported.
            first = {_key_text(k): (k, v) for k, v in reversed(node.value) if not str(k.tag).endswith(":merge")}
            entries = reversed(first.values())
            return {_key_text(k): read(v, (*path, _key_text(k)), _line(k)) for k, v in entries}
        if isinstance(node, yaml.SequenceNode):
            return [read(value, (*path, i), _line(value)) for i, value in enumerate(node.value)]
        return scalar_value(node) if isinstance(node, yaml.ScalarNode) else None

    data = read(root, (), _line(root))
    return Document(root, data, Positions(file, lines), nodes)


def _key_text(key: yaml.Node) -> str:
    return key.value if isinstance(key, yaml.ScalarNode) else "?"


def scalar_value(node: yaml.ScalarNode) -> str | int | float | bool | None:
    """Return what a plain scalar means: only plain decimals are numbers, dates and clock times stay text."""
    tag, text = str(node.tag).removeprefix("tag:yaml.org,2002:"), str(node.value)
    if tag == "null":
        return None
    if tag == "bool":
        return _TRUTH[text.lower()]
    if tag == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if tag == "float" and _DECIMAL.fullmatch(text):
        return float(text)
    return text


def remove_nodes(root: yaml.Node, unwanted: set[int]) -> None:
    """Take the nodes with these ``id()`` out of the tree."""
    if isinstance(root, yaml.MappingNode):
        root.value = [pair for pair in root.value if id(pair[1]) not in unwanted]
    elif isinstance(root, yaml.SequenceNode):
        root.value = [value for value in root.value if id(value) not in unwanted]
    for child in _children(root):
        remove_nodes(child, unwanted)
