"""Which answers are missing together: the patterns of a file, and what each variable lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.incomplete_rows import row_patterns

if TYPE_CHECKING:
    import pandas as pd

Flags = NDArray[np.bool_]
STATES = np.array(["missing", "answered", "planned"], dtype=object)


def tabulate_patterns(answered: Flags, asked: Flags, names: Sequence[str]) -> pd.DataFrame:
    """
    Tabulate the missing patterns, the most frequent first.

    Parameters
    ----------
    answered, asked : ndarray of bool, shape (n_rows, n_variables)
        What was not asked (planned missingness, routing) is ``planned``, not missing.
    names : sequence of str

    Returns
    -------
    DataFrame
        ``pattern n share n_missing`` and one column a variable: ``answered``, ``missing`` or ``planned``.

    Examples
    --------
    >>> answered = np.array([[True, True], [True, False], [True, True]])
    >>> tabulate_patterns(answered, np.ones((3, 2), dtype=bool), ["a", "b"])[["n", "n_missing", "b"]].values.tolist()
    [[2, 0, 'answered'], [1, 1, 'missing']]
    """
    import pandas as pd

    found = row_patterns(np.hstack([answered, asked]))
    k = len(names)
    has, shown = found.observed[:, :k], found.observed[:, k:]
    order = np.argsort(-found.count, kind="stable")
    states = STATES[np.where(has, 1, np.where(shown, 0, 2))]
    table = pd.DataFrame(
        {
            "pattern": np.arange(1, len(order) + 1),
            "n": found.count[order],
            "share": found.count[order] / max(len(answered), 1),
            "n_missing": (shown & ~has).sum(axis=1)[order],
        }
    )
    return pd.concat([table, pd.DataFrame(states[order], columns=list(names))], axis=1)


def tabulate_variables(answered: Flags, asked: Flags, dont_know: Flags | None, names: Sequence[str]) -> pd.DataFrame:
    """
    Tabulate what every variable lacks.

    Returns
    -------
    DataFrame
        ``variable asked n missing share dont_know planned``: `missing` and `share` are of those asked and hold the
        don't-knows, `planned` counts those who were not asked.

    Examples
    --------
    >>> seen = np.array([[True], [False]])
    >>> tabulate_variables(seen, np.ones((2, 1), dtype=bool), None, ["a"])["share"].tolist()
    [0.5]
    """
    import pandas as pd

    n_asked = asked.sum(axis=0)
    n = (answered & asked).sum(axis=0)
    return pd.DataFrame(
        {
            "variable": list(names),
            "asked": n_asked,
            "n": n,
            "missing": n_asked - n,
            "share": np.where(n_asked > 0, (n_asked - n) / np.maximum(n_asked, 1), np.nan),
            "dont_know": np.nan if dont_know is None else dont_know.sum(axis=0),
            "planned": (~asked).sum(axis=0),
        }
    )
