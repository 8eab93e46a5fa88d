"""What is fitted to every replicate, and the value that each of its parameters has in the population.

The true values are those of the analysis model fitted to the population's own moments. For a right model they are the
population's values in the scaling of the analysis; for a wrong one what its estimates tend to, and the misfit is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import EstimationError, Fault, ModelError, UsageError, nearest
from wxsat.finding import Finding
from wxsat.sem.fit import fit_sem
from wxsat.simulate.power.margins import shown_moments
from wxsat.simulate.power.population import PlannedPopulation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.result import SemResult

    Array = NDArray[np.float64]

Key = tuple[str, str, str]
MISFIT = 1e-6
LARGE = 1_000_000
SHOWN = ("=~", "~", "~~", "~1", ":=")


@dataclass(frozen=True)
class Analysis:
    """
    The model of the analysis.

    Attributes
    ----------
    text : str
    keys : tuple of (lhs, op, rhs)
        Its free and defined parameters.
    truth : ndarray, shape (n_keys,)
        Their values in the population.
    ordered : tuple of str
        Variables analysed as ordinal.
    options : dict
        Further arguments of :func:`wxsat.fit_sem`.
    observed : tuple of str
        Variables of the model.
    misfit : float
        Discrepancy of the model at the population's moments; 0 for a right model.
    rmsea : float
        The same as RMSEA.
    """

    text: str
    keys: tuple[Key, ...]
    truth: Array
    ordered: tuple[str, ...]
    options: dict[str, Any]
    observed: tuple[str, ...]
    misfit: float
    rmsea: float
    mean: Array
    covariance: Array
    fit: SemResult

    @property
    def names(self) -> list[str]:
        """One name a parameter, as it would be written."""
        return [name_of(key) for key in self.keys]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """MEAS-190 when the model does not hold in the population."""
        if self.misfit < MISFIT:
            return ()
        message = (
            f"The analysis model does not hold in the population (RMSEA {self.rmsea:.3f}): bias and coverage are told "
            "against the values that its estimates tend to."
        )
        return (Finding("MEAS-190", "warning", "model", message, {"rmsea": self.rmsea}),)


def name_of(key: Key) -> str:
    """Return ``a~b``; a defined parameter by its name."""
    return key[0] if key[1] == ":=" else f"{key[0]}{key[1]}{key[2]}"


def derived_model(population: PlannedPopulation) -> str:
    """
    Write the model that estimates what a population's text fixes: values become free, zeros stay zero.

    The first loading of every latent that is not 0 keeps its value, so that the scale of the analysis is that of the
    population and its estimates can be held against the text's own figures.
    """
    table = population.table
    if table is None:
        raise UsageError("MEAS-080", "a truth file says no model; name the one to analyse.", where="model",
                         hint="For example model='tam', or a file of model text.")  # fmt: skip
    lines, scaled = [], set()
    for row in table.parameters:
        value = 0.0 if row.ustart is None else row.ustart
        own_variance = row.op == "~~" and row.lhs == row.rhs
        if row.op == "~1" or (own_variance and value != 0) or (row.op == "~~" and row.free):
            continue
        before = f"{row.label}*" if row.label else ""
        if value == 0 and row.ustart is not None:
            before = "0*"
        elif row.op == "=~" and row.lhs not in scaled:
            scaled.add(row.lhs)
            before = f"{value!r}*"
        lines.append(f"{row.lhs} {row.op} {before}{row.rhs}")
    lines += [f"{row.lhs} := {row.rhs}" for row in table.definitions]
    return "\n".join(lines)


def plan_analysis(
    population: PlannedPopulation,
    text: str,
    *,
    ordinal: bool,
    missing: str,
    estimator: str,
    std_lv: bool = False,
) -> Analysis:
    """
    Fit the analysis model to the population's moments and keep what each parameter is there.

    Parameters
    ----------
    ordinal : bool
        Whether ordinal variables are analysed as ordinal: truths are then those of the latent responses of variance 1.
        Else their codes are, whose exact moments are used.

    Raises
    ------
    ModelError
        MEAS-086 for variables that the population does not have, and those of the model's syntax.
    EstimationError
        MEAS-089 when the model cannot even be fitted to the population.
    """
    from wxsat.sem.parameter_table import parse_model

    table = parse_model(text, fixed_x=False, std_lv=std_lv, name="analysis model")
    strangers = [v for v in table.observed_names if v not in population.names]
    if strangers:
        raise ModelError.from_faults(
            Fault("MEAS-086", f"the population has no variable {v!r}.{nearest(v, population.names)}", "analysis model")
            for v in strangers
        )
    ordered = tuple(v for v in population.ordinal if v in table.observed_names) if ordinal else ()
    mean, covariance = _analysed_moments(population, ordinal)
    keep = [population.names.index(v) for v in table.observed_names]
    mean, covariance = mean[keep], covariance[np.ix_(keep, keep)]
    fit = _fit_population(text, table.observed_names, mean, covariance, missing == "fiml", std_lv)
    rows = fit.parameters
    chosen = rows[rows["op"].isin(SHOWN) & (rows["free"].astype(float).gt(0) | rows["op"].eq(":="))]
    records = [(str(r["lhs"]), str(r["op"]), str(r["rhs"]), float(r["estimate"])) for r in chosen.to_dict("records")]
    if ordered:
        records = [r for r in records if r[1] != "~1" and not (r[1] == "~~" and r[0] == r[2] and r[0] in ordered)]
    options: dict[str, Any] = {"std_lv": std_lv}
    options |= {"ordered": list(ordered)} if ordered else {"fixed_x": False}
    df, chisq = fit.fit_measures["df"], fit.fit_measures["chisq"]
    misfit = float(chisq) / LARGE
    return Analysis(
        text, tuple((a, b, c) for a, b, c, _ in records), np.array([v for *_, v in records]), ordered, options,
        table.observed_names, misfit, float(np.sqrt(misfit / df)) if df > 0 else 0.0, mean, covariance, fit,
    )  # fmt: skip


def _analysed_moments(population: PlannedPopulation, ordinal: bool) -> tuple[Array, Array]:
    sd = population.sd
    if not ordinal and population.ordinal:
        codes_mean, codes = shown_moments(population.margins, population.correlation)
        is_code = np.array([margin.ordinal for margin in population.margins])
        scale = np.where(is_code, 1.0, sd)
        covariance = codes * np.outer(scale, scale)
        smooth = ~is_code
        covariance[np.ix_(smooth, smooth)] = population.covariance[np.ix_(smooth, smooth)]
        return np.where(is_code, codes_mean, population.mean), covariance
    scale = np.where([margin.ordinal for margin in population.margins], 1.0 / sd, 1.0)
    return population.mean, population.covariance * np.outer(scale, scale)


def _fit_population(
    text: str, names: tuple[str, ...], mean: Array, covariance: Array, means: bool, std_lv: bool
) -> SemResult:
    import pandas as pd

    frame = pd.DataFrame(covariance * LARGE / (LARGE - 1), index=list(names), columns=list(names))
    try:
        return fit_sem(text, cov=frame, n=LARGE, mean=pd.Series(mean, index=list(names)), fixed_x=False,
                       std_lv=std_lv, meanstructure=means)  # fmt: skip
    except EstimationError as error:
        raise EstimationError(
            "MEAS-089", f"the analysis model cannot be fitted to the population itself: {error.message}",
            where="analysis model", hint="A model that fails there fails in every sample.",
        ) from error  # fmt: skip
