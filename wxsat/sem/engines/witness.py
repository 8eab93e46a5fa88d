"""A second engine beside the first: refit with semopy alone and say how far apart the two are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.engines.semopy_engine import semopy_alone
from wxsat.sem.fit_options import FitOptions
from wxsat.sem.moments import Sample
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Check:
    """
    What the witness says.

    Attributes
    ----------
    engine : str
        Its name and version.
    done : bool
    reason : str
        Why it was not done, or what was left out of it.
    estimates, std_errors : float or None
        Largest differences, relative to the larger of our estimate (error) and our error.
    parameter : str
        Where the estimates differ most.
    """

    engine: str
    done: bool
    reason: str = ""
    estimates: float | None = None
    std_errors: float | None = None
    parameter: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data."""
        return {
            "engine": self.engine,
            "done": self.done,
            "reason": self.reason,
            "largest_difference_estimates": self.estimates,
            "largest_difference_std_errors": self.std_errors,
            "parameter": self.parameter,
        }


def check_named(name: str | None) -> None:
    """Refuse a witness that is not known (SEM-031)."""
    if name not in (None, "semopy"):
        raise UsageError("SEM-031", f"unknown witness {name!r}. Available now: 'semopy'.", where="check")


def check_with_semopy(
    table: ParameterTable,
    constraints: Constraints,
    sample: Sample,
    options: FitOptions,
    theta: NDArray[np.float64],
    vcov: NDArray[np.float64],
) -> Check:
    """
    Refit by semopy alone, from its own search and with its own errors, and compare.

    Its standard errors are those of expected information: with robust or observed ones the errors are not compared.
    """
    reason = _beyond(table, constraints, options)
    if reason:
        return Check("semopy", False, reason)
    found = semopy_alone(table, sample[0])
    if isinstance(found, str):
        return Check("semopy", False, found)
    theirs, errors, version = found
    ours = np.sqrt(np.clip(np.diag(vcov), 0.0, None))
    unit = np.maximum(np.abs(theta), np.where(np.isfinite(ours), ours, 0.0))
    difference = np.abs(theirs - theta) / np.maximum(unit, 1e-12)
    k = int(difference.argmax())
    name = next(row.name for row in table.parameters if row.free == k + 1)
    comparable = options.recipe.se == "standard" and options.recipe.information == "expected"
    if not comparable or errors is None:
        return Check(version, True, "its standard errors are of another kind", float(difference[k]), None, name)
    usable = np.isfinite(errors) & (ours > 0)
    apart = np.abs(errors - ours)[usable] / ours[usable]
    return Check(version, True, "", float(difference[k]), float(apart.max(initial=0.0)), name)


def _beyond(table: ParameterTable, constraints: Constraints, options: FitOptions) -> str:
    """Say what of a fit semopy cannot do; empty when it can."""
    if table.n_groups > 1 or table.n_levels > 1:
        return "several groups or levels"
    if table.has_mean_structure:
        return "a mean structure"
    if options.recipe.estimator != "ML" or options.wishart:
        return f"estimator {options.name}" + (" (Wishart)" if options.wishart else "")
    if options.incomplete:
        return "missing values"
    if options.weights:
        return "sampling weights"
    if not constraints.only_linear or any(
        row.op == "==" and not (row.lhs.isidentifier() or row.lhs.startswith(".p")) for row in table.constraints
    ):
        return "constraints beyond equal parameters"
    return ""
