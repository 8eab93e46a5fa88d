"""Field faults: what pydantic found wrong, said with line, value, what is allowed and the nearest name.

Entries that cannot be understood are then taken out of the tree, so that the rest of the file can still be
checked for broken references in the same go.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wxsat.errors import Fault, nearest
from wxsat.instrument.instrument import FORM_LETTERS, INSTRUMENT_ID_PATTERN, Instrument
from wxsat.instrument.label_example import anchors_hint, labels_hint
from wxsat.instrument.yaml_tree import Document, Steps, read_tree, remove_nodes

MOST_PASSES = 12

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list such as [a, b]",
    "tuple_type": "a pair such as [SHOW1, SHOW4]",
    "dict_type": "a mapping of key: value",
    "model_type": "a mapping of key: value",
}
_SINGULAR = {
    "scales": "scale",
    "constructs": "construct",
    "items": "item",
    "attention": "attention check",
    "background": "question",
    "composites": "composite",
    "models": "model",
    "choices": "choice",
    "anchors": "anchor",
}
_FILLED_BY_LOAD = ("header", "folder", "sha256")


@dataclass
class Validated:
    """
    What validation left of a file.

    Attributes
    ----------
    instrument : Instrument or None
        The instrument, less the entries that could not be understood; None when too little is left.
    document : Document
        The tree `instrument` was made from.
    faults : list of Fault
        Every field fault of the file as the author wrote it.
    lost : set of str
        Names defined in the entries that were taken out.
    doubtful : set of str
        Ids of the entries, still there, from which something was taken out.
    """

    instrument: Instrument | None
    document: Document
    faults: list[Fault] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)


def validate(document: Document) -> Validated:
    """Validate a parsed file into an instrument, taking out what cannot be understood."""
    state = Validated(None, document)
    reserved = list(_reserved_keys(document.data))
    if reserved:
        state.faults = [_unknown_key(path, document) for path in reserved]
        _take_out(state, set(reserved))
    for attempt in range(MOST_PASSES):
        state.instrument, errors = _try(state.document)
        if state.instrument is not None:
            break
        if attempt == 0:
            state.faults += _describe_all(errors, state.document)
        unwanted = {path for path in (_culprit(error, state.document) for error in errors) if path}
        if not unwanted:
            break
        _take_out(state, unwanted)
    return state


def _try(document: Document) -> tuple[Instrument | None, list[ErrorDetails]]:
    # JSON mode, strict: keys may be whole numbers and lists pairs, but "7" is no number and yes is no 1.
    text = json.dumps(_with_ids(document))
    try:
        return Instrument.model_validate_json(text, strict=True), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _with_ids(document: Document) -> Any:
    """Return the data with each scale's id, each item's construct and the version as it was written."""
    data = json.loads(json.dumps(document.data))
    version = document.nodes.get(("instrument", "version"))
    if isinstance(version, yaml.ScalarNode) and not str(version.tag).endswith(("null", "bool")):
        data["instrument"]["version"] = version.value
    for scale_id, scale in _entries(data.get("scales")):
        scale["id"] = scale_id
    for _, construct in _entries(data.get("constructs")):
        for _, item in _entries(construct.get("items")):
            item["construct_id"] = str(construct.get("id", ""))
    return data


def _entries(container: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Walk the mappings in a list or mapping, with their position or key."""
    pairs = container.items() if isinstance(container, dict) else enumerate(container or ())
    if isinstance(container, (dict, list)):
        yield from ((key, entry) for key, entry in pairs if isinstance(entry, dict))


def _reserved_keys(data: dict[str, Any]) -> Iterator[Steps]:
    """Find keys that loading fills in and that no author may write."""
    yield from ((key,) for key in _FILLED_BY_LOAD if key in data)
    yield from (("scales", key, "id") for key, scale in _entries(data.get("scales")) if "id" in scale)
    for i, construct in _entries(data.get("constructs")):
        for j, item in _entries(construct.get("items")):
            if "construct_id" in item:
                yield ("constructs", i, "items", j, "construct_id")


def _take_out(state: Validated, unwanted: set[Steps]) -> None:
    nodes = {id(state.document.nodes[path]) for path in unwanted}
    for path in unwanted:
        state.lost |= set(_names_below(state.document, path))
        state.doubtful |= set(_names_above(state.document, path))
    remove_nodes(state.document.root, nodes)
    state.document = read_tree(state.document.root, state.document.positions.file)


