r"""
Modification indices: by how much would the fit improve if a fixed parameter were free, and what would it become?

For every parameter that is fixed (at zero, or by the text) the score test with one degree of freedom,
:math:`MI = N s^2 / V`, and the expected change :math:`EPC = s / V`, with s the derivative of the log-likelihood of one
observation and :math:`V = I_{11} - I_{12}\,K(K'I_{22}K)^{-1}K'\,I_{21}`. Nothing is fitted again: the candidates are
further cells of A, S and alpha, and their derivatives are gathers like those of the model's own parameters. ULS and
DWLS have no likelihood: there the slope's own variance under normality stands in the place of V in MI (the general
score test), and V stays in EPC, the first step of their own search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.implied import Implied, implied_moments
from wxsat.sem.matrices import cell_of
from wxsat.sem.modification_pieces import CompleteData, Pieces
from wxsat.sem.moments import Moments
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.robust.inverse import ranked_inverse
from wxsat.sem.robust.scaled_tests import upper_tail
from wxsat.sem.standardised_errors import Scales, variable_scales

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions

    Matrix = NDArray[np.float64]

# A candidate of which the model's own parameters leave less than this share of its information cannot be told from
# them: freeing it would not be identified.
UNIDENTIFIED = 1e-8
COLUMNS = ("lhs", "op", "rhs", "group", "mi", "p_value", "epc", "sepc_lv", "sepc_all", "sepc_nox")


@dataclass(frozen=True)
class ModificationIndices:
    """
    Attributes
    ----------
    frame : DataFrame
        ``lhs op rhs group mi p_value epc sepc_lv sepc_all sepc_nox``, largest index first.
    rank, n_unique : int
        Rank of the model's own information, and what it should be.
    findings : tuple of Finding
        SEM-141 when the information is near singular and a pseudo-inverse of that rank was used.
    """

    frame: pd.DataFrame
    rank: int
    n_unique: int
    findings: tuple[Finding, ...]


def modification_indices(
    table: ParameterTable,
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    restrictions: Restrictions,
    *,
    pieces: Pieces | None = None,
) -> ModificationIndices:
    """
    Return the modification indices of a solution.

    Parameters
    ----------
    table : ParameterTable
    implied : sequence of Implied
        One a group, at the estimates.
    sample : sequence of Moments
    restrictions : Restrictions
    pieces : Pieces, optional
        From :mod:`wxsat.sem.modification_pieces`; ML on `sample` when left out.

    Returns
    -------
    ModificationIndices
        Candidates that would not be identified have no row.

    Notes
    -----
    The expected information is used, as in lavaan. Candidates are lavaan's: cross-loadings, covariances among
    indicators and among latents, regressions among variables that regressions name, fixed parameters and intercepts;
    not the moments of given covariates, nor regressions with those as outcomes, which lavaan 0.6-14 lists as well.
    Where the information is near singular a pseudo-inverse over its well-determined directions takes its place and the
    rank is stated, so that the other indices can still be read.
    Checked against lavaan 0.6-14's ``modindices()``.
    """
    import pandas as pd

    candidates = [list(candidate_parameters(table.in_block(block), block)) for block in range(1, len(implied) + 1)]
    extended, first = _extended(implied, candidates)
    source: Pieces = CompleteData(sample) if pieces is None else pieces
    score, information = source(extended)
    meat = source.meat(extended)
    inner = restrictions.basis.T @ information[:first, :first] @ restrictions.basis
    inverse, rank = ranked_inverse(inner)
    own = restrictions.basis @ inverse @ restrictions.basis.T
    cross = information[first:, :first]
    alone = np.diag(information)[first:]
    left = alone - np.einsum("ij,jk,ik->i", cross, own, cross, optimize=True)
    slope = score[first:] - cross @ (own @ score[:first])
    spread = left if meat is None else _general_spread(meat, cross @ own)
    known = (left > UNIDENTIFIED * alone) & (spread > 0)
    records = []
    flat = [(block, row) for block, rows in enumerate(candidates) for row in rows]
    scales = [unit_scales(table, at) for at in implied]
    places = [{name: k for k, name in enumerate(at.cells.names)} for at in implied]
    for k in np.flatnonzero(known).tolist():
        block, row = flat[k]
        epc = float(slope[k] / left[k])
        index = float(source.size * slope[k] ** 2 / spread[k])
        names = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": row.group}
        standard = standardised_change(scales[block], cell_of(row, places[block]), epc)
        records.append(names | {"mi": index, "p_value": upper_tail(index, 1), "epc": epc} | standard)
    frame = pd.DataFrame(records, columns=list(COLUMNS)).sort_values("mi", ascending=False, ignore_index=True)
    return ModificationIndices(frame, rank, restrictions.n_unique, _findings(table, rank, restrictions.n_unique))


def _general_spread(meat: Matrix, carried: Matrix) -> Matrix:
    """Return the variance of each candidate's slope, the model's own parameters taken out, where it is not V."""
    out = np.hstack([-carried, np.eye(len(carried))])
    return np.asarray(np.einsum("ij,jk,ik->i", out, meat, out, optimize=True))


def _findings(table: ParameterTable, rank: int, n_unique: int) -> tuple[Finding, ...]:
    if rank == n_unique:
        return ()
    message = (
        f"the information of the {n_unique} parameters has rank {rank}: modification indices use the "
        f"{rank} directions that the data determine, and say nothing about the others."
    )
    return (Finding("SEM-141", "warning", table.name, message, {"rank": rank, "parameters": n_unique}),)


def candidate_parameters(table: ParameterTable, block: int = 1) -> Iterator[Parameter]:
    """Yield the parameters of one block that are fixed or absent and could be freed, in lavaan's order."""
    taken = set()
    group = next((row.group for row in table.parameters), 1)
    for row in table.parameters:
        taken |= {(row.lhs, row.op, row.rhs), (row.rhs, row.op, row.lhs) if row.op == "~~" else row.key}
        if not row.free and not row.exo:
            yield row
    for lhs, op, rhs in _absent(table):
        if (lhs, op, rhs) not in taken:
            yield Parameter(0, lhs, op, rhs, user=0, block=block, group=group)


