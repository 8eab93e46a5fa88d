"""semopy as the engine: it finds the basin, Fisher scoring of our own ends in its lowest point.

semopy gets the whole table in its own language with neutral names (``v1``, ``f1``, ``p1``), so that any
item name works and nothing is left to its defaults. Its point is then polished with the closed-form
expected information until the gradient is zero, because its own stopping rule leaves up to 5e-3 of
relative error; standard errors come from the same information. Variances that semopy holds at zero may
turn negative in the polish, as in lavaan: a stated finding.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.engines.engine import Estimate, Task
from wxsat.sem.engines.native import objective_of
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import Parameter, ParameterTable
from wxsat.sem.scoring import search
from wxsat.sem.start_values import start_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEMOPY_TOLERANCE = 1e-12


class SemopyEngine:
    """ML on complete continuous data, one group, no mean structure."""

    name = "semopy"

    def estimate(self, task: Task) -> Estimate:
        """Return semopy's estimates, polished until the gradient is zero."""
        _refuse(task)
        starts = start_values(task.table, task.sample[0].covariance)
        found = _semopy_point(task.table, task.sample[0], starts)
        objective = objective_of(task)
        tried = []
        for point in (found.point, starts):
            if point is not None:
                tried.append(search(objective, task.constraints.linear, point))
                if tried[-1].converged:
                    break
        optimum = tried[-1] if tried[-1].converged else min(tried, key=lambda o: o.value)
        return Estimate(
            optimum.theta,
            optimum.value,
            optimum.converged,
            found.iterations + optimum.iterations,
            optimum.reason,
            optimum.gradient_norm,
            f"{found.details}; polished by {optimum.iterations} Fisher-scoring steps, "
            f"scaled gradient {optimum.gradient_norm:.1e}",
            "" if found.point is not None else found.details,
        )


def _refuse(task: Task) -> None:
    """Refuse by name what semopy does not estimate (SEM-074)."""
    faults = {
        "several groups or levels": task.table.n_groups > 1 or task.table.n_levels > 1,
        "a mean structure": task.table.has_mean_structure,
        "constraints beyond linear equalities": not task.constraints.only_linear,
        f"estimator {task.discrepancy}": task.discrepancy != "ML",
        "the Wishart likelihood": task.wishart,
        "sampling weights": task.sample[0].weights is not None,
    }
    asked = [name for name, wanted in faults.items() if wanted]
    if asked:
        raise UsageError(
            "SEM-074",
            f"the engine 'semopy' does not estimate: {', '.join(asked)}.",
            where="engine",
            hint='Use engine="native".',
        )


@dataclass(frozen=True)
class _Found:
    """semopy's estimates in our order (None where it fails), its errors, its iterations and what happened."""

    point: NDArray[np.float64] | None
    errors: NDArray[np.float64] | None
    iterations: int
    details: str


def semopy_alone(
    table: ParameterTable, moments: Moments
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, str] | str:
    """Return semopy's own estimates, standard errors and version, not polished; or why there are none."""
    found = _semopy_point(table, moments, start_values(table, moments.covariance), with_errors=True)
    return found.details if found.point is None else (found.point, found.errors, found.details)


def semopy_text(table: ParameterTable) -> tuple[str, dict[str, str]]:
    """
    Write a table in semopy's language.

    Returns
    -------
    text : str
        Every parameter on its own line, free ones with the label of their equality class.
    names : dict
        Our variable name -> semopy's.
    """
    names = {name: f"v{i}" for i, name in enumerate(table.observed_names, start=1)}
    names |= {name: f"f{i}" for i, name in enumerate(table.latent_names, start=1)}
    labels = shared_labels(table)
    lines = [_line(row, names, labels) for row in table.parameters if not row.exo]
    return "\n".join(lines) + "\n", names


def _line(row: Parameter, names: dict[str, str], labels: dict[int, str]) -> str:
    factor = labels[row.free] if row.free else repr(float(row.ustart or 0.0))
    return f"{names[row.lhs]} {row.op} {factor}*{names[row.rhs]}"


def shared_labels(table: ParameterTable) -> dict[int, str]:
    """Return semopy's label of every free parameter; parameters tied by ``==`` between two labels share one."""
    parent = {row.free: row.free for row in table.parameters if row.free}

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    by_label: dict[str, int] = {}
    for row in table.parameters:
        if row.free:
            by_label[row.plabel] = row.free
            if row.label:
                by_label.setdefault(row.label, row.free)
    for tie in table.constraints:
        if tie.op == "==" and tie.lhs in by_label and tie.rhs in by_label:
            a, b = sorted((root(by_label[tie.lhs]), root(by_label[tie.rhs])))
            parent[b] = a
    return {number: f"p{root(number)}" for number in parent}


def _semopy_point(
    table: ParameterTable, moments: Moments, starts: NDArray[np.float64], *, with_errors: bool = False
) -> _Found:
    import pandas as pd
    import semopy
    from semopy.stats import calc_se

    text, names = semopy_text(table)
    labels = shared_labels(table)
    version = f"semopy {semopy.__version__}"
    columns = [names[name] for name in moments.names]
    covariance = pd.DataFrame(moments.covariance, index=columns, columns=columns)
    silenced = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = semopy.Model(text)
            _set_starts(model, labels, starts)
            solution = model.fit(cov=covariance, n_samples=moments.n_obs, options={"ftol": SEMOPY_TOLERANCE})
            values = dict(zip(_active(model), map(float, model.param_vals), strict=True))
            errors = dict(zip(_active(model), map(float, calc_se(model)), strict=True)) if with_errors else {}
    # semopy raises whatever its parser or numpy raise; the polish then begins from simple starting values.
    except Exception as error:
        return _Found(None, None, 0, f"{version} failed ({type(error).__name__})")
    finally:
        logging.disable(silenced)
    if not all(label in values for label in labels.values()):
        return _Found(None, None, 0, f"{version} dropped parameters")
    point = np.array([values[labels[number]] for number in sorted(labels)])
    if not np.all(np.isfinite(point)):
        return _Found(None, None, 0, f"{version} returned no numbers")
    own = np.array([errors[labels[number]] for number in sorted(labels)]) if with_errors else None
    return _Found(point, own, int(getattr(solution, "n_it", 0) or 0), f"{version} (SLSQP, ftol {SEMOPY_TOLERANCE:g})")


def _set_starts(model: object, labels: dict[int, str], starts: NDArray[np.float64]) -> None:
    """Give semopy its starting values: its own rule never ends for a latent without a fixed loading."""
    parameters = getattr(model, "parameters", {})
    for number, label in labels.items():
        if label in parameters:
            parameters[label].start = float(starts[number - 1])
    for parameter in parameters.values():
        if parameter.start is None:
            parameter.start = 0.0


def _active(model: object) -> list[str]:
    """Return the labels of semopy's free parameters, in the order of its vector of estimates."""
    return [name for name, p in getattr(model, "parameters", {}).items() if p.active]
