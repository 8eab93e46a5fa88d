"""What an invariance analysis is asked to do, checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wxsat.errors import Fault, UsageError, nearest

RULES = ("conventions", "indices", "test", "both")
ADJUSTMENTS = ("holm", "bonferroni", "none")
ALIGNMENTS = ("fixed", "free")
CFI_DROP, RMSEA_RISE, SRMR_RISE_LOADINGS, SRMR_RISE = 0.010, 0.015, 0.030, 0.010
"""Conventions of Cheung and Rensvold (2002) and Chen (2007), for more than 300 rows."""


@dataclass(frozen=True)
class InvarianceOptions:
    """
    Checked options of :func:`wxsat.sem.invariance.evaluate.evaluate_invariance`.

    Attributes
    ----------
    rule : {"conventions", "indices", "test", "both"}
    alpha : float
    partial : bool
    adjust : {"holm", "bonferroni", "none"}
    means : bool
        Whether equal latent means are a further step.
    compare_means : bool
    collapse : bool
    align : {"fixed", "free"}, optional
    fit : mapping
        Arguments of fit_sem.
    """

    rule: str = "conventions"
    alpha: float = 0.05
    partial: bool = True
    adjust: str = "holm"
    means: bool = False
    compare_means: bool = False
    collapse: bool = False
    align: str | None = None
    fit: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = [
            Fault("SEM-078", f"{name}={value!r} is unknown. Known: {', '.join(known)}.{nearest(value, known)}", name)
            for name, value, known in (
                ("rule", self.rule, RULES), ("adjust", self.adjust, ADJUSTMENTS),
                ("align", self.align or "fixed", ALIGNMENTS),
            ) if value not in known
        ]  # fmt: skip
        if not 0 < self.alpha < 1:
            faults.append(Fault("SEM-078", f"alpha={self.alpha}; a number between 0 and 1 was expected.", "alpha"))
        if faults:
            raise UsageError.from_faults(faults)
