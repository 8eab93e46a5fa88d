"""A population to draw respondents from: model text in which every parameter has its value, or a truth file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import Fault, ModelError, StudyError, nearest, require_path
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable, complete_model
from wxsat.sem.syntax import Syntax, read_syntax
from wxsat.simulate.population import solve_population
from wxsat.simulate.power.margins import Margin
from wxsat.simulate.truth import Truth, load_truth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.instrument.instrument import FormName, Instrument

    Array = NDArray[np.float64]

SMALLEST_EIGENVALUE = 1e-10


@dataclass(frozen=True)
class PlannedPopulation:
    """
    What respondents are drawn from.

    Attributes
    ----------
    names : tuple of str
        Observed variables.
    mean : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Of the continuous variables and of the latent responses behind ordinal ones.
    margins : tuple of Margin
        What is seen of every variable.
    table : ParameterTable, optional
        The model it was made from; None for a truth file.
    icc : float
        Share of variance between clusters.
    source : str
    """

    names: tuple[str, ...]
    mean: Array
    covariance: Array
    margins: tuple[Margin, ...]
    table: ParameterTable | None
    icc: float = 0.0
    source: str = "model"

    @property
    def ordinal(self) -> tuple[str, ...]:
        """Variables that come in categories."""
        return tuple(name for name, margin in zip(self.names, self.margins, strict=True) if margin.ordinal)

    @property
    def sd(self) -> Array:
        """Standard deviations of the continuous variables."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> Array:
        """Correlations of the continuous variables."""
        return np.asarray(self.covariance / np.outer(self.sd, self.sd))


def read_population(
    model: str | Path,
    *,
    standardised: bool = False,
    margins: Mapping[str, Margin] | None = None,
) -> PlannedPopulation:
    """
    Read a population from model text whose parameters all have values.

    Parameters
    ----------
    model : str or Path
        lavaan syntax, ``a =~ .8*x1 + .7*x2``; thresholds ``x1 | -1*t1 + 0*t2`` make a variable ordinal.
    standardised : bool
        Give every variance that the text leaves out the value that makes its variable's total variance 1. Residual
        variances of latent responses behind ordinal variables are always found so.
    margins : mapping of str to Margin, optional
        Of variables without thresholds.

    Returns
    -------
    PlannedPopulation

    Raises
    ------
    ModelError
        MEAS-081 every parameter without a value; MEAS-082 variances that do not hold together; the SEM codes of the
        model's syntax.
    """
    text, name = _text_of(model)
    syntax = read_syntax(text, name)
    thresholds = _thresholds(syntax)
    smooth = replace(syntax, relations=tuple(r for r in syntax.relations if r.op not in ("|", "~*~")))
    table = complete_model(smooth, ModelOptions(fixed_x=False))
    if table.n_groups > 1 or table.n_levels > 1:
        raise ModelError("MEAS-081", "a population of one group and one level was expected.", where=name)
    rows = [row for row in table.parameters if row.op in ("=~", "~", "~~", "~1")]
    unit = _left_to_unit_variance(rows, table, set(thresholds), standardised)
    _require_values(rows, unit, name)
    _require_observed({*thresholds, *(margins or {})}, table.observed_names, name)
    mean, covariance = _moments(rows, table, unit, name)
    known = dict(margins or {})
    for variable, cuts in thresholds.items():
        i = table.observed_names.index(variable)
        known[variable] = Margin(tuple((np.array(cuts) - mean[i]) / np.sqrt(covariance[i, i])))
    return PlannedPopulation(
        table.observed_names, mean, covariance, tuple(known.get(v, Margin()) for v in table.observed_names), table,
        source=name,
    )  # fmt: skip


def _require_values(rows: Sequence[Parameter], unit: set[str], name: str) -> None:
    missing = [row for row in rows if (row.free and row.ustart is None and row.lhs not in unit) or _open_path(row)]
    if missing:
        raise ModelError.from_faults(
            Fault("MEAS-081", f"{row.lhs} {row.op} {row.rhs} has no value.", name,
                  f"Write {_example(row)}" + ("." if row.op != "~~" or row.lhs != row.rhs else ", or --standardised."))
            for row in missing
        )  # fmt: skip


def _require_observed(named: set[str], observed: Sequence[str], where: str) -> None:
    """Refuse thresholds and margins of what the population does not observe."""
    strangers = [v for v in named if v not in observed]
    if strangers:
        raise ModelError.from_faults(
            Fault("MEAS-086", f"{v!r} is no observed variable of the population.{nearest(v, observed)}", where)
            for v in sorted(strangers)
        )


def _text_of(model: str | Path) -> tuple[str, str]:
    require_path(model, "population", "model text or the name of its file")
    if isinstance(model, Path) or ("~" not in model and "\n" not in model):
        path = Path(model)
        try:
            return path.read_text(encoding="utf-8-sig"), str(path)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise ModelError("MEAS-081", f"the population cannot be read: {reason}.", where=str(path)) from error
    return model, "population"


def _thresholds(syntax: Syntax) -> dict[str, tuple[float, ...]]:
    found: dict[str, dict[int, float]] = {}
    faults: list[Fault] = []
    for relation in syntax.relations:
        if relation.op != "|":
            continue
        values = [float(v) for m in relation.modifiers if m.kind == "fixed" for v in m.values if v is not None]
        place = f"{syntax.source.name}:{relation.lhs.line}"
        if len(values) != 1:
            faults.append(Fault("MEAS-081", f"{relation.lhs.text} | {relation.rhs.text} has no value.", place))
            continue
        found.setdefault(relation.lhs.text, {})[int(relation.rhs.text[1:])] = values[0]
    for variable, cuts in found.items():
        ordered = [cuts.get(k, float("nan")) for k in range(1, len(cuts) + 1)]
        if not all(b > a for a, b in pairwise(ordered)) or np.isnan(ordered).any():
            faults.append(
                Fault("MEAS-081", f"the thresholds of {variable} must be t1, t2, ... and rise.", syntax.source.name)
            )
    if faults:
        raise ModelError.from_faults(faults)
    return {v: tuple(cuts[k] for k in sorted(cuts)) for v, cuts in found.items()}


