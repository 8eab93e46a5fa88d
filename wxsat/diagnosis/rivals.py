"""The hierarchy against its rivals: parallel causes, one halo factor, satisfaction that colours perception, free parts.

A hierarchy that fits is not thereby true. The rivals are fitted to the same rows, always, and what each of them says
stands beside the hierarchy's own figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS, ResolvedHierarchy
from wxsat.errors import ModelError, WxsatError

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import Responses
    from wxsat.sem.result import SemResult

RIVAL_COLUMNS = (
    "model", "claim", "chisq", "df", "cfi", "rmsea", "srmr", "aic", "bic", "delta_bic", "relation", "chisq_diff",
    "df_diff", "p_value", "preferred", "failed",
)  # fmt: skip
CLAIMS: Mapping[str, str] = {
    "R0": "hierarchy",
    "R1": "parallel",
    "R2": "halo",
    "R3": "reverse",
    "R4": "free_parts",
}
RELATIONS: Mapping[str, str] = {"R0": "", "R1": "frees", "R2": "not_nested", "R3": "not_nested", "R4": "frees"}
STRONG_BIC = 10.0
_LABEL = re.compile(r"\b[A-Za-z_]\w*\s*\*\s*(?=[A-Za-z_])")


@dataclass(frozen=True)
class Blocks:
    """The dilemma nodes that a model holds, by their place in the hierarchy."""

    root: tuple[str, ...]
    middle: tuple[str, ...]
    symptoms: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every dilemma node."""
        return (*self.root, *self.middle, *self.symptoms)


def _lines(model: str) -> list[str]:
    bare = (line.split("#")[0].strip() for line in model.splitlines())
    return [line for line in bare if line and ":=" not in line]


def _split(line: str) -> tuple[str, str, list[str]]:
    """Return left side, operator and plain terms of a line."""
    found = re.match(r"\s*(\w+)\s*(=~|~~|~)\s*(.*)", line)
    if found is None:
        raise ModelError(
            "DIAG-040", "the main model has a line that is no measurement, regression or covariance.", where=line,
            hint="Write one formula a line.",
        )  # fmt: skip
    left, operator, right = found.groups()
    return left, operator, [t.split("*")[-1].strip() for t in right.split("+")]


def find_blocks(model: str) -> Blocks:
    """Return the dilemma nodes of a model: the present parts of D1, of D2 and D4, and the symptoms."""
    latents = {left for left, operator, _ in map(_split, _lines(model)) if operator == "=~"}
    parts = FOUR_DILEMMAS.parts
    declared = (parts["D1"], (*parts["D2"], *parts["D4"]), parts["D3"])
    return Blocks(*(tuple(n for n in names if n in latents) for names in declared))


def write_hierarchy(hierarchy: ResolvedHierarchy, items: Mapping[str, Sequence[str]]) -> str:
    """
    Return the hierarchy as a model text: a latent a node, equal labels for the parts of a dilemma.

    Parameters
    ----------
    hierarchy : ResolvedHierarchy
    items : mapping of str to sequence of str
        Items of each node; nodes without any are left out. Empty if the outcome has none.
    """
    if hierarchy.outcome not in items:
        return ""
    lines = [f"{node} =~ {' + '.join(own)}" for node, own in items.items()]
    for number, equation in enumerate(hierarchy.equations):
        terms = [
            f"b{number}_{place}*{part}"
            for place, predictor in enumerate(equation.predictors)
            for part in hierarchy.parts_of(predictor)
            if part in items
        ]
        if equation.outcome in items and terms:
            lines.append(f"{equation.outcome} ~ {' + '.join(terms)}")
    blocks = find_blocks("\n".join(lines))
    for group in (blocks.root, blocks.middle):
        lines += [f"{a} ~~ {' + '.join(group[i + 1 :])}" for i, a in enumerate(group[:-1])]
    return "\n".join(lines)


def write_rivals(model: str) -> dict[str, str]:
    """
    Return the hierarchy and its four rivals as model texts.

    Parameters
    ----------
    model : str
        The main model, in the syntax of ``dilemmas.sem``; equal labels make the composites.

    Returns
    -------
    dict of str to str
        ``R0`` to ``R4``.

    Raises
    ------
    ModelError
        DIAG-040 if a line cannot be read.

    Notes
    -----
    R1 puts free covariances in the place of the paths from the root, so that the hierarchy is nested in it. R2 lets one
    general factor stand behind every dilemma node and act on the core. R3 lets satisfaction explain the dilemma nodes
    and takes their paths into the core away; it is of the same covariance class in part, so that fit alone cannot
    always tell. R4 frees the equal labels: its difference tests the equal weights.
    """
    lines, blocks = _lines(model), find_blocks(model)
    return {
        "R0": "\n".join(lines),
        "R1": "\n".join(_parallel(lines, blocks)),
        "R2": "\n".join(_halo(lines, blocks)),
        "R3": "\n".join(_reverse(lines, blocks)),
        "R4": "\n".join(_LABEL.sub("", line) for line in lines),
    }


