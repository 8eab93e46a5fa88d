"""Any YAML settings file -> its pydantic model, every fault with its line, in one go.

The instrument has its own, richer examination (``load.py``); studies, cleaning plans and truths are read here.
"""

from __future__ import annotations

import hashlib
import types
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from wxsat.errors import Fault, WxsatError, nearest
from wxsat.instrument.yaml_tree import Document, Positions, Steps, decode, parse

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Settings(Generic[Model]):
    """A settings file that was read: the model, the file's SHA-256 and the line of every value."""

    value: Model
    sha256: str
    positions: Positions


def load_settings(path: Path, model: type[Model], prefix: str, error: type[WxsatError]) -> Settings[Model]:
    """
    Read one YAML file into a pydantic model.

    Parameters
    ----------
    path : Path
        The file.
    model : type of BaseModel
        What it must hold.
    prefix : str
        Prefix of the fault codes, e.g. ``STUDY``.
    error : type of WxsatError
        What to raise.

    Returns
    -------
    Settings
        The model with the file's hash and positions.

    Raises
    ------
    WxsatError
        Of the given type, with all faults: ``-001`` no file, ``-002`` to ``-007`` not usable YAML, ``-010`` missing
        entry, ``-011`` unknown entry, ``-012`` wrong value.
    """
    if not path.is_file():
        where = str(path)
        if path.is_dir():
            raise error(f"{prefix}-001", "this is a folder, not a file.", where=where, hint=_settings_in(path))
        if path.parent.is_dir():
            hint = nearest(path.name, [p.name for p in path.parent.iterdir()]).strip()
        else:
            hint = "The folder does not exist either."
        raise error(f"{prefix}-001", "there is no such file.", where=where, hint=hint)
    content = path.read_bytes()
    text, _, faults = decode(content, str(path))
    document = None
    if not faults:
        document, faults = parse(text, str(path))
    if document is None or faults:
        raise error.from_faults(_renamed(fault, prefix) for fault in faults)
    try:
        value = model.model_validate(document.data)
    except ValidationError as problems:
        described = (_describe(dict(problem), document, model, prefix) for problem in problems.errors())
        raise error.from_faults(dict.fromkeys(described)) from None
    return Settings(value, hashlib.sha256(content).hexdigest(), document.positions)


def _settings_in(folder: Path) -> str:
    found = sorted(p.name for p in folder.iterdir() if p.suffix in (".yaml", ".yml"))
    return f"Name a file in it: {', '.join(found[:3])}." if found else "There is no .yaml in it."


def _renamed(fault: Fault, prefix: str) -> Fault:
    hint = "" if "`instrument:`" in fault.hint else fault.hint
    message = fault.message.replace(" with `instrument:`, `scales:` and `constructs:`", " of settings")
    return Fault(fault.code.replace("INST", prefix), message, fault.where, hint)


def _describe(problem: dict[str, Any], document: Document, model: type[BaseModel], prefix: str) -> Fault:
    steps: Steps = tuple(problem["loc"])
    where = document.positions.where(steps)
    name = ".".join(str(step) for step in steps) or "the file"
    if problem["type"] == "missing":
        return Fault(f"{prefix}-010", f"`{name}` is missing.", where)
    if problem["type"] == "extra_forbidden":
        known = _keys_at(model, steps[:-1])
        hint = f"Known here: {', '.join(known)}.{nearest(str(steps[-1]), known)}"
        return Fault(f"{prefix}-011", f"`{name}` is not known.", where, hint)
    wanted = str(problem["msg"]).removeprefix("Value error, ")
    found = "" if isinstance(problem.get("input"), (dict, list)) else f" is {problem.get('input')!r}:"
    return Fault(f"{prefix}-012", f"`{name}`{found or ':'} {wanted[:1].lower()}{wanted[1:]}.".replace("..", "."), where)


def _keys_at(model: type[BaseModel], steps: Steps) -> list[str]:
    kind: Any = model
    for step in steps:
        kind = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(step))
            if field is None:
                return []
            kind = field.annotation
        else:
            arguments = typing.get_args(kind)
            kind = arguments[-1] if arguments else None
    kind = _bare(kind)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    # What loading fills in is no entry of the file.
    return [name for name, field in kind.model_fields.items() if not field.exclude]


def _bare(kind: Any) -> Any:
    while typing.get_origin(kind) in (typing.Annotated, typing.Union, types.UnionType):
        kind = next(part for part in typing.get_args(kind) if part is not type(None))
    return kind
