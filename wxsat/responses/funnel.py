"""From everyone who was asked to those whose answers count: sent, opened, consented, completed, valid."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from wxsat.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import CleanResponses

STAGES = ("sent", "opened", "consented", "completed", "valid")


# Names that the study file and CHERRIES use for the same counts.
DECLARED = {"pushed": "sent", "sent": "sent", "opened": "opened", "consented": "consented"}


def declared_counts(funnel: Mapping[str, int]) -> dict[str, int]:
    """
    Return the counts of a study file under the names of the stages.

    Examples
    --------
    >>> declared_counts({"pushed": 20000, "opened": 3100, "first_page": 2900})
    {'sent': 20000, 'opened': 3100}
    """
    return {DECLARED[name]: int(n) for name, n in funnel.items() if name in DECLARED}


def response_funnel(
    responses: CleanResponses,
    *,
    sent: int | None = None,
    opened: int | None = None,
    consented: int | None = None,
) -> pd.DataFrame:
    """
    Count the stages of fieldwork.

    Parameters
    ----------
    responses : CleanResponses
        Gives ``completed`` (rows read, without those left out for missing answers) and ``valid`` (those who stay).
    sent, opened, consented : int, optional
        Counts that no answer file holds: links sent or pushed, questionnaires opened, consents given.

    Returns
    -------
    DataFrame
        ``stage n of_previous of_first``, known stages only; shares in [0, 1], NaN for the first stage. An interval is
        never given: these are counts, not a sample.

    Examples
    --------
    >>> response_funnel(clean, sent=20000, opened=3100)  # doctest: +SKIP
    """
    import pandas as pd

    flow = responses.flow.set_index("step")
    read = int(flow["n_left"].iloc[0])
    sparse = int(flow["n_dropped"].get("missing", 0))
    counts = {"sent": sent, "opened": opened, "consented": consented, "completed": read - sparse, "valid": responses.n}
    known = [(stage, int(counts[stage])) for stage in STAGES if counts[stage] is not None]  # type: ignore[arg-type]
    n = np.array([count for _, count in known], dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        previous = np.concatenate([[np.nan], np.where(n[:-1] > 0, n[1:] / n[:-1], np.nan)])
        first = np.concatenate([[np.nan], n[1:] / n[0] if n[0] > 0 else np.full(len(n) - 1, np.nan)])
    return pd.DataFrame(
        {"stage": [s for s, _ in known], "n": n.astype(np.int64), "of_previous": previous, "of_first": first}
    )


def funnel_findings(funnel: pd.DataFrame, declared: Mapping[str, int] | None = None) -> tuple[Finding, ...]:
    """
    Say where a later stage has more people than the one before it, and where the study file and the data disagree.

    Parameters
    ----------
    funnel : DataFrame
        As :func:`response_funnel` gives it.
    declared : mapping of str to int, optional
        The study file's counts; its ``completed`` and ``valid`` are compared with the data's.
    """
    found = []
    counted = {str(s): int(n) for s, n in zip(funnel["stage"], funnel["n"], strict=True)}
    for stage, n in (declared or {}).items():
        if stage in ("completed", "valid") and int(n) != counted[stage]:
            message = f"The study file says {n} {stage}, the data hold {counted[stage]}; the data's count is shown."
            evidence = {"stage": stage, "declared": int(n), "counted": counted[stage]}
            found.append(Finding("RESP-132", "warning", "funnel", message, evidence))
    stages = list(zip(funnel["stage"], funnel["n"], strict=True))
    for (before, n_before), (after, n_after) in pairwise(stages):
        if n_after > n_before:
            message = (
                f"{n_after} {after} but only {n_before} {before}: check the counts of the study file, or whether"
                " answers came in another way."
            )
            evidence = {"before": before, "n_before": int(n_before), "after": after, "n_after": int(n_after)}
            found.append(Finding("RESP-131", "warning", "funnel", message, evidence))
    return tuple(found)
