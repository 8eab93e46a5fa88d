"""What a diagnosis is given, checked: options, account and weight columns, reliabilities, composites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.pomp import Scores
from wxsat.diagnosis.sampling import Units
from wxsat.errors import DataError, UsageError, nearest
from wxsat.numerics.labels import coded_labels
from wxsat.responses.responses import Responses
from wxsat.sem.result import SemResult

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument

FEWEST_DRAWS = 200
NO_ACCOUNT = "\x1f"
"""Begins the name of a unit that is a respondent without an account."""


def answers_of(given: Responses | SemResult) -> tuple[Responses, bool]:
    """Return the answers, or those behind a fitted model, and whether that model must not be interpreted."""
    if not isinstance(given, SemResult):
        return given, False
    if given.answers is None:
        raise UsageError(
            "DIAG-006",
            "diagnose() was given a model that was fitted to a plain table or a covariance matrix.",
            hint="Fit it to what clean() returned, or pass that.",
        )
    return given.answers, given.refused


def require_options(responses: Responses, target: float, draws: int, seed: int, severity: str) -> None:
    """Refuse what no diagnosis can be made from."""
    if not isinstance(responses, Responses):
        raise UsageError(
            "DIAG-006",
            f"diagnose() needs the cleaned answers, got {type(responses).__name__}.",
            hint="Pass what clean() returned, or a model that fit_sem() fitted to it.",
        )
    if not 0 <= target < 100:
        raise UsageError("DIAG-006", f"target is {target:g}; expected a severity from 0 to below 100.", where="target")
    if draws < FEWEST_DRAWS:
        raise UsageError("DIAG-006", f"draws is {draws}; expected at least {FEWEST_DRAWS}.", where="draws")
    if seed < 0:
        raise UsageError("DIAG-006", f"seed is {seed}; expected a whole number from 0 on.", where="seed")
    if severity not in ("latent", "observed"):
        raise UsageError("DIAG-006", f"severity is '{severity}'; expected 'latent' or 'observed'.", where="severity")
    if responses.n < 2:
        raise DataError("DIAG-008", f"{responses.n} respondents are left; expected at least two.", where="responses")


def declared_composites(instrument: Instrument | None) -> dict[str, dict[str, float]]:
    """Return the instrument's composites: dilemma to part to declared weight."""
    composites = instrument.composites if instrument else []
    return {c.id: {part: c.weight_of(part) for part in c.parts} for c in composites}


def present_composites(
    instrument: Instrument | None, scores: Scores
) -> tuple[dict[str, dict[str, float]], dict[str, list[str]]]:
    """Return each dilemma's present parts with weights that sum to one, and the parts it lacks."""
    present, partial = {}, {}
    for dilemma, weights in declared_composites(instrument).items():
        here = {part: weight for part, weight in weights.items() if part in scores.names and weight > 0}
        if here:
            total = sum(here.values())
            present[dilemma] = {part: weight / total for part, weight in here.items()}
            if len(here) < len(weights):
                partial[dilemma] = [part for part in weights if part not in here]
    return present, partial


def given_reliability(
    scores: Scores, reliability: Mapping[str, float] | None, instrument: Instrument | None
) -> NDArray[np.float64]:
    """Return the given reliability of every score, NaN where none was given, shape (n_scores,)."""
    given = dict(reliability or {})
    known = [c.id for c in instrument.constructs] if instrument else list(scores.names)
    for name, value in given.items():
        if name not in known:
            raise UsageError(
                "DIAG-007",
                f"a reliability was given for '{name}', which is no construct.{nearest(name, known)}",
            )
        if value is not None and not np.isnan(value) and not 0 < value <= 1:
            raise UsageError("DIAG-007", f"the reliability of {name} is {value:g}; expected more than 0, at most 1.")
    return np.array([np.nan if given.get(n) is None else given[n] for n in scores.names], dtype=np.float64)


def sampling_units(responses: Responses, cluster: str | None) -> tuple[Units, str | None, int]:
    """Return the units, the column they come from, and how many respondents name no cluster."""
    column = cluster or _account_column(responses)
    alone = Units(np.arange(responses.n), responses.n, clustered=False)
    if column is None:
        return alone, None, 0
    _require_column(responses, column, "cluster")
    codes, labels = coded_labels(responses.frame[column])
    if len(labels) < 2:
        return alone, column, 0
    missing = codes < 0
    codes[missing] = len(labels) + np.arange(missing.sum())
    return Units(codes, len(labels) + int(missing.sum()), clustered=True), column, int(missing.sum())


def _account_column(responses: Responses) -> str | None:
    questions = responses.instrument.background if responses.instrument else []
    return next((q.id for q in questions if q.role == "account" and q.id in responses.frame.columns), None)


def _require_column(responses: Responses, column: str, option: str) -> None:
    columns = [str(c) for c in responses.frame.columns]
    if column not in columns:
        raise DataError(
            "DIAG-005",
            f"the answers have no column '{column}'.{nearest(column, columns)}",
            where=option,
            hint="Name a column of the file that the study keeps.",
        )


def respondent_weights(responses: Responses, weights: str | None) -> NDArray[np.float64] | None:
    """Return the respondents' weights, scaled to a mean of one; None without a column."""
    if weights is None:
        return None
    _require_column(responses, weights, "weights")
    try:
        w = responses.frame[weights].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError("DIAG-008", "the weights are not numbers.", where=weights) from error
    unusable = np.flatnonzero(~np.isfinite(w) | (w < 0))
    if unusable.size or not w.sum() > 0:
        rows = ", ".join(str(np.asarray(responses.rows)[i]) for i in unusable[:10])
        raise DataError("DIAG-008", f"{unusable.size} weights are missing or negative (rows {rows}).", where=weights)
    scaled: NDArray[np.float64] = w * (len(w) / w.sum())
    return scaled


def unit_names(responses: Responses, cluster: str | None, units: Units) -> tuple[str, ...]:
    """Names of the units, those without an account each under a name that no account has."""
    if not units.clustered:
        return ()
    own = [q.id for q in responses.instrument.background if q.role == "account"] if responses.instrument else []
    _, labels = coded_labels(responses.frame[cluster or own[0]])
    return (*labels, *(f"{NO_ACCOUNT}{i}" for i in range(units.count - len(labels))))
