"""The answers of a study as they come in: from its files, from a public example, or simulated."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from wxsat.errors import Fault, StudyError
from wxsat.instrument.instrument import FORMS, FormName
from wxsat.study.weights import kept_columns

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument
    from wxsat.responses.responses import Responses
    from wxsat.study.prepare import Prepared


def read_answers(prepared: Prepared) -> Responses:
    """
    Return the raw responses of a study: from its files, from a public example, or simulated.

    Raises
    ------
    DataError
        The files cannot be read.
    StudyError
        ``STUDY-026``: a model of the study names items that the answers do not have.
    """
    study, instrument = prepared.study, prepared.instrument
    if study.data.simulate is not None and prepared.truth is not None:
        from wxsat.simulate.respondents import simulate_responses
        from wxsat.simulate.truth import load_truth

        plan = study.data.simulate
        return simulate_responses(
            instrument,
            load_truth(prepared.truth),
            n=plan.n,
            seed=plan.seed,
            form=study.form or "standard",
            accounts=plan.accounts,
        )
    from wxsat.responses.read import read_responses

    files: list[str | Path | pd.DataFrame] = list(prepared.files)
    source = _example(study.data.example) if study.data.example else files
    responses = read_responses(
        source,
        instrument,
        form=study.form,
        columns=study.data.columns or None,
        account=study.data.account,
        sheet=study.data.sheet,
        encoding=study.data.encoding,
        delimiter=study.data.delimiter,
        recode=study.data.recode or None,
        paradata={"seconds": study.data.seconds} if study.data.seconds else None,
        keep=kept_columns(study, prepared.margins, instrument),
        platform=study.data.platform,
        match=study.data.match,
        pair=prepared.folder / study.data.pair if study.data.pair else None,
        key=prepared.folder / study.data.key if study.data.key else None,
    )
    _require_items(prepared, responses)
    return responses


def _require_items(prepared: Prepared, responses: Responses) -> None:
    """Refuse models whose items the answers do not have, and name the form that they do have."""
    absent = set(responses.provenance.get("items_absent", ()))
    lacking = {model.id: sorted(absent & set(re.findall(r"\w+", model.text))) for model in prepared.models}
    if not any(lacking.values()):
        return
    held = _form_held(prepared.instrument, absent)
    hint = (
        f"The answers have every item of the {held} form: write `form: {held}`."
        if held is not None
        else "Name the columns that hold them under `data: columns:`, or leave the items out of the model."
    )
    form = f" of the {responses.form} form" if responses.form else ""
    where = str(prepared.study.file or "study")
    raise StudyError.from_faults(
        [
            Fault(
                "STUDY-026",
                f"the model '{model}' needs {len(names)} item(s){form} that the answers lack: {', '.join(names)}.",
                where,
                hint,
            )
            for model, names in lacking.items()
            if names
        ]
    )


def _form_held(instrument: Instrument, absent: set[str]) -> FormName | None:
    """Return the longest form of which no item is absent."""
    for form in FORMS:
        asked = {item.id for item in instrument.items_in(form)}
        if asked and not asked & absent:
            return form
    return None


def is_simulated(responses: Responses) -> bool:
    """Whether answers are made up: simulated here, or read from a file whose `simulated` column says so."""
    columns = responses.provenance.get("columns_unused", ())
    return bool(responses.provenance.get("simulated", False)) or "simulated" in columns


def _example(name: str) -> pd.DataFrame:
    from semopy import examples

    module = {"holzinger39": examples.holzinger39, "political_democracy": examples.political_democracy}[name]
    frame: pd.DataFrame = module.get_data().reset_index(drop=True)
    return frame
