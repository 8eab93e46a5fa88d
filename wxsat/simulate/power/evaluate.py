"""Monte-Carlo power of a model: draw, fit, count, at every number of respondents asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError, UsageError
from wxsat.finding import Finding
from wxsat.sem.bootstrap.workers import over_blocks
from wxsat.simulate.power.analysis import Analysis, derived_model, plan_analysis
from wxsat.simulate.power.design import PowerDesign
from wxsat.simulate.power.draw import Source
from wxsat.simulate.power.fits import Block, Task, fit_block, prepare
from wxsat.simulate.power.ledger import Ledger, place_of
from wxsat.simulate.power.margins import Margin, fleishman
from wxsat.simulate.power.population import PlannedPopulation, read_population
from wxsat.simulate.power.result import PowerResult
from wxsat.simulate.power.tally import Tally, added, parameter_figures, share_error

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
LOW_CONVERGENCE, COVERAGE_RANGE, HARDLY_ANY = 0.95, (0.91, 0.98), 0.1
"""Muthén & Muthén (2002): coverage between .91 and .98; our own mark for convergence."""


def evaluate_power(
    population: str | Path | PlannedPopulation,
    n: int | Sequence[int],
    *,
    model: str | Path | None = None,
    replicates: int = 1000,
    seed: int = 1,
    estimator: str | None = None,
    missing_share: float = 0.0,
    missing: str | None = None,
    skewness: float | Mapping[str, float] = 0.0,
    kurtosis: float | Mapping[str, float] = 0.0,
    cluster_size: int = 0,
    icc: float | None = None,
    standardised: bool = False,
    std_lv: bool = False,
    alpha: float = 0.05,
    jobs: int = 1,
    results: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> PowerResult:
    """
    Simulate the power and the interval coverage of a structural equation model.

    Parameters
    ----------
    population : str, Path or PlannedPopulation
        Model text (or its file) with a value for every parameter, ``"b ~ .3*a"``; thresholds ``"x1 | -1*t1 + 0*t2"``
        make a variable ordinal. Or what :func:`wxsat.simulate.power.population.population_of_truth` returns.
    n : int or sequence of int
        Numbers of respondents.
    model : str or Path, optional
        What is fitted to every sample; by default the population's own model with its values set free (zeros stay
        zero, the first loading of every latent keeps its value).
    replicates, seed : int
        Samples of each size. Replicate r of size n depends on the seed, n and r alone.
    estimator : {"ML", "MLM", "MLMV", "MLR", "WLSMV", "DWLS", "ULSMV"}, optional
        By default MLR with clusters, WLSMV where all observed variables are ordinal, else ML. By ML and its kin the
        codes of ordinal variables are analysed as numbers.
    missing_share : float
        Share of cells missing completely at random.
    missing : {"listwise", "fiml", "pairwise"}, optional
        What the analysis does with them; by default fiml (ordinal estimators: pairwise) when there are any.
    skewness, kurtosis : float or mapping of str to float
        Of continuous observed variables, kurtosis as excess (0 is normal); by Vale and Maurelli's method.
    cluster_size : int
        Respondents in a cluster (an account); errors are then robust to clusters.
    icc : float, optional
        Share of variance between clusters; needed with `cluster_size` (0 said on purpose included), unless a truth file
        brings its own.
    standardised : bool
        Let every variance that the text leaves out make its variable's total variance 1.
    std_lv : bool
        Fix latent variances of the analysis to 1, with a `model` of its own.
    alpha : float
        Level of the two-sided Wald tests; intervals cover ``1 - alpha``.
    jobs : int
        Processes; the figures do not depend on it.
    results : str or Path, optional
        File of JSON lines that every block is appended to.
    resume : bool
        Go on with that file.
    progress : callable, optional
        Called with the replicates done and to do.

    Returns
    -------
    PowerResult

    Raises
    ------
    UsageError
        MEAS-080 a plan without meaning, MEAS-083 margins that cannot be, MEAS-088 a results file that exists.
    ModelError
        MEAS-081, MEAS-082, MEAS-086 of the population and the model.
    StudyError
        MEAS-084 a results file of another plan.
    EstimationError
        MEAS-089 when hardly any replicate converges.

    Notes
    -----
    ML of complete independent rows is fitted in batches by exact Newton steps (of normal numbers from sufficient
    statistics that are drawn themselves), all else by :func:`wxsat.fit_sem`. Truths are those of the analysis model at
    the population's own moments. Checked against a simulation by lavaan 0.6-14, against the closed form for a
    correlation and against the asymptotic errors of the model.

    References
    ----------
    .. [1] Muthén, L. K., & Muthén, B. O. (2002). How to use a Monte Carlo study to decide on sample size and determine
           power. Structural Equation Modeling, 9, 599-620.
    .. [2] Vale, C. D., & Maurelli, V. A. (1983). Simulating multivariate nonnormal distributions. Psychometrika, 48.

    Examples
    --------
    >>> found = evaluate_power("y ~ .3*x; x ~~ 1*x; y ~~ .91*y", 85, replicates=200)
    >>> bool(abs(found.power_of("y~x")["power"][0] - 0.8) < 0.1)
    True
    """
    source = _population(population, standardised, skewness, kurtosis)
    sizes = tuple(sorted({int(n)} if isinstance(n, (int, np.integer)) else {int(v) for v in n}))
    design = _design(source, sizes, replicates, seed, estimator, missing_share, missing, cluster_size, icc, alpha)
    if jobs < 1:
        raise UsageError("MEAS-080", f"{jobs} jobs; at least 1 was expected.", where="jobs")
    text = derived_model(source) if model is None else _model_text(model)
    analysis = plan_analysis(source, text, ordinal=design.ordinal, missing=design.missing,
                             estimator=design.estimator, std_lv=std_lv)  # fmt: skip
    design = design.checked(len(analysis.observed) + 1)
    ledger = _ledger(design, analysis, source, results, resume)
    task = prepare(Source(source, analysis.observed), analysis, design)
    totals = run_sizes(task, ledger, design.sizes, jobs, progress)
    return assemble(analysis, source, design, totals)


def _population(
    population: str | Path | PlannedPopulation,
    standardised: bool,
    skewness: float | Mapping[str, float],
    kurtosis: float | Mapping[str, float],
) -> PlannedPopulation:
    skewed = bool(skewness) or bool(kurtosis)
    if isinstance(population, PlannedPopulation):
        if skewed or standardised:
            raise UsageError("MEAS-080", "this population has its margins already.", where="skewness, standardised")
        return population
    if not skewed:
        return read_population(population, standardised=standardised)
    plain = read_population(population, standardised=standardised)
    smooth = [v for v in plain.names if v not in plain.ordinal]
    wanted = {**_each(skewness, smooth, 0), **{v: k for v, k in _each(kurtosis, smooth, 1).items()}}
    names = {v for v, _ in wanted}
    margins = {v: Margin(polynomial=fleishman(wanted.get((v, 0), 0.0), wanted.get((v, 1), 0.0))) for v in sorted(names)}
    return read_population(population, standardised=standardised, margins=margins)


def _each(given: float | Mapping[str, float], names: Sequence[str], which: int) -> dict[tuple[str, int], float]:
    by_name = given if isinstance(given, Mapping) else dict.fromkeys(names, float(given))
    return {(name, which): float(value) for name, value in by_name.items()}


def _design(
    source: PlannedPopulation, sizes: tuple[int, ...], replicates: int, seed: int, estimator: str | None,
    missing_share: float, missing: str | None, cluster_size: int, icc: float | None, alpha: float,
) -> PowerDesign:  # fmt: skip
    all_ordinal = len(source.ordinal) == len(source.names)
    chosen = estimator or ("MLR" if cluster_size else "WLSMV" if all_ordinal and source.table is not None else "ML")
    rule = missing or ("listwise" if missing_share == 0 else "fiml" if chosen in ("ML", "MLR") else "pairwise")
    if cluster_size and icc is None and source.icc == 0:
        raise UsageError(
            "MEAS-080",
            f"clusters of {cluster_size} without an ICC: respondents of one cluster would be as different as any.",
            where="icc",
            hint="Give the share of variance between clusters; 0 says that there is none.",
        )
    share = icc if icc is not None else (source.icc if cluster_size else 0.0)
    return PowerDesign(sizes, replicates, seed, chosen, missing_share, rule, cluster_size, share, alpha).checked(1)


def _model_text(model: str | Path) -> str:
    if isinstance(model, Path) or ("~" not in model and "\n" not in model):
        try:
            return Path(model).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("MEAS-080", "the model to analyse cannot be read.", where=str(model)) from error
    return model


def _ledger(
    design: PowerDesign, analysis: Analysis, source: PlannedPopulation, results: str | Path | None, resume: bool
) -> Ledger:
    if resume and results is None:
        raise UsageError("MEAS-080", "to resume, name the file of results.", where="resume")
    margins = [asdict(margin) for margin in source.margins]
    moments = [source.names, source.mean.tolist(), source.covariance.tolist(), margins]
    fingerprint = design.fingerprint(analysis.text, analysis.options, moments)
    return Ledger(None if results is None else Path(results), fingerprint, resume=resume)


def run_sizes(
    task: Task, ledger: Ledger, sizes: Sequence[int], jobs: int, progress: Progress | None
) -> dict[int, Tally]:
    """Fit the blocks that are not done, a few at a time, and return the sums of every size."""
    design = task.design
    plan = {size: _blocks(size, design) for size in sizes}
    every = [block for blocks in plan.values() for block in blocks]
    to_do = [block for block in every if place_of(block) not in ledger.done]
    total = sum(b.last - b.first for b in every)
    done = total - sum(b.last - b.first for b in to_do)
    at_once = 1 if jobs == 1 else 4 * jobs
    for start in range(0, len(to_do), at_once):
        part = to_do[start : start + at_once]
        for block, found in zip(part, over_blocks(fit_block, task, part, jobs), strict=True):
            ledger.add(block, found)
            done += block.last - block.first
        if progress is not None:
            progress(done, total)
    return {size: added(ledger.done[place_of(block)] for block in blocks) for size, blocks in plan.items()}


def _blocks(size: int, design: PowerDesign) -> list[Block]:
    starts = range(0, design.replicates, design.block)
    return [Block(size, k, a, min(a + design.block, design.replicates)) for k, a in enumerate(starts)]


def assemble(
    analysis: Analysis, source: PlannedPopulation, design: PowerDesign, totals: Mapping[int, Tally]
) -> PowerResult:
    """Turn the sums into frames and findings."""
    import pandas as pd

    truth = analysis.truth
    parts, models = [], []
    for size, total in totals.items():
        head = pd.DataFrame(analysis.keys, columns=["lhs", "op", "rhs"])
        head.insert(0, "name", analysis.names)
        head.insert(0, "n", size)
        head["truth"] = truth
        parts.append(pd.concat([head, pd.DataFrame(parameter_figures(total, truth))], axis=1))
        models.append(_model_row(size, total))
    frame = pd.DataFrame(models)
    if (frame["converged"] < HARDLY_ANY).all():
        raise EstimationError(
            "MEAS-089",
            f"at most {frame['converged'].max():.1%} of the replicates converged; nothing can be said of the rest.",
            where="analysis model",
            hint="Plan more respondents, or a simpler model.",
        )
    parameters = pd.concat(parts, ignore_index=True)
    settings = asdict(design) | {
        "sizes": list(design.sizes), "model": analysis.text, "population": source.source,
        "ordered": list(analysis.ordered), "engine": "batched" if design.batched else "one by one",
    }  # fmt: skip
    return PowerResult(parameters, frame, (*analysis.findings, *_findings(parameters, frame)), settings)


def _model_row(size: int, total: Tally) -> dict[str, float]:
    replicates, converged, inadmissible, tested, misfit = (float(v) for v in total.counts)
    row: dict[str, float] = {"n": size, "replicates": int(replicates)}
    for name, count, of in (
        ("converged", converged, replicates), ("inadmissible", inadmissible, converged), ("rejected", misfit, tested),
    ):  # fmt: skip
        row[name] = count / of if of else float("nan")
        row[f"{name}_mcse"] = float(share_error(np.array(row[name]), np.array(of))) if of else float("nan")
    return row


def _findings(parameters: pd.DataFrame, models: pd.DataFrame) -> tuple[Finding, ...]:
    found = []
    for row in models.to_dict("records"):
        n, share = int(row["n"]), float(row["converged"])
        if share < LOW_CONVERGENCE:
            message = f"At N = {n} only {share:.1%} of the replicates converged; the figures are those of these alone."
            found.append(Finding("MEAS-191", "warning", f"N = {n}", message, {"n": n, "share": share}))
    low, high = COVERAGE_RANGE
    outside = parameters[(parameters["coverage"] < low - 2 * parameters["coverage_mcse"])
                         | (parameters["coverage"] > high + 2 * parameters["coverage_mcse"])]  # fmt: skip
    for row in outside.to_dict("records"):
        n, name, coverage = int(row["n"]), str(row["name"]), float(row["coverage"])
        message = f"At N = {n} the intervals of {name} cover the truth in {coverage:.1%} of the replicates."
        found.append(Finding("MEAS-192", "warning", name, message, {"n": n, "coverage": coverage}))
    return tuple(found)
