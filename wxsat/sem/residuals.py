"""Where the model misses: observed minus implied covariances and correlations, pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.fit_measures.srmr import correlation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.sem.implied import Implied
    from wxsat.sem.moments import Moments


def residual_correlations(sample: Sequence[Moments], implied: Sequence[Implied]) -> tuple[NDArray[np.float64], ...]:
    """Return observed minus implied correlations of every group, shape (n_observed, n_observed)."""
    return tuple(correlation(m.covariance) - correlation(at.sigma) for m, at in zip(sample, implied, strict=True))


def residuals_frame(sample: Sequence[Moments], implied: Sequence[Implied]) -> pd.DataFrame:
    """Return ``a b observed implied raw correlation group``, one row a pair of different variables and group."""
    import pandas as pd

    frames = []
    correlations = residual_correlations(sample, implied)
    for group, (moments, at, residual) in enumerate(zip(sample, implied, correlations, strict=True), start=1):
        rows, columns = np.tril_indices(len(moments.names), -1)
        observed, sigma = moments.covariance, at.sigma
        frames.append(
            pd.DataFrame(
                {
                    "a": [moments.names[j] for j in columns.tolist()],
                    "b": [moments.names[i] for i in rows.tolist()],
                    "observed": observed[rows, columns],
                    "implied": sigma[rows, columns],
                    "raw": observed[rows, columns] - sigma[rows, columns],
                    "correlation": residual[rows, columns],
                    "group": group,
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def mean_residuals_frame(sample: Sequence[Moments], implied: Sequence[Implied]) -> pd.DataFrame:
    """Return ``variable group observed implied raw standardised`` of the means; empty without a mean structure."""
    import pandas as pd

    records = []
    for group, (moments, at) in enumerate(zip(sample, implied, strict=True), start=1):
        if not at.has_means:
            continue
        scale = np.sqrt(np.diag(moments.covariance))
        for name, observed, mu, sd in zip(
            moments.names, moments.mean.tolist(), at.mu.tolist(), scale.tolist(), strict=True
        ):
            raw = observed - mu
            records.append(
                {"variable": name, "group": group, "observed": observed, "implied": mu, "raw": raw}
                | {"standardised": raw / sd}
            )
    columns = ["variable", "group", "observed", "implied", "raw", "standardised"]
    return pd.DataFrame(records, columns=columns)
