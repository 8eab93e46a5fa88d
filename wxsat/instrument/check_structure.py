"""Structure: constructs and their items by form, composites and their weights, models and their files."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from wxsat.errors import nearest
from wxsat.instrument.crossref import Index, Problem, shortened
from wxsat.instrument.instrument import FORMS, Composite, ModelFile
from wxsat.instrument.yaml_tree import Steps

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")


def check_constructs(index: Index) -> Iterator[Problem]:
    """Yield constructs whose items do not fit their model, and dilemmas that are no composites."""
    composites = [composite.id for composite in index.instrument.composites]
    for i, construct in enumerate(index.instrument.constructs):
        path: Steps = ("constructs", i)
        name = f"construct '{construct.id}'"
        if construct.dilemma is not None:
            yield from index.unknown((*path, "dilemma"), name, "composite", construct.dilemma, composites)
        if construct.model == "reflective" and len(construct.items) == 1:
            message = f"{name} is reflective and has one item, which cannot be told from its error."
            yield Problem(path, "INST-080", message, "Add items, or write `model: single`.", (construct.id,))
        if construct.model == "single" and len(construct.items) > 1:
            message = f"{name} is `single` and has {len(construct.items)} items."
            yield Problem(path, "INST-080", message, "Write `model: reflective` or keep one item.", (construct.id,))
        for j, item in enumerate(construct.items):
            if not item.forms:
                yield Problem((*path, "items", j, "forms"), "INST-050", f"item '{item.id}' is in no form.")
            if len(set(item.forms)) < len(item.forms):
                yield Problem((*path, "items", j, "forms"), "INST-050", f"item '{item.id}' names a form twice.")


def check_composites(index: Index) -> Iterator[Problem]:
    """Yield composites whose parts are unknown, repeated, unweighted or missing from a form."""
    constructs = [construct.id for construct in index.instrument.constructs]
    for i, composite in enumerate(index.instrument.composites):
        path: Steps = ("composites", i)
        name = f"composite '{composite.id}'"
        for j, part in enumerate(composite.parts):
            yield from index.unknown((*path, "parts", j), name, "construct", part, constructs)
        repeated = sorted({part for part in composite.parts if composite.parts.count(part) > 1})
        if repeated:
            yield Problem((*path, "parts"), "INST-052", f"{name} has the part '{repeated[0]}' twice.")
        yield from _check_weights(composite, (*path, "weights"), name)
        yield from _check_forms(index, composite, (*path, "parts"), name)


def _check_weights(composite: Composite, path: Steps, name: str) -> Iterator[Problem]:
    if composite.weights == "equal":
        return
    for part in composite.parts:
        if part not in composite.weights:
            yield Problem(path, "INST-051", f"{name} has no weight for its part '{part}'.", about=(composite.id,))
    for part, weight in composite.weights.items():
        if part not in composite.parts:
            hint = nearest(part, composite.parts).strip()
            yield Problem((*path, part), "INST-051", f"{name} has a weight for '{part}', which is not a part.", hint)
        if not (math.isfinite(weight) and weight > 0):
            message = f"{name} has the weight {weight:g} for '{part}'; weights are positive."
            yield Problem((*path, part), "INST-051", message)


def _check_forms(index: Index, composite: Composite, path: Steps, name: str) -> Iterator[Problem]:
    known = {construct.id: construct for construct in index.instrument.constructs}
    parts = [known[part] for part in composite.parts if part in known]
    for form in FORMS:
        without = [c.id for c in parts if not any(form in item.forms for item in c.items)]
        if without and len(without) < len(parts):
            message = f"{name} has parts in the {form} form, but {', '.join(without)} has no item there."
            hint = "A composite needs all its parts or none of them in a form."
            yield Problem(path, "INST-050", message, hint, (composite.id, *composite.parts))


def check_models(index: Index) -> Iterator[Problem]:
    """Yield model files that are not there, lie outside the folder, or measure what a form does not ask."""
    folder = index.instrument.folder
    for i, model in enumerate(index.instrument.models):
        path: Steps = ("models", i, "file")
        if _leaves_folder(model.file) or (folder and not _lies_in(folder, model.file)):
            message = f"model '{model.id}' has the file '{model.file}', which leads out of the instrument's folder."
            yield Problem(path, "INST-061", message, "Model files stand beside the instrument.")
        elif folder is not None:
            yield from _check_file(index, model, folder, path)


def _leaves_folder(file: str) -> bool:
    windows = PureWindowsPath(file)
    return bool(windows.drive or windows.root) or PurePosixPath(file).is_absolute() or ".." in windows.parts


def _lies_in(folder: Path, file: str) -> bool:
    return (folder / file).resolve().is_relative_to(folder.resolve())


def _check_file(index: Index, model: ModelFile, folder: Path, path: Steps) -> Iterator[Problem]:
    file = folder / model.file
    if not file.is_file():
        beside = sorted(p.name for p in folder.iterdir() if p.suffix not in (".yaml", ".yml") and p.is_file())
        hint = f"In the folder: {shortened(beside) or 'no other file'}.{nearest(model.file, beside)}"
        yield Problem(path, "INST-060", f"model '{model.id}' has the file '{model.file}', which is not there.", hint)
        return
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        yield Problem(path, "INST-060", f"model '{model.id}': '{model.file}' cannot be read as UTF-8 text.")
        return
    yield from _check_measured(index, model, path, measured(text))


def _check_measured(
    index: Index, model: ModelFile, path: Steps, statements: list[tuple[int, str, list[str]]]
) -> Iterator[Problem]:
    latents = {latent for _, latent, _ in statements}
    known = [*index.items, *index.questions, *latents]
    for line, latent, indicators in statements:
        for name in indicators:
            if name not in known and name not in index.lost:
                place = f"{model.file}:{line}"
                message = f"model '{model.id}' ({place}) measures {latent} by '{name}', which is no item."
                yield Problem(path, "INST-004", message, nearest(name, index.items).strip())
        items = [index.items[name][0] for name in indicators if name in index.items]
        absent = [form for form in model.forms if items and not any(form in item.forms for item in items)]
        if absent:
            forms = " and ".join(absent)
            about = (model.id, *(item.id for item in items))
            message = f"model '{model.id}' is for the {forms} form, which has no item of {latent}"
            message += f" ({model.file}:{line})."
            hint = "Add items to the form, or take it out of the model's `forms`."
            yield Problem(path, "INST-050", message, hint, about)


def measured(text: str) -> list[tuple[int, str, list[str]]]:
    """
    Return line, latent and indicators of each ``=~`` statement of a model text.

    A first look only: the model's own parser, further up, decides whether the text is right.

    Examples
    --------
    >>> measured("F =~ a1 + 0.5*a2  # the factor")
    [(1, 'F', ['a1', 'a2'])]
    """
    found: list[tuple[int, str, list[str]]] = []
    open_statement = False
    for number, raw in enumerate(text.splitlines(), start=1):
        for part in re.split(r";", re.split(r"[#!]", raw)[0]):
            left, operator, right = part.partition("=~")
            if operator and _NAME.fullmatch(left.strip()):
                found.append((number, left.strip(), []))
                open_statement = True
            elif not open_statement or operator or re.search(r"~|:=|==|<|>|\|", part):
                open_statement = open_statement and not part.strip()
                continue
            else:
                right = part
            names = [term.rpartition("*")[2].strip() for term in right.split("+")]
            found[-1][2].extend(name for name in names if _NAME.fullmatch(name))
    return found
