"""Severity as latent means: the constructs of the dilemmas in one confirmatory model, identified by effects coding.

With effects coding a latent mean is in the unit of its items, so that it turns into POMP with a standard error from the
joint covariance. It is used where the model is accepted; else the observed means stand, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.sampling import MeanEstimate
from wxsat.errors import WxsatError
from wxsat.finding import refusals

if TYPE_CHECKING:
    from wxsat.responses.responses import Responses
    from wxsat.sem.result import SemResult

Floats = NDArray[np.float64]
ACCEPTED: Mapping[str, float] = {"cfi": 0.90, "rmsea": 0.08, "srmr": 0.08}


@dataclass(frozen=True, eq=False)
class LatentSeverity:
    """
    What the confirmatory model says of the constructs' severities.

    Attributes
    ----------
    names : tuple of str
        Constructs; empty where the model is not accepted.
    means : ndarray, shape (k,)
        Severities 0-100.
    covariance : ndarray, shape (k, k)
        Their joint sampling covariance.
    fit : mapping of str to float
        CFI, RMSEA, SRMR of the model; empty where it was not fitted.
    n : int
    reason : str
        Why it is not used, empty where it is: a code such as ``cfi``, ``SEM-053``, ``single_items``, ``weights``.
    """

    names: tuple[str, ...]
    means: Floats
    covariance: Floats
    fit: Mapping[str, float]
    n: int
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the latent means stand for the severities."""
        return not self.reason

    def covers(self, names: tuple[str, ...]) -> bool:
        """Whether every one of these constructs has a latent mean."""
        return self.accepted and set(names) <= set(self.names)

    def estimate(self, names: tuple[str, ...], observed: MeanEstimate) -> MeanEstimate:
        """Return the observed estimate with the latent means and covariance in its place."""
        at = [self.names.index(name) for name in names]
        # The sandwich of few clusters is too small by the factor that the observed covariance carries as well.
        units = float(observed.n_units.max())
        few = units / max(units - 1.0, 1.0)
        return MeanEstimate(self.means[at], few * self.covariance[np.ix_(at, at)], observed.n, observed.n_units)


def _unused(reason: str, fit: Mapping[str, float] | None = None, n: int = 0) -> LatentSeverity:
    return LatentSeverity((), np.empty(0), np.empty((0, 0)), fit or {}, n, reason)


def latent_severity(
    responses: Responses, names: tuple[str, ...], cluster: str | None, weights: str | None
) -> LatentSeverity:
    r"""
    Fit the constructs of the dilemmas as one confirmatory model and read its latent means as severities.

    Parameters
    ----------
    responses : Responses
        Cleaned answers.
    names : tuple of str
        Constructs, each with at least two items.
    cluster : str, optional
        Account column; standard errors are robust to it.
    weights : str, optional
        Weighted answers keep their observed means: pseudo-likelihood takes no incomplete rows.

    Notes
    -----
    .. math:: S = 100 (\hat\alpha - min) / (max - min), \quad SE(S) = 100\, SE(\hat\alpha) / (max - min)

    Maximum likelihood on all rows (missing at random), errors of MLR. Accepted with CFI >= .90, RMSEA <= .08,
    SRMR <= .08, a converged and admissible solution (conventions). With complete answers and a free mean structure the
    latent mean equals the mean of the item means, so that it differs from the observed one by missing answers alone.

    References
    ----------
    .. [1] Little, T. D., Slegers, D. W., & Card, N. A. (2006). A non-arbitrary method of identifying and scaling latent
       variables in SEM and MACS models. Structural Equation Modeling, 13(1), 59-72.
    """
    from wxsat.sem.fit import fit_sem

    if weights is not None:
        return _unused("weights")
    items = {name: answered_items(responses, name) for name in names}
    if not items or min(map(len, items.values())) < 2:
        return _unused("single_items")
    text = "\n".join(f"{name} =~ {' + '.join(own)}" for name, own in items.items())
    try:
        fit = fit_sem(text, responses, estimator="MLR", missing="fiml", effect_coding=True, cluster=cluster)
    except WxsatError as error:
        return _unused(error.code)
    measures = {name: float(fit.fit_measures[name]) for name in ACCEPTED}
    reason = _why_not(fit, measures)
    if reason:
        return _unused(reason, measures, int(fit.n_obs))
    return _severities(responses, fit, names, measures)


def answered_items(responses: Responses, construct: str) -> list[str]:
    """Return the items of a construct that anybody answered."""
    instrument = responses.instrument
    constructs = instrument.constructs if instrument else []
    asked = [i for c in constructs if c.id == construct for i in c.items]
    return [i.id for i in asked if i.id in responses.frame.columns and responses.frame[i.id].notna().any()]


def _why_not(fit: SemResult, measures: Mapping[str, float]) -> str:
    refused = refusals(fit.findings)
    if not fit.converged:
        return "SEM-053"
    if refused:
        return refused[0].code
    for name, limit in ACCEPTED.items():
        good = measures[name] >= limit if name == "cfi" else measures[name] <= limit
        if not good:
            return name
    return ""


def _severities(
    responses: Responses, fit: SemResult, names: tuple[str, ...], measures: Mapping[str, float]
) -> LatentSeverity:
    instrument = responses.instrument
    if instrument is None:
        return _unused("instrument")
    table = fit.parameters
    rows = [table.index[(table["op"] == "~1") & (table["lhs"] == name)][0] for name in names]
    means = table.loc[rows, "estimate"].to_numpy(dtype=np.float64)
    at = table.loc[rows, "free"].to_numpy(dtype=np.intp) - 1
    joint = fit.parameter_covariance[np.ix_(at, at)]
    slopes, offsets = np.empty(len(names)), np.empty(len(names))
    for i, name in enumerate(names):
        construct = instrument.construct(name)
        scale = instrument.scale_of(construct.items[0])
        if scale.min is None or scale.max is None:
            return _unused("scale")
        slope = 100.0 / (scale.max - scale.min)
        sign = 1.0 if construct.direction == "problem" else -1.0
        slopes[i], offsets[i] = sign * slope, (-slope * scale.min if sign > 0 else 100.0 + slope * scale.min)
    return LatentSeverity(names, offsets + slopes * means, joint * np.outer(slopes, slopes), measures, int(fit.n_obs))
