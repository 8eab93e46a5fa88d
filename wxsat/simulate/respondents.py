"""Simulated respondents: the same truth as coded responses, or as the file a survey platform would give.

Everything simulated says so: ``provenance["simulated"]`` is True beside the seed and the hash of the truth,
on the responses and in the ``attrs`` of every frame.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import UsageError
from wxsat.instrument.instrument import FormName, Instrument, Language
from wxsat.responses.responses import Responses
from wxsat.simulate.answers import answer_checks, answer_items
from wxsat.simulate.background import answer_background, left_out
from wxsat.simulate.draws import Draws, Floats
from wxsat.simulate.field import (
    Reasons,
    answering_seconds,
    devices,
    questions_of,
    reasons_for,
    second_submissions,
    starting_times,
)
from wxsat.simulate.labels import label_columns
from wxsat.simulate.people import MANNERS, draw_people
from wxsat.simulate.population import solve_population
from wxsat.simulate.truth import Truth, load_truth

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_SEED = 20140713


@dataclass(frozen=True)
class FieldPeriod:
    """One simulated field period: every column complete, why cells are empty, and the paradata."""

    columns: Mapping[str, Floats]
    reasons: Mapping[str, Reasons]
    items_and_checks: tuple[str, ...]
    account_column: str
    seconds: Floats
    started: list[dt.datetime]
    device: list[str]
    provenance: Mapping[str, Any]

    @property
    def accounts(self) -> list[str]:
        """The code of the account that each row rates."""
        return [f"A{int(position) + 1:02d}" for position in self.columns[self.account_column]]


def simulate_responses(
    instrument: Instrument,
    truth: Truth | str | Path,
    n: int = 1500,
    *,
    seed: int = DEFAULT_SEED,
    form: FormName = "standard",
    accounts: int = 40,
    between: Truth | None = None,
) -> Responses:
    """
    Simulate coded responses of one form.

    Parameters
    ----------
    instrument : Instrument
    truth : Truth or path
        The population and what the field adds; a path is read with
        :func:`~wxsat.simulate.truth.load_truth`.
    n : int
        Rows, second submissions included.
    seed : int
        Non-negative. The same seed gives the same bytes on every machine; the same person answers the same
        item alike in every form.
    form : {"full", "standard", "brief"}
    accounts : int
        Accounts among which the respondents are spread.
    between : Truth, optional
        What holds between accounts, where it differs from what holds between the people of one account; only its paths
        and correlations are used.

    Returns
    -------
    Responses
        Raw direction (nothing reversed), uncleaned; ``provenance["simulated"]`` is True.

    Raises
    ------
    UsageError
        SIM-009, a size or seed that makes no sense.
    StudyError
        SIM-001 to SIM-008, a truth that cannot be used, or does not fit the instrument.

    Notes
    -----
    Latent scores are drawn within and between accounts, items shown as the truth says, rounded to codes and
    cut at the ends of the scale. Checked against closed forms: with no nuisance and N = 20,000 every item
    correlation agrees with that of the cut bivariate normal (``tests/recovery``).

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> instrument = load_instrument("gov-wechat-public")
    >>> simulate_responses(instrument, "surveys/gov-wechat-public/truth.yaml", n=50).n
    50
    """
    import pandas as pd

    field = simulate_field_period(
        instrument, _truth(truth), n, seed=seed, form=form, accounts=accounts, between=between
    )
    values: dict[str, Any] = {
        name: np.where(field.reasons[name] == "", column, np.nan) for name, column in field.columns.items()
    }
    values[field.account_column] = field.accounts
    frame = pd.DataFrame(values)
    frame.attrs["provenance"] = dict(field.provenance)
    started = pd.to_datetime(pd.Series(field.started))
    return Responses(
        frame=frame,
        reasons=pd.DataFrame({name: field.reasons[name].astype(object) for name in field.items_and_checks}),
        paradata=pd.DataFrame(
            {
                "seconds": field.seconds,
                "started": started,
                "finished": started + pd.to_timedelta(field.seconds, unit="s"),
                "fingerprint": field.device,
            }
        ),
        rows=np.arange(1, n + 1),
        instrument=instrument,
        form=form,
        provenance=field.provenance,
        log=(f"Simulated {n} respondents of the {form} form from truth '{_truth(truth).id}', seed {seed}.",),
    )


def simulate_export(
    instrument: Instrument,
    truth: Truth | str | Path,
    n: int = 1500,
    *,
    seed: int = DEFAULT_SEED,
    form: FormName = "standard",
    accounts: int = 40,
    labels: Language | None = None,
) -> pd.DataFrame:
    """
    Simulate the raw file that a platform would give, of the same respondents as :func:`simulate_responses`.

    Parameters
    ----------
    instrument, truth, n, seed, form, accounts
        As in :func:`simulate_responses`.
    labels : {"zh", "en"}, optional
        Answers as label text in this language instead of codes, as most platforms offer.

    Returns
    -------
    DataFrame, shape (n, n_columns)
        ``started, finished`` (text), ``seconds`` (whole), ``device``, then one column a question under its
        id. Don't-know is its code or label; what was skipped or not shown is blank. ``attrs["provenance"]``
        says that it is simulated.

    Raises
    ------
    UsageError, StudyError
        As in :func:`simulate_responses`.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> instrument = load_instrument("gov-wechat-public")
    >>> frame = simulate_export(instrument, "surveys/gov-wechat-public/truth.yaml", n=50)
    >>> frame.attrs["provenance"]["simulated"]
    True
    """
    import pandas as pd

    field = simulate_field_period(instrument, _truth(truth), n, seed=seed, form=form, accounts=accounts)
    finished = [s + dt.timedelta(seconds=took) for s, took in zip(field.started, field.seconds.tolist(), strict=True)]
    table: dict[str, Any] = {
        "started": [moment.isoformat(sep=" ") for moment in field.started],
        "finished": [moment.isoformat(sep=" ") for moment in finished],
        "seconds": field.seconds.astype(np.int64),
        "device": field.device,
    }
    codes = {name: column for name, column in field.columns.items() if name != field.account_column}
    table |= {field.account_column: field.accounts} | label_columns(instrument, codes, field.reasons, labels)
    table["simulated"] = [f"{field.provenance['truth']}, seed {seed}"] * n
    frame = pd.DataFrame(table)
    frame.attrs["provenance"] = dict(field.provenance)
    return frame


def simulate_field_period(
    instrument: Instrument,
    truth: Truth,
    n: int,
    *,
    seed: int,
    form: FormName,
    accounts: int,
    between: Truth | None = None,
) -> FieldPeriod:
    """Draw people, let them answer, and let the field do its worst (see :func:`simulate_responses`)."""
    _require_sense(n, seed, accounts)
    draws = Draws(seed)
    nuisance = truth.nuisance
    people = draw_people(
        solve_population(truth), draws, n, accounts=accounts, icc=nuisance.icc, careless=nuisance.careless,
        between=None if between is None else solve_population(between),
    )  # fmt: skip
    items = answer_items(instrument, form, truth, people, draws)
    checks = answer_checks(instrument, form, items, people, draws)
    columns = {**items, **checks, **answer_background(instrument, form, truth, people, draws)}
    account_column = next((q.id for q in instrument.background if q.role == "account"), "account")
    columns.setdefault(account_column, people.account.astype(np.float64))
    questions = questions_of(instrument, form, columns)
    reasons = reasons_for(questions, columns, truth, people, draws)
    reasons.setdefault(account_column, np.full(n, "", dtype="<U10"))
    source = second_submissions(nuisance.duplicates, n, draws)
    manner = people.manner[source]
    return FieldPeriod(
        columns={name: column[source] for name, column in columns.items()},
        reasons={name: reason[source] for name, reason in reasons.items()},
        items_and_checks=(*items, *checks),
        account_column=account_column,
        seconds=answering_seconds(people, len(questions), draws)[source],
        started=starting_times(n, draws),
        device=devices(seed, source),
        provenance={
            "simulated": True,
            "file": f"simulated from truth '{truth.id}'",
            "reader": "simulation",
            "truth": truth.id,
            "truth_sha256": truth.sha256,
            "seed": seed,
            "accounts": accounts,
            "form": form,
            "rows_read": n,
            "careless": {kind: int((manner == i).sum()) for i, kind in enumerate(MANNERS) if i},
            "second_submissions": int((source != np.arange(n)).sum()),
            "questions_left_out": list(left_out(instrument, form, truth)),
        },
    )


def _truth(truth: Truth | str | Path) -> Truth:
    return truth if isinstance(truth, Truth) else load_truth(truth)


def _require_sense(n: int, seed: int, accounts: int) -> None:
    for name, value, least in (("n", n, 1), ("seed", seed, 0), ("accounts", accounts, 1)):
        if value < least:
            raise UsageError("SIM-009", f"{name} is {value}; it must be a whole number of at least {least}.")