def _parallel(lines: Sequence[str], blocks: Blocks) -> list[str]:
    kept = [line for line in lines if not (_split(line)[1] == "~" and _split(line)[0] in blocks.middle)]
    return [*kept, *(f"{root} ~~ {' + '.join(blocks.middle)}" for root in blocks.root)]


def _measured(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if _split(line)[1] == "=~"]


def _core(lines: Sequence[str], blocks: Blocks, general: str = "") -> list[str]:
    """Return the regressions of the core without the dilemma nodes, a general factor in their place."""
    written = []
    for line in lines:
        left, operator, terms = _split(line)
        if operator != "~" or left in blocks.all:
            continue
        plain = [t for t in terms if t not in blocks.all]
        if general and (len(plain) < len(terms) or left == "SAT"):
            plain.append(general)
        if plain:
            written.append(f"{left} ~ {' + '.join(plain)}")
    return written


def _halo(lines: Sequence[str], blocks: Blocks) -> list[str]:
    return [*_measured(lines), f"HALO =~ {' + '.join(blocks.all)}", *_core(lines, blocks, "HALO")]


def _reverse(lines: Sequence[str], blocks: Blocks) -> list[str]:
    residual = [line for line in lines if _split(line)[1] == "~~"]
    coloured = [f"{node} ~ SAT" for node in blocks.all]
    return [*_measured(lines), *coloured, *residual, *_core(lines, blocks)]


def compare_rivals(
    model: str, data: pd.DataFrame | Responses, *, missing: str = "listwise", cluster: str | None = None
) -> pd.DataFrame:
    """
    Fit the hierarchy and its four rivals to the same rows and table them.

    Parameters
    ----------
    model : str
        The main model, ``dilemmas.sem``.
    data : DataFrame or Responses
    missing : {"listwise", "fiml"}
    cluster : str, optional
        Account column; statistics are then robust, and differences scaled.

    Returns
    -------
    DataFrame
        `RIVAL_COLUMNS`, one row a model. ``delta_bic`` is BIC less that of the hierarchy (positive favours the
        hierarchy; beyond 10 is strong). ``chisq_diff`` where the hierarchy is nested in the rival. ``failed`` holds
        the code of a model that did not converge.

    Examples
    --------
    >>> compare_rivals(model, frame)[["model", "bic"]]  # doctest: +SKIP
    """
    import pandas as pd

    texts = write_rivals(model)
    fits: dict[str, SemResult | str] = {name: _fit(text, data, missing, cluster) for name, text in texts.items()}
    main = fits["R0"]
    rows = [_row(name, fit, main) for name, fit in fits.items()]
    for row in rows[1:]:
        row["preferred"] = _preferred(row["delta_bic"], row["p_value"])
    return pd.DataFrame(rows, columns=list(RIVAL_COLUMNS))


def _fit(text: str, data: Any, missing: str, cluster: str | None) -> SemResult | str:
    from wxsat.sem.fit import fit_sem

    try:
        fit = fit_sem(text, data, estimator="MLR" if cluster else "ML", missing=missing, cluster=cluster)
    except WxsatError as error:
        return error.code
    return fit if fit.converged else "SEM-053"


def _row(name: str, fit: SemResult | str, main: SemResult | str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(RIVAL_COLUMNS, np.nan)
    row |= {"model": name, "claim": CLAIMS[name], "relation": RELATIONS[name], "failed": "", "preferred": ""}
    if isinstance(fit, str):
        return row | {"failed": fit}
    row |= {m: float(fit.fit_measures[m]) for m in ("chisq", "df", "cfi", "rmsea", "srmr", "aic", "bic")}
    if isinstance(main, str):
        return row
    row["delta_bic"] = row["bic"] - float(main.fit_measures["bic"])
    if RELATIONS[name] == "frees":
        row |= _difference(main, fit)
    return row


def _difference(restricted: SemResult, free: SemResult) -> dict[str, float]:
    from wxsat.sem.comparison import compare_sem

    try:
        compared = compare_sem(free, restricted)
    except WxsatError:
        return {}
    return {
        "chisq_diff": float(compared.test.statistic), "df_diff": float(compared.test.df),
        "p_value": float(compared.test.p_value),
    }  # fmt: skip


def _preferred(delta: float, p: float) -> str:
    """Say which model the figures favour; a difference that BIC and the test judge differently is undetermined."""
    if delta != delta:
        return ""
    rejected = p == p and p < 0.05
    if delta > STRONG_BIC:
        return "undetermined" if rejected and p < 0.001 else "hierarchy"
    if delta < -STRONG_BIC:
        return "rival"
    return "rival" if rejected else "undetermined"
