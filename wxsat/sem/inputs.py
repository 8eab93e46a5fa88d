"""What a fit is given: a model in one of four guises, data in one of three; turned into a table and a frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import DataError, ModelError, UsageError, nearest
from wxsat.finding import Finding
from wxsat.responses.responses import Responses
from wxsat.sem.parameter_table import ParameterTable, parse_model

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
        return SemData(data.frame, data.instrument, form or data.form, data.reversed_items, dict(data.provenance))
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
    instrument: Instrument | None,
    *,
    std_lv: bool,
    orthogonal: bool,
    fixed_x: bool,
) -> tuple[ParameterTable, str]:
    """
    Return the parameter table and what the model is called; text, a path, a table or the id of an
    instrument's model.
    """
    if isinstance(model, ParameterTable):
        if (std_lv, orthogonal, fixed_x) not in ((False, False, True), (model.std_lv, model.orthogonal, model.fixed_x)):
            raise UsageError(
                "SEM-039",
                "std_lv, orthogonal and fixed_x cannot change a parameter table that is already made.",
                where=model.name,
                hint="Give them to parse_model().",
            )
        return model, model.name
    text, name = _model_text(model, instrument)
    return parse_model(text, std_lv=std_lv, orthogonal=orthogonal, fixed_x=fixed_x, name=name), name


def _model_text(model: str | Path, instrument: Instrument | None) -> tuple[str, str]:
    if isinstance(model, str) and ("~" in model or "\n" in model or not model.strip()):
        return model, "model"
    known = {m.id: m for m in instrument.models} if instrument else {}
    if str(model) in known and instrument is not None:
        path = (instrument.folder or Path()) / known[str(model)].file
        return _file_text(path), path.name
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


def check_options(estimator: str, missing: str, unavailable: dict[str, Any]) -> None:
    """
    Refuse by name what this version cannot do.

    Raises
    ------
    UsageError
        SEM-032 estimator, SEM-033 missing data, SEM-035 any other option.
    """
    if estimator != "ML":
        raise UsageError(
            "SEM-032", f"estimator {estimator!r} is not available; available now: 'ML'.", where="estimator"
        )
    if missing != "listwise":
        hint = "Complete rows are used and counted; with few missing answers that costs little."
        text = "full-information ML" if missing in ("fiml", "ml", "direct") else f"missing={missing!r}"
        raise UsageError("SEM-033", f"{text} is not available; available now: 'listwise'.", where="missing", hint=hint)
    asked = [name for name, value in unavailable.items() if value is not None and value is not False]
    if asked:
        raise UsageError(
            "SEM-035",
            f"not available in this version: {', '.join(asked)}. "
            "Available now: ML, one group, complete continuous data.",
            where="fit_sem",
        )


def check_table(table: ParameterTable) -> None:
    """Refuse models that no engine of this version estimates (SEM-036 intercepts, SEM-037 bounds)."""
    if table.has_mean_structure:
        raise UsageError("SEM-036", "intercepts (~ 1) are not available in this version.", where=table.name,
                         hint="Drop them: covariances carry the whole model.")  # fmt: skip
    bounded = [row.name for row in table.rows if row.lower is not None or row.upper is not None]
    if bounded:
        raise UsageError(
            "SEM-037", f"bounds are not available in this version: {', '.join(bounded)}.", where=table.name
        )
    if not any(row.free for row in table.rows):
        raise ModelError("SEM-015", "the model has no free parameter.", where=table.name)
