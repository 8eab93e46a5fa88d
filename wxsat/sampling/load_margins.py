"""Margins from YAML, XLSX or CSV, or from a mapping or frame; every fault of the file in one go."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import Fault, StudyError, WxsatError, nearest, require_path
from wxsat.sampling.levels import level_text
from wxsat.sampling.margins import CROSSING, Margins, build_margin, harmonise

if TYPE_CHECKING:
    import pandas as pd

VARIABLE_NAMES = ("variable", "margin", "变量", "题目")
LEVEL_NAMES = ("level", "category", "value", "类别", "水平", "取值", "选项")
TARGET_NAMES = (
    "target", "count", "share", "freq", "n", "percent", "population", "目标", "人数", "比例", "百分比", "总体",
)  # fmt: skip
TARGET_KEYS = ("targets", "levels", "shares", "counts", "percent")
TABLE_SUFFIXES = (".xlsx", ".xls", ".xlsm", ".csv", ".tsv")
SHAPE = "Write `margins: {gender: {female: 0.52, male: 0.48}}`."


def load_margins(source: str | Path | Mapping[str, Any] | pd.DataFrame | Margins) -> Margins:
    """
    Read margins.

    Parameters
    ----------
    source : path, mapping, DataFrame or Margins
        YAML: ``margins`` (variable to level to target; a list of records works too), optionally ``totals`` (of
        numeric variables) and ``population`` (its size). XLSX or CSV: columns variable, level, target; or one sheet a
        variable with level and target. A mapping or a frame has the same shape. Targets of a variable that sum to
        1 are shares, to 100 percentages, otherwise counts. ``gender*age`` crosses two variables. A level whose target
        is empty (``null``) has none: whoever is in it counts as having no answer.

    Returns
    -------
    Margins

    Raises
    ------
    StudyError
        SAMP-001 no such file, SAMP-002 not usable as YAML or as a workbook, SAMP-003 a shape that is not understood,
        SAMP-004 to SAMP-007 faults of the targets; all at once.

    Examples
    --------
    >>> load_margins({"gender": {"female": 52, "male": 48}}).margins[0].targets
    (0.52, 0.48)
    """
    if isinstance(source, Margins):
        return source
    if isinstance(source, Mapping):
        return _assemble(source, "margins")
    if hasattr(source, "columns"):
        return _assemble({"margins": _cells_of_rows(_frame_rows(source), "margins")}, "margins")
    require_path(source, "source", "a mapping or the name of a file")
    path = Path(source)
    if not path.is_file():
        there = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = nearest(path.name, there).strip()
        raise StudyError("SAMP-001", "there is no such file of margins.", where=str(path), hint=hint)
    content = path.read_bytes()
    table = path.suffix.casefold() in TABLE_SUFFIXES
    document = {"margins": _table_cells(path, content)} if table else _yaml(path, content)
    return _assemble(document, path.name, hashlib.sha256(content).hexdigest())


def _yaml(path: Path, content: bytes) -> Any:
    from wxsat.instrument.yaml_tree import decode, parse

    text, _, faults = decode(content, path.name)
    document = None
    if not faults:
        document, faults = parse(text, path.name)
    if document is None or faults:
        raise StudyError.from_faults(
            Fault("SAMP-002", fault.message, fault.where, "" if "instrument" in fault.hint else fault.hint)
            for fault in faults
        )
    return document.data


def _table_cells(path: Path, content: bytes) -> dict[str, dict[str, Any]]:
    from wxsat.responses import delimited, workbook

    try:
        if path.suffix.casefold() in (".csv", ".tsv"):
            text, _ = delimited.decode(content, path.name, None)
            rows, _ = delimited.split(text, path.name, None)
            return _cells_of_rows(rows, path.name)
        sheets = _sheet_names(content)
        pages = {name: workbook.read_sheet(content, path.name, name)[0] for name in sheets}
    except WxsatError as error:
        if error.code.startswith("SAMP"):
            raise
        raise StudyError("SAMP-002", error.message, where=error.where or path.name, hint=error.hint) from None
    pages = {name: rows for name, rows in pages.items() if rows}
    if len(pages) == 1:
        return _cells_of_rows(next(iter(pages.values())), path.name)
    cells: dict[str, dict[str, Any]] = {}
    for name, rows in pages.items():
        for variable, levels in _cells_of_rows(rows, f"{path.name}, sheet {name}", sheet=name).items():
            cells.setdefault(variable, {}).update(levels)
    return cells


def _sheet_names(content: bytes) -> list[str]:
    import io

    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return list(CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names)
    except (CalamineError, ValueError, OSError) as error:
        raise StudyError("SAMP-002", f"the workbook of margins cannot be opened ({error}).") from None


def _frame_rows(frame: Any) -> list[list[Any]]:
    return [list(frame.columns), *([*row] for row in frame.itertuples(index=False, name=None))]


def _cells_of_rows(rows: Sequence[Sequence[Any]], where: str, sheet: str | None = None) -> dict[str, dict[str, Any]]:
    """Read variable, level and target below a heading; without a column the sheet's name is the variable."""
    variable_at, level_at, target_at = _places_in_heading(rows[0], where, sheet)
    cells: dict[str, dict[str, Any]] = {}
    faults = []
    for number, row in enumerate(rows[1:], start=2):
        if all(cell is None or str(cell).strip() == "" for cell in row):
            continue
        variable = sheet if variable_at is None else level_text(row[variable_at])
        level = level_text(row[level_at])
        if not variable or level is None:
            faults.append(Fault("SAMP-003", "variable or level is empty.", f"{where}, row {number}"))
        elif level in cells.get(variable, {}):
            faults.append(Fault("SAMP-005", f"level '{level}' of '{variable}' comes twice.", f"{where}, row {number}"))
        else:
            cells.setdefault(variable, {})[level] = row[target_at]
    if faults:
        raise StudyError.from_faults(faults)
    return cells


