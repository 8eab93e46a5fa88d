"""Are the answers missing completely at random? Little's test over all groups, as a finding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.missing.em import little_mcar
from wxsat.sem.missing.fit import Incomplete
from wxsat.sem.robust.scaled_tests import upper_tail


def mcar_findings(incomplete: Sequence[Incomplete]) -> tuple[Finding, ...]:
    """
    Return Little's (1988) test as a note, SEM-158; nothing where every row has the same answers.

    The statistics of the groups are summed. FIML does not need what the test asks for, only that answers are missing
    at random given the others.
    """
    try:
        parts = [little_mcar(group.patterns, group.saturated) for group in incomplete]
    except np.linalg.LinAlgError:
        return ()
    statistic, df = sum(value for value, _ in parts), sum(number for _, number in parts)
    if df <= 0:
        return ()
    p_value = upper_tail(statistic, df)
    rule = "rejected" if p_value < 0.05 else "not rejected"
    message = (
        f"missing completely at random is {rule} (Little's test: chi-square({df}) = {statistic:.2f}, "
        f"p = {p_value:.3f}); FIML needs less: missing at random given the other answers."
    )
    return (Finding("SEM-158", "note", "N", message, {"chisq": statistic, "df": df, "p_value": p_value}),)
