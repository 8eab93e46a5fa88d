"""The ladder: one fit a step, each against the last that held, judged by a stated rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.errors import EstimationError
from wxsat.finding import Finding
from wxsat.sem.comparison import compare_sem
from wxsat.sem.fit import fit_sem
from wxsat.sem.invariance.options import (
    CFI_DROP,
    RMSEA_RISE,
    SRMR_RISE,
    SRMR_RISE_LOADINGS,
    InvarianceOptions,
)
from wxsat.sem.invariance.step_models import Design, Freed, step_text
from wxsat.sem.robust.scaled_tests import TestStatistic

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.result import SemResult

FAMILIES = ("robust", "scaled", "")


@dataclass(frozen=True)
class Step:
    """
    One fitted step.

    Attributes
    ----------
    name : str
        ``configural``, ``thresholds``, ``metric``, ``scalar``, ``strict`` or ``means``.
    freed : tuple of Freed
        What has been released in it; in the order of the search.
    result : SemResult or None
        None where the model could not be estimated.
    against : Step or None
    test : TestStatistic or None
        The difference test against that step; None where nothing is restricted or no test exists.
    method : str
        Of the test.
    holds : bool or None
        None where it was not tested.
    reason : str
        Why there is no test.
    """

    name: str
    freed: tuple[Freed, ...]
    result: SemResult | None
    against: Step | None = None
    test: TestStatistic | None = None
    method: str = ""
    holds: bool | None = None
    reason: str = ""

    @property
    def partial(self) -> bool:
        """Whether anything was released."""
        return bool(self.freed)

    @property
    def id(self) -> str:
        """Name of the step, with what was released."""
        return f"{self.name} ({len(self.freed)} freed)" if self.freed else self.name

    def index(self, name: str, family: str) -> float:
        """Return a fit index of a family; NaN where it does not exist."""
        if self.result is None:
            return math.nan
        key = f"{name}_{family}" if family and name != "srmr" else name
        return float(self.result.fit_measures.get(key, math.nan))

    def change(self, name: str, family: str) -> float:
        """Return the index minus that of the step it is compared with."""
        return math.nan if self.against is None else self.index(name, family) - self.against.index(name, family)


def index_family(first: Step, last: Step) -> str:
    """Return which CFI and RMSEA both steps have: robust ones, else scaled, else plain."""
    for family in FAMILIES:
        if all(math.isfinite(s.index(n, family)) for s in (first, last) for n in ("cfi", "rmsea")):
            return family
    return ""


class Ladder:
    """Fits steps of one design to one frame and compares them."""

    def __init__(self, design: Design, frame: pd.DataFrame, options: InvarianceOptions, group: str | None) -> None:
        self.design, self.frame, self.options, self.group = design, frame, options, group
        self.findings: list[Finding] = []

    def fit(self, name: str, freed: Sequence[Freed] = ()) -> SemResult:
        """Fit one step."""
        text = step_text(self.design, name, freed)
        ordered = self._ordered()
        parameterization = ("theta" if name == "strict" else "delta") if ordered else None
        return fit_sem(
            text, self.frame, group=self.group, ordered=ordered, parameterization=parameterization,
            meanstructure=True, **self.options.fit,
        )  # fmt: skip

    def _ordered(self) -> list[str] | None:
        if not self.design.cuts:
            return None
        blocks = range(len(self.design.blocks)) if self.design.over_time else (0,)
        return [self.design.name(item, k) for item in self.design.cuts for k in blocks]

    def step(self, name: str, freed: Sequence[Freed], against: Step | None) -> Step:
        """Fit a step and compare it with another; a step that cannot be estimated is one without a result."""
        try:
            result = self.fit(name, freed)
        except EstimationError as error:
            self.findings.append(
                Finding("SEM-178", "warning", name, f"the {name} step could not be estimated: {error.message}",
                        {"step": name, "reason": error.message})
            )  # fmt: skip
            return Step(name, tuple(freed), None, against, reason="not estimated")
        step = Step(name, tuple(freed), result, against)
        if against is None or against.result is None:
            return step
        return self.compared(step, against)

    def compared(self, step: Step, against: Step) -> Step:
        """Return the step with its difference test and whether it holds."""
        assert step.result is not None
        assert against.result is not None
        lost = int(step.result.fit_measures["df"] - against.result.fit_measures["df"])
        if lost <= 0:
            return Step(step.name, step.freed, step.result, against, reason="nothing to test")
        method, test = self._test(step.result, against.result)
        step = Step(step.name, step.freed, step.result, against, test, method)
        return Step(step.name, step.freed, step.result, against, test, method, self.judge(step))

    def _test(self, small: SemResult, large: SemResult) -> tuple[str, TestStatistic]:
        found = compare_sem(small, large)
        if not math.isfinite(found.test.statistic):
            # The factor of 2001 may be negative; Satorra's exact one is not.
            found = compare_sem(small, large, method="satorra.2000")
        scaled = small.table.ordered or "chisq_scaled" in small.fit_measures
        return found.method if scaled else "standard", found.test

    def judge(self, step: Step) -> bool:
        """Return whether a step holds against the one it is compared with, by the rule that was asked."""
        assert step.against is not None
        assert step.test is not None
        passed = step.test.p_value >= self.options.alpha
        if step.name == "means" or self.options.rule == "test":
            return passed
        family = index_family(step, step.against)
        srmr = SRMR_RISE_LOADINGS if step.name in ("metric", "thresholds") else SRMR_RISE
        kept = (
            step.change("cfi", family) >= -CFI_DROP
            and step.change("rmsea", family) <= RMSEA_RISE
            and step.change("srmr", family) <= srmr
        )
        if self.options.rule == "indices":
            return kept
        # Indices of models with few degrees of freedom change by chance: what the test does not see is no failure.
        return (kept and passed) if self.options.rule == "both" else (kept or passed)