def _names_below(document: Document, path: Steps) -> Iterator[str]:
    """Walk the ids that are defined in an entry, so that references to them are not faults on top."""
    if len(path) == 2 and path[0] == "scales":
        yield str(path[1])
    for steps, node in document.nodes.items():
        if steps[: len(path)] == path and steps[-1] == "id" and isinstance(node, yaml.ScalarNode):
            yield node.value


def _names_above(document: Document, path: Steps) -> Iterator[str]:
    """Walk the ids of the entries that a path goes through."""
    if path[0] == "scales" and len(path) > 1:
        yield str(path[1])
    for length in range(1, len(path)):
        value = _value_at(path[:length], document)
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            yield value["id"]


def _known_prefix(loc: tuple[Any, ...], document: Document) -> Steps:
    for length in range(len(loc), 0, -1):
        if loc[:length] in document.nodes:
            return loc[:length]
    return ()


def _culprit(error: ErrorDetails, document: Document) -> Steps:
    """Return the path of the smallest entry to take out against this error; () for the whole file."""
    loc = tuple(error["loc"])
    return _known_prefix(loc[:-1] if error["type"] == "missing" else loc, document)


def _describe_all(errors: list[ErrorDetails], document: Document) -> list[Fault]:
    """Describe each error once; the branches of a choice between types are one fault."""
    described: dict[tuple[Any, ...], Fault] = {}
    for error in errors:
        loc = tuple(error["loc"])
        key = loc if error["type"] == "missing" else _known_prefix(loc, document)
        described.setdefault(key, _describe(error, document))
    return list(described.values())


def _describe(error: ErrorDetails, document: Document) -> Fault:
    loc, kind = tuple(error["loc"]), error["type"]
    path = _known_prefix(loc, document)
    where = document.positions.where(path)
    if kind == "missing":
        owner = _owner(path, document)
        return Fault("INST-010", f"{owner} has no `{loc[-1]}`.", where, _what_it_is(path, str(loc[-1])))
    if kind == "extra_forbidden":
        return _unknown_key(path, document)
    name, value = _name_of(path, document), _value_at(path, document)
    if "weights" in path and path[-1] != "weights":
        return Fault("INST-013", f"{name} is {value!r}.", where, "A weight is a positive number.")
    if path and path[-1] == "weights":
        return Fault("INST-013", f"{name} is {value!r}.", where, "Write `equal`, or one positive number a part.")
    if kind in _WANTED:
        return _wrong_kind(_WANTED[kind], path, document)
    if kind == "literal_error":
        return _not_allowed(error, path, document)
    if kind == "string_pattern_mismatch":
        wanted = "small letters, digits and hyphens" if _is_header_id(error) else "letters, digits and _"
        message = f"{name} is {value!r}; an id starts with a letter and has only {wanted} (ASCII)."
        return Fault("INST-020", message, where, "It becomes a column of the data and a name in model text.")
    if kind in ("string_too_short", "too_short"):
        return Fault("INST-013", f"{name} is empty.", where)
    return Fault("INST-013", f"{name} is {value!r}: {error['msg'].lower()}.", where)


def _is_header_id(error: ErrorDetails) -> bool:
    return dict(error.get("ctx", {})).get("pattern") == INSTRUMENT_ID_PATTERN


def _wrong_kind(wanted: str, path: Steps, document: Document) -> Fault:
    where, name, node = document.positions.where(path), _name_of(path, document), document.nodes[path]
    value = _value_at(path, document)
    if value is None:
        return Fault("INST-012", f"{name} is empty; expected {wanted}.", where)
    written = node.value if isinstance(node, yaml.ScalarNode) else ""
    if wanted == "a text" and isinstance(value, (bool, int, float)):
        reading = f"the truth value {str(value).lower()}" if isinstance(value, bool) else "a number"
        message = f"{name} is {written}, which YAML reads as {reading}; expected a text."
        return Fault("INST-014", message, where, f'Put it in quotes: "{written}".')
    found = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(written)
    hint = ""
    if wanted.startswith("a mapping") and isinstance(value, str) and path[-1] in ("text", "name", "title", "stem"):
        hint = "Write {zh: ..., en: ...}."
    if _within_labels(path):
        hint = labels_hint(_value_at(path[:2], document))
    return Fault("INST-012", f"{name} is {found}; expected {wanted}.", where, hint)


def _within_labels(path: Steps) -> bool:
    return len(path) > 2 and path[0] == "scales" and path[2] == "labels"


