"""A fitted model as plain text, in lavaan's order: the one place of this room that formats numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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


def _p_text(value: float) -> str:
    return "< .001" if value < 0.001 else _text(value)


def fit_line(result: SemResult) -> str:
    """
    Return chi-square, CFI, TLI, RMSEA with its interval and SRMR in one line.

    With a corrected test the chi-square is the scaled one and the indices are the robust ones, and say so.
    """
    fit = result.fit_measures
    scaled = "chisq_scaled" in fit
    kind = "_robust" if "cfi_robust" in fit and scaled else "_scaled" if scaled else ""
    word = kind.replace("_", " ")
    tail = "_scaled" if scaled else ""
    df = fit[f"df{tail}"]
    test = f"chisq{' scaled' if scaled else ''}({df:.{0 if df == int(df) else 2}f}) = {_text(fit[f'chisq{tail}'])}"
    if math.isfinite(fit[f"pvalue{tail}"]):
        p = _p_text(fit[f"pvalue{tail}"])
        test += f", p {p}" if p.startswith("<") else f", p = {p}"
    return (
        f"{result.estimator} ({result.engine}), N = {result.n_obs} of {result.n_read} read: {test}, "
        f"CFI{word} = {_text(fit[f'cfi{kind}'])}, TLI{word} = {_text(fit[f'tli{kind}'])}, "
        f"RMSEA{word} = {_text(fit[f'rmsea{kind}'])} "
        f"[{_text(fit[f'rmsea_ci_lower{kind}'])}, {_text(fit[f'rmsea_ci_upper{kind}'])}], "
        f"SRMR = {_text(fit['srmr'])}"
    )


def summary_text(result: SemResult) -> str:
    """Return the whole summary: head, fit, parameters, R-square, findings."""
    parts = [_head(result), _fit(result), *_blocks(result), _r2(result)]
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
    if len(result.groups) > 1:
        lines += [f"  {f'Group {g}: {fit.name}':<32}{fit.n_obs:>12}" for g, fit in enumerate(result.groups, start=1)]
    check = result.provenance.get("check")
    if check:
        lines.append(f"  {check_line(check)}")
    if result.refused:
        lines.append("  A stated rule forbids the structural reading: see the findings.")
    return "\n".join(lines)


def check_line(check: Mapping[str, Any]) -> str:
    """Return what the second engine says in one sentence."""
    if not check["done"]:
        return f"Check by {check['engine']}: not possible ({check['reason']})"
    errors = check["largest_difference_std_errors"]
    of_errors = f", standard errors {errors:.1e}" if errors is not None else f" ({check['reason']})"
    return (
        f"Check by {check['engine']}: largest relative difference of estimates "
        f"{check['largest_difference_estimates']:.1e} ({check['parameter']}){of_errors}"
    )


_FIT = {
    "chisq": "Chi-square",
    "df": "Degrees of freedom",
    "pvalue": "P-value",
    "chisq_scaling_factor": "Scaling factor",
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


def _fit(result: SemResult) -> str:
    fit = result.fit_measures
    kinds = [kind for kind in ("_scaled", "_robust") if f"cfi{kind}" in fit]
    head = f"{'Fit:':<32}" + "".join(f"{k.strip('_').capitalize() or 'Standard':>14}" for k in ("", *kinds))
    lines = [head if kinds else "Fit:"]
    for name, title in _FIT.items():
        if name not in fit or math.isnan(fit[name]):
            continue
        values = [fit.get(name + kind, math.nan) for kind in ("", *kinds)]
        whole = name.startswith("df")
        texts = [_p_text(v) if "pvalue" in name else _text(v, 0 if whole and v == round(v) else 3) for v in values]
        lines.append(f"  {title:<30}" + "".join(f"{t:>14}" for t in texts))
    return "\n".join(lines)


def _blocks(result: SemResult) -> list[str]:
    """Return the parameter sections of every group or level, then the defined parameters."""
    frame = result.parameters
    if len(result.groups) <= 1:
        return [_parameters(frame)]
    column = "level" if "level" in frame.columns else "group"
    parts = []
    for number, group in enumerate(result.groups, start=1):
        rows = frame[(frame[column] == number) & (frame["op"] != ":=")]
        parts.append(f"{column.capitalize()} {number} [{group.name}]:\n\n{_parameters(rows)}")
    defined = frame[frame["op"] == ":="]
    return [*parts, _parameters(defined)] if len(defined) else parts


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
        cells = [
            _p_text(float(v)) if c == "p_value" else _text(float(v)) for c, v in zip(_COLUMNS, values, strict=True)
        ]
        if not math.isfinite(values[2]):
            cells[1] = ""
        lines.append(f"  {name:<{width}}" + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines)


def _name(kind: str, lhs: str, rhs: str, label: str) -> str:
    if kind in ("var", ":=", "~1"):
        return lhs
    mark = f" ({label})" if label else ""
    return f"{lhs} {kind} {rhs}{mark}"


def _r2(result: SemResult) -> str:
    frame = result.r2
    several = frame["group"].nunique() > 1
    lines = [
        f"  {f'{name} (group {group})' if several else name:<26}{_text(float(value)):>10}"
        for name, group, value in zip(frame["variable"], frame["group"], frame["value"], strict=True)
    ]
    return "R-square:\n" + "\n".join(lines)
