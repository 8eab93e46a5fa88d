"""What must be known before the figures of an ordinal fit are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.ordinal.sample import OrdinalGroup

if TYPE_CHECKING:
    from wxsat.sem.fit_options import FitOptions
    from wxsat.sem.parameter_table import ParameterTable


def ordinal_findings(
    table: ParameterTable, sample: Sequence[OrdinalGroup], options: FitOptions, no_robust: str | None, robust: bool
) -> tuple[Finding, ...]:
    """
    Return the findings of an ordinal fit, and those of its moments.

    SEM-111 which indices to read (note), SEM-112 why there are no robust ones (note), SEM-113 polychoric correlations
    that are not positive definite (warning), SEM-114 rows behind pairs under pairwise deletion (note), SEM-115 WLS with
    few rows for its weight (warning).
    """
    found = [*(finding for group in sample for finding in group.known.findings)]
    found += [*_indices(table, options, no_robust, robust), *_definiteness(sample), *_pairs(sample, options)]
    return (*found, *_full_weight(sample, options))


def _indices(table: ParameterTable, options: FitOptions, reason: str | None, robust: bool) -> Iterator[Finding]:
    if robust:
        message = (
            "scaled CFI, TLI and RMSEA of ordinal models depend on the number of categories and look better than the "
            "model is; the robust ones estimate what continuous answers would give. Cut-offs such as .95 and .06 were "
            "made for neither on ordinal answers."
        )
        yield Finding("SEM-111", "note", table.name, message, {"estimator": options.name})
    elif reason is not None:
        message = (
            f"there are no robust CFI, TLI and RMSEA here: {reason}. The scaled ones depend on the number of "
            "categories; read them with SRMR and the residual correlations."
        )
        yield Finding("SEM-112", "note", table.name, message, {"reason": reason})


def _definiteness(sample: Sequence[OrdinalGroup]) -> Iterator[Finding]:
    for group in sample:
        smallest = float(np.linalg.eigvalsh(group.known.covariance)[0])
        if smallest <= 0:
            where = f" of group {group.group}" if group.group else ""
            message = (
                f"the polychoric correlations{where} are not positive definite (smallest eigenvalue {smallest:.3g}): "
                "too few rows or nearly redundant items."
            )
            yield Finding("SEM-113", "warning", group.group or "data", message, {"smallest_eigenvalue": smallest})


def _pairs(sample: Sequence[OrdinalGroup], options: FitOptions) -> Iterator[Finding]:
    if options.missing != "pairwise":
        return
    for group in sample:
        counts = np.asarray(group.known.pair_n)
        least, most = int(counts.min()), int(counts.max())
        if least == most:
            continue
        a, b = np.unravel_index(int(counts.argmin()), counts.shape)
        names = group.known.names
        where = f" in group {group.group}" if group.group else ""
        message = (
            f"pairwise deletion{where}: between {least} and {most} rows stand behind a correlation (fewest: "
            f"{names[int(b)]} with {names[int(a)]}); right when answers are missing completely at random."
        )
        yield Finding("SEM-114", "note", group.group or "N", message, {"fewest": least, "most": most})


def _full_weight(sample: Sequence[OrdinalGroup], options: FitOptions) -> Iterator[Finding]:
    if options.recipe.estimator != "WLS":
        return
    for group in sample:
        k = len(group.known.statistics)
        if group.n_obs < 10 * k:
            message = (
                f"WLS inverts a {k} by {k} matrix estimated from {group.n_obs} rows: chi-square is too large and "
                "standard errors are too small. WLSMV needs no such inverse."
            )
            yield Finding("SEM-115", "warning", group.group or "N", message, {"n": group.n_obs, "statistics": k})
