"""The interface between a model and whatever estimates it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wxsat.errors import UsageError, nearest
from wxsat.sem.matrices import GroupedCells
from wxsat.sem.moments import Sample
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENGINES = ("native", "semopy")


@dataclass(frozen=True)
class Task:
    """
    What an engine is asked to do.

    Attributes
    ----------
    table : ParameterTable
    cells : GroupedCells
        Its layout, covariates' moments in place.
    constraints : Constraints
    sample : Sample
        Covariances divided by N.
    discrepancy : {"ML", "GLS", "ULS", "DWLS", "WLS"}
    wishart : bool
        Whether covariances are divided by N - 1 and groups weigh N - 1; always so for least squares.
    """

    table: ParameterTable
    cells: GroupedCells
    constraints: Constraints
    sample: Sample
    discrepancy: str = "ML"
    wishart: bool = False


@dataclass(frozen=True)
class Estimate:
    """
    What an engine returns.

    Attributes
    ----------
    theta : ndarray, shape (n_free,)
        In the order of the table's free numbers.
    value : float
        Discrepancy F over all groups.
    converged : bool
    iterations : int
    reason : str
        Why the search ended.
    gradient_norm : float
        Largest absolute gradient of F in units of the square root of its curvature, at `theta`.
    start : ndarray, shape (n_free,), optional
        Where the search that succeeded began.
    details : str
        What the engine and its version did.
    failure : str
        Why the named engine gave no usable point and the search began elsewhere; empty when it did.
    """

    theta: NDArray[np.float64]
    value: float
    converged: bool
    iterations: int
    reason: str
    gradient_norm: float
    details: str
    failure: str = ""
    start: NDArray[np.float64] | None = None


class Engine(Protocol):
    """Anything that estimates a table from moments."""

    name: str

    def estimate(self, task: Task) -> Estimate:
        """Return the estimates, converged or not; never raise for a model that does not converge."""
        ...


def engine_named(name: str) -> Engine:
    """Return an engine by its name; UsageError SEM-031 for any other name."""
    if name == "native":
        from wxsat.sem.engines.native import NativeEngine

        return NativeEngine()
    if name == "semopy":
        from wxsat.sem.engines.semopy_engine import SemopyEngine

        return SemopyEngine()
    known = ", ".join(repr(e) for e in ENGINES)
    raise UsageError(
        "SEM-031", f"unknown engine {name!r}. Available now: {known}.{nearest(name, ENGINES)}", where="engine"
    )
