r"""Cut-offs of fit made for one model and one N, by simulation (McNeish and Wolf 2023).

The fitted solution is taken as truth and then spoilt by a stated amount; samples of both populations are fitted with
the model as it is. A cut-off separates the two distributions: 95 % of the spoilt samples fail it and at most 5 % of
the true ones. Fixed cut-offs (.06, .95, .08) come from one model of 1999 and say little about others.

What is spoilt, in the standardised solution:

- one factor: residual correlations of .30 between pairs of items, over a third (level 1), two thirds (2) and all items
  (3); with 4 or 5 items fewer levels. Items are paired in order of their loadings, neighbours first.
- several factors: level k leaves out k cross-loadings, one from each of k factors (at most all but one): the item with
  the lowest loading of a factor also loads on the factor that its own correlates with most, as high as on its own, but
  no higher than leaves it 5 % of residual variance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError, UsageError
from wxsat.finding import Finding
from wxsat.sem.bootstrap.batched_implied import batched_moments
from wxsat.sem.bootstrap.batched_newton import BatchModel, BatchStart, fit_draws, lay_out_batch, start_of
from wxsat.sem.bootstrap.draws import DrawnMoments, generator_of
from wxsat.sem.bootstrap.workers import over_blocks
from wxsat.sem.discrepancy.objectives import MaximumLikelihood
from wxsat.sem.matrices import lay_out
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import table_constraints
from wxsat.sem.result import SemResult
from wxsat.sem.scoring import search
from wxsat.sem.start_values import good_starts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RESIDUAL_CORRELATION = 0.30
MOST_COMMUNALITY = 0.95
BLOCK = 128
INDICES = ("srmr", "rmsea", "cfi")


@dataclass(frozen=True)
class DynamicCutoffs:
    """
    Attributes
    ----------
    cutoffs : DataFrame
        ``level misfit srmr rmsea cfi srmr_power rmsea_power cfi_power``. A cut-off is NaN where no value fails 90 %
        of the spoilt samples and at most 10 % of the true ones; ``power`` is the share of spoilt samples that fail it
        (.95, or .90 where only that can be had).
    observed : dict
        ``srmr rmsea cfi`` of the fit itself.
    simulated : DataFrame
        ``level replication srmr rmsea cfi`` of every sample that converged; level 0 is the true model.
    n_obs, replications, seed : int
    findings : tuple of Finding
    """

    cutoffs: pd.DataFrame
    observed: dict[str, float]
    simulated: pd.DataFrame
    n_obs: int
    replications: int
    seed: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Population:
    """A standardised population of items."""

    loadings: Array
    factors: Array
    residual: Array

    @property
    def covariance(self) -> Array:
        return np.asarray(self.loadings @ self.factors @ self.loadings.T + self.residual)


@dataclass(frozen=True)
class _Study:
    """One population to be sampled and fitted."""

    model: BatchModel
    start: BatchStart
    root: Array
    n_obs: int
    df: int
    seed: int


def dynamic_cutoffs(
    result: SemResult, *, replications: int = 500, seed: int = 1, workers: int = 1, n_obs: int | None = None
) -> DynamicCutoffs:
    """
    Return cut-offs of SRMR, RMSEA and CFI for the model and N of a fit.

    Parameters
    ----------
    result : SemResult
        A confirmatory factor model of one group; each item on one factor.
    replications : int
        Samples a level; 500 as in the paper.
    seed : int
        Sample i of a level depends on the seed, the level and i alone.
    workers : int
    n_obs : int, optional
        Another N than that of the fit, to plan with.

    Returns
    -------
    DynamicCutoffs

    Raises
    ------
    UsageError
        SEM-059 for regressions, several groups or levels, higher-order factors, cross-loadings, one factor of fewer
        than 4 items.
    EstimationError
        SEM-058 when the model can hardly be fitted to samples of this N.

    Notes
    -----
    Samples are normal; skewed or coarse answers move the indices of scaled tests otherwise. The indices are the
    unscaled ones.
    """
    table = _without_means(result.table)
    _check(result, table)
    n = result.n_obs if n_obs is None else n_obs
    if replications < 20 or n <= len(table.observed_names):
        raise UsageError("SEM-059", f"{replications} replications of N = {n}; at least 20, and more rows than items, "
                         "were expected.", where="dynamic_cutoffs")  # fmt: skip
    truth = _standardised(result, table)
    levels = [("none", truth), *_spoilt(truth, table)]
    frames, failed = [], 0
    for level, (_, population) in enumerate(levels):
        indices = _simulate(table, population, n, replications, seed, level, workers)
        failed += int(np.isnan(indices[:, 0]).sum())
        frames.append(indices)
    if failed > 0.5 * replications * len(levels):
        raise EstimationError("SEM-058", f"{failed} of {replications * len(levels)} simulated samples did not "
                              "converge.", where=table.name)  # fmt: skip
    findings = []
    if failed:
        message = f"{failed} of {replications * len(levels)} simulated samples did not converge; they are left out."
        findings.append(Finding("SEM-156", "note", table.name, message, {"failed": failed}))
    observed = {name: float(result.fit_measures[name]) for name in INDICES}
    return DynamicCutoffs(
        _cutoffs([name for name, _ in levels], frames), observed, _simulated(frames), n, replications, seed,
        tuple(findings),
    )  # fmt: skip


def _without_means(table: ParameterTable) -> ParameterTable:
    if not table.has_mean_structure:
        return table
    from dataclasses import replace

    rows, free = [], 0
    for row in table.rows:
        if row.op == "~1":
            continue
        if row.free:
            free += 1
            row = replace(row, free=free)
        rows.append(row)
    return replace(table, rows=tuple(rows), options=replace(table.options, meanstructure=False), syntax=None)


def _check(result: SemResult, table: ParameterTable) -> None:
    loads = [row.rhs for row in table.parameters if row.op == "=~"]
    constraints = table_constraints(table)
    faults = [
        (table.n_groups > 1 or table.n_levels > 1, "the model has several groups or levels"),
        (any(row.op == "~" for row in table.parameters), "the model has regressions; test its measurement part"),
        (not table.latent_names, "the model has no latent"),
        (bool(set(loads) & set(table.latent_names)), "the model has a second-order factor"),
        (len(loads) != len(set(loads)), "an item loads on several factors"),
        (set(loads) != set(table.observed_names), "a variable is no indicator"),
        (len(table.latent_names) == 1 and len(loads) < 4, "one factor of fewer than 4 items always fits"),
        (not constraints.only_linear, "the model has bounds or constraints that are not linear"),
        (result.outcome is None or result.fit_measures["df"] <= 0, "the model has no degrees of freedom"),
    ]
    for wrong, words in faults:
        if wrong:
            raise UsageError("SEM-059", f"{words}; dynamic cut-offs are for confirmatory factor models.",
                             where=table.name)  # fmt: skip


def _standardised(result: SemResult, table: ParameterTable) -> _Population:
    names, latents = table.observed_names, table.latent_names
    assert result.outcome is not None
    at = result.outcome.implied[0]
    item = [at.cells.names.index(name) for name in names]
    factor = [at.cells.names.index(name) for name in latents]
    sd = np.sqrt(np.diag(at.all_covariance))
    loadings = at.a[np.ix_(item, factor)] * sd[factor] / sd[item][:, None]
    factors = at.all_covariance[np.ix_(factor, factor)] / np.outer(sd[factor], sd[factor])
    residual = at.s[np.ix_(item, item)] / np.outer(sd[item], sd[item])
    if np.diag(residual).min() < 0 or np.linalg.eigvalsh(factors)[0] <= 0:
        raise UsageError("SEM-059", "the solution is not admissible; nothing can be simulated from it.",
                         where=table.name)  # fmt: skip
    return _Population(loadings, factors, residual)


def _spoilt(truth: _Population, table: ParameterTable) -> list[tuple[str, _Population]]:
    if truth.loadings.shape[1] == 1:
        return _residual_pairs(truth, table.observed_names)
    return _cross_loadings(truth, table.observed_names, table.latent_names)


def _residual_pairs(truth: _Population, names: Sequence[str]) -> list[tuple[str, _Population]]:
    p = len(names)
    counts = {4: [1], 5: [1, 2]}.get(p, [p // 6, p // 3, p // 2])
    order = np.argsort(-np.abs(truth.loadings[:, 0]), kind="stable")
    pairs = [(int(a), int(b)) for a, b in zip(order[::2], order[1::2], strict=False)]
    # Pairs that the model already lets correlate cannot be left out of it.
    pairs = [(a, b) for a, b in pairs if truth.residual[a, b] == 0]
    found = []
    for count in dict.fromkeys(counts):
        residual = truth.residual.copy()
        for a, b in pairs[:count]:
            residual[a, b] = residual[b, a] = RESIDUAL_CORRELATION * np.sqrt(residual[a, a] * residual[b, b])
        if count <= len(pairs):
            words = f"residual correlations of {RESIDUAL_CORRELATION:.2f}: " + ", ".join(
                f"{names[a]} ~~ {names[b]}" for a, b in pairs[:count]
            )
            found.append((words, _Population(truth.loadings, truth.factors, residual)))
    return found


def _cross_loadings(truth: _Population, names: Sequence[str], latents: Sequence[str]) -> list[tuple[str, _Population]]:
    loadings, residual = truth.loadings.copy(), truth.residual.copy()
    strength = np.abs(truth.loadings)
    lowest: dict[int, int] = {}
    for f in range(len(latents)):
        items = np.flatnonzero(strength[:, f] > 0).tolist()
        # An item whose residual covaries with others keeps to itself.
        alone = [i for i in items if np.count_nonzero(truth.residual[i]) == 1]
        if len(items) > 2 and alone:
            lowest[f] = min((float(strength[i, f]), i) for i in alone)[1]
    chosen = sorted(lowest, key=lambda f: (strength[lowest[f], f], f))[: len(latents) - 1]
    found, words = [], []
    for f in chosen:
        item = lowest[f]
        r = truth.factors[f].copy()
        r[f] = 0.0
        other = int(np.abs(r).argmax())
        own, correlation = strength[item, f], abs(float(r[other]))
        most = np.sqrt((own * correlation) ** 2 + MOST_COMMUNALITY - own**2) - own * correlation
        size = min(own, max(float(most), 0.0))
        # With the sign that adds to what the item has in common with its factor.
        sign = np.sign(truth.loadings[item, f]) * (np.sign(r[other]) or 1.0)
        loadings = loadings.copy()
        loadings[item, other] = sign * size
        residual = residual.copy()
        residual[item, item] = 1.0 - float(loadings[item] @ truth.factors @ loadings[item])
        words.append(f"{latents[other]} =~ {sign * size:.2f}*{names[item]}")
        found.append(("cross-loadings: " + ", ".join(words), _Population(loadings, truth.factors, residual)))
    return found


def _simulate(
    table: ParameterTable, population: _Population, n: int, replications: int, seed: int, level: int, workers: int
) -> Array:
    """Return SRMR, RMSEA and CFI of samples of a population, NaN where a sample did not converge."""
    sigma = population.covariance
    p = len(sigma)
    constraints = table_constraints(table)
    moments = Moments(table.observed_names, sigma, np.zeros(p), n, n)
    cells = lay_out(table, sigma)
    objective = MaximumLikelihood([cells], [sigma], [moments.mean], np.ones(1))
    best = search(objective, constraints.linear, good_starts(table, [moments]))
    if not best.converged:
        raise EstimationError("SEM-053", f"the model cannot be fitted to the population of level {level}.",
                              where=table.name)  # fmt: skip
    model = lay_out_batch(table, [moments], constraints.linear)
    whole = [DrawnMoments(sigma[None], np.zeros((1, p)), np.array([float(n)]))]
    df = p * (p + 1) // 2 - constraints.linear.n_unique
    study = _Study(
        model,
        start_of(model, best.theta, whole, n),
        np.asarray(np.linalg.cholesky(sigma), dtype=np.float64),
        n,
        df,
        seed + 7919 * level,
    )
    blocks = [range(a, min(a + BLOCK, replications)) for a in range(0, replications, BLOCK)]
    return np.concatenate(over_blocks(_fit_samples, study, blocks, workers))


def _fit_samples(study: _Study, numbers: range) -> Array:
    covariance = np.stack([_sample_covariance(study, i) for i in numbers])
    count, p = len(covariance), covariance.shape[1]
    drawn = DrawnMoments(covariance, np.zeros((count, p)), np.full(count, float(study.n_obs)))
    fits = fit_draws(study.model, study.start, [drawn])
    found = np.full((count, 3), np.nan)
    keep = np.flatnonzero(fits.converged)
    if keep.size:
        implied = batched_moments(study.model.layouts[0], fits.theta[keep], drawn.part(keep), invert=False).sigma
        found[keep] = _indices(covariance[keep], implied, fits.value[keep], study.n_obs, study.df)
    return found


def _sample_covariance(study: _Study, number: int) -> Array:
    """Return the covariance (divided by N) of N normal rows, drawn by Bartlett's decomposition without the rows."""
    generator = generator_of(study.seed, number)
    p = len(study.root)
    lower = np.tril(generator.standard_normal((p, p)), -1)
    lower[np.arange(p), np.arange(p)] = np.sqrt(generator.chisquare(study.n_obs - 1 - np.arange(p)))
    factor = study.root @ lower
    return np.asarray(factor @ factor.T / study.n_obs)


