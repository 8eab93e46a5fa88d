"""A fitted model as plain text, in lavaan's order: the one place of this room that formats numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.result import SemResult

_HEADINGS = {
    "=~": "Latent variables",
    "~": "Regressions",
    "~~": "Covariances",
    "~1": "Intercepts",
    "var": "Variances",
    ":=": "Defined parameters",
}
_COLUMNS = ("estimate", "std_error", "z", "p_value", "std_lv", "std_all")
_TITLES = ("Estimate", "Std.Err", "z-value", "P(>|z|)", "Std.lv", "Std.all")


def _text(value: float, digits: int = 3) -> str:
    return "" if not math.isfinite(value) else f"{value:.{digits}f}"


def fit_line(result: SemResult) -> str:
    """Return chi-square, CFI, TLI, RMSEA with its interval and SRMR in one line."""
    fit = result.fit_measures
    test = f"chisq({fit['df']:.0f}) = {_text(fit['chisq'])}"
    if math.isfinite(fit["pvalue"]):
        test += f", p = {_text(fit['pvalue'])}"
    return (
        f"{result.estimator} ({result.engine}), N = {result.n_obs} of {result.n_read} read: {test}, "
        f"CFI = {_text(fit['cfi'])}, TLI = {_text(fit['tli'])}, "
        f"RMSEA = {_text(fit['rmsea'])} [{_text(fit['rmsea_ci_lower'])}, {_text(fit['rmsea_ci_upper'])}], "
        f"SRMR = {_text(fit['srmr'])}"
    )


def summary_text(result: SemResult) -> str:
    """Return the whole summary: head, fit, parameters, R-square, findings."""
    parts = [_head(result), _fit(result), _parameters(result.parameters), _r2(result.r2)]
    if result.findings:
        parts.append("Findings:\n" + "\n".join(f"  {f.severity}: {f.message} [{f.code}]" for f in result.findings))
    return "\n\n".join(parts) + "\n"


def _head(result: SemResult) -> str:
    end = "ended normally" if result.converged else "did not converge"
    lines = [
        f"{result.engine}: {result.estimator} {end} after {result.iterations} iterations",
        f"  Free parameters {int(result.fit_measures['npar']):>28}",
        f"  Rows used / read {f'{result.n_obs} / {result.n_read}':>27}",
    ]
    if result.refused:
        lines.append("  A stated rule forbids the structural reading: see the findings.")
    return "\n".join(lines)


def _fit(result: SemResult) -> str:
    shown = {
        "chisq": "Chi-square",
        "df": "Degrees of freedom",
        "pvalue": "P-value",
        "cfi": "CFI",
        "tli": "TLI",
        "logl": "Log-likelihood",
        "aic": "AIC",
        "bic": "BIC",
        "bic2": "Sample-size adjusted BIC",
        "rmsea": "RMSEA",
        "rmsea_ci_lower": "  90 % interval, lower",
        "rmsea_ci_upper": "  90 % interval, upper",
        "rmsea_pvalue": "  P-value H0: RMSEA <= 0.05",
        "srmr": "SRMR",
    }
    fit = result.fit_measures
    lines = [f"  {title:<30}{_text(fit[name], 0 if name == 'df' else 3):>14}" for name, title in shown.items()]
    return "Fit:\n" + "\n".join(lines)


def _parameters(frame: pd.DataFrame) -> str:
    kinds = frame["op"].where((frame["op"] != "~~") | (frame["lhs"] != frame["rhs"]), "var")
    sections = []
    for kind, heading in _HEADINGS.items():
        rows = frame[kinds == kind]
        if len(rows):
            sections.append(_section(kind, heading, rows))
    return "\n\n".join(sections)


def _section(kind: str, heading: str, rows: pd.DataFrame) -> str:
    names = [
        _name(kind, lhs, rhs, label) for lhs, rhs, label in zip(rows["lhs"], rows["rhs"], rows["label"], strict=True)
    ]
    width = max(24, *(len(n) for n in names)) + 2
    lines = [f"{heading + ':':<{width + 2}}" + "".join(f"{t:>10}" for t in _TITLES)]
    for name, values in zip(names, rows[list(_COLUMNS)].itertuples(index=False, name=None), strict=True):
        cells = list(values)
        if not math.isfinite(cells[2]):
            cells[1] = math.nan
        lines.append(f"  {name:<{width}}" + "".join(f"{_text(float(v)):>10}" for v in cells))
    return "\n".join(lines)


def _name(kind: str, lhs: str, rhs: str, label: str) -> str:
    if kind in ("var", ":=", "~1"):
        return lhs
    mark = f" ({label})" if label else ""
    return f"{lhs} {kind} {rhs}{mark}"


def _r2(frame: pd.DataFrame) -> str:
    lines = [
        f"  {name:<26}{_text(float(value)):>10}" for name, value in zip(frame["variable"], frame["value"], strict=True)
    ]
    return "R-square:\n" + "\n".join(lines)
