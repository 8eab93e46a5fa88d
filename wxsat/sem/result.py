"""What a fit returns: numbers at full precision, labels and provenance. It neither rounds nor draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError
from wxsat.finding import Finding, refusals

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.responses.responses import Responses
    from wxsat.sem.bootstrap.result import BootstrapResult
    from wxsat.sem.modification_pieces import Pieces
    from wxsat.sem.outcome import Outcome
    from wxsat.sem.parameter_table import ParameterTable
    from wxsat.sem.standardised_errors import Standard


@dataclass(frozen=True)
class GroupFit:
    """
    One group of a fitted model.

    Attributes
    ----------
    name : str
        Empty for a model without groups; ``within`` and ``between`` for levels.
    n_obs, n_read : int
    sample_covariance, implied_covariance : ndarray, shape (n_observed, n_observed)
    sample_mean, implied_mean : ndarray, shape (n_observed,)
        The implied one is zeros without a mean structure.
    latent_covariance : ndarray, shape (n_latent, n_latent)
    latent_mean : ndarray, shape (n_latent,)
    """

    name: str
    n_obs: int
    n_read: int
    sample_covariance: NDArray[np.float64]
    sample_mean: NDArray[np.float64]
    implied_covariance: NDArray[np.float64]
    implied_mean: NDArray[np.float64]
    latent_covariance: NDArray[np.float64]
    latent_mean: NDArray[np.float64]


@dataclass(frozen=True)
class SemResult:
    """
    A fitted structural equation model.

    Attributes
    ----------
    parameters : DataFrame
        ``lhs op rhs group label free estimate std_error z p_value ci_lower ci_upper std_lv std_all``; missing is NaN.
    fit_measures : mapping of str to float
        lavaan's fitMeasures names with ``.`` written as ``_``.
    sample_covariance, implied_covariance : ndarray, shape (n_observed, n_observed)
        Divided by N, in the order of `observed_names`.
    latent_covariance : ndarray, shape (n_latent, n_latent)
        Model-implied, in the order of `latent_names`.
    parameter_covariance : ndarray, shape (n_free, n_free)
        Of the free parameters, in the order of `table`'s free numbers.
    table : ParameterTable
    findings : tuple of Finding
        Everything that must be known before the figures are read.
    groups : tuple of GroupFit
        Observed and implied moments of every group (of a two-level model: of every level); the matrices above are
        those of the first.
    modification : DataFrame, optional
        ``lhs op rhs group mi p_value epc sepc_lv sepc_all sepc_nox``, when it was asked.
    bootstrap : BootstrapResult, optional
        When it was asked; errors and intervals of `parameters` and `effects` are then its own.
    outcome : Outcome
        The solution itself, for what is computed from it: bootstrap, modification indices, factor scores.
    answers : Responses, optional
        The coded answers that the model was fitted to; None for a plain frame or a covariance matrix.
    """

    model: str
    engine: str
    estimator: str
    converged: bool
    iterations: int | None
    n_obs: int
    n_read: int
    missing: str
    table: ParameterTable
    parameters: pd.DataFrame
    fit_measures: Mapping[str, float]
    observed_names: tuple[str, ...]
    latent_names: tuple[str, ...]
    sample_covariance: NDArray[np.float64]
    implied_covariance: NDArray[np.float64]
    latent_covariance: NDArray[np.float64]
    parameter_covariance: NDArray[np.float64]
    findings: tuple[Finding, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[GroupFit, ...] = ()
    outcome: Outcome | None = field(default=None, repr=False)
    modification: pd.DataFrame | None = None
    bootstrap: BootstrapResult | None = field(default=None, repr=False)
    answers: Responses | None = field(default=None, repr=False)

    @cached_property
    def r2(self) -> pd.DataFrame:
        """``variable group value`` for every endogenous latent and indicator."""
        from wxsat.sem.r2 import r2_frame

        return r2_frame(self.table, self._solution.implied)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """
        ``outcome source kind estimate std_error z p_value ci_lower ci_upper std_all path group``.

        `kind` is one of ``direct indirect total specific``, for every pair of structural variables that a path joins.
        Errors and intervals are those of the bootstrap, when it was asked.
        """
        from wxsat.sem.effects import effects_frame

        frame = effects_frame(self.table, self._solution.implied, self.parameter_covariance)
        if self.bootstrap is None:
            return frame
        from wxsat.sem.bootstrap.errors import effects_of_bootstrap

        return effects_of_bootstrap(frame, self.bootstrap)

    @cached_property
    def residuals(self) -> pd.DataFrame:
        """``a b observed implied raw correlation group`` (residual correlations), one row a pair."""
        from wxsat.sem.residuals import residuals_frame

        return residuals_frame(self._solution.sample, self._solution.implied)

    @cached_property
    def mean_residuals(self) -> pd.DataFrame:
        """``variable group observed implied raw standardised``; empty without a mean structure."""
        from wxsat.sem.residuals import mean_residuals_frame

        return mean_residuals_frame(self._solution.sample, self._solution.implied)

    @cached_property
    def tests(self) -> pd.DataFrame:
        """``test statistic df p_value scaling_factor shift``: the standard one first, then those that were asked."""
        import pandas as pd

        names = ("statistic", "df", "p_value", "scaling_factor", "shift")
        return pd.DataFrame(
            [{"test": name} | {n: getattr(test, n) for n in names} for name, test in self._solution.tests.items()]
        )

    @property
    def refused(self) -> bool:
        """Whether a stated rule forbids the structural reading."""
        return bool(refusals(self.findings))

    def tidy(self) -> pd.DataFrame:
        """Return the parameter rows as a frame of your own (broom's ``tidy``)."""
        return self.parameters.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row: engine, N, and every fit measure (broom's ``glance``)."""
        import pandas as pd

        head = {
            "model": self.model,
            "engine": self.engine,
            "estimator": self.estimator,
            "converged": self.converged,
            "n": self.n_obs,
            "n_read": self.n_read,
            "refused": self.refused,
        }
        return pd.DataFrame([head | dict(self.fit_measures)])

    def standardized(self, standard: Standard = "std_all") -> pd.DataFrame:
        """
        Return the standardised solution with delta-method errors, z, p and intervals.

        `standard` is ``std_all``, ``std_lv`` (latents alone) or ``std_nox`` (all but exogenous covariates).
        """
        from wxsat.sem.standardised_errors import standardised_solution

        return standardised_solution(self.table, self._solution.implied, self.parameter_covariance, standard)

    def modification_indices(self) -> pd.DataFrame:
        """
        Return modification indices with expected changes, largest first.

        Raises
        ------
        UsageError
            SEM-076 for two-level and two-stage solutions.

        Notes
        -----
        Under FIML from the expected information over the missing patterns, as in lavaan. Robust estimators have the
        indices of the plain one. ULS and DWLS have the general score test under normality, see
        :mod:`wxsat.sem.modification`.
        """
        from wxsat.sem.modification import modification_indices

        outcome = self._solution
        if self.table.ordered:
            return self._ordinal_modification()
        return modification_indices(
            self.table, outcome.implied, outcome.sample, outcome.restrictions, pieces=self._pieces
        ).frame

    def _ordinal_modification(self) -> pd.DataFrame:
        from wxsat.sem.ordinal.modification import ordinal_modification_indices
        from wxsat.sem.ordinal.outcome import OrdinalOutcome

        outcome = self._solution
        assert isinstance(outcome, OrdinalOutcome)
        return ordinal_modification_indices(self.table, outcome).frame

    @property
    def _pieces(self) -> Pieces:
        """Return what modification indices are made of for the way this was fitted."""
        from wxsat.sem.missing.patterns import missing_patterns
        from wxsat.sem.modification_pieces import CompleteData, IncompleteData, LeastSquares
        from wxsat.sem.outcome import covariate_positions

        outcome = self._solution
        if self.table.n_levels > 1 or self.missing not in ("listwise", "fiml"):
            kind = "two-level" if self.table.n_levels > 1 else self.missing
            raise UsageError(
                "SEM-076",
                f"modification indices are not made for {kind} solutions.",
                where="modification",
                hint='Fit one level with missing="listwise" or "fiml" to look for them.',
            )
        if self.missing == "fiml":
            return IncompleteData(
                [missing_patterns(m.values, m.weights) for m in outcome.sample if m.values is not None]
            )
        if outcome.recipe.estimator != "ML":
            _, given = covariate_positions(self.table)
            return LeastSquares(outcome.sample, outcome.recipe.estimator, given)
        return CompleteData(outcome.sample, outcome.wishart)

    def factor_scores(self, method: str = "regression") -> pd.DataFrame:
        """
        Return one row per row of data used: the group and a score on every latent.

        `method` is ``regression`` or ``bartlett``. UsageError SEM-076 when only a covariance matrix is known.
        """
        import pandas as pd

        from wxsat.sem.scores import factor_scores

        outcome = self._solution
        if self.table.ordered:
            raise UsageError(
                "SEM-029",
                "factor scores of ordinal items need an integral over the latent responses and are not available.",
                where="factor_scores",
                hint="Take sums or means of the items, or the scores of the same model with the items as continuous.",
            )
        frames = []
        for number, (at, moments) in enumerate(zip(outcome.implied, outcome.sample, strict=True), start=1):
            if moments.values is None:
                raise UsageError("SEM-076", "factor scores need the rows of the data.", where="factor_scores")
            found = factor_scores(
                at, moments.values, moments.mean, method="bartlett" if method == "bartlett" else "regression"
            )
            frame = pd.DataFrame(found.scores, columns=list(found.names))
            frame.insert(0, "group", number)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    @property
    def _solution(self) -> Outcome:
        if self.outcome is None:
            raise UsageError("SEM-076", "this result was stored without its solution.", where="result")
        return self.outcome

    def summary(self) -> str:
        """Return the result as plain text, in the order that lavaan's summary has."""
        from wxsat.sem.summary import summary_text

        return summary_text(self)

    def to_dict(self) -> dict[str, Any]:
        """
        Return the document of ``wxsat sem fit --json``: flat records, full precision, missing as None.

        Counts (``df``, ``npar``, ``ntotal``) are integers.
        """
        return {
            "engine": self.engine,
            "estimator": self.estimator,
            "converged": self.converged,
            "iterations": self.iterations,
            "n": self.n_obs,
            "n_read": self.n_read,
            "missing": self.missing,
            "n_parameters": int(self.fit_measures["npar"]),
            "groups": [{"name": group.name or None, "n": group.n_obs} for group in self.groups]
            or [{"name": None, "n": self.n_obs}],
            "parameters": _records(self.parameters),
            "fit": {name: _number(name, value) for name, value in self.fit_measures.items()},
            "r2": _records(self.r2),
            "effects": _records(self.effects),
            "tests": _records(self.tests),
            "modification": [] if self.modification is None else _records(self.modification),
            "bootstrap": None if self.bootstrap is None else self.bootstrap.to_dict(),
            "refused": self.refused,
            "warnings": [finding.to_dict() for finding in self.findings],
            "provenance": dict(self.provenance),
        }

    def _repr_html_(self) -> str:
        """Return fit line, findings and parameter table for a notebook, every text escaped."""
        from html import escape

        from wxsat.sem.summary import fit_line

        items = "".join(f"<li>{escape(f.severity)}: {escape(f.message)} [{escape(f.code)}]</li>" for f in self.findings)
        table = self.parameters.to_html(
            index=False, border=0, escape=True, float_format=lambda x: f"{x:.3f}", na_rep=""
        )
        return f"<p>{escape(fit_line(self))}</p><ul>{items}</ul>{table}"


_COUNTS = ("npar", "df", "baseline_df", "ntotal")


def _number(name: str, value: float) -> float | int | None:
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if name in _COUNTS else float(value)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as flat records of plain Python values, NaN as None."""
    columns = [str(c) for c in frame.columns]
    return [
        {name: _plain(value) for name, value in zip(columns, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not abs(value) < float("inf") else value