def _places_in_heading(heading: Sequence[Any], where: str, sheet: str | None) -> tuple[int | None, int, int]:
    """Return where variable (None: the sheet's name), level and target stand; of a sheet two columns are enough."""
    head = [str(cell or "").strip().casefold() for cell in heading]
    variable_at, level_at, target_at = (
        next((head.index(name) for name in names if name in head), None)
        for names in (VARIABLE_NAMES, LEVEL_NAMES, TARGET_NAMES)
    )
    unnamed = variable_at is None and level_at is None and target_at is None
    if unnamed and sheet is not None and len(head) == 2:
        return None, 0, 1
    if level_at is None or target_at is None or (variable_at is None and sheet is None):
        shown = ", ".join(cell for cell in head if cell)
        raise StudyError(
            "SAMP-003",
            f"the table of margins needs columns variable, level and target; it has: {shown}.",
            where=where,
        )
    return variable_at, level_at, target_at


def _assemble(document: Any, where: str, sha256: str = "") -> Margins:
    if not isinstance(document, Mapping):
        raise StudyError("SAMP-003", "margins are a mapping of variables to levels.", where=where, hint=SHAPE)
    named = document.get("margins", {k: v for k, v in document.items() if k not in ("totals", "population")})
    faults: list[Fault] = []
    cells = _by_variable(named, where, faults)
    totals = {str(k): _number(v, f"totals, {k}", where, faults) for k, v in (document.get("totals") or {}).items()}
    stated = document.get("population")
    population = None if stated is None else _number(stated, "population", where, faults)
    margins, notes = [], []
    for name, levels in cells.items():
        given = {level: value for level, value in levels.items() if value is not None}
        targets = {level: _number(value, f"{name}, {level}", where, faults) for level, value in given.items()}
        if not any(math.isnan(value) for value in targets.values()):
            margin, said, wrong = build_margin(name, targets, where)
            faults += wrong
            notes += said
            unknown = tuple(
                tuple(part.strip() for part in level.split(CROSSING)) for level in levels if level not in given
            )
            margins += [replace(margin, unknown=unknown)] if margin is not None else []
    if not cells and not totals and not faults:
        faults.append(Fault("SAMP-003", "there is no margin.", where, SHAPE))
    if faults:
        raise StudyError.from_faults(faults)
    size, said = harmonise(tuple(margins), population, where)
    if totals and size is None:
        message = "totals of numeric variables need the size of the population."
        raise StudyError("SAMP-007", message, where=where, hint="Give counts, or `population:`.")
    return Margins(tuple(margins), totals, size, (*notes, *said), sha256)


def _by_variable(named: Any, where: str, faults: list[Fault]) -> dict[str, dict[str, Any]]:
    if isinstance(named, Mapping):
        pairs: Iterable[tuple[Any, Any]] = named.items()
    elif isinstance(named, list) and all(isinstance(entry, Mapping) for entry in named):
        pairs = list(_listed(named, where, faults))
    else:
        faults.append(Fault("SAMP-003", "`margins` is a mapping of variables to levels.", where, SHAPE))
        return {}
    cells: dict[str, dict[str, Any]] = {}
    for variable, levels in pairs:
        inner = next((levels[k] for k in TARGET_KEYS if isinstance(levels.get(k), Mapping)), levels) if isinstance(
            levels, Mapping
        ) else levels  # fmt: skip
        if not isinstance(inner, Mapping) or not inner:
            faults.append(Fault("SAMP-003", f"margin '{variable}' names no levels with their targets.", where, SHAPE))
            continue
        own = cells.setdefault(str(variable), {})
        for level, value in _flat(inner):
            if level in own:
                faults.append(Fault("SAMP-005", f"level '{level}' of '{variable}' comes twice.", where))
            own[level] = value
    return cells


def _listed(entries: list[Any], where: str, faults: list[Fault]) -> Iterable[tuple[Any, Any]]:
    for number, entry in enumerate(entries, start=1):
        variable = entry.get("variable")
        levels = next((entry[k] for k in TARGET_KEYS if k in entry), None)
        if levels is None and "level" in entry:
            levels = {level_text(entry["level"]): next((entry[k] for k in TARGET_NAMES if k in entry), None)}
        if variable is None and len(entry) == 1 and levels is None:
            variable, levels = next(iter(entry.items()))
        if variable is None or levels is None:
            faults.append(Fault("SAMP-003", f"margin number {number} lacks its variable or its levels.", where, SHAPE))
            continue
        yield variable, levels


def _flat(levels: Mapping[Any, Any], lead: str = "") -> Iterable[tuple[str, Any]]:
    """Levels with their targets; a nested mapping crosses its levels with those outside."""
    for level, value in levels.items():
        name = level_text(level) or ""
        if isinstance(value, Mapping):
            yield from _flat(value, f"{lead}{name}{CROSSING}")
        else:
            yield f"{lead}{name}", value


def _number(value: Any, what: str, where: str, faults: list[Fault]) -> float:
    text = str(value).strip().replace(",", "").replace("，", "")
    percent = text.endswith(("%", "％"))
    try:
        number = float(text.rstrip("%％")) if not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if math.isnan(number):
        faults.append(Fault("SAMP-004", f"the target of {what} is {value!r}, not a number.", where))
        return math.nan
    return number / 100 if percent else number
