r"""
Scaled difference tests of nested models: the difference of two scaled chi-squares is not one, these are.

- Satorra and Bentler (2001): :math:`c_d = (r_0c_0 - r_1c_1)/(r_0 - r_1)` from what two outputs print; may be negative.
- Satorra and Bentler (2010): :math:`c_1` replaced by the factor of the larger model *evaluated at the restricted
  estimates*; positive, at the price of one more evaluation.
- Satorra (2000): the exact trace, :math:`tr\{PA'(APA')^{-1}AP B\}`, from restrictions A of the larger model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import UsageError, nearest
from wxsat.finding import Finding
from wxsat.sem.implied import Implied, implied_groups, moments_jacobian
from wxsat.sem.matrices import cell_of, implied_value
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.robust.casewise import NO_VARIABLES
from wxsat.sem.robust.inverse import ranked_inverse, symmetric_inverse
from wxsat.sem.robust.sandwich import Recipe, expected_pieces, robust_inference
from wxsat.sem.robust.scaled_tests import TestStatistic, mean_variance_adjusted, scaled_shifted, upper_tail
from wxsat.sem.test_statistics.likelihood_ratio import check_nesting, likelihood_ratio
from wxsat.sem.test_statistics.score import null_basis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions

    Matrix = NDArray[np.float64]


def satorra_bentler_difference(
    restricted: TestStatistic,
    free: TestStatistic,
    restricted_scaling: float,
    free_scaling: float,
    *,
    year: Literal["2001", "2010"] = "2001",
) -> TestStatistic:
    r"""
    Return the scaled difference from two factors.

    Parameters
    ----------
    restricted, free : TestStatistic
        The *uncorrected* tests of both models.
    restricted_scaling : float
        Scaling factor of the restricted model.
    free_scaling : float
        Of the larger model: at its own estimates (2001), or at the restricted ones (2010).

    Returns
    -------
    TestStatistic
        NaN where the factor of the difference is not positive: take 2010 or Satorra (2000) then (finding SEM-140).

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestLRT()``.
    """
    df = check_nesting(int(restricted.df), int(free.df))
    own = free_scaling if free.df > 0 else 1.0
    factor = (restricted.df * restricted_scaling - free.df * own) / df
    name = f"satorra.bentler.{year}"
    if not factor > 0:
        return TestStatistic(name, np.nan, float(df), np.nan, factor)
    statistic = (restricted.statistic - free.statistic) / factor
    return TestStatistic(name, statistic, float(df), upper_tail(max(statistic, 0.0), df), factor)


def restriction_rows(
    free: Sequence[Implied],
    free_restrictions: Restrictions,
    restricted: Sequence[Implied],
    restricted_restrictions: Restrictions,
) -> Matrix:
    r"""
    Return the restrictions A on the larger model's unique parameters that locally make the smaller one.

    The tangent space of the smaller model, :math:`\Delta_0K_0`, seen in that of the larger, is all that A leaves free.
    """
    large = np.vstack([moments_jacobian(at) for at in free]) @ free_restrictions.basis
    small = np.vstack([moments_jacobian(at) for at in restricted]) @ restricted_restrictions.basis
    inside: Matrix = np.linalg.lstsq(large, small, rcond=None)[0].astype(np.float64)
    return null_basis(inside.T, large.shape[1]).T


def satorra_2000(
    difference: float,
    df: int,
    rows: Matrix,
    information: Matrix,
    meat: Matrix,
    *,
    correction: Literal["mean", "mean.var.adjusted", "scaled.shifted"] = "mean",
) -> TestStatistic:
    """
    Return the scaled difference with the exact trace.

    Parameters
    ----------
    difference, df : float, int
        Of the uncorrected tests.
    rows : ndarray, shape (n_restrictions, n_unique)
        Of :func:`restriction_rows`.
    information, meat : ndarray, shape (n_unique, n_unique)
        K'IK and K'BK of the larger model at its own estimates.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestLRT(method = "satorra.2000")`` with ``A.method = "delta"``.
    """
    inverse = symmetric_inverse(information)
    middle, _ = ranked_inverse(rows @ inverse @ rows.T)
    weight = inverse @ rows.T @ middle @ rows @ inverse
    product = weight @ meat
    trace, square = float(np.trace(product)), float(np.einsum("ij,ji->", product, product))
    if correction == "mean.var.adjusted":
        return mean_variance_adjusted(difference, df, trace, square)
    if correction == "scaled.shifted":
        return scaled_shifted(difference, df, trace, square)
    factor = trace / df
    statistic = difference / factor
    p_value = upper_tail(max(statistic, 0.0), df)
    return TestStatistic("satorra.2000", statistic, float(df), p_value, factor, trace=trace, trace_square=square)


@dataclass(frozen=True)
class NestedFit:
    """
    What a comparison needs of a fitted model.

    Attributes
    ----------
    table : ParameterTable
    implied : tuple of Implied
        At its estimates, one a group.
    sample : sequence of Moments
    restrictions : Restrictions
    tests : mapping of str to TestStatistic
        Of :func:`wxsat.sem.robust.sandwich.robust_inference`.
    recipe : Recipe
    given : ndarray of int
    """

    table: ParameterTable
    implied: Sequence[Implied]
    sample: Sequence[Moments]
    restrictions: Restrictions
    tests: Mapping[str, TestStatistic]
    recipe: Recipe
    given: NDArray[np.intp] = field(default_factory=lambda: NO_VARIABLES)


def compare_nested(
    restricted: NestedFit, free: NestedFit, method: str = "satorra.bentler.2001"
) -> tuple[TestStatistic, tuple[Finding, ...]]:
    """
    Return the difference test of two fits of the same rows.

    Parameters
    ----------
    restricted, free : NestedFit
    method : {"standard", "satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000"}
        Without a scaled test in `tests` every method is the plain likelihood ratio.

    Returns
    -------
    TestStatistic
    tuple of Finding
        SEM-140 where the 2001 factor is not positive, so that there is no test; 2010 and Satorra (2000) still give one.

    Raises
    ------
    UsageError
        SEM-095 when the degrees of freedom do not fall; SEM-097 for other rows or another method, or when the
        restricted estimates are no point of the larger model (2010).
    """
    small, large = restricted.tests["standard"], free.tests["standard"]
    _check_same_rows(restricted, free)
    scaled = next((name for name in restricted.tests if name in free.tests and name in _MEAN_SCALED), None)
    if method == "standard" or scaled is None:
        return likelihood_ratio(small.statistic, int(small.df), large.statistic, int(large.df)), ()
    own = restricted.tests[scaled].average_scaling
    if method == "satorra.bentler.2001":
        found = satorra_bentler_difference(small, large, own, free.tests[scaled].average_scaling)
    elif method == "satorra.bentler.2010":
        other = _scaling_at(free, restricted, scaled)
        found = satorra_bentler_difference(small, large, own, other, year="2010")
    elif method == "satorra.2000":
        return _exact(restricted, free), ()
    else:
        known = ("standard", "satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000")
        raise UsageError("SEM-097", f"unknown method {method!r}.{nearest(method, known)}", where="comparison")
    if np.isfinite(found.statistic):
        return found, ()
    message = (
        f"the scaling factor of the difference is {found.scaling_factor:.4f}, which is not positive: "
        "this method gives no test here; the method of 2010 and that of 2000 do."
    )
    evidence = {"scaling_factor": found.scaling_factor}
    return found, (Finding("SEM-140", "warning", restricted.table.name, message, evidence),)


_MEAN_SCALED = ("satorra.bentler", "yuan.bentler", "yuan.bentler.mplus", "scaled.shifted")


def _check_same_rows(restricted: NestedFit, free: NestedFit) -> None:
    same = [m.n_obs for m in restricted.sample] == [m.n_obs for m in free.sample]
    if not same or set(restricted.sample[0].names) != set(free.sample[0].names):
        raise UsageError(
            "SEM-097",
            "the two models were fitted to different rows or variables; nested models need the same ones.",
            where="comparison",
        )


def _scaling_at(free: NestedFit, restricted: NestedFit, test: str) -> float:
    """Return the larger model's scaling factor evaluated at the restricted estimates."""
    theta = transferred_estimates(free.table, restricted)
    implied = implied_groups([at.cells for at in free.implied], theta)
    standard = free.tests["standard"]
    inference = robust_inference(
        implied,
        free.sample,
        free.restrictions,
        statistic=standard.statistic,
        df=int(standard.df),
        recipe=replace(free.recipe, tests=(test,)),
        given=free.given,
    )
    return inference.tests[test].average_scaling


