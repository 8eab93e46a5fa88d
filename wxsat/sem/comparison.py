"""Two fitted models of the same rows: which one, and is the simpler one enough?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError, require_kind
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook
from wxsat.sem.ordinal.difference import compare_ordinal
from wxsat.sem.ordinal.outcome import OrdinalOutcome
from wxsat.sem.outcome import covariate_positions
from wxsat.sem.robust.difference_tests import NestedFit, compare_nested
from wxsat.sem.robust.nesting import NESTED, nesting_gap
from wxsat.sem.robust.scaled_tests import TestStatistic

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.result import SemResult

SHOWN = ("chisq", "df", "pvalue", "chisq_scaled", "cfi", "cfi_robust", "rmsea", "rmsea_robust", "srmr", "aic", "bic")
METHODS = ("standard", "satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000")


@dataclass(frozen=True)
class Comparison(ShownInNotebook):
    """
    The difference test of two nested fits.

    Attributes
    ----------
    models : DataFrame
        ``model npar`` and the main fit measures, the free model first.
    test : TestStatistic
        Of the restricted model against the free one.
    method : str
    findings : tuple of Finding
    """

    models: pd.DataFrame
    test: TestStatistic
    method: str
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``wxsat sem compare --json``."""
        records = self.models.astype(object).where(self.models.notna(), None).to_dict("records")
        return {
            "models": [{str(k): v for k, v in record.items()} for record in records],
            "difference": {
                "test": self.test.name,
                "method": self.method,
                "chisq": self.test.statistic,
                "df": self.test.df,
                "pvalue": self.test.p_value,
                "scaling_factor": self.test.scaling_factor,
            },
            "warnings": [finding.to_dict() for finding in self.findings],
        }


def compare_sem(first: SemResult, second: SemResult, *, method: str | None = None) -> Comparison:
    """
    Compare two nested models fitted to the same rows by the difference of their chi-squares.

    Parameters
    ----------
    first, second : SemResult
        In any order: the one with more degrees of freedom is the restricted one.
    method : {"standard", "satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000"}, optional
        The 2001 method for scaled tests when left out, for ordinal models the 2000 one. Without scaled tests it is the
        likelihood ratio.

    Raises
    ------
    UsageError
        SEM-077 for fits by different estimators; SEM-095, SEM-097 where the models cannot be compared so.

    Notes
    -----
    Equal degrees of freedom and other variables are refused. That one model is nested in the other is tried by fitting
    the free one to the moments that the restricted one implies (Bentler and Satorra 2010): finding SEM-157 where not.
    Checked against lavaan 0.6-14's ``lavTestLRT()`` in ``tests/unit/sem/robust``.
    """
    from wxsat.sem.result import SemResult

    for name, result in (("first", first), ("second", second)):
        require_kind(result, SemResult, name, "a fitted model", "wxsat.fit_sem() makes one.")
    if bool(first.table.ordered) != bool(second.table.ordered):
        raise UsageError("SEM-077", "one model treats items as ordinal, the other does not.", where="comparison",
                         hint="Give ordered= to both.")  # fmt: skip
    if (first.estimator, first.missing, first.engine) != (second.estimator, second.missing, second.engine):
        raise UsageError(
            "SEM-077",
            f"the fits differ in more than the model: {first.estimator}, {first.missing} against "
            f"{second.estimator}, {second.missing}.",
            where="comparison",
            hint="Fit both with the same estimator, missing rule and engine.",
        )
    restricted, free = (first, second) if first.fit_measures["df"] >= second.fit_measures["df"] else (second, first)
    if isinstance(restricted.outcome, OrdinalOutcome) and isinstance(free.outcome, OrdinalOutcome):
        test, used, notes = compare_ordinal(restricted.outcome, free.outcome, method)
        return Comparison(_models(free, restricted), test, used, notes)
    chosen = method or "satorra.bentler.2001"
    test, findings = compare_nested(_nested(restricted), _nested(free), chosen)
    return Comparison(_models(free, restricted), test, chosen, (*_nesting_findings(restricted, free), *findings))


def _nesting_findings(restricted: SemResult, free: SemResult) -> tuple[Finding, ...]:
    """Say that the one with more degrees of freedom is not nested in the other (SEM-157)."""
    outcome = restricted.outcome
    if outcome is None or free.table.ordered or set(restricted.observed_names) != set(free.observed_names):
        return ()
    gap = nesting_gap(free.table, outcome.implied, outcome.sample)
    if gap < NESTED:
        return ()
    message = (
        f"{restricted.model} is not nested in {free.model}: the latter cannot reproduce the moments that the former "
        f"implies (discrepancy {gap:.3g}). Their difference has no chi-square distribution; compare AIC and BIC."
    )
    return (Finding("SEM-157", "warning", restricted.model, message, {"free": free.model, "discrepancy": gap}),)


def _nested(result: SemResult) -> NestedFit:
    outcome = result.outcome
    if outcome is None or result.table.n_levels > 1:
        raise UsageError("SEM-077", "two-level models are not compared by this test.", where="comparison",
                         hint="Compare their AIC and BIC.")  # fmt: skip
    _, given = covariate_positions(result.table)
    return NestedFit(
        result.table, outcome.implied, outcome.sample, outcome.restrictions, outcome.tests, outcome.recipe, given
    )


def _models(free: SemResult, restricted: SemResult) -> pd.DataFrame:
    import pandas as pd

    known = [name for name in SHOWN if name in free.fit_measures]
    return pd.DataFrame(
        [
            {"model": result.model, "role": role, "npar": int(result.fit_measures["npar"])}
            | {name: result.fit_measures[name] for name in known}
            for result, role in ((free, "free"), (restricted, "restricted"))
        ]
    )
