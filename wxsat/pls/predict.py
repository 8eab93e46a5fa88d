r"""How well a composite model predicts: PLSpredict, CVPAT, and Q2 by blindfolding.

PLSpredict (Shmueli et al. 2016): rows are dealt into folds; each fold's items of endogenous constructs are predicted
from the exogenous constructs' items with weights, paths and loadings of the other folds. Benchmarks: the
training means, and
a regression of each item on all exogenous items. CVPAT (Liengaard et al. 2021; Sharma et al. 2023) tests the mean
difference of the rows' losses by a paired t test. Q2: 1 - SSE/SSO over cells left out with a distance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.plain import frame_records, plain
from wxsat.numerics.seeds import check_seed
from wxsat.pls.blindfold import blindfold
from wxsat.pls.estimates import Estimates, estimate
from wxsat.pls.model import PathModel
from wxsat.pls.plan import Plan, plan_estimation
from wxsat.pls.read_model import read_path_model
from wxsat.pls.sample import read_sample

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlsPrediction(ShownInNotebook):
    """
    Out-of-sample prediction.

    Attributes
    ----------
    items : DataFrame
        ``construct item rmse rmse_lm rmse_mean mae mae_lm mae_mean q2_predict``; one row an item that is predicted.
    cvpat : DataFrame
        ``construct benchmark difference t p_value ci_lower ci_upper``; loss of the model less the benchmark's, in
        squared units of the items; ``construct`` is ``overall`` for all together.
    q2 : DataFrame
        ``construct q2 sse sso`` by blindfolding, cross-validated redundancy.
    findings : tuple of Finding
    settings : dict
    """

    items: pd.DataFrame
    cvpat: pd.DataFrame
    q2: pd.DataFrame
    findings: tuple[Finding, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``wxsat pls predict``."""
        tables = {name: frame_records(getattr(self, name)) for name in ("items", "cvpat", "q2")}
        return dict(plain({**tables, "findings": [f.to_dict() for f in self.findings], "settings": self.settings}))


def predict_pls(
    model: str | Path | PathModel,
    data: Any,
    *,
    scheme: str = "path",
    higher_order: str = "two_stage",
    missing: str = "listwise",
    folds: int = 10,
    repeats: int = 10,
    omission: int = 7,
    seed: int = 1,
) -> PlsPrediction:
    """
    Predict left-out rows and cells with a composite model.

    Parameters
    ----------
    model, data, scheme, higher_order, missing
        As in :func:`wxsat.pls.fit.fit_pls`.
    folds, repeats : int
        Predictions of the repeats are averaged before errors are taken, as in ``seminr::predict_pls``.
    omission : int
        Omission distance of blindfolding; the number of rows must not be a multiple of it.
    seed : int

    Returns
    -------
    PlsPrediction

    Raises
    ------
    UsageError
        PLS-027 for folds, repeats or a distance that make no sense; PLS-028 for products and higher-order models.
    """
    plan = plan_estimation(read_path_model(model), scheme=scheme, higher_order=higher_order)
    if plan.final.products or plan.model.higher:
        raise UsageError(
            "PLS-028",
            "prediction is not defined here for products and higher-order constructs.",
            where="model",
            hint="Predict with the first-order model.",
        )
    sample = read_sample(data, plan.columns, missing)
    _check(folds, repeats, omission, sample.n_obs, seed)
    from wxsat.pls.fit import fit_sample

    fit_sample(plan, sample)
    model_errors, linear, mean, lost = cross_validate(
        plan, sample.values, deal_rows(sample.n_obs, folds, repeats, seed)
    )
    items, cvpat = frame_items(plan, model_errors, linear, mean), frame_cvpat(plan, model_errors, linear, mean)
    findings = (*sample.findings, *_findings(items, lost, folds * repeats))
    settings = {
        "scheme": scheme,
        "folds": folds,
        "repeats": repeats,
        "omission": omission,
        "seed": seed,
        "missing": missing,
        "n": sample.n_obs,
    }
    return PlsPrediction(items, cvpat, blindfold(plan, sample.values, omission), findings, settings)