def _absent(table: ParameterTable) -> Iterator[tuple[str, str, str]]:
    """Yield what could be added: loadings, covariances, paths, means."""
    given = set(table.covariates)
    endogenous = [name for name in table.observed_names if name not in table.roles.covariates]
    measured = {row.rhs for row in table.parameters if row.op == "=~"}
    joined = list(dict.fromkeys([*(r.lhs for r in table.structural_edges), *(r.rhs for r in table.structural_edges)]))
    outcomes = {row.lhs for row in table.structural_edges}
    yield from ((latent, "=~", item) for latent in table.latent_names for item in endogenous if item not in joined)
    residual = [name for name in endogenous if name in measured or name in outcomes]
    for variables in (residual, list(table.latent_names)):
        yield from ((first, "~~", second) for first, second in combinations(variables, 2))
    latents = set(table.latent_names)
    for outcome, source in permutations(joined, 2):
        if outcome not in given and not (outcome in measured and source in latents):
            yield outcome, "~", source
    if table.has_mean_structure:
        names = (*table.observed_names, *table.latent_names)
        yield from ((name, "~1", "") for name in names if name not in given)


def _extended(implied: Sequence[Implied], candidates: Sequence[Sequence[Parameter]]) -> tuple[tuple[Implied, ...], int]:
    """Return the implied moments with derivatives for the candidates after the model's own parameters."""
    first = implied[0].cells.n_free
    total = first + sum(map(len, candidates))
    extended, offset = [], first
    for at, rows in zip(implied, candidates, strict=True):
        cells = at.cells
        place = {name: i for i, name in enumerate(cells.names)}
        found = [cell_of(row, place) for row in rows]
        kinds = [kind for kind, _, _ in found]
        longer = replace(
            cells,
            n_free=total,
            index=np.concatenate([cells.index, np.arange(offset, offset + len(rows))]).astype(np.intp),
            directed=np.concatenate([cells.directed, np.array([k == "directed" for k in kinds], dtype=bool)]),
            intercept=np.concatenate([cells.intercept, np.array([k == "intercept" for k in kinds], dtype=bool)]),
            row=np.concatenate([cells.row, np.array([i for _, i, _ in found], dtype=np.intp)]),
            column=np.concatenate([cells.column, np.array([j for _, _, j in found], dtype=np.intp)]),
        )
        offset += len(rows)
        theta = np.zeros(total)
        for kind, where in (("a", longer.directed), ("s", longer.undirected)):
            theta[longer.index[where]] = getattr(at, kind)[longer.row[where], longer.column[where]]
        theta[longer.index[longer.intercept]] = at.alpha[longer.row[longer.intercept]]
        extended.append(implied_moments(longer, theta))
    return tuple(extended), first


def unit_scales(table: ParameterTable, at: Implied) -> dict[str, Scales]:
    """Return the standard deviations that each of the three standardised solutions divides by."""
    names = at.cells.names
    observed = np.arange(len(names)) < at.cells.n_observed
    covariates = set(table.roles.covariates)
    kept = np.array([name in covariates for name in names])
    unscaled = {"sepc_lv": observed, "sepc_all": np.zeros_like(observed), "sepc_nox": kept}
    return {name: variable_scales(at, which) for name, which in unscaled.items()}


def standardised_change(scales: dict[str, Scales], cell: tuple[str, int, int], epc: float) -> dict[str, float]:
    """Return the expected change in the units of the three standardised solutions."""
    kind, i, j = cell
    found = {}
    for name, of in scales.items():
        t, r = of.total, of.residual
        with np.errstate(invalid="ignore", divide="ignore"):
            if kind == "intercept":
                value = epc / t[i]
            elif kind == "directed":
                value = epc * t[j] / t[i]
            elif i == j:
                value = epc / t[i] ** 2
            else:
                value = epc / (r[i] * r[j])
        found[name] = float(value) if np.isfinite(value) else np.nan
    return found