def _left_to_unit_variance(
    rows: Sequence[Parameter], table: ParameterTable, ordinal: set[str], standardised: bool
) -> set[str]:
    """Return the variables whose own variance follows from a total variance of 1."""
    left = {row.lhs for row in rows if row.op == "~~" and row.lhs == row.rhs and row.free and row.ustart is None}
    return left if standardised else left & ordinal


def _open_path(row: Parameter) -> bool:
    return bool(row.free) and row.ustart is None and not (row.op == "~~" and row.lhs == row.rhs)


def _example(row: Parameter) -> str:
    if row.op == "~1":
        return f"{row.lhs} ~ 0*1"
    return f"{row.lhs} {row.op} {1 if row.lhs == row.rhs else 0}*{row.rhs}"


def _moments(rows: Sequence[Parameter], table: ParameterTable, unit: set[str], where: str) -> tuple[Array, Array]:
    names = (*table.observed_names, *table.latent_names)
    place = {name: i for i, name in enumerate(names)}
    a, s, alpha = np.zeros((len(names),) * 2), np.zeros((len(names),) * 2), np.zeros(len(names))
    for row in rows:
        value = 0.0 if row.ustart is None else row.ustart
        i = place[row.lhs]
        if row.op == "=~":
            a[place[row.rhs], i] = value
        elif row.op == "~":
            a[i, place[row.rhs]] = value
        elif row.op == "~1":
            alpha[i] = value
        else:
            s[i, place[row.rhs]] = s[place[row.rhs], i] = value
    try:
        total = np.linalg.inv(np.eye(len(names)) - a)
    except np.linalg.LinAlgError as error:
        raise ModelError("MEAS-082", "the regressions run in a loop that has no solution.", where=where) from error
    free = sorted(place[v] for v in unit)
    if free:
        fixed = np.diag(total @ s @ total.T)[free]
        own = np.linalg.solve(total[np.ix_(free, free)] ** 2, 1.0 - fixed)
        short = [(names[i], v) for i, v in zip(free, own, strict=True) if v <= 0]
        if short:
            raise ModelError.from_faults(
                Fault("MEAS-082", f"the causes of {name} leave it a variance of {value:.3f} of a total of 1.", where,
                      "Make its paths, loadings or covariances smaller.")
                for name, value in short
            )  # fmt: skip
        s[free, free] = own
    covariance = total @ s @ total.T
    seen = len(table.observed_names)
    _require_proper(s, covariance[:seen, :seen], names, where)
    return np.asarray((total @ alpha)[:seen]), np.asarray((covariance + covariance.T)[:seen, :seen] / 2)


def _require_proper(s: Array, covariance: Array, names: Sequence[str], where: str) -> None:
    negative = [names[i] for i in range(len(s)) if s[i, i] < 0]
    if negative:
        raise ModelError("MEAS-082", f"negative variances: {', '.join(negative)}.", where=where)
    if np.linalg.eigvalsh(s)[0] < -1e-10 or np.linalg.eigvalsh(covariance)[0] < SMALLEST_EIGENVALUE:
        raise ModelError(
            "MEAS-082", "the covariances cannot hold together (the matrix is not positive definite).", where=where,
            hint="Make the covariances smaller than the variances allow.",
        )  # fmt: skip


def population_of_truth(
    truth: Truth | str | Path, instrument: Instrument, form: FormName = "standard"
) -> PlannedPopulation:
    """
    Take a population from a truth file: the items of a form, as categories, with the truth's share between accounts.

    Careless answers, don't know and break-offs of the truth are not part of it; holes are planned by their share.
    Reverse-keyed items come in the direction of their construct.

    Raises
    ------
    StudyError
        MEAS-087 when the truth and the instrument have no construct in common, and the SIM codes of the truth.
    """
    declared = truth if isinstance(truth, Truth) else load_truth(truth)
    solved = solve_population(declared)
    measurement = declared.measurement
    names, loadings, latents, margins, scale = [], [], [], [], []
    for construct in instrument.constructs_in(form):
        if construct.id not in solved.names:
            continue
        for position, item in enumerate(construct.items):
            if form not in item.forms:
                continue
            shown = instrument.scale_of(item)
            if shown.min is None or shown.max is None or shown.kind == "continuous":
                continue
            stretch = (shown.max - shown.min) / (measurement.scale.max - measurement.scale.min)
            centre = shown.min + (measurement.means[construct.id] - measurement.scale.min) * stretch
            cuts = np.arange(shown.min, shown.max) + 0.5
            names.append(item.id)
            loadings.append(measurement.loading_of(item.id, position))
            latents.append(solved.names.index(construct.id))
            scale.append(measurement.sd * stretch)
            margins.append(Margin(tuple((cuts - centre) / scale[-1]), lowest=float(shown.min)))
    if not names:
        raise StudyError("MEAS-087", f"truth {declared.id!r} says nothing of the items of {instrument.id!r}.")
    lam, where = np.array(loadings), np.array(latents)
    correlation = np.outer(lam, lam) * solved.covariance[np.ix_(where, where)]
    np.fill_diagonal(correlation, 1.0)
    return PlannedPopulation(
        tuple(names), np.zeros(len(names)), correlation, tuple(margins), None, declared.nuisance.icc, declared.id
    )