def _findings(items: pd.DataFrame, lost: int, total: int) -> Iterator[Finding]:
    if lost:
        message = f"{lost} of {total} folds have no solution; their predictions are missing."
        yield Finding("PLS-134", "warning", "prediction", message, {"n": lost, "total": total})
    worse = int((items["rmse"] > items["rmse_lm"]).sum())
    if worse:
        message = f"{worse} of {len(items)} items are predicted worse than by a linear model without constructs."
        yield Finding("PLS-135", "note", "prediction", message, {"n": worse, "total": len(items)})


def _check(folds: int, repeats: int, omission: int, n_obs: int, seed: int) -> None:
    check_seed(seed, "PLS-027")
    if not 2 <= folds <= n_obs or repeats < 1:
        raise UsageError(
            "PLS-027",
            f"{folds} folds, {repeats} repeats of {n_obs} rows; 2 or more folds of at least one row were expected.",
            where="folds",
            hint=f"Take {min(10, n_obs)} folds or fewer, each repeat at least once.",
        )
    if omission < 2 or n_obs % omission == 0:
        raise UsageError(
            "PLS-027",
            f"an omission distance of {omission} with {n_obs} rows; a number above 1 that does not divide "
            "the number of rows was expected.",
            where="omission",
            hint=f"Try {next(d for d in range(7, 100) if n_obs % d)}.",
        )


def _ends(plan: Plan) -> tuple[NDArray[np.intp], list[tuple[int, int]]]:
    """Return the columns of exogenous constructs, and (construct, column) of every item that is predicted."""
    adjacency = np.asarray(plan.final.adjacency.any(axis=1))
    places = plan.final.places
    outside = np.concatenate([rows for j, rows in enumerate(places) if not adjacency[j]])
    inside = [(j, int(row)) for j, rows in enumerate(places) if adjacency[j] for row in rows]
    return plan.picked[outside], [(j, int(plan.picked[row])) for j, row in inside]


def predict_rows(plan: Plan, found: Estimates, standardised: Array) -> Array:
    """
    Return standardised predictions of every item, from the exogenous composites' scores alone.

    Parameters
    ----------
    plan : Plan
    found : Estimates
        Of the training rows, one sample.
    standardised : ndarray, shape (n_rows, n_columns)
        By the training rows' means and standard deviations.
    """
    scores = standardised @ found.column_weights[0]
    reached = np.zeros_like(scores)
    for j in plan.final.order:
        causes = np.flatnonzero(plan.final.adjacency[j])
        reached[:, j] = reached[:, causes] @ found.paths[0, j, causes] if len(causes) else scores[:, j]
    predicted = np.zeros_like(standardised)
    for j, rows in enumerate(plan.final.places):
        predicted[:, plan.picked[rows]] = reached[:, [j]] * found.outer_loadings[0, rows]
    return predicted


def deal_rows(n_obs: int, folds: int, repeats: int, seed: int) -> list[list[NDArray[np.intp]]]:
    """
    Deal the rows into folds of about equal size, `repeats` times.

    Examples
    --------
    >>> [sorted(np.concatenate(deal).tolist()) for deal in deal_rows(4, 2, 2, 1)]
    [[0, 1, 2, 3], [0, 1, 2, 3]]
    """
    generator = np.random.default_rng(seed)
    return [np.array_split(generator.permutation(n_obs), folds) for _ in range(repeats)]


