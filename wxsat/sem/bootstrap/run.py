"""The bootstrap of a model: from a fit, or from model and data, to draws, intervals and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.bootstrap.plan import BootstrapOptions, bootstrap_table
from wxsat.sem.bootstrap.result import BootstrapResult
from wxsat.sem.result import SemResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

    from wxsat.responses.responses import Responses
    from wxsat.sem.parameter_table import ParameterTable


def bootstrap_sem(
    model: SemResult | str | Path | ParameterTable,
    data: pd.DataFrame | Responses | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
    workers: int = 1,
    kind: str = "percentile",
    level: float = 0.95,
    method: str = "naive",
    inadmissible: str = "keep",
    shard: tuple[int, int] = (1, 1),
    progress: Callable[[int, int], None] | None = None,
    **fit_options: Any,
) -> BootstrapResult:
    """
    Bootstrap a model fitted by maximum likelihood to complete rows, or one of ordinal items.

    Parameters
    ----------
    model : SemResult, str, Path or ParameterTable
        A fit, or what :func:`wxsat.fit_sem` takes.
    data : DataFrame or Responses, optional
        With a model that is not fitted yet.
    draws : int
        Resamples; 1,000 for errors, 5,000 where the ends of an interval decide.
    seed : int
        Draw i depends on the seed and on i alone: workers and shards change nothing.
    workers : int
        Processes, this one among them.
    kind : {"percentile", "basic", "normal", "bc", "bca"}
        Of the intervals; BCa also runs the jackknife.
    level : float
        Between 0 and 1.
    method : {"naive", "bollen_stine"}
        Rows as they are, or rows turned so that the model holds: for the p value of chi-square.
    inadmissible : {"keep", "drop"}
        Draws with a negative variance, or latent covariances not positive definite, count as lavaan has it, or not;
        either way they are counted and reported.
    shard : (int, int)
        Part i of k of the draws, to be merged by :func:`wxsat.sem.bootstrap.result.merge_bootstraps`.
    progress : callable, optional
        Of ordinal models, whose draws take longer: called with the draws done and the draws to do.
    **fit_options
        Of :func:`wxsat.fit_sem`: ``group``, ``weights``, ``cluster``, ``std_lv``, ... Groups are resampled within,
        clusters whole, weights go with their rows.

    Returns
    -------
    BootstrapResult
        ``draws`` and ``intervals`` are frames; ``counts`` and ``findings`` say what failed.

    Raises
    ------
    UsageError
        SEM-054, SEM-055 nothing to resample; SEM-056 options; SEM-035 estimates that are not ML of complete data;
        SEM-099 rotated factors.
    EstimationError
        SEM-058 when hardly any draw converges, and those of the fit.

    Notes
    -----
    Every draw is the ML fit of its rows, to 1e-7 (checked in ``tests/unit/sem/bootstrap``); against lavaan 0.6-14's
    bootstrap of Political Democracy errors and ends agree within Monte-Carlo error.

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> found = bootstrap_sem("visual =~ x1 + x2 + x3 + x4", hs.get_data(), draws=50, seed=7)
    >>> found.counts["used"]
    50
    """
    options = BootstrapOptions(draws, seed, workers, method, kind, level, inadmissible, shard).checked()
    result = _fitted(model, data, fit_options)
    _refuse_rotated(result)
    outcome = result.outcome
    if outcome is not None and result.table.ordered:
        from wxsat.sem.ordinal.bootstrap import bootstrap_ordinal

        return bootstrap_ordinal(result, options, progress)
    if outcome is None or result.table.n_levels > 1 or result.missing != "listwise":
        raise UsageError("SEM-055", "the bootstrap is one of complete rows of a one-level model.", where="bootstrap",
                         hint='Fit with missing="listwise".')  # fmt: skip
    _check_estimates(result)
    return bootstrap_table(result.table, outcome.sample, outcome.estimate.theta, options, result.effects)


def _refuse_rotated(result: SemResult) -> None:
    """Refuse explored factors: every draw would find them in another order, sign and rotation."""
    if "rotation" in result.provenance:
        raise UsageError("SEM-099", "bootstrap: not available for a model with efa() blocks.", where="bootstrap",
                         hint="Rotated loadings have delta-method errors, or fit the confirmatory model.")  # fmt: skip


def _fitted(
    model: SemResult | str | Path | ParameterTable,
    data: pd.DataFrame | Responses | None,
    fit_options: Mapping[str, Any],
) -> SemResult:
    if isinstance(model, SemResult):
        if data is not None or fit_options:
            raise UsageError("SEM-056", "a fit has its data and options already; give it alone.",
                             where="bootstrap_sem")  # fmt: skip
        return model
    from wxsat.sem.fit import fit_sem

    if data is None:
        raise UsageError("SEM-056", "a model without data cannot be resampled.", where="bootstrap_sem",
                         hint="Give the data, or a fit.")  # fmt: skip
    return fit_sem(model, data, **fit_options)


def _check_estimates(result: SemResult) -> None:
    """Refuse estimates that are not where the normal likelihood has its top: draws would be of something else."""
    from wxsat.sem.discrepancy.objectives import MaximumLikelihood
    from wxsat.sem.matrices import lay_out_groups
    from wxsat.sem.restrictions import table_constraints
    from wxsat.sem.robust.hessian import group_shares

    outcome = result.outcome
    assert outcome is not None
    constraints = table_constraints(result.table)
    if not constraints.only_linear:
        return
    sample, theta = outcome.sample, outcome.estimate.theta
    cells = lay_out_groups(result.table, sample)
    objective = MaximumLikelihood(cells, [m.covariance for m in sample], [m.mean for m in sample], group_shares(sample))
    point = objective.at(theta)
    scale = np.sqrt(np.maximum(np.diag(objective.rough_hessian(theta)), 1e-300))
    gradient = np.full(len(theta), np.inf) if point is None else point.gradient
    if np.max(np.abs(constraints.linear.reduce(gradient) / constraints.linear.reduce(scale)), initial=0.0) > 1e-4:
        raise UsageError(
            "SEM-056",
            f"the bootstrap refits by normal-theory maximum likelihood; these estimates are {result.estimator} ones of "
            "another kind (least squares, or Wishart).",
            where="estimator",
            hint='Fit with estimator="ML" (or MLM, MLR: the same estimates) and likelihood="normal".',
        )


__all__ = ["BootstrapOptions", "BootstrapResult", "bootstrap_sem"]
