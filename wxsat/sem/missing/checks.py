"""What incomplete data cannot be asked: pairs that nobody answered both of, columns that follow from others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wxsat.errors import DataError, Fault
from wxsat.sem.missing.patterns import MissingPatterns

SHOWN = 12
COLLINEAR_TOLERANCE = 1e-10  # share of its variance that the columns before it leave to a column


def check_coverage(patterns: MissingPatterns, names: Sequence[str], where: str = "data") -> None:
    """
    Refuse pairs of variables that no row has together: nothing is known about their covariance.

    Raises
    ------
    DataError
        SEM-080, with every such pair.
    """
    nothing = np.argwhere(np.tril(patterns.coverage == 0, -1)).tolist()
    if not nothing:
        return
    more = f" ({len(nothing)} such pairs in all.)" if len(nothing) > SHOWN else ""
    raise DataError.from_faults(
        [
            Fault(
                "SEM-080",
                f"no row has both {names[j]!r} and {names[i]!r}: their covariance cannot be estimated.{more}",
                where,
                "Leave one of them out of the model.",
            )
            for i, j in nothing[:SHOWN]
        ]
    )


def check_dependence(patterns: MissingPatterns, names: Sequence[str], where: str = "data") -> None:
    """
    Refuse columns that follow from the ones before them in every row that has them all.

    Raises
    ------
    DataError
        SEM-046, with every such column and what it follows from. Nothing is said where too few rows have them all.
    """
    seen = ~np.isnan(patterns.values)
    faults = []
    kept: list[int] = []
    for j in range(patterns.n_variables):
        together = seen[:, [*kept, j]].all(axis=1)
        rows = patterns.values[together]
        if kept and len(rows) > len(kept) + 1:
            centred = rows - rows.mean(axis=0)
            scale = np.sqrt((centred**2).mean(axis=0))
            z = centred / np.where(scale > 0, scale, 1.0)
            slopes = np.linalg.lstsq(z[:, kept], z[:, j], rcond=None)[0]
            left = float(((z[:, j] - z[:, kept] @ slopes) ** 2).mean())
            if left < COLLINEAR_TOLERANCE:
                sources = [names[k] for k, slope in zip(kept, slopes.tolist(), strict=True) if abs(slope) > 1e-6]
                message = f"is a linear function of {', '.join(map(repr, sources)) or 'nothing: it is constant'}."
                hint = "Drop one of them from the model."
                faults.append(Fault("SEM-046", message, f"column {names[j]!r} ({where})", hint))
                continue
        kept.append(j)
    if faults:
        raise DataError.from_faults(faults)
