r"""The list experiment: how many agree with a sensitive statement that nobody has to own to.

Controls count the neutral statements they agree with, the treated the same plus the sensitive one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, EstimationError
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.plain import frame_records
from wxsat.psychometrics.construct_data import numeric_columns
from wxsat.psychometrics.conventions import state
from wxsat.psychometrics.experiments.columns import Answers, complete, frame_of, treatment_of
from wxsat.psychometrics.experiments.design_effects import DesignEffects, evaluate_design_effects

Array = NDArray[np.float64]
Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class ListExperiment(ShownInNotebook):
    """
    Estimates of a list experiment.

    Attributes
    ----------
    estimates : DataFrame
        ``method estimate std_error ci_lower ci_upper``: the share that holds the sensitive statement by
        ``difference``, and with covariates by ``linear`` and ``nls``; with a direct question ``direct`` and
        ``under_reporting`` (list less direct share).
    coefficients : DataFrame
        ``method term estimate std_error``: of the sensitive statement on covariates; empty without.
    design_effects : DesignEffects
    n_control, n_treated, n_items : int
    findings : tuple of Finding
    """

    estimates: pd.DataFrame
    coefficients: pd.DataFrame
    design_effects: DesignEffects
    n_control: int
    n_treated: int
    n_items: int
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "estimates": frame_records(self.estimates),
            "coefficients": frame_records(self.coefficients),
            "design_effects": self.design_effects.to_dict(),
            "n_control": self.n_control,
            "n_treated": self.n_treated,
            "n_items": self.n_items,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def evaluate_list_experiment(
    responses: Answers,
    count: str,
    treatment: str,
    n_items: int,
    *,
    treated: object | None = None,
    covariates: Sequence[str] = (),
    direct: str | None = None,
    seed: int = 1,
) -> ListExperiment:
    r"""
    Estimate the share that agrees with a sensitive statement.

    Parameters
    ----------
    responses : Responses or DataFrame
    count : str
        Column of the number of statements agreed with.
    treatment : str
        Column that tells the two random groups.
    n_items : int
        J, the neutral statements of both groups.
    treated : object, optional
        Value of `treatment` with the sensitive statement; 1 where the column holds 0 and 1.
    covariates : sequence of str
        Numeric columns.
    direct : str, optional
        Column of the same statement asked openly, 1 for agreement and 0 for none.
    seed : int
        Of the null distribution of the design-effect test.

    Returns
    -------
    ListExperiment

    Raises
    ------
    DataError, UsageError
        MEAS-072 counts outside 0 to J (J + 1), groups that are not two or are small; MEAS-001, MEAS-002 by column.
    EstimationError
        MEAS-072 when the nonlinear estimator has no solution.

    Notes
    -----
    ``difference``: difference in means with unequal variances. ``linear``: a regression in each group, prevalence the
    mean of the difference of predictions. ``nls``: two steps, :math:`E[Y|T=0] = J\,\mathrm{logit}^{-1}(x\gamma)`, then
    :math:`Y - J\,\mathrm{logit}^{-1}(x\hat\gamma)` on :math:`\mathrm{logit}^{-1}(x\delta)` among the treated, errors
    from the stacked moments of both (Imai 2011). Checked: without covariates both equal the difference; with them they
    recover a simulated truth with nominal coverage.

    References
    ----------
    .. [1] Imai, K. (2011). Multivariate regression analysis for the item count technique. JASA, 106, 407-416.
    .. [2] Blair, G., & Imai, K. (2012). Statistical analysis of list experiments. Political Analysis, 20, 47-77.

    Examples
    --------
    >>> frame = pd.DataFrame({"count": [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2],
    ...                       "group": [0] * 10 + [1] * 10})
    >>> float(evaluate_list_experiment(frame, "count", "group", 3).estimates["estimate"][0])
    0.5
    """
    frame = frame_of(responses)
    names = [count, *covariates, *([direct] if direct else [])]
    columns = numeric_columns(frame, names)
    flags, _, _ = treatment_of(frame, treatment, treated, "MEAS-072")
    keep = complete([columns[c] for c in (count, *covariates)], flags, "MEAS-072", f"column {count!r}")
    y, t = columns[count][keep], flags[keep]
    _require_counts(y, t, n_items, count)
    rows = [_difference(y, t)]
    terms: list[dict[str, Any]] = []
    if covariates:
        x = np.column_stack([np.ones(len(y)), *(columns[c][keep] for c in covariates)])
        for method, fitted in (("linear", _linear(y, t, x)), ("nls", _nls(y, t, x, n_items))):
            rows.append(_row(method, fitted[0], fitted[1]))
            labels = ("intercept", *covariates)
            terms += [
                {"method": method, "term": label, "estimate": float(b), "std_error": float(e)}
                for label, b, e in zip(labels, fitted[2], fitted[3], strict=True)
            ]
    if direct is not None:
        rows += _direct(y, t, columns[direct][keep], direct)
    effects = evaluate_design_effects(y, t, n_items, seed=seed)
    estimates = pd.DataFrame(rows)
    return ListExperiment(
        estimates, pd.DataFrame(terms, columns=["method", "term", "estimate", "std_error"]), effects,
        int((t == 0).sum()), int((t == 1).sum()), n_items, _findings(estimates, effects),
    )  # fmt: skip


def _require_counts(y: Array, t: Array, n_items: int, count: str) -> None:
    if n_items < 1:
        raise DataError("MEAS-072", f"{n_items} neutral statements; at least 1 was expected.", where="n_items")
    wrong = (y < 0) | (y > n_items + t) | (y != np.round(y))
    if wrong.any():
        k = int(np.argmax(wrong))
        top = n_items + int(t[k])
        raise DataError("MEAS-072", f"a count of {y[k]:g} where 0 to {top} was expected ({int(wrong.sum())} row(s)).",
                        where=f"column {count!r}", hint="n_items is the number of neutral statements.")  # fmt: skip


def _row(method: str, estimate: float, error: float) -> dict[str, Any]:
    return {"method": method, "estimate": estimate, "std_error": error, "ci_lower": estimate - Z95 * error,
            "ci_upper": estimate + Z95 * error}  # fmt: skip


def _difference(y: Array, t: Array) -> dict[str, Any]:
    a, b = y[t == 1], y[t == 0]
    error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return _row("difference", float(a.mean() - b.mean()), error)


def _linear(y: Array, t: Array, x: Array) -> tuple[float, float, Array, Array]:
    pieces = []
    for value in (0.0, 1.0):
        own, z = y[t == value], x[t == value]
        inverse = np.linalg.pinv(z.T @ z)
        b = inverse @ z.T @ own
        residual = own - z @ b
        meat = (z * residual[:, None] ** 2).T @ z * len(own) / max(len(own) - z.shape[1], 1)
        pieces.append((b, inverse @ meat @ inverse))
    delta, vcov = pieces[1][0] - pieces[0][0], pieces[0][1] + pieces[1][1]
    mean = x.mean(axis=0)
    return float(mean @ delta), math.sqrt(float(mean @ vcov @ mean)), delta, np.sqrt(np.diag(vcov))


def _nls(y: Array, t: Array, x: Array, n_items: int) -> tuple[float, float, Array, Array]:
    from scipy.optimize import least_squares
    from scipy.special import expit

    control, treated = t == 0, t == 1
    zero = np.zeros(x.shape[1])
    first = least_squares(lambda g: y[control] - n_items * expit(x[control] @ g), zero, xtol=1e-12, ftol=1e-12)
    rest = y[treated] - n_items * expit(x[treated] @ first.x)
    second = least_squares(lambda d: rest - expit(x[treated] @ d), zero, xtol=1e-12, ftol=1e-12)
    if not (first.success and second.success) or np.abs(second.x).max() > 50:
        raise EstimationError(
            "MEAS-072", "the nonlinear estimator of the list experiment has no solution.", where="nls",
            hint="The sensitive statement is held by (nearly) nobody or everybody; use fewer covariates.",
        )  # fmt: skip
    p, q = expit(x @ first.x), expit(x @ second.x)
    slope_p, slope_q = n_items * p * (1 - p), q * (1 - q)
    g1 = np.where(control, (y - n_items * p) * slope_p, 0.0)[:, None] * x
    g2 = np.where(treated, (y - n_items * p - q) * slope_q, 0.0)[:, None] * x
    k = x.shape[1]
    a = np.zeros((2 * k, 2 * k))
    a[:k, :k] = (x * (control * slope_p**2)[:, None]).T @ x
    a[k:, :k] = (x * (treated * slope_p * slope_q)[:, None]).T @ x
    a[k:, k:] = (x * (treated * slope_q**2)[:, None]).T @ x
    moments = np.hstack([g1, g2])
    inverse = np.linalg.pinv(a)
    vcov = (inverse @ (moments.T @ moments) @ inverse.T)[k:, k:]
    gradient = (x * slope_q[:, None]).mean(axis=0)
    return float(q.mean()), math.sqrt(float(gradient @ vcov @ gradient)), second.x, np.sqrt(np.diag(vcov))


def _direct(y: Array, t: Array, open_answer: Array, column: str) -> list[dict[str, Any]]:
    """Return the direct share and what the list finds beyond it, the same persons' answers being correlated."""
    asked = ~np.isnan(open_answer)
    if not np.isin(open_answer[asked], (0, 1)).all() or asked.sum() < 2:
        raise DataError("MEAS-072", "the direct question holds 1 (agrees) and 0.", where=f"column {column!r}")
    share = float(open_answer[asked].mean())
    list_part = np.where(t == 1, (y - y[t == 1].mean()) / (t == 1).sum(), -(y - y[t == 0].mean()) / (t == 0).sum())
    own_part = np.where(asked, (np.nan_to_num(open_answer) - share) / asked.sum(), 0.0)
    estimate = float(y[t == 1].mean() - y[t == 0].mean()) - share
    return [
        _row("direct", share, math.sqrt(share * (1 - share) / asked.sum())),
        _row("under_reporting", estimate, math.sqrt(float(((list_part - own_part) ** 2).sum()))),
    ]


def _findings(estimates: pd.DataFrame, effects: DesignEffects) -> tuple[Finding, ...]:
    found = []
    rows: list[Mapping[str, Any]] = [{str(k): v for k, v in r.items()} for r in estimates.to_dict("records")]
    for row in rows:
        value = float(row["estimate"])
        if row["method"] in ("difference", "linear") and not 0 <= value <= 1:
            message = f"The share by {row['method']} is {value:.3f}, outside 0 to 1: chance, or a design effect."
            found.append(state("MEAS-176", "warning", str(row["method"]), message, estimate=value))
    if effects.p_value < 0.05:
        message = (
            f"The sensitive statement seems to change the answers to the neutral ones (design effect, Bonferroni p = "
            f"{effects.p_value:.3f}); the estimates rest on its absence."
        )
        found.append(state("MEAS-177", "refusal", "list experiment", message, p_value=effects.p_value))
    return tuple(found)
