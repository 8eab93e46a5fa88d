"""Month by month over the last year: what share of the messages a person replied to in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wxsat.records.account_records import PreparedRecords
from wxsat.records.resampled import replied_within

LIMIT_DAYS = 5.0
FEWEST_MESSAGES = 20


def monthly_replies(prepared: PreparedRecords, limit: float = LIMIT_DAYS) -> pd.DataFrame:
    """
    Return the share of each month's messages, over all accounts, that a person replied to within some working days.

    Parameters
    ----------
    prepared : PreparedRecords
    limit : float
        Working days.

    Returns
    -------
    DataFrame
        ``month messages value``: month of the message (``2026-03``), messages, share in per cent by Kaplan-Meier. A
        month with fewer than twenty messages, or in which no message was observed that long, has NaN. The month of the
        cut-off stays out where it was cut before the limit had passed for all of its messages.

    Examples
    --------
    >>> monthly_replies(prepared)["month"].tolist()[-1]  # doctest: +SKIP
    '2026-02'
    """
    frames = [a.year_messages[["time", "wait", "replied"]] for a in prepared.accounts if len(a.year_messages)]
    columns = ["month", "messages", "value"]
    if not frames:
        return pd.DataFrame(columns=columns)
    messages = pd.concat(frames, ignore_index=True)
    months = messages["time"].dt.strftime("%Y-%m").to_numpy()
    rows = []
    for month in sorted(set(months)):
        own = messages[months == month]
        wait, replied = own["wait"].to_numpy(np.float64), own["replied"].to_numpy(bool)
        enough = len(own) >= FEWEST_MESSAGES
        share = float(replied_within(np.ones((1, len(own))), wait, replied, limit)[0]) if enough else float("nan")
        rows.append((month, len(own), 100 * share))
    found = pd.DataFrame(rows, columns=columns)
    last = messages[months == found["month"].iloc[-1]]
    cut = bool((~last["replied"].to_numpy(bool) & (last["wait"].to_numpy(np.float64) < limit)).any())
    return found.iloc[:-1] if cut else found
