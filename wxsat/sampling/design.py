"""A survey design: how the respondents were drawn and weighted, and how uncertain their figures are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError, nearest
from wxsat.finding import Finding
from wxsat.sampling.cells import locate_cells
from wxsat.sampling.load_margins import load_margins
from wxsat.sampling.projection import Calibration
from wxsat.sampling.replicates import Replicates, build_replicates
from wxsat.sampling.solve import Request, auxiliary, read_request, solve_weights
from wxsat.sampling.stages import LONELY_RULES, Lonely, Stage, inclusion_weights, read_stages
from wxsat.sampling.taylor import degrees_of_freedom, linearised_covariance
from wxsat.sampling.weight_quality import WeightQuality, evaluate_weights
from wxsat.sampling.weighting import base_weights

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sampling.margins import Margins

Array = NDArray[np.float64]
Sampling = Literal["probability", "opt-in"]
SAMPLINGS = ("probability", "opt-in")
Columns = str | Sequence[str] | None
FEW_DEGREES = 10


def _unset() -> Array:
    return np.zeros(0)


@dataclass(frozen=True)
class SurveyDesign:
    """
    How a sample was drawn.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent.
    sampling : {"probability", "opt-in"}
        Whether every member of the population had a known chance to be asked. It has no default: for opt-in samples
        no standard error and no margin of error is ever given.
    weights : str, optional
        Column of weights. Without it the weights follow from `fpc` at every stage, or are all one.
    strata, clusters, fpc : str or sequence of str, optional
        Columns, one a stage: strata, sampled units (account, district, household), and population sizes (or
        sampling fractions, at most 1).
    lonely : {"fail", "adjust", "certainty"}
        What to do with a stratum of one sampled unit.

    Raises
    ------
    UsageError
        SAMP-036 `sampling` not declared, SAMP-017 unknown rule.
    DataError
        SAMP-014 unusable weights, SAMP-030 to SAMP-034, with every fault.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"w": [2.0, 3.0, 5.0], "score": [4, 5, 7]})
    >>> SurveyDesign(people, sampling="probability", weights="w").degrees_of_freedom
    2
    """

    frame: pd.DataFrame
    sampling: Sampling | None = field(default=None, kw_only=True)
    weights: str | None = field(default=None, kw_only=True)
    strata: Columns = field(default=None, kw_only=True)
    clusters: Columns = field(default=None, kw_only=True)
    fpc: Columns = field(default=None, kw_only=True)
    lonely: Lonely = field(default="fail", kw_only=True)
    replicates: Replicates | None = field(default=None, kw_only=True, repr=False)
    calibrations: tuple[Calibration, ...] = field(default=(), kw_only=True, repr=False)
    inside: NDArray[np.bool_] | None = field(default=None, kw_only=True, repr=False)
    final_weights: Array = field(default_factory=_unset, kw_only=True, repr=False)
    stages: tuple[Stage, ...] = field(default=(), kw_only=True, repr=False)

    def __post_init__(self) -> None:
        if self.sampling not in SAMPLINGS:
            raise UsageError(
                "SAMP-036",
                f"sampling={self.sampling!r}: declare how the respondents came into the sample, 'probability' or "
                f"'opt-in'.{nearest(str(self.sampling), SAMPLINGS)}",
                where="sampling",
                hint="A QR code that anybody may scan is opt-in.",
            )
        if self.lonely not in LONELY_RULES:
            hint = f"Known: {', '.join(LONELY_RULES)}.{nearest(self.lonely, LONELY_RULES)}"
            raise UsageError("SAMP-017", f"lonely={self.lonely!r} is not known.", hint=hint)
        if not len(self.frame):
            raise DataError("SAMP-034", "there are no respondents.")
        if not self.stages:
            stages = read_stages(self.frame, _names(self.strata), _names(self.clusters), _names(self.fpc))
            object.__setattr__(self, "stages", stages)
        if not len(self.final_weights):
            implied = inclusion_weights(self.stages) if self.weights is None and self.fpc is not None else None
            final = base_weights(self.frame, self.weights) if implied is None else implied
            object.__setattr__(self, "final_weights", final)

    @property
    def n(self) -> int:
        """Number of respondents, in the subpopulation where there is one."""
        return len(self.frame) if self.inside is None else int(self.inside.sum())

    @property
    def current_weights(self) -> Array:
        """Weights, zero outside the subpopulation."""
        return self.final_weights if self.inside is None else np.where(self.inside, self.final_weights, 0.0)

    @property
    def degrees_of_freedom(self) -> int:
        """First-stage units minus strata; with replicate weights their rank minus one."""
        if self.replicates is not None:
            return self.replicates.degrees_of_freedom()
        return degrees_of_freedom(self.stages, self.current_weights)

    @property
    def quality(self) -> WeightQuality:
        """Kish's design effect and the spread of the weights."""
        weights = self.final_weights if self.inside is None else self.final_weights[self.inside]
        return evaluate_weights(weights)

    @property
    def optin(self) -> bool:
        """Whether this is an opt-in sample, for which no error is given."""
        return self.sampling == "opt-in"

    def subset(self, inside: Any) -> SurveyDesign:
        """
        Return the design of a subpopulation; all respondents stay, so that its size counts as random.

        Parameters
        ----------
        inside : array of bool, or str
            Members, or an expression of columns (``"age >= 18"``).

        Raises
        ------
        UsageError
            SAMP-045 an expression that cannot be evaluated.
        """
        mask = _members(self.frame, inside)
        both = mask if self.inside is None else mask & self.inside
        return replace(self, inside=both)

    def calibrate(
        self,
        margins: str | Path | Mapping[str, Any] | pd.DataFrame | Margins,
        *,
        method: str = "rake",
        bounds: tuple[float, float] | None = None,
        trim: float | tuple[float, float] | None = None,
    ) -> SurveyDesign:
        """
        Return the design with weights calibrated to margins; standard errors know of it.

        Takes the same margins, methods and bounds as :func:`wxsat.weight_responses`, and raises the same errors.
        With replicate weights every replicate is calibrated, as ``survey::calibrate`` does.
        """
        known = load_margins(margins)
        request = read_request(method, bounds, trim)
        cells = locate_cells(self.frame, known, self.final_weights)
        population = known.population if known.population is not None else float(self.final_weights.sum())
        base = self.final_weights
        final = solve_weights(cells, base, population, request).weights
        design, _ = auxiliary(cells, population)
        iterative = request.method == "rake" and not request.bounded and not cells.totals
        calibration = Calibration(design, np.ones(len(base)) if iterative else base, final)
        replicates = self.replicates
        if replicates is not None:
            columns = [
                solve_weights(
                    cells, replicates.weights[:, r], population, Request(request.method, request.bounds)
                ).weights
                for r in range(replicates.weights.shape[1])
            ]
            replicates = replace(replicates, weights=np.column_stack(columns))
        return replace(self, final_weights=final, calibrations=(*self.calibrations, calibration), replicates=replicates)

    def replicate(
        self, kind: str = "bootstrap", *, replicates: int = 500, seed: int = 1, fay: float = 0.5, mse: bool = False
    ) -> SurveyDesign:
        """
        Return the design with replicate weights, which then give every standard error.

        Make replicates first and calibrate afterwards, so that every replicate is calibrated.
        Options and errors as :func:`wxsat.sampling.replicates.build_replicates`.
        """
        if self.calibrations:
            raise UsageError(
                "SAMP-046",
                "these weights are calibrated already; replicates made now would not be.",
                hint="design.replicate(...).calibrate(...).",
            )
        made = build_replicates(
            self.stages[0], self.final_weights, kind, replicates=replicates, seed=seed, fay=fay,
            lonely=self.lonely, mse=mse,
        )  # fmt: skip
        return replace(self, replicates=made)

    def with_replicates(self, weights: Any, *, scale: float, rscales: Any = None, mse: bool = False) -> SurveyDesign:
        """
        Return the design with replicate weights that were made elsewhere (published with a data file, say).

        Parameters
        ----------
        weights : array, shape (n, R), or sequence of column names
            Combined replicate weights.
        scale : float
        rscales : array, shape (R,), optional
            All one by default.
        mse : bool
        """
        matrix = self.frame[list(weights)] if isinstance(weights, (list, tuple)) else weights
        values = np.asarray(matrix, dtype=np.float64)
        scales = np.ones(values.shape[-1]) if rscales is None else np.asarray(rscales, dtype=np.float64)
        if len(values) != len(self.frame):
            message = f"{len(values)} rows of replicate weights for {len(self.frame)} respondents."
            raise DataError("SAMP-039", message, where="replicates")
        return replace(self, replicates=Replicates(values, float(scale), scales, mse))

    def linearised(self, contributions: Array) -> Array:
        """Return the covariance of totals of weighted linearised variables, shape (n, k), by Taylor linearisation."""
        return linearised_covariance(contributions, self.stages, self.lonely, self.calibrations)

    def describe(self) -> dict[str, Any]:
        """Return the design in plain data, for JSON."""
        quality = self.quality
        return {
            "sampling": self.sampling,
            "n": self.n,
            "strata": list(_names(self.strata)),
            "clusters": list(_names(self.clusters)),
            "fpc": list(_names(self.fpc)),
            "weights": self.weights,
            "calibrated": bool(self.calibrations),
            "errors": None if self.optin else "linearised" if self.replicates is None else self.replicates.kind,
            "df": None if self.optin else self.degrees_of_freedom,
            "deff_weights": quality.deff,
            "n_effective": quality.n_effective,
        }

    def findings(self) -> tuple[Finding, ...]:
        """Return what a reader must know of the design itself."""
        if self.optin:
            message = (
                "This is an opt-in sample: nobody's chance to be in it is known, so there is no sampling error to "
                "estimate and no margin of error is given."
            )
            return (Finding("SAMP-101", "warning", "sampling", message, {"n": self.n}),)
        df = self.degrees_of_freedom
        if df < FEW_DEGREES:
            message = (
                f"The design leaves {df} degrees of freedom, fewer than {FEW_DEGREES}: errors are themselves rough."
            )
            return (Finding("SAMP-105", "warning", "design", message, {"df": df, "minimum": FEW_DEGREES}),)
        return ()


def _names(columns: Columns) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _members(frame: pd.DataFrame, inside: Any) -> NDArray[np.bool_]:
    if isinstance(inside, str):
        if "@" in inside or "__" in inside:
            raise UsageError("SAMP-045", f"the condition {inside!r} may name columns only.", where="where")
        try:
            inside = frame.eval(inside, engine="python")
        except Exception as error:  # pandas raises whatever the expression provokes
            hint = nearest(inside, map(str, frame.columns)).strip() or 'For example "age >= 18".'
            message = f"the condition {inside!r} cannot be evaluated ({type(error).__name__})."
            raise UsageError("SAMP-045", message, where="where", hint=hint) from None
    mask = np.asarray(inside)
    if mask.shape != (len(frame),) or mask.dtype.kind != "b":
        message = f"a subpopulation is one true or false a respondent; got shape {mask.shape} of {mask.dtype}."
        raise UsageError("SAMP-045", message, where="where")
    return np.asarray(mask, dtype=bool)