def _not_allowed(error: ErrorDetails, path: Steps, document: Document) -> Fault:
    allowed = [part.strip("'") for part in str(error["ctx"]["expected"]).replace(" or ", ", ").split(", ")]
    value = str(_value_at(path, document))
    if "forms" in path:
        allowed += list(FORM_LETTERS)
    hint = f"Allowed: {', '.join(allowed)}.{nearest(value, allowed)}"
    if _within_labels(path):
        numbers = str(path[-1]).lstrip("-").isdigit()
        hint = f"{hint} {anchors_hint() if numbers else labels_hint(_value_at(path[:2], document))}"
    if path[-1] == "key":
        hint += ' A reverse-keyed item has key: "R".'
    return Fault(
        "INST-013",
        f"{_name_of(path, document)} is {value!r}, which is not allowed.",
        document.positions.where(path),
        hint,
    )


def _unknown_key(path: Steps, document: Document) -> Fault:
    known = sorted(_fields_at(path[:-1]))
    hint = f"Known: {', '.join(known)}.{nearest(str(path[-1]), known)}" if known else ""
    if _value_at(path, document) is None and document.data and known == ["en", "zh"]:
        hint = "Inside { } a comma ends a text: put a text with a comma in quotes."
    owner = _owner(path[:-1], document)
    return Fault(
        "INST-011",
        f"{owner} has a key `{path[-1]}`, which is not known.",
        document.positions.where(path),
        hint,
    )


def _value_at(path: Steps, document: Document) -> Any:
    value = document.data
    for step in path:
        value = value[step]
    return value


def _owner(path: Steps, document: Document) -> str:
    """Say which entry a path lies in: ``item 'PU1'``, ``the text of item 'PU1'``, ``the file``."""
    if not path:
        return "the file"
    if path == ("instrument",):
        return "`instrument`"
    if isinstance(path[-1], int) or (len(path) > 1 and path[-2] in ("scales", "anchors")):
        return _entry_name(path, document)
    return _name_of(path, document)


def _entry_name(path: Steps, document: Document) -> str:
    kind = _SINGULAR.get(str(path[-2]), f"entry of `{path[-2]}`") if len(path) > 1 else "entry"
    value = _value_at(path, document)
    if isinstance(path[-1], str):
        return f"{kind} '{path[-1]}'"
    if isinstance(value, dict):
        name = value.get("id", value.get("code"))
        if isinstance(name, (str, int)):
            return f"{kind} '{name}'"
    return f"{kind} {path[-1] + 1}"


def _name_of(path: Steps, document: Document) -> str:
    """Say which value a path is: ```key` of item 'PU1'``."""
    if not path:
        return "the file"
    for length in range(len(path) - 1, 0, -1):
        above = path[:length]
        in_mapping = length == 2 and above[0] == "scales"
        if (isinstance(above[-1], int) and len(above) > 1 and above[-2] in _SINGULAR) or in_mapping:
            inner = ".".join(str(step + 1 if isinstance(step, int) else step) for step in path[length:])
            return f"`{inner}` of {_entry_name(above, document)}"
    return f"`{'.'.join(str(step + 1 if isinstance(step, int) else step) for step in path)}`"


def _model_at(path: Steps) -> type[BaseModel] | None:
    """Follow the fields of the models along a path; None where the path leads to no model."""
    kind: Any = Instrument
    for step in path:
        kind = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {info.alias or name: info for name, info in kind.model_fields.items()}
            if step not in fields:
                return None
            kind = fields[str(step)].annotation
        elif typing.get_origin(kind) in (list, dict):
            kind = typing.get_args(kind)[-1]
        else:
            return None
    kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _bare(kind: Any) -> Any:
    """Strip Annotated and None from a type."""
    while typing.get_origin(kind) in (typing.Annotated, typing.Union, types.UnionType):
        arguments = [a for a in typing.get_args(kind) if a is not type(None)]
        kind = arguments[0]
    return kind


def _fields_at(path: Steps) -> list[str]:
    model = _model_at(path)
    if model is None:
        return []
    filled = ("construct_id", *_FILLED_BY_LOAD[1:], *(("id",) if path[:1] == ("scales",) else ()))
    return [info.alias or name for name, info in model.model_fields.items() if name not in filled]


def _what_it_is(path: Steps, key: str) -> str:
    model = _model_at(path)
    if model is None:
        return ""
    described = {info.alias or name: info.description for name, info in model.model_fields.items()}
    text = described.get(key) or ""
    return f"It is needed: {text[0].lower()}{text[1:]}" if text else ""
