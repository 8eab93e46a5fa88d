"""How long messages wait for a person's reply, in working days, those still waiting counted for as long as they did."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.records.resampled import replied_within, restricted_mean

HORIZON = 15.0
COLUMNS = ("account", "n", "replied", "within_limit", "mean_wait")


def waiting_table(reply_times: pd.DataFrame, limit: float, horizon: float = HORIZON) -> pd.DataFrame:
    r"""
    Return the Kaplan-Meier figures of waiting, of all accounts together (first row, without a name) and of each.

    Parameters
    ----------
    reply_times : DataFrame
        ``account wait replied``: working days until a person's reply, or until observation ended.
    limit : float
        Working days within which a reply is due.
    horizon : float
        Working days up to which waiting counts.

    Returns
    -------
    DataFrame
        `COLUMNS`: messages, replies, share replied to within the limit, and the restricted mean waiting time
        :math:`\int_0^{15} S(t)\,dt`. Both are NaN where no message was observed for so long.

    Notes
    -----
    ``restricted_mean`` and ``replied_within`` are held to R ``survival::survfit`` in ``tests/unit/records``.

    Examples
    --------
    >>> times = pd.DataFrame({"account": ["A", "A"], "wait": [1.0, 20.0], "replied": [True, False]})
    >>> float(waiting_table(times, limit=5)["mean_wait"][0])
    8.0
    """
    known = reply_times[reply_times["wait"].notna()]
    rows = [_row(None, known, limit, horizon)] if len(known) else []
    rows += [_row(str(name), part, limit, horizon) for name, part in known.groupby("account", sort=False)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(
    account: str | None, part: pd.DataFrame, limit: float, horizon: float
) -> tuple[str | None, int, int, float, float]:
    waits: NDArray[np.float64] = part["wait"].to_numpy(np.float64)
    replied = part["replied"].to_numpy(np.bool_)
    once = np.ones((1, len(waits)))
    within = float(replied_within(once, waits, replied, limit)[0])
    # Where everybody was answered earlier, the curve lies at zero from then on.
    seen = waits.max() >= horizon or bool(replied[waits == waits.max()].all())
    mean = float(restricted_mean(once, waits, replied, horizon)[0]) if seen else float("nan")
    return account, len(waits), int(replied.sum()), within, mean
