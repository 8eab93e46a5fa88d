r"""Expected cross-validation index :math:`\chi^2/N + 2q/N` (Browne and Cudeck 1989), as lavaan prints it."""

from __future__ import annotations


def ecvi(statistic: float, n_parameters: int, size: float) -> float:
    """Return ECVI."""
    return (statistic + 2.0 * n_parameters) / size
