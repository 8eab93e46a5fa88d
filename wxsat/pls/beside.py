"""A covariance model, PLS and consistent PLS on the same rows: one table, with what differs and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import EstimationError, UsageError
from wxsat.finding import Finding, refusals
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.plain import frame_records, plain
from wxsat.pls.fit import fit_pls
from wxsat.pls.model import PathModel
from wxsat.pls.read_model import read_path_model
from wxsat.pls.result import PlsResult
from wxsat.pls.sample import read_sample

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.result import SemResult

REASONS = {
    "object": "A latent variable is what the items share, free of their error; a composite is their weighted sum.",
    "paths": "Error in composites weakens their correlations; PLSc and the covariance model correct for it.",
    "weights": "PLS weighs items by how they serve the inner model; the covariance model has loadings and no weights.",
    "fit": "The covariance model is tested against the whole covariance matrix; PLS has distances only (SRMR, d_ULS, "
    "d_G) and their HI95.",
    "admissible": "A covariance model can be found not admissible; PLS always gives numbers, PLSc not always.",
    "errors": "Covariance: expected information under normality. PLS: bootstrap.",
}


@dataclass(frozen=True)
class SideBySide(ShownInNotebook):
    """
    The same study by three methods.

    Attributes
    ----------
    paths : DataFrame
        ``from to cb cb_se pls pls_se plsc plsc_se``, all standardised; missing where a method has no solution.
    r2 : DataFrame
        ``construct cb pls plsc``.
    differences : DataFrame
        ``topic cb pls plsc why``: what each method says on the topic, and why they differ.
    findings : tuple of Finding
        PLS-138 when a method's solution must not be read, with its reasons; PLS-139 when a method has no solution.
        Warnings of a method that may be read are named by code in ``differences``, topic ``may be read``.
    n_obs : int
    """

    paths: pd.DataFrame
    r2: pd.DataFrame
    differences: pd.DataFrame
    findings: tuple[Finding, ...]
    n_obs: int
    settings: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``wxsat pls beside``."""
        tables = {name: frame_records(getattr(self, name)) for name in ("paths", "r2", "differences")}
        return dict(
            plain(
                {"n": self.n_obs, **tables, "findings": [f.to_dict() for f in self.findings], "settings": self.settings}
            )
        )


def set_beside(model: str | Path | PathModel, data: Any, *, draws: int = 1000, seed: int = 1) -> SideBySide:
    """
    Estimate a reflective model by covariances (ML), PLS and consistent PLS on the same complete rows.

    Parameters
    ----------
    model : str, Path or PathModel
        With ``=~`` and ``~`` only: a formative block, a product or a higher order have no one counterpart.
    data : DataFrame or Responses
    draws, seed : int
        Of the bootstrap of both PLS fits.

    Returns
    -------
    SideBySide
        A method that has no solution, or one that must not be read, keeps its place and its reasons.

    Raises
    ------
    UsageError
        PLS-029 for a model that has no counterpart among covariance models.
    """
    read = read_path_model(model)
    if read.products or read.higher or any(b.mode == "B" for b in read.blocks):
        raise UsageError(
            "PLS-029",
            "a formative block, a product or a higher order; a reflective model of first order was expected.",
            where=read.name,
            hint="Set the first-order reflective part side by side.",
        )
    columns = tuple(dict.fromkeys(read.items))
    sample = read_sample(data, columns)
    import pandas as pd

    frame = pd.DataFrame(sample.values, columns=list(columns))
    plain_pls = fit_pls(read, frame, draws=draws, seed=seed)
    notes: list[Finding] = list(sample.findings)
    consistent = _attempt(lambda: fit_pls(read, frame, consistent=True, draws=draws, seed=seed), "PLSc", notes)
    covariance = _attempt(lambda: _fit_covariance(read.text, frame), "CB-SEM", notes)
    if covariance is None:
        notes += _reasons(read.text, frame)
    for name, result in (("CB-SEM", covariance), ("PLS", plain_pls), ("PLSc", consistent)):
        stops = refusals(result.findings) if result is not None else ()
        if stops:
            codes = ", ".join(sorted({f.code for f in stops}))
            reasons = " ".join(f.message for f in stops)
            notes.append(
                Finding(
                    "PLS-138",
                    "warning",
                    name,
                    f"The {name} solution must not be read ({codes}): {reasons}",
                    {"codes": codes, "n": len(stops)},
                )
            )
    paths, r2 = _join(plain_pls, consistent, covariance)
    return SideBySide(
        paths,
        r2,
        _differences(plain_pls, consistent, covariance),
        tuple(notes),
        sample.n_obs,
        {"draws": draws, "seed": seed},
    )


