r"""The turn of a block: which linear map of its factors makes the loadings simple, and the condition that says so.

At a rotated solution the slopes of the criterion satisfy Jennrich's (1973) conditions: with L the standardised
loadings, G the criterion's slopes and Phi the factors' (residual) correlations, :math:`L'G\Phi^{-1}` is diagonal
(oblique), or :math:`L'G` is symmetric (orthogonal).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.factors.criteria import Criterion
from wxsat.psychometrics.factors.gradient_projection import Rotated, rotate_by_gradient
from wxsat.sem.esem.blocks import Block
from wxsat.sem.esem.criterion import RotationOptions
from wxsat.sem.implied import Implied

Array = NDArray[np.float64]
# Loadings of at least this share of a factor's largest say where the factor stands among the items.
MARKED = 0.8


@dataclass(frozen=True)
class Turn:
    """A rotated block of one group: ``new factors = map @ old factors``."""

    block: str
    group: int
    map: Array
    rotated: Rotated


def turn_block(
    at: Implied, block: Block, group: int, criterion: Criterion, options: RotationOptions, *, oblique: bool
) -> Turn:
    """
    Return the turn of one block at an unrotated solution.

    Parameters
    ----------
    at : Implied
        Of the group, the block's factors with residual covariances of the identity.
    options : RotationOptions

    Notes
    -----
    Factors are ordered by the mean place of their large loadings and turned so that their loadings do not sum below 0,
    as lavaan does; a target settles the order itself, and with values other than 0 the direction too.
    """
    loadings, _ = block_loadings(at, block, options.standardise)
    rotated = rotate_by_gradient(loadings, criterion, oblique=oblique, starts=options.starts, seed=options.seed)
    # L = L0 inverse(map)
    change = np.linalg.inv(np.linalg.lstsq(loadings, rotated.loadings, rcond=None)[0])
    if not options.settles_direction:
        change = np.where(rotated.loadings.sum(axis=0) < 0, -1.0, 1.0)[:, None] * change
    if options.name != "target":
        size = np.abs(rotated.loadings)
        marks = size >= MARKED * size.max(axis=0)
        place = (marks * np.arange(1, len(size) + 1)[:, None]).sum(axis=0) / marks.sum(axis=0)
        change = change[np.argsort(place, kind="stable")]
    return Turn(block.name, group, np.asarray(change), rotated)


def block_loadings(at: Implied, block: Block, standardise: bool) -> tuple[Array, Array]:
    """Return a block's loadings, in units of the items' deviations, and its factors' (residual) covariances."""
    place = {name: k for k, name in enumerate(at.cells.names)}
    rows, columns = [place[i] for i in block.items], [place[f] for f in block.factors]
    spread = np.sqrt(np.diag(at.sigma)[rows]) if standardise else np.ones(len(rows))
    return at.a[np.ix_(rows, columns)] / spread[:, None], at.s[np.ix_(columns, columns)]


def turned_matrices(at: Implied, turns: Sequence[Turn], blocks: Mapping[str, Block]) -> tuple[Array, Array, Array]:
    """Return A, S and alpha of a group after its blocks are turned."""
    place = {name: k for k, name in enumerate(at.cells.names)}
    change = np.eye(len(place))
    for turn in turns:
        columns = [place[f] for f in blocks[turn.block].factors]
        change[np.ix_(columns, columns)] = turn.map
    back = np.linalg.inv(change)
    return change @ at.a @ back, change @ at.s @ change.T, change @ at.alpha


def departures(at: Implied, block: Block, criterion: Criterion, *, oblique: bool, standardise: bool) -> Array:
    """Return what must be 0 at a rotated solution."""
    loadings, phi = block_loadings(at, block, standardise)
    slopes = loadings.T @ criterion(loadings)[1]
    if oblique:
        slopes = np.asarray(np.linalg.solve(phi, slopes.T).T, dtype=np.float64)
        return np.asarray(slopes[~np.eye(len(phi), dtype=bool)])
    return np.asarray((slopes - slopes.T)[np.triu_indices(len(phi), 1)])
