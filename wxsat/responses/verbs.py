"""Three verbs on the same flags: mark everyone, list whom to check, exclude whom the plan lets go.

:func:`wxsat.responses.clean.clean` is exclusion with everything around it: duplicates, missing answers, recoding, the
ledger and the flow.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.responses.clean import leaves_as_careless
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.responses import Responses, rows_kept
from wxsat.responses.screen import screen_all

CHECK_COLUMNS = ("id", "rule", "subject", "value", "threshold", "action", "leaves")


def mark_responses(responses: Responses, plan: CleaningPlan | None = None) -> pd.DataFrame:
    """
    Mark every respondent by every rule; nobody is dropped and nothing is judged.

    Parameters
    ----------
    responses : Responses
    plan : CleaningPlan, optional

    Returns
    -------
    DataFrame, shape (n_respondents, 1 + n_rules)
        ``id`` and one column of booleans a rule; a rule that was not judged has no column. The checks of one kind share
        a column.

    Examples
    --------
    >>> mark_responses(responses).set_index("id").sum()  # doctest: +SKIP
    """
    marks: dict[str, NDArray[np.bool_]] = {}
    for outcome in screen_all(responses, plan or CleaningPlan()).outcomes:
        marks[outcome.rule] = marks.get(outcome.rule, np.zeros(responses.n, dtype=bool)) | outcome.flagged
    return pd.DataFrame({"id": np.asarray(responses.rows, dtype=np.int64), **marks})


def check_responses(responses: Responses, plan: CleaningPlan | None = None) -> pd.DataFrame:
    """
    List whom somebody should look at, one row a respondent and rule, with the figure that led to it.

    Parameters
    ----------
    responses : Responses
    plan : CleaningPlan, optional
        Listed are rules whose action is ``check`` or ``exclude``.

    Returns
    -------
    DataFrame
        ``id rule subject value threshold action leaves``; `leaves` says whether the plan as it stands would exclude the
        respondent.
    """
    used = plan or CleaningPlan()
    screening = screen_all(responses, used)
    leaving = leaves_as_careless(screening, used)
    rows = np.asarray(responses.rows, dtype=np.int64)
    records = [
        (rows[i], o.rule, o.subject, o.values[i], o.threshold, o.action, bool(leaving[i]))
        for o in screening.outcomes
        if o.action != "mark"
        for i in np.flatnonzero(o.flagged)
    ]
    frame = pd.DataFrame(records, columns=list(CHECK_COLUMNS))
    return frame.sort_values(["id", "rule"], kind="stable").reset_index(drop=True)


def exclude_responses(responses: Responses, plan: CleaningPlan | None = None) -> Responses:
    """
    Return the responses without those whom the plan calls careless, in raw direction.

    Duplicates, missing answers and withheld answers are steps of :func:`wxsat.responses.clean.clean`, which also
    recodes.

    Examples
    --------
    >>> exclude_responses(responses, CleaningPlan(min_families=1)).n  # doctest: +SKIP
    """
    used = plan or CleaningPlan()
    leaving = leaves_as_careless(screen_all(responses, used), used)
    line = f"{int(leaving.sum())} of {responses.n} excluded as careless by {used.min_families} families of evidence."
    return rows_kept(responses, ~leaving, line)