def _indices(sample: Array, implied: Array, value: Array, n: int, df: int) -> Array:
    p = sample.shape[1]
    variances = np.diagonal(sample, axis1=1, axis2=2)
    residual = (sample - implied) / np.sqrt(variances[:, :, None] * variances[:, None, :])
    rows, columns = np.tril_indices(p)
    srmr = np.sqrt((residual[:, rows, columns] ** 2).mean(axis=1))
    excess = np.maximum(n * value - df, 0.0)
    baseline = n * (np.log(variances).sum(axis=1) - np.linalg.slogdet(sample)[1]) - p * (p - 1) / 2
    worst = np.maximum(np.maximum(baseline, excess), 1e-300)
    return np.stack([srmr, np.sqrt(excess / (n * df)), 1 - excess / worst], axis=1)


def _cutoffs(words: Sequence[str], frames: Sequence[Array]) -> pd.DataFrame:
    import pandas as pd

    records = []
    for level, (misfit, found) in enumerate(zip(words, frames, strict=True)):
        if level == 0:
            continue
        record: dict[str, object] = {"level": level, "misfit": misfit}
        power: dict[str, object] = {}
        for k, name in enumerate(INDICES):
            sign = -1.0 if name == "cfi" else 1.0
            record[name], power[f"{name}_power"] = np.nan, np.nan
            for share in (0.95, 0.90):
                cut = float(np.nanquantile(sign * found[:, k], 1 - share))
                if cut >= float(np.nanquantile(sign * frames[0][:, k], share)):
                    record[name], power[f"{name}_power"] = sign * cut, share
                    break
        records.append(record | power)
    columns = ["level", "misfit", *INDICES, *(f"{name}_power" for name in INDICES)]
    return pd.DataFrame(records, columns=columns)


def _simulated(frames: Sequence[Array]) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for level, found in enumerate(frames):
        part = pd.DataFrame(found, columns=list(INDICES))
        part.insert(0, "replication", np.arange(len(found)))
        part.insert(0, "level", level)
        parts.append(part)
    return pd.concat(parts, ignore_index=True).dropna(ignore_index=True)
