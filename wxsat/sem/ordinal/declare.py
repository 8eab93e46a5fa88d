"""Which variables of a model are ordinal, and how many categories the rows that are used have of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import DataError, Fault, ModelError, UsageError, nearest
from wxsat.psychometrics.ordinal.answers import distinct_values
from wxsat.sem.defaults import VariableRoles, classify_variables
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.moments import numbers_of
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.syntax import Syntax

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 20
ALL = ("all", "true")
Asked = str | bool | Sequence[str] | None


def says_ordinal(model: str | Path | ParameterTable, ordered: Asked) -> bool:
    """Whether a call asks for ordinal variables: by `ordered`, by its table, or by thresholds in its text."""
    if isinstance(model, ParameterTable):
        return bool(model.ordered) or bool(ordered)
    if ordered is not None and ordered is not False and len(words_of(ordered)) > 0:
        return True
    text = str(model)
    if "~" not in text and "\n" not in text and Path(text).is_file():
        text = Path(text).read_text(encoding="utf-8-sig", errors="replace")
    lines = (line.split("#")[0].split("!")[0] for line in text.splitlines())
    return any("|" in line for line in lines)


def words_of(ordered: Asked) -> tuple[str, ...]:
    """Return what `ordered` names, ``("all",)`` for all of them."""
    if ordered is None or ordered is False:
        return ()
    if ordered is True:
        return ("all",)
    parts = ordered.split(",") if isinstance(ordered, str) else [str(name) for name in ordered]
    words = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    return ("all",) if len(words) == 1 and words[0].lower() in ALL else words


def declared_options(
    syntax: Syntax, options: ModelOptions, ordered: Asked, frame: pd.DataFrame, *, listwise: bool
) -> ModelOptions:
    """
    Return the options with the ordinal variables and their number of thresholds.

    Parameters
    ----------
    ordered : str or sequence of str
        ``"all"`` (every observed variable that is no exogenous covariate), or names; variables with thresholds in the
        text are ordinal anyway. Names of columns that the model does not use change nothing.
    frame : DataFrame
    listwise : bool
        Whether rows with any missing value do not count.

    Raises
    ------
    ModelError
        SEM-018 names that are no endogenous observed variable of the model.
    DataError
        SEM-026 a variable with one category or with more than 20.
    """
    relations = [relation.key for relation in syntax.relations]
    roles = classify_variables(list(dict.fromkeys(relations)))
    with_thresholds = [lhs for lhs, op, _ in relations if op == "|"]
    names = _names(words_of(ordered), with_thresholds, roles, [str(c) for c in frame.columns], syntax.source.name)
    counts = _categories(frame, names, roles.observed, listwise=listwise)
    return replace(options, ordered=tuple((name, counts[name] - 1) for name in names if name in counts))


def _names(
    words: Sequence[str], extra: Sequence[str], roles: VariableRoles, columns: Sequence[str], where: str
) -> tuple[str, ...]:
    endogenous = [name for name in roles.observed if name not in roles.covariates]
    if words == ("all",):
        return tuple(endogenous)
    faults = []
    for name in dict.fromkeys((*words, *extra)):
        # What the data have beside the model may be declared as well: it changes nothing.
        if name in endogenous or (name in columns and name not in roles.observed):
            continue
        if name in roles.covariates:
            message = "it only predicts: covariates are taken as they are, not as ordinal."
            hint = "Leave it out of ordered=; give dummy variables for its categories where steps are not equal."
        else:
            message = "no observed variable of the model has this name."
            hint = nearest(name, endogenous).strip() or f"Observed: {', '.join(endogenous[:12])}."
        faults.append(Fault("SEM-018", message, f"ordered {name!r}, {where}", hint))
    if faults:
        raise ModelError.from_faults(faults)
    wanted = {*words, *extra}
    return tuple(name for name in endogenous if name in wanted)


def _categories(
    frame: pd.DataFrame, names: Sequence[str], observed: Sequence[str], *, listwise: bool
) -> dict[str, int]:
    columns = [str(c) for c in frame.columns]
    # Columns that are absent or there twice are refused later, all at once.
    present = [name for name in observed if columns.count(name) == 1]
    values = numbers_of(frame, present)
    if listwise:
        values = values[~np.isnan(values).any(axis=1)]
    distinct = distinct_values(values)
    counts: dict[str, int] = {}
    faults = []
    for name in names:
        if name not in present:
            continue
        count = len(distinct[present.index(name)])
        counts[name] = max(count, 2)
        if count > MOST_CATEGORIES:
            message = f"has {count} different values; ordinal items have at most {MOST_CATEGORIES}."
            faults.append(Fault("SEM-026", message, f"column {name!r}", "Leave it out of ordered=: it is continuous."))
        elif count < 2 and len(values):
            message = f"has {count} category in the {len(values)} rows used; two at least were expected."
            faults.append(Fault("SEM-026", message, f"column {name!r}", "Drop it from the model."))
    if faults:
        raise DataError.from_faults(faults)
    return counts


def check_table_request(model: ParameterTable, ordered: Asked) -> None:
    """Refuse ordinal variables asked of a table that is made without them (SEM-018)."""
    words = words_of(ordered)
    if words and words != ("all",) and set(words) != set(model.ordered):
        raise UsageError("SEM-018", "ordered= cannot change a parameter table that is already made.", where=model.name,
                         hint="Give ordered= to parse_model().")  # fmt: skip
