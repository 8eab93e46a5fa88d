"""What of a verdict is a convention's doing: the knots of the records that no document sets, moved by a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.diagnosis.severity import probability_above
from wxsat.diagnosis.sources import centred
from wxsat.diagnosis.verdict import REFERENCE_ONLY_BELOW, verdict_of

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.triangulation import SourceTables
    from wxsat.records.audit import AuditResult

COLUMNS = ["dilemma", "knots", "S_log", "S", "p40", "verdict", "changes"]
AS_SET = "as set"


def move_knots(tables: SourceTables, audit: AuditResult | None, df: int | None = None) -> pd.DataFrame:
    """
    Return the combined severity and verdict of every dilemma under stricter and more lenient conventions.

    Parameters
    ----------
    tables : SourceTables
        The sources combined.
    audit : AuditResult, optional
        Its ``sensitivity`` has the records' severities with the knots of conventions moved.
    df : int, optional
        Accounts less one where accounts were drawn.

    Returns
    -------
    DataFrame
        ``dilemma knots S_log S p40 verdict changes``, three rows a dilemma that has records; empty without. `S` moves
        by the change of the records' severity over the number of sources, as they weigh equally; the draws with it.

    Examples
    --------
    >>> move_knots(tables, audit).query("changes")["dilemma"].tolist()  # doctest: +SKIP
    []
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    moved = {} if audit is None else dict(list(audit.sensitivity.groupby("dilemma")))
    for _, own in tables.combined.iterrows():
        dilemma = str(own["dilemma"])
        if dilemma not in moved or not np.isfinite(own["S_log"]):
            continue
        by_knots = dict(zip(moved[dilemma]["knots"].astype(str), moved[dilemma]["severity"].astype(float), strict=True))
        draws = tables.draws[dilemma]
        draws = draws[np.isfinite(draws)][:, None]
        n = REFERENCE_ONLY_BELOW if pd.isna(own["n_pub"]) else int(own["n_pub"])
        for knots, severity in by_knots.items():
            change = severity - by_knots[AS_SET]
            combined = float(own["S"]) + change / int(own["n_sources"])
            p40 = probability_above(centred(draws, [combined])[:, 0], combined, float(own["se"]), df, 40.0)
            verdict = verdict_of(p40, n)
            rows.append(
                {
                    "dilemma": dilemma, "knots": knots, "S_log": float(own["S_log"]) + change, "S": combined,
                    "p40": p40, "verdict": verdict, "changes": verdict != own["verdict"],
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
