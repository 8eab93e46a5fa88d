"""Which draws have a solution that may be read: no negative variance, latent covariances positive definite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.admissibility import EIGENVALUE_TOLERANCE
from wxsat.sem.bootstrap.batched_implied import Batch
from wxsat.sem.bootstrap.batched_newton import BatchModel

if TYPE_CHECKING:
    from numpy.typing import NDArray


def admissible_draws(model: BatchModel, groups: Sequence[Batch]) -> NDArray[np.bool_]:
    """Return whether each draw's solution is admissible in every group, by the rules SEM-103 and SEM-104."""
    fine = np.ones(len(groups[0].s), dtype=bool)
    for layout, batch in zip(model.layouts, groups, strict=True):
        fine &= (np.diagonal(batch.s, axis1=1, axis2=2) >= 0).all(axis=1)
        latent = batch.all_covariance[:, layout.cells.n_observed :, layout.cells.n_observed :]
        if latent.shape[1]:
            eigenvalues = np.linalg.eigvalsh(latent)
            fine &= eigenvalues[:, 0] > EIGENVALUE_TOLERANCE * np.maximum(eigenvalues[:, -1], 0.0)
    return fine