def _attempt(fit: Any, name: str, notes: list[Finding]) -> Any:
    try:
        return fit()
    except EstimationError as error:
        notes.append(
            Finding("PLS-139", "warning", name, f"{name} has no solution: {error.message}", {"code": error.code})
        )
        return None


def _fit_covariance(text: str, frame: pd.DataFrame) -> SemResult:
    from wxsat.sem.fit import fit_sem
    from wxsat.sem.reading import judge_reading

    return judge_reading(fit_sem(text, frame), frame, lambda alone: fit_sem(alone, frame))


def _reasons(text: str, frame: pd.DataFrame) -> tuple[Finding, ...]:
    """Return what stands against a covariance model without a solution, as warnings: the other methods have one."""
    from dataclasses import replace

    from wxsat.sem.reading import reasons_without_solution

    return tuple(replace(finding, severity="warning") for finding in reasons_without_solution(text, frame))


def _join(
    own: PlsResult, consistent: PlsResult | None, covariance: SemResult | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    def of_pls(result: PlsResult | None) -> dict[tuple[str, str], tuple[float, float]]:
        if result is None:
            return {}
        p = result.paths
        return {(a, b): (e, s) for a, b, e, s in zip(p["from"], p["to"], p["estimate"], p["std_error"], strict=True)}

    latent: dict[tuple[str, str], tuple[float, float]] = {}
    latent_r2: dict[str, float] = {}
    if covariance is not None:
        standard = covariance.standardized("std_all")
        rows = standard[standard["op"] == "~"]
        errors = rows["std_error"] if "std_error" in rows else [math.nan] * len(rows)
        latent = {(s, t): (e, d) for t, s, e, d in zip(rows["lhs"], rows["rhs"], rows["estimate"], errors, strict=True)}
        latent_r2 = dict(zip(covariance.r2["variable"], covariance.r2["value"], strict=True))
    ours, corrected = of_pls(own), of_pls(consistent)
    none = (math.nan, math.nan)
    columns = ["from", "to", "cb", "cb_se", "pls", "pls_se", "plsc", "plsc_se"]
    paths = [(*pair, *latent.get(pair, none), *ours[pair], *corrected.get(pair, none)) for pair in ours]
    corrected_r2 = (
        dict(zip(consistent.r2["construct"], consistent.r2["r2"], strict=True)) if consistent is not None else {}
    )
    r2 = [
        (name, latent_r2.get(name, math.nan), value, corrected_r2.get(name, math.nan))
        for name, value in zip(own.r2["construct"], own.r2["r2"], strict=True)
    ]
    return pd.DataFrame(paths, columns=columns), pd.DataFrame(r2, columns=["construct", "cb", "pls", "plsc"])


def _differences(own: PlsResult, consistent: PlsResult | None, covariance: SemResult | None) -> pd.DataFrame:
    import pandas as pd

    def may_be_read(result: PlsResult | SemResult | None) -> str:
        if result is None:
            return "no solution"
        stops = refusals(result.findings)
        warned = sorted({f.code for f in result.findings if f.severity == "warning"})
        if stops:
            return "no: " + ", ".join(sorted({f.code for f in stops}))
        return "with care: " + ", ".join(warned) if warned else "yes"

    def srmr(result: PlsResult | None) -> str:
        if result is None or not len(result.model_fit):
            return ""
        return f"SRMR {float(result.model_fit['srmr'].iloc[-1]):.3f}"

    cb_fit = ""
    if covariance is not None:
        m = covariance.fit_measures
        cb_fit = f"chi-square {m['chisq']:.1f} ({m['df']:.0f}), CFI {m['cfi']:.3f}, SRMR {m['srmr']:.3f}"
    rows = [
        ("object", "latent variables", "composites", "latent variables", REASONS["object"]),
        ("paths", "free of error", "attenuated", "corrected by rho_A", REASONS["paths"]),
        ("weights", "none", "mode A", "mode A", REASONS["weights"]),
        ("fit", cb_fit, srmr(own), srmr(consistent), REASONS["fit"]),
        ("errors", "ML", "bootstrap", "bootstrap", REASONS["errors"]),
        ("may be read", may_be_read(covariance), may_be_read(own), may_be_read(consistent), REASONS["admissible"]),
    ]
    return pd.DataFrame(rows, columns=["topic", "cb", "pls", "plsc", "why"])
