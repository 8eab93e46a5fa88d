"""fit_pls: a composite model and answers to a result."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import EstimationError, UsageError, nearest
from wxsat.pls.answer_scale import AnswerScale, Ends, ends_of, read_scale
from wxsat.pls.bootstrap import Bootstrap, bootstrap_pls, check_bootstrap
from wxsat.pls.discrepancy import MEASURES, evaluate_fit
from wxsat.pls.estimates import Estimates, estimate, stage_transform
from wxsat.pls.findings import findings_of, misfit
from wxsat.pls.index import rescale_composites
from wxsat.pls.model import PathModel
from wxsat.pls.plan import Plan, plan_estimation
from wxsat.pls.products import add_products
from wxsat.pls.quality import reliabilities
from wxsat.pls.read_model import read_path_model
from wxsat.pls.result import PlsResult
from wxsat.pls.sample import PlsSample, read_sample
from wxsat.psychometrics.htmt import heterotrait_monotrait

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def fit_pls(
    model: str | Path | PathModel,
    data: Any,
    *,
    scheme: str = "path",
    consistent: bool = False,
    higher_order: str = "two_stage",
    missing: str = "listwise",
    draws: int = 0,
    seed: int = 1,
    interval: str = "percentile",
    level: float = 0.95,
    sign_change: str = "none",
    scale: AnswerScale | None = None,
    target: str | None = None,
    tolerance: float = 1e-7,
    max_iterations: int = 300,
) -> PlsResult:
    r"""
    Fit a composite model by partial least squares.

    When the constructs are composites (formative blocks, indices), or when a prediction is wanted. When they are
    common factors, plain estimates are attenuated: take ``consistent=True`` or ``fit_sem``.

    Parameters
    ----------
    model : str, Path or PathModel
        lavaan syntax: ``=~`` mode A, ``<~`` mode B, ``~`` paths, ``A:B`` interactions, a latent of latents.
    data : DataFrame, Responses or CleanResponses
    scheme : {"path", "factor", "centroid"}
    consistent : bool
        PLSc: correlations of mode A constructs of two or more items divided by the root of their rho_A.
    higher_order : {"two_stage", "repeated"}
    missing : {"listwise", "mean"}
        Rows with a hole are left out and counted, or filled with means (a warning says so).
    draws, seed : int
        Bootstrap draws, 0 for none; draws are the same for the same seed.
    interval : {"percentile", "bca"}
    level : float
    sign_change : {"none", "construct"}
        Of draws; see :func:`wxsat.pls.bootstrap.bootstrap_pls`.
    scale : (lowest, highest) or mapping of str to (lowest, highest), optional
        Ends of the answer scale, of all items or item by item; gives the 0-100 index. Answers to an instrument bring
        theirs along.
    target : str, optional
        Construct of the importance-performance map; needs `scale`.
    tolerance, max_iterations
        The search ends when the absolute changes of all weights sum to less than `tolerance`.

    Returns
    -------
    PlsResult

    Raises
    ------
    ModelError
        PLS-001 to PLS-008, SEM-001 to SEM-023.
    DataError
        PLS-010 to PLS-013.
    UsageError
        PLS-020 to PLS-025.
    EstimationError
        PLS-030 no convergence or a singular formative block; PLS-031 most draws without a solution; PLS-032 a
        consistent correlation that does not exist.

    Notes
    -----
    Items are standardised. A composite points to where most of its items load positively. Checked against SmartPLS 2.0
    M3, seminr and ADANCO 2.2.1 on the ECSI data (``tests/unit/pls``). References: Lohmöller (1989); Dijkstra and
    Henseler (2015), MIS Quarterly 39, 297-316; Hair et al. (2022), A Primer on PLS-SEM.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [1, 3, 2, 4.0], "c": [2, 1, 4, 3.0]})
    >>> fit_pls("A =~ a + b; C =~ c; C ~ A", frame).paths["estimate"].round(4).tolist()
    [0.6]
    """
    plan = plan_estimation(
        read_path_model(model),
        scheme=scheme,
        consistent=consistent,
        higher_order=higher_order,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    check_bootstrap(draws, sign_change, interval, level, seed)
    ends = read_scale(scale, plan.columns, data)
    _check_target(plan, ends, target)
    sample = read_sample(data, plan.columns, missing)
    found = fit_sample(plan, sample)
    bootstrap = None
    if draws:
        bootstrap = bootstrap_pls(
            plan, sample.values, found, draws=draws, seed=seed, sign_change=sign_change, kind=interval, level=level
        )
    settings = {
        **asdict(plan.how),
        "consistent": consistent,
        "higher_order": plan.higher_order,
        "missing": missing,
        "draws": draws,
        "seed": seed,
        "interval": interval,
        "level": level,
        "sign_change": sign_change,
        "scale": _shown(ends),
        "target": target,
    }
    return _assemble(plan, sample, found, bootstrap, settings, ends)


def _shown(ends: dict[str, Ends] | None) -> Any:
    """Return one pair where all items have the same ends."""
    return next(iter(ends.values())) if ends and len(set(ends.values())) == 1 else ends


def fit_sample(plan: Plan, sample: PlsSample) -> Estimates:
    """Estimate the full sample; EstimationError PLS-030 or PLS-032 where there is no solution."""
    found = estimate(plan, sample.correlation[None])
    if not found.converged[0]:
        rho = found.rho_a[0]
        if plan.consistent and (rho <= 0).any():
            bad = [n for n, r in zip(plan.final.constructs, rho, strict=True) if r <= 0]
            raise EstimationError(
                "PLS-032",
                f"rho_A of {', '.join(bad)} is not positive; its correlations cannot be corrected.",
                where=plan.model.name,
                hint="Look at the construct's items: do they measure one thing, with one key?",
            )
        why = f"no convergence in {plan.how.max_iterations} iterations, or collinear items in a formative block"
        raise EstimationError(
            "PLS-030",
            f"{why}.",
            where=plan.model.name,
            hint="Look at the correlations of the items; raise max_iterations; try mode A (=~).",
        )
    return add_products(plan, found, sample.values, np.ones((1, sample.n_obs)))


def _check_target(plan: Plan, scale: dict[str, Ends] | None, target: str | None) -> None:
    if target is not None and target not in plan.final.constructs:
        known = plan.final.constructs
        raise UsageError(
            "PLS-025", f"no construct {target!r}. Known: {', '.join(known)}.{nearest(target, known)}", where="target"
        )
    if target is not None and scale is None:
        raise UsageError(
            "PLS-025",
            "importance and performance need the ends of the answer scale.",
            where="target",
            hint="Give scale=(1, 10), or --min 1 --max 10.",
        )


def _item_rows(plan: Plan, sample: PlsSample) -> Array:
    """Return the last model's items, one row an answer; composites of the first stage among them."""
    if not plan.staged:
        return np.asarray(sample.values[:, plan.picked])
    values = (sample.values - sample.values.mean(axis=0)) / sample.values.std(axis=0, ddof=1)
    return np.asarray(values @ stage_transform(plan, sample.correlation[None])[0])