def transferred_estimates(table: ParameterTable, other: NestedFit) -> Matrix:
    """Return the values that another fit gives to this table's free parameters, found by name and group."""
    values: dict[tuple[str, str, str, int], float] = {}
    for row in other.table.parameters:
        at = other.implied[row.block - 1]
        place = {name: i for i, name in enumerate(at.cells.names)}
        value = implied_value(cell_of(row, place), at)
        values[(*row.key, row.block)] = value
        if row.op == "~~":
            values[row.rhs, row.op, row.lhs, row.block] = value
    theta = np.zeros(table.n_free)
    known_latents = set(other.table.latent_names)
    for row in table.parameters:
        if row.free:
            if row.lhs in table.latent_names and row.lhs not in known_latents:
                raise UsageError(
                    "SEM-097",
                    f"the restricted model has no latent {row.lhs!r}; its estimates are no point of the larger model.",
                    where="comparison",
                    hint='Use method "satorra.2000" or "satorra.bentler.2001".',
                )
            # A parameter that the restricted model does not have is zero in it.
            theta[row.free - 1] = values.get((*row.key, row.block), 0.0)
    return theta


def _exact(restricted: NestedFit, free: NestedFit) -> TestStatistic:
    small, large = restricted.tests["standard"], free.tests["standard"]
    df = check_nesting(int(small.df), int(large.df))
    work = expected_pieces(free.implied, free.sample, free.restrictions, free.recipe, free.given)
    rows = restriction_rows(free.implied, free.restrictions, restricted.implied, restricted.restrictions)
    basis = free.restrictions.basis
    correction: Literal["mean", "scaled.shifted"] = "scaled.shifted" if "scaled.shifted" in free.tests else "mean"
    return satorra_2000(
        small.statistic - large.statistic,
        df,
        rows,
        basis.T @ work[0] @ basis,
        basis.T @ work[1] @ basis,
        correction=correction,
    )