def cross_validate(
    plan: Plan, values: Array, deals: Sequence[Sequence[NDArray[np.intp]]]
) -> tuple[Array, Array, Array, int]:
    """
    Return the rows' prediction errors of the model, the linear model and the means, shape (rows, items), and how many
    folds have no solution.
    """
    outside, inside = _ends(plan)
    columns = [column for _, column in inside]
    sums = [np.zeros((len(values), len(columns))) for _ in range(3)]
    times, lost = np.zeros((len(values), 1)), 0
    for deal in deals:
        for fold in deal:
            train = np.delete(values, fold, axis=0)
            centre, spread = np.asarray(train.mean(axis=0)), np.asarray(train.std(axis=0, ddof=1))
            if (spread == 0).any():
                lost += 1
                continue
            found = estimate(plan, np.asarray(np.corrcoef(train, rowvar=False))[None])
            if not found.converged[0]:
                lost += 1
                continue
            own = predict_rows(plan, found, (values[fold] - centre) / spread) * spread + centre
            design = np.column_stack([np.ones(len(train)), train[:, outside]])
            slopes = np.linalg.lstsq(design, train[:, columns], rcond=None)[0]
            line = np.column_stack([np.ones(len(fold)), values[fold][:, outside]]) @ slopes
            for total, predicted in zip(sums, (own[:, columns], line, centre[columns]), strict=True):
                total[fold] += predicted
            times[fold] += 1
    with np.errstate(invalid="ignore", divide="ignore"):
        errors = [values[:, columns] - total / times for total in sums]
    return errors[0], errors[1], errors[2], lost


def frame_items(plan: Plan, own: Array, line: Array, mean: Array) -> pd.DataFrame:
    """Return RMSE, MAE and Q2_predict of every predicted item from the rows' errors."""
    import pandas as pd

    rows = []
    for k, (j, column) in enumerate(_ends(plan)[1]):
        row: dict[str, Any] = {"construct": plan.final.constructs[j], "item": plan.columns[column]}
        for name, errors in (("", own), ("_lm", line), ("_mean", mean)):
            row[f"rmse{name}"] = float(np.sqrt(np.nanmean(errors[:, k] ** 2)))
            row[f"mae{name}"] = float(np.nanmean(np.abs(errors[:, k])))
        row["q2_predict"] = 1 - row["rmse"] ** 2 / row["rmse_mean"] ** 2
        rows.append(row)
    return pd.DataFrame(rows)


def frame_cvpat(plan: Plan, own: Array, line: Array, mean: Array) -> pd.DataFrame:
    """Return the tests of the rows' losses against both benchmarks, of every construct and overall."""
    import pandas as pd

    inside = _ends(plan)[1]
    blocks = {plan.final.constructs[j]: [k for k, (i, _) in enumerate(inside) if i == j] for j, _ in inside}
    rows = []
    for construct, chosen in {**blocks, "overall": list(range(len(inside)))}.items():
        for name, other in (("mean", mean), ("lm", line)):
            gap = np.asarray((own[:, chosen] ** 2 - other[:, chosen] ** 2).mean(axis=1))
            rows.append({"construct": construct, "benchmark": name, **paired_test(gap[np.isfinite(gap)])})
    return pd.DataFrame(rows)


def paired_test(gap: Array, level: float = 0.95) -> dict[str, float]:
    """
    Return mean, t, two-sided p and interval of differences.

    Examples
    --------
    >>> {k: round(v, 4) for k, v in paired_test(np.array([1.0, 2.0, 3.0])).items()}
    {'difference': 2.0, 't': 3.4641, 'p_value': 0.0742, 'ci_lower': -0.4841, 'ci_upper': 4.4841}
    """
    from scipy.special import stdtr, stdtrit

    n = len(gap)
    error = float(gap.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    mean = float(gap.mean()) if n else math.nan
    t = mean / error if error > 0 else math.nan
    half = float(stdtrit(n - 1, (1 + level) / 2)) * error if n > 1 else math.nan
    p = 2 * float(stdtr(n - 1, -abs(t))) if math.isfinite(t) else math.nan
    return {"difference": mean, "t": t, "p_value": p, "ci_lower": mean - half, "ci_upper": mean + half}