def item_correlation_of(plan: Plan, sample: PlsSample) -> Array:
    """Return the correlations of the last model's items; composites of the first stage among them."""
    if not plan.staged:
        return np.asarray(sample.correlation[plan.picked[:, None], plan.picked])
    transform = stage_transform(plan, sample.correlation[None])[0]
    return np.asarray(transform.T @ sample.correlation @ transform)


def _assemble(
    plan: Plan,
    sample: PlsSample,
    found: Estimates,
    bootstrap: Bootstrap | None,
    settings: dict[str, Any],
    scale: dict[str, Ends] | None,
) -> PlsResult:
    import pandas as pd

    from wxsat.pls import frames

    items = item_correlation_of(plan, sample)
    paths, collinearity = frames.frame_paths(plan, found, bootstrap)
    weights = frames.frame_formative_vif(plan, items, frames.frame_outer(plan, found, bootstrap, "outer_weights"))
    loadings = frames.frame_outer(plan, found, bootstrap, "outer_loadings")
    quality = pd.DataFrame([asdict(row) for row in reliabilities(plan, found, items)])
    index = _frame_index(plan, sample, found, scale)
    htmt = _frame_htmt(plan, found, items)
    model_fit = _frame_fit(plan, sample, found, items, settings)
    counts = {"requested": 0, "used": 0, "turned": 0}
    if bootstrap is not None:
        counts = {"requested": bootstrap.requested, "used": bootstrap.used, "turned": bootstrap.turned}
    return PlsResult(
        paths=paths,
        total_effects=frames.frame_totals(plan, found, bootstrap),
        loadings=loadings,
        weights=weights,
        r2=frames.frame_r2(plan, found, bootstrap, sample.n_obs),
        reliability=quality,
        htmt=htmt,
        collinearity=collinearity,
        model_fit=model_fit,
        index=index,
        importance=_frame_importance(plan, sample, found, settings, scale),
        findings=(
            *sample.findings,
            *findings_of(plan, found, bootstrap, paths, weights, loadings, quality, htmt, index, sample.n_obs),
            *misfit(model_fit),
        ),
        n_obs=sample.n_obs,
        iterations=int(found.iterations[0]),
        settings=settings,
        counts=counts,
        plan=plan,
        sample=sample,
        estimates=found,
        bootstrap=bootstrap,
    )


