"""Item response analysis of a scale: parameters with errors, curves, scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wxsat.errors import DataError, UsageError
from wxsat.finding import Finding
from wxsat.numerics.covariance import pairwise_correlation
from wxsat.psychometrics.conventions import identical_items_findings, state
from wxsat.psychometrics.item_response.graded import GradedFit, fit_graded
from wxsat.psychometrics.item_response.information import item_information, marginal_reliability
from wxsat.psychometrics.item_response.quadrature import NODES
from wxsat.psychometrics.item_response.scores import score_respondents
from wxsat.psychometrics.ordinal.answers import observed_categories
from wxsat.psychometrics.scales import constructs_to_evaluate

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import Responses

Array = NDArray[np.float64]
CURVE = np.linspace(-4, 4, 81)
FEWEST_ITEMS = 3
SLOPE_LOW = 0.35
"""Baker (2001): below it discrimination is very low."""


@dataclass(frozen=True, eq=False)
class ScaleResponse:
    """
    The graded-response model of one scale.

    Attributes
    ----------
    scale : str
    items : tuple of str
    categories : tuple of tuple of float
        Answer codes of every item, the steps between which have thresholds.
    fit : GradedFit
    codes : ndarray of int, shape (n_rows, n_items)
        Categories from 0, -1 where there is no answer.
    reliability : float
        Marginal, of the EAP scores.
    findings : tuple of Finding
    """

    scale: str
    items: tuple[str, ...]
    categories: tuple[tuple[float, ...], ...]
    fit: GradedFit
    codes: NDArray[np.int64]
    reliability: float
    findings: tuple[Finding, ...]

    def parameters(self) -> pd.DataFrame:
        """Return ``scale item parameter category estimate std_error``: slope ``a``, thresholds ``b`` (delta method)."""
        import pandas as pd

        rows: list[tuple[str, str, str, float | None, float, float]] = []
        at = 0
        covariance = self.fit.covariance
        for item, codes, a, d in zip(
            self.items, self.categories, self.fit.items.slopes, self.fit.items.intercepts, strict=True
        ):
            own = None if covariance is None else covariance[at : at + 1 + len(d), at : at + 1 + len(d)]
            rows.append((self.scale, item, "a", None, float(a), np.nan if own is None else float(np.sqrt(own[0, 0]))))
            for k, intercept in enumerate(d):
                slope = np.zeros(1 + len(d))
                slope[0], slope[1 + k] = intercept / a**2, -1 / a
                error = np.nan if own is None else float(np.sqrt(slope @ own @ slope))
                rows.append((self.scale, item, "b", codes[k + 1], float(-intercept / a), error))
            at += 1 + len(d)
        return pd.DataFrame(rows, columns=["scale", "item", "parameter", "category", "estimate", "std_error"])

    def information(self, theta: ArrayLike = CURVE) -> pd.DataFrame:
        """Return ``theta``, the information of every item, ``test`` and the ``std_error`` of a score there."""
        import pandas as pd

        points = np.asarray(theta, dtype=np.float64)
        per_item = item_information(self.fit.items, points)
        frame = pd.DataFrame(per_item, columns=list(self.items))
        frame.insert(0, "theta", points)
        total = per_item.sum(axis=1)
        # Where the items tell nothing, a score has no error: missing, not infinite.
        told = np.where(total > np.finfo(np.float64).tiny, total, np.nan)
        return frame.assign(test=total, std_error=1 / np.sqrt(told))

    def scores(self) -> pd.DataFrame:
        """Return ``estimate std_error`` of every respondent's trait (EAP), missing without any answer."""
        import pandas as pd

        estimate, error = score_respondents(self.fit.items, self.codes)
        return pd.DataFrame({"estimate": estimate, "std_error": error})

    def to_dict(self) -> dict[str, Any]:
        """Return the record of one scale in the document of ``wxsat measure irt``."""
        from wxsat.numerics.plain import frame_records

        return {
            "scale": self.scale,
            "n": self.fit.n_obs,
            "n_items": len(self.items),
            "log_likelihood": self.fit.log_likelihood,
            "n_parameters": len(self.fit.items.vector()),
            "aic": 2 * len(self.fit.items.vector()) - 2 * self.fit.log_likelihood,
            "bic": np.log(self.fit.n_obs) * len(self.fit.items.vector()) - 2 * self.fit.log_likelihood,
            "converged": self.fit.converged,
            "iterations": self.fit.iterations,
            "marginal_reliability": self.reliability,
            "parameters": frame_records(self.parameters()),
            "information": frame_records(self.information()),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        """Show the parameters in a notebook."""
        return str(self.parameters().to_html(index=False, float_format="{:.3f}".format, na_rep=""))


def evaluate_item_response(
    responses: Responses | pd.DataFrame,
    *,
    constructs: Sequence[str] | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    reverse: Iterable[str] = (),
    scale_range: tuple[float, float] | None = None,
    nodes: int = NODES,
) -> tuple[ScaleResponse, ...]:
    """
    Fit Samejima's graded-response model to every scale of three items or more.

    Parameters
    ----------
    responses, constructs, scales, reverse, scale_range
        As in :func:`wxsat.evaluate_scales`. Formative constructs and those of fewer than three items are left out.
    nodes : int
        Of the Gauss-Hermite quadrature.

    Returns
    -------
    tuple of ScaleResponse

    Raises
    ------
    DataError
        MEAS-031, MEAS-032 an item without two categories or with more than 20; MEAS-056 no scale that can be fitted.
    UsageError
        MEAS-057 for fewer than five nodes; MEAS-012 and others by column.

    Notes
    -----
    Missing answers are ignorable: a respondent counts with the items answered.

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> x = (rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)) > 0).astype(float)
    >>> [s.scale for s in evaluate_item_response(pd.DataFrame(x, columns=list("abcd")), scales={"T": list("abcd")})]
    ['T']
    """
    if nodes < 5:
        raise UsageError("MEAS-057", f"{nodes} quadrature nodes; at least 5 are needed, 61 are usual.")
    data = constructs_to_evaluate(responses, constructs, scales, reverse, scale_range)
    usable = [d for d in data if d.model == "reflective" and len(d.items) >= FEWEST_ITEMS]
    if not usable:
        raise DataError("MEAS-056", f"no reflective scale of {FEWEST_ITEMS} items or more.")
    return tuple(_fit_scale(d.id, d.items, d.values, nodes) for d in usable)


def _fit_scale(scale: str, items: tuple[str, ...], values: Array, nodes: int) -> ScaleResponse:
    categories = observed_categories(values, items, [True] * len(items))
    codes = np.full(values.shape, -1, dtype=np.int64)
    for item, known in enumerate(categories):
        given = ~np.isnan(values[:, item])
        codes[given, item] = np.searchsorted(known, values[given, item])
    fit = fit_graded(codes, [len(known) for known in categories], nodes=nodes)
    # A copied column has no noise of its own: its slope runs off, and the scale looks more certain than it is.
    found = list(identical_items_findings(values, items, pairwise_correlation(values)))
    if len(values) < len(fit.items.vector()):
        message = f"{scale}: {len(values)} respondents for {len(fit.items.vector())} parameters."
        found.append(state("MEAS-161", "warning", scale, message, n=len(values), n_parameters=len(fit.items.vector())))
    if not fit.converged:
        message = f"{scale}: the item response model did not converge in {fit.iterations} rounds."
        found.append(state("MEAS-158", "warning", scale, message, iterations=fit.iterations))
    if fit.covariance is None:
        message = f"{scale}: the information matrix is singular; there are no standard errors."
        found.append(state("MEAS-160", "warning", scale, message, n_parameters=len(fit.items.vector())))
    for name, slope in zip(items, fit.items.slopes, strict=True):
        if slope < SLOPE_LOW:
            message = f"The slope of {name} is {slope:.3f}, below {SLOPE_LOW:.2f} (convention)."
            found.append(state("MEAS-159", "warning", name, message, slope=float(slope), threshold=SLOPE_LOW))
    return ScaleResponse(scale, items, categories, fit, codes, marginal_reliability(fit.items), tuple(found))
