r"""
One call from a solution to its robust inference: covariance of the estimates and corrected tests of the model.

The sandwich is :math:`N^{-1}E^{-1}BE^{-1}`: E expected and B around the sample's moments for Satorra and Bentler
(``robust.sem``), E observed and B first-order at the model's moments for Huber and White (``robust.huber.white``, and
``robust.cluster`` with sums within clusters).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError, UsageError, nearest
from wxsat.sem.discrepancy.ml import ml_information
from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.casewise import NO_VARIABLES, first_order_meat
from wxsat.sem.robust.gamma import GammaTraces, metric_traces, residual_traces
from wxsat.sem.robust.hessian import group_shares, observed_information
from wxsat.sem.robust.inverse import symmetric_inverse
from wxsat.sem.robust.scaled_tests import (
    TestStatistic,
    mean_scaled,
    mean_variance_adjusted,
    scaled_shifted,
    standard_test,
)
from wxsat.sem.robust.weights import estimator_metrics, expected_information, normal_theory_meat, unbiased
from wxsat.sem.robust.yuan_bentler import model_trace, saturated_trace, structured_trace
from wxsat.sem.test_statistics.browne import browne_residual

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions

    Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """
    What an estimator's name stands for.

    Attributes
    ----------
    estimator : {"ML", "GLS", "ULS", "DWLS", "WLS"}
    se : str
        ``standard``, ``first.order``, ``robust.sem``, ``robust.sem.nt``, ``robust.huber.white`` or ``robust.cluster``.
    tests : tuple of str
        Tests beside the standard one; the first gives the ``.scaled`` measures.
    information : {"expected", "observed", "first.order"}
        Also what the Yuan-Bentler-Mplus test takes.
    h1_for_tests : bool
        Whether that test leaves out the second derivatives of the moments. lavaan 0.6-14 does so with clusters alone
        (HS with 30 clusters: 83.93 instead of 89.35); 0.7-2 uses the Hessian everywhere, as we do by default.
    """

    estimator: str
    se: str
    tests: tuple[str, ...]
    information: str
    h1_for_tests: bool = False


RECIPES: Mapping[str, Recipe] = {
    "ML": Recipe("ML", "standard", (), "expected"),
    "MLM": Recipe("ML", "robust.sem", ("satorra.bentler",), "expected"),
    "MLMV": Recipe("ML", "robust.sem", ("scaled.shifted",), "expected"),
    "MLMVS": Recipe("ML", "robust.sem", ("mean.var.adjusted",), "expected"),
    "MLF": Recipe("ML", "first.order", (), "first.order"),
    "MLR": Recipe("ML", "robust.huber.white", ("yuan.bentler.mplus",), "observed"),
    "GLS": Recipe("GLS", "standard", (), "expected"),
    "WLS": Recipe("WLS", "standard", (), "expected"),
    "ULS": Recipe("ULS", "robust.sem.nt", ("browne.residual.nt",), "expected"),
    "DWLS": Recipe("DWLS", "robust.sem.nt", ("browne.residual.nt",), "expected"),
    "ULSM": Recipe("ULS", "robust.sem", ("satorra.bentler",), "expected"),
    "ULSMV": Recipe("ULS", "robust.sem", ("scaled.shifted",), "expected"),
    "ULSMVS": Recipe("ULS", "robust.sem", ("mean.var.adjusted",), "expected"),
    "WLSM": Recipe("DWLS", "robust.sem", ("satorra.bentler",), "expected"),
    "WLSMV": Recipe("DWLS", "robust.sem", ("scaled.shifted",), "expected"),
    "WLSMVS": Recipe("DWLS", "robust.sem", ("mean.var.adjusted",), "expected"),
}

TESTS = (
    "satorra.bentler", "mean.var.adjusted", "scaled.shifted", "yuan.bentler", "yuan.bentler.mplus",
    "browne.residual.nt", "browne.residual.nt.model", "browne.residual.adf",
)  # fmt: skip


@dataclass(frozen=True)
class RobustInference:
    """
    Attributes
    ----------
    vcov : ndarray, shape (n_free, n_free)
        Covariance of the estimates; NaN where the information is singular.
    tests : mapping of str to TestStatistic
        By lavaan's names, ``standard`` first.
    information : ndarray, shape (n_free, n_free)
        The bread, of one observation, before restrictions.
    """

    vcov: Matrix
    tests: Mapping[str, TestStatistic]
    information: Matrix = field(repr=False)


def robust_inference(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    restrictions: Restrictions,
    *,
    statistic: float,
    df: int,
    recipe: Recipe,
    given: NDArray[np.intp] = NO_VARIABLES,
    wishart: bool = False,
) -> RobustInference:
    """
    Return standard errors and tests of a solution on complete rows.

    Parameters
    ----------
    implied : sequence of Implied
        One a group, at the estimates.
    sample : sequence of Moments
        With rows for every robust choice; covariances divided by N whatever the estimator.
    restrictions : Restrictions
        Linear (or linearised at the estimates).
    statistic, df : float, int
        The uncorrected chi-square and its degrees of freedom.
    recipe : Recipe
        ``RECIPES["MLR"]`` and so on, or one of your own.
    given : ndarray of int
        Positions of the variables whose moments are taken as given (fixed.x).
    wishart : bool
        Whether N - 1 replaces N (always so for least squares).

    Raises
    ------
    UsageError
        SEM-090 no rows, SEM-091 one cluster, SEM-092 unknown estimator, SEM-094 unknown error or test.

    Notes
    -----
    Checked against lavaan 0.6-14 for every estimator name above, with and without means, groups, equality
    restrictions, given covariates, weights and clusters.
    """
    work = _work(implied, sample, restrictions, recipe, given)
    size = float(sum(moments.weight_sum for moments in sample))
    if wishart or recipe.estimator != "ML":
        size -= len(sample)
    try:
        vcov = work.covariance() / size
    except np.linalg.LinAlgError:
        vcov = np.full((restrictions.basis.shape[0],) * 2, np.nan)
    tests = {"standard": standard_test(statistic, df)}
    for name in recipe.tests:
        try:
            tests[name] = work.test(name, statistic, df)
        except np.linalg.LinAlgError:
            tests[name] = TestStatistic(name, np.nan, float(df), np.nan)
    return RobustInference(vcov, tests, work.information)


def _work(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    restrictions: Restrictions,
    recipe: Recipe,
    given: NDArray[np.intp],
) -> _Work:
    """Return the pieces; EstimationError SEM-053 where the implied matrix has no inverse."""
    try:
        return _Work(implied, sample, restrictions, recipe, given)
    except np.linalg.LinAlgError:
        raise EstimationError(
            "SEM-053",
            "the implied matrix at the solution cannot be inverted.",
            where="model",
            hint="Look for variables in units that differ by many powers of ten, or that follow from others.",
        ) from None


def expected_pieces(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    restrictions: Restrictions,
    recipe: Recipe,
    given: NDArray[np.intp] = NO_VARIABLES,
) -> tuple[Matrix, Matrix]:
    r"""Return :math:`\Delta'V\Delta` and :math:`\Delta'V\Gamma V\Delta` of one observation, before restrictions."""
    work = _work(implied, sample, restrictions, recipe, given)
    return work.expected(), work.traces(second=False).meat


class _Work:
    """The pieces that errors and tests share, each computed once."""

    def __init__(
        self,
        implied: Sequence[Implied],
        sample: Sequence[Moments],
        restrictions: Restrictions,
        recipe: Recipe,
        given: NDArray[np.intp],
    ) -> None:
        self.implied, self.sample, self.restrictions = implied, sample, restrictions
        self.recipe, self.given = recipe, given
        self.metrics = None if recipe.estimator == "ML" else estimator_metrics(recipe.estimator, implied, sample, given)
        self._traces: GammaTraces | None = None
        self._meat: Matrix | None = None
        self._bread: Matrix | None = None
        self.information = self._information(recipe.information)

    def _information(self, kind: str) -> Matrix:
        if kind == "observed" and self.recipe.estimator == "ML":
            return observed_information(self.implied, self.sample)
        if kind == "first.order":
            return self.meat
        if self.metrics is not None:
            return expected_information(self.implied, self.sample, self.metrics)
        shares = group_shares(self.sample)
        return np.asarray(sum(s * ml_information(at) for s, at in zip(shares, self.implied, strict=True)))

    def expected(self) -> Matrix:
        """Return the expected information, whatever the recipe's own is."""
        return self._information("expected")

    @property
    def meat(self) -> Matrix:
        if self._meat is None:
            self._meat = first_order_meat(self.implied, self.sample)
        return self._meat

    @property
    def bread(self) -> Matrix:
        if self._bread is None:
            self._bread = self.restrictions.covariance(self.information)
        return self._bread

    def traces(self, *, second: bool) -> GammaTraces:
        if self._traces is None or (second and np.isnan(self._traces.second)):
            self._traces = self._compute_traces(second)
        return self._traces

    def _compute_traces(self, second: bool) -> GammaTraces:
        if self.recipe.estimator in ("ML", "GLS"):
            if self.recipe.estimator == "ML":
                weights = [symmetric_inverse(at.sigma) for at in self.implied]
            else:
                weights = [symmetric_inverse(unbiased(moments)) for moments in self.sample]
            information = self._information("expected")
            return residual_traces(
                self.implied, self.sample, self.restrictions, information, weights, second=second, given=self.given
            )
        metrics = self.metrics or ()
        return metric_traces(self.implied, self.sample, self.restrictions, metrics, second=second, given=self.given)

    def covariance(self) -> Matrix:
        """Return N times the covariance of the estimates."""
        kind = self.recipe.se
        if kind in ("standard", "first.order"):
            return self.bread
        if kind == "robust.sem":
            wants = any(t in ("scaled.shifted", "mean.var.adjusted") for t in self.recipe.tests)
            traces = self.traces(second=wants)
            return np.asarray(traces.inverse @ traces.meat @ traces.inverse)
        bread = self.bread
        if kind == "robust.sem.nt":
            metrics = self.metrics or estimator_metrics("ML", self.implied, self.sample)
            covariances = [m.covariance if self.metrics is None else unbiased(m) for m in self.sample]
            meat = normal_theory_meat(self.implied, self.sample, metrics, covariances)
            return np.asarray(bread @ meat @ bread)
        if kind in ("robust.huber.white", "robust.cluster"):
            return np.asarray(bread @ self.meat @ bread)
        raise UsageError("SEM-094", f"unknown kind of standard errors {kind!r}.", where="se")

    def test(self, name: str, statistic: float, df: int) -> TestStatistic:
        # Both are one statistic: Yuan and Bentler's original is Satorra and Bentler's with observed information.
        if name in ("satorra.bentler", "yuan.bentler"):
            if self.recipe.information == "observed" and self.recipe.estimator == "ML":
                return self._yuan_bentler(name, statistic, df)
            return mean_scaled(name, statistic, df, self.traces(second=False).first)
        if name in ("mean.var.adjusted", "scaled.shifted"):
            traces = self.traces(second=True)
            adjust = scaled_shifted if name == "scaled.shifted" else mean_variance_adjusted
            return adjust(statistic, df, traces.first, traces.second)
        if name == "yuan.bentler.mplus":
            return self._yuan_bentler(name, statistic, df)
        if name.startswith("browne.residual"):
            return browne_residual(
                name, self.implied, self.sample, self.restrictions, df,
                given=self.given, wishart=self.recipe.estimator != "ML",
            )  # fmt: skip
        raise UsageError("SEM-094", f"unknown test {name!r}.{nearest(name, TESTS)}", where="test")

    def _yuan_bentler(self, name: str, statistic: float, df: int) -> TestStatistic:
        has_means = self.implied[0].has_means
        inverse = self.bread
        plain_model = name != "yuan.bentler.mplus"
        if self.recipe.information == "observed" and (plain_model or self.recipe.h1_for_tests):
            plain = observed_information(self.implied, self.sample, curved=False)
            inverse = self.restrictions.covariance(plain)
        saturated = [saturated_trace(m, has_means=has_means, given=self.given) for m in self.sample]
        of_model = model_trace(inverse, self.meat)
        whole = sum(trace for trace, _ in saturated)
        count = sum(number for _, number in saturated)
        trace = whole - of_model
        if plain_model:
            trace = structured_trace(self.implied, self.sample, inverse, self.given)
        return mean_scaled(
            name, statistic, df, trace, h1=whole / count, h0=of_model / max(self.restrictions.basis.shape[0], 1)
        )