def _frame_fit(plan: Plan, sample: PlsSample, found: Estimates, items: Array, settings: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    columns = ["model", *(name for measure in MEASURES for name in (measure, f"{measure}_hi95"))]
    if plan.final.products or len(set(plan.final.items)) < len(plan.final.items):
        # Products are no items, and repeated items make a singular matrix: there is nothing to compare.
        return pd.DataFrame(columns=columns)
    rows = [
        {"model": fit.model} | fit.observed | {f"{name}_hi95": value for name, value in fit.limit.items()}
        for fit in evaluate_fit(plan, found, items, _item_rows(plan, sample), settings["draws"], settings["seed"])
    ]
    return pd.DataFrame(rows, columns=columns)


def _frame_htmt(plan: Plan, found: Estimates, items: Array) -> pd.DataFrame:
    import pandas as pd

    chosen = [j for j, b in enumerate(plan.final.blocks) if b.mode == "A" and len(b.items) > 1]
    rows = []
    if len(chosen) > 1:
        blocks = [plan.final.places[j].astype(np.int64) for j in chosen]
        ratio = heterotrait_monotrait(items, blocks)
        names = plan.final.constructs
        for a in range(len(chosen)):
            for b in range(a):
                pair = chosen[a], chosen[b]
                if set(plan.final.blocks[pair[0]].items) & set(plan.final.blocks[pair[1]].items):
                    # A construct of repeated indicators and its own part: no two constructs.
                    continue
                rows.append((names[pair[1]], names[pair[0]], float(ratio[a, b]), float(found.moments[0][pair])))
    return pd.DataFrame(rows, columns=["a", "b", "htmt", "correlation"])


def _frame_index(plan: Plan, sample: PlsSample, found: Estimates, scale: dict[str, Ends] | None) -> pd.DataFrame:
    import pandas as pd

    columns = ["construct", "mean", "equal_weights", "negative_weight"]
    if scale is None:
        return pd.DataFrame(columns=columns)
    counts = np.ones((1, sample.n_obs))
    points = rescale_composites(
        found.column_weights, sample.values, counts, *ends_of(scale, plan.columns, sample.values)
    )
    rows = zip(plan.final.constructs, points.mean[0], points.equal[0], points.negative, strict=True)
    return pd.DataFrame(list(rows), columns=columns)


def _frame_importance(
    plan: Plan, sample: PlsSample, found: Estimates, settings: dict[str, Any], scale: dict[str, Ends] | None
) -> pd.DataFrame:
    import pandas as pd

    columns = [
        "construct",
        "target",
        "importance",
        "importance_ci_lower",
        "importance_ci_upper",
        "performance",
        "performance_ci_lower",
        "performance_ci_upper",
        "quadrant",
        "p_quadrant",
    ]
    target = settings["target"]
    if scale is None or target is None:
        return pd.DataFrame(columns=columns)
    from wxsat.pls.importance import map_importance

    return map_importance(plan, sample, found, target, ends_of(scale, plan.columns, sample.values), settings)[columns]
