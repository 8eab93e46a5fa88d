"""What an analysis of invariance returns: steps, differences, what was released, effect sizes, means, a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxsat.finding import Finding, refusals
from wxsat.sem.invariance.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.invariance.ladder import Step


@dataclass(frozen=True)
class InvarianceResult:
    """
    An invariance analysis.

    Attributes
    ----------
    steps : DataFrame
        One row a fitted model: ``step partial n_freed npar chisq df pvalue cfi rmsea srmr``; chi-square, CFI and RMSEA
        are those of ``settings["indices"]`` (robust, scaled or plain).
    differences : DataFrame
        ``step against partial chisq df pvalue method delta_cfi delta_rmsea delta_srmr holds reason``.
    freed : DataFrame
        ``order step parameter kind item factor chisq df pvalue pvalue_adjusted``: what the search released, in order.
    effect_sizes : DataFrame
        ``item block reference dmacs mean_difference``: of items that differ, from the scalar step.
    means : DataFrame
        ``factor block reference mean std_error z p_value ci_lower ci_upper variance d``; empty unless means were asked
        for and may be compared. In standard deviations of the reference; `d` in pooled ones.
    groups : DataFrame
        ``name n``.
    verdict : Verdict
    findings : tuple of Finding
    settings : mapping
    fits : tuple of Step
        The fitted models themselves, in the order of `steps`.
    """

    steps: pd.DataFrame
    differences: pd.DataFrame
    freed: pd.DataFrame
    effect_sizes: pd.DataFrame
    means: pd.DataFrame
    groups: pd.DataFrame
    verdict: Verdict
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]
    fits: tuple[Step, ...] = field(default=(), repr=False)

    @property
    def refused(self) -> bool:
        """Whether a comparison was asked that the measurement does not allow."""
        return bool(refusals(self.findings))

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``wxsat measure invariance --json``: flat records, missing as None."""
        return {
            "verdict": self.verdict.to_dict(),
            "steps": flat_records(self.steps),
            "differences": flat_records(self.differences),
            "freed": flat_records(self.freed),
            "effect_sizes": flat_records(self.effect_sizes),
            "means": flat_records(self.means),
            "groups": flat_records(self.groups),
            "settings": dict(self.settings),
            "refused": self.refused,
            "warnings": [finding.to_dict() for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        """Return verdict, findings and differences for a notebook, every text escaped."""
        from html import escape

        items = "".join(f"<li>{escape(f.severity)}: {escape(f.message)} [{escape(f.code)}]</li>" for f in self.findings)
        tables = "".join(
            frame.to_html(index=False, border=0, escape=True, float_format=lambda x: f"{x:.3f}", na_rep="")
            for frame in (self.steps, self.differences, self.freed) if len(frame)
        )  # fmt: skip
        return f"<p>{escape(self.verdict.text)}</p><ul>{items}</ul>{tables}"


def flat_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as flat records of plain values, NaN and NA as None."""
    names = [str(column) for column in frame.columns]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return None if isinstance(value, float) and not abs(value) < float("inf") else value
