"""Where the model misses: observed minus implied covariances and correlations, pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.fit_measures.srmr import correlation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray


def residuals_frame(names: Sequence[str], sample: NDArray[np.float64], sigma: NDArray[np.float64]) -> pd.DataFrame:
    """Return ``a b observed implied raw correlation``, one row a pair of different variables."""
    import pandas as pd

    rows, columns = np.tril_indices(len(names), -1)
    residual = correlation(sample) - correlation(sigma)
    return pd.DataFrame(
        {
            "a": [names[j] for j in columns.tolist()],
            "b": [names[i] for i in rows.tolist()],
            "observed": sample[rows, columns],
            "implied": sigma[rows, columns],
            "raw": sample[rows, columns] - sigma[rows, columns],
            "correlation": residual[rows, columns],
        }
    )
