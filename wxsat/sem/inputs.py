"""What a fit is given: a model in one of four guises, data in one of three; turned into a table and a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import DataError, ModelError, UsageError, nearest, require_path
from wxsat.finding import Finding
from wxsat.responses.responses import Responses
from wxsat.sem.fit_options import FitOptions
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.moments import Sample
from wxsat.sem.ordinal.declare import Asked, check_table_request, declared_options, words_of
from wxsat.sem.parameter_table import ParameterTable, complete_model
from wxsat.sem.syntax import read_syntax

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import FormName, Instrument


@dataclass(frozen=True)
class SemData:
    """A frame and, where it came from responses, the instrument and form behind it."""

    frame: pd.DataFrame
    instrument: Instrument | None
    form: FormName | None
    reversed_items: tuple[str, ...] | None
    provenance: dict[str, Any]
    answers: Responses | None = None

    @classmethod
    def of_covariance(cls, cov: Any) -> tuple[SemData, tuple[str, ...]]:
        """Return what a covariance matrix (or one a group) stands for, and the names of the groups."""
        matrices = list(cov.values()) if isinstance(cov, Mapping) else [cov]
        names = tuple(str(k) for k in cov) if isinstance(cov, Mapping) and len(cov) > 1 else ("",)
        for matrix in matrices:
            if not (hasattr(matrix, "columns") and hasattr(matrix, "loc")):
                raise DataError(
                    "SEM-073",
                    f"a covariance matrix of type {type(matrix).__name__}; "
                    "a DataFrame with named columns was expected.",
                    where="cov",
                )
        return cls(matrices[0], None, None, None, {"covariance": True}), names

    @property
    def unasked(self) -> tuple[str, ...]:
        """Items of the instrument that the form leaves out, and optional ones that the data do not hold."""
        if self.instrument is None:
            return ()
        columns = {str(c) for c in self.frame.columns}
        asked = {i.id for i in self.instrument.items_in(self.form)}
        unasked = []
        for item in self.instrument.items_in():
            optional = item.optional or self.instrument.construct(item.construct_id).optional
            if item.id not in columns and ((self.form is not None and item.id not in asked) or optional):
                unasked.append(item.id)
        return tuple(unasked)


def read_data(data: Any, form: FormName | None) -> SemData:
    """Return the frame behind a DataFrame or Responses; DataError SEM-040 for anything else."""
    if isinstance(data, Responses):
        form = form or data.form
        return SemData(data.frame, data.instrument, form, data.reversed_items, dict(data.provenance), data)
    if hasattr(data, "columns") and hasattr(data, "loc"):
        return SemData(data, None, form, None, {})
    raise DataError(
        "SEM-040",
        f"data of type {type(data).__name__}; a pandas DataFrame, Responses or CleanResponses was expected.",
        where="data",
        hint="Read a file with wxsat.read_responses() or pandas first.",
    )


def read_model(
    model: str | Path | ParameterTable,
    source: SemData,
    options: ModelOptions,
    groups: Sequence[str],
    *,
    ordered: Asked = None,
    pairwise: bool = False,
) -> tuple[ParameterTable, str]:
    """
    Return the parameter table and what the model is called; text, a path, a table or the id of an
    instrument's model.

    With `ordered`, or thresholds in the text, categories are counted in the rows that are used.
    """
    if isinstance(model, ParameterTable):
        check_table_request(model, ordered)
        bare = replace(model.options, ordered=(), parameterization="delta")
        if options not in (ModelOptions(), model.options, replace(model.options, meanstructure=False), bare):
            raise UsageError(
                "SEM-039",
                "std_lv, group_equal and the like cannot change a parameter table that is already made.",
                where=model.name,
                hint="Give them to parse_model().",
            )
        if model.n_groups != max(len(groups), 1):
            raise UsageError(
                "SEM-039",
                f"the table has {model.n_groups} group(s), the data have {max(len(groups), 1)}.",
                where=model.name,
                hint="Give groups= to parse_model().",
            )
        return replace(model, group_names=tuple(groups)), model.name
    text, name = model_text(model, source.instrument)
    options = replace(options, meanstructure=options.meanstructure or len(groups) > 1)
    syntax = read_syntax(text, name)
    if words_of(ordered) or any(relation.op == "|" for relation in syntax.relations):
        options = declared_options(syntax, options, ordered, source.frame, listwise=not pairwise)
        options = replace(options, meanstructure=True)
    return complete_model(syntax, options, groups), name


def model_text(model: str | Path, instrument: Instrument | None) -> tuple[str, str]:
    """Return a model's text and what it is called; ModelError SEM-022 for what is none, SEM-023 for a bad file."""
    if isinstance(model, str) and ("~" in model or "\n" in model or not model.strip()):
        return model, "model"
    known = {m.id: m for m in instrument.models} if instrument else {}
    if str(model) in known and instrument is not None:
        path = (instrument.folder or Path()) / known[str(model)].file
        return _file_text(path), path.name
    require_path(model, "model", "model text or the name of its file")
    path = Path(model)
    if path.is_file():
        return _file_text(path), path.name
    models = f" The instrument's models: {', '.join(known)}." if known else ""
    raise ModelError(
        "SEM-022",
        f"{str(model)!r} is neither model text, nor a file, nor a model of the instrument."
        f"{models}{nearest(str(model), known)}",
        where="model",
        hint="Model text has at least one of =~ ~ ~~.",
    )


def _file_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelError("SEM-023", "the file is not UTF-8 text.", where=path.name, hint="Save it as UTF-8.") from error
    except OSError as error:
        raise ModelError("SEM-023", f"the file cannot be read ({error.strerror}).", where=path.name) from error


def direction_findings(table: ParameterTable, data: SemData) -> tuple[Finding, ...]:
    """Warn of reverse-keyed items that have not been recoded to the direction of their construct (SEM-102)."""
    if data.instrument is None or data.reversed_items is None:
        return ()
    keyed = {item.id for item in data.instrument.items_in() if item.reversed}
    raw = [name for name in table.observed_names if name in keyed and name not in data.reversed_items]
    if not raw:
        return ()
    message = (
        f"reverse-keyed items in their raw direction: {', '.join(raw)}; their loadings are negative. "
        "Clean the responses first."
    )
    return (Finding("SEM-102", "warning", ", ".join(raw), message, {"items": raw}),)


def row_findings(source: SemData, sample: Sample, options: FitOptions) -> tuple[Finding, ...]:
    """Say how many rows have no group (SEM-123)."""
    lost = len(source.frame) - sample.n_read
    if options.group is None or lost <= 0:
        return ()
    message = f"{lost} of {len(source.frame)} rows have no value in {options.group} and belong to no group."
    return (Finding("SEM-123", "note", options.group, message, {"count": lost, "n_read": len(source.frame)}),)


def weight_findings(options: FitOptions, estimator: str | None) -> tuple[Finding, ...]:
    """Say that weights or clusters made errors and test robust (SEM-120)."""
    named = {"weights": options.weights, "clusters": options.cluster}
    columns = {kind: column for kind, column in named.items() if column is not None}
    if not columns or (estimator or "").upper() == "MLR" or options.name != "MLR":
        return ()
    kind, column = " and ".join(columns), ", ".join(columns.values())
    message = f"with {kind} ({column}) standard errors and test are the robust ones of MLR."
    return (Finding("SEM-120", "note", column, message, {"column": column, "kind": kind}),)


def check_table(table: ParameterTable) -> None:
    """Refuse models with nothing to estimate (SEM-015)."""
    if not any(row.free for row in table.rows):
        raise ModelError("SEM-015", "the model has no free parameter.", where=table.name)
