"""Scaled difference tests of nested ordinal models, with the exact trace of Satorra (2000)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import UsageError, nearest
from wxsat.finding import Finding
from wxsat.sem.ordinal.outcome import OrdinalOutcome
from wxsat.sem.restrictions import null_basis
from wxsat.sem.robust.difference_tests import satorra_2000, satorra_bentler_difference
from wxsat.sem.robust.scaled_tests import TestStatistic
from wxsat.sem.test_statistics.likelihood_ratio import check_nesting, likelihood_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

METHODS = ("satorra.2000", "satorra.bentler.2001", "standard")


def compare_ordinal(
    restricted: OrdinalOutcome, free: OrdinalOutcome, method: str | None = None
) -> tuple[TestStatistic, str, tuple[Finding, ...]]:
    """
    Return the difference test of two ordinal fits of the same rows, and the method that was used.

    Parameters
    ----------
    restricted, free : OrdinalOutcome
    method : {"satorra.2000", "satorra.bentler.2001", "standard"}, optional
        When left out: Satorra (2000), scaled and shifted for WLSMV and ULSMV; for WLS the difference of the
        chi-squares, which has a chi-square distribution there.

    Raises
    ------
    UsageError
        SEM-095 when the degrees of freedom do not fall, SEM-097 for other rows or variables or another method.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestLRT()`` (``A.method = "delta"``). DWLS and ULS without a scaled test still
    have the asymptotic covariance, so their difference is tested the same way.
    """
    _check_same(restricted, free)
    small, large = restricted.tests["standard"], free.tests["standard"]
    chosen = method or ("standard" if free.recipe.estimator == "WLS" else "satorra.2000")
    if chosen == "standard":
        return likelihood_ratio(small.statistic, int(small.df), large.statistic, int(large.df)), chosen, ()
    if chosen == "satorra.bentler.2001":
        name = next((n for n in restricted.tests if n != "standard" and n in free.tests), None)
        if name is None:
            raise UsageError("SEM-097", "this method needs scaled tests of both models.", where="comparison",
                             hint='Use "satorra.2000", or fit with WLSM.')  # fmt: skip
        own = restricted.tests[name].average_scaling
        return satorra_bentler_difference(small, large, own, free.tests[name].average_scaling), chosen, ()
    if chosen != "satorra.2000":
        message = f"method {method!r} is not available for ordinal models.{nearest(str(method), METHODS)}"
        raise UsageError("SEM-097", message, where="comparison", hint=f"Known: {', '.join(METHODS)}.")
    return _exact(restricted, free), chosen, ()


def _check_same(restricted: OrdinalOutcome, free: OrdinalOutcome) -> None:
    same = [m.n_obs for m in restricted.sample] == [m.n_obs for m in free.sample]
    labels = [set(group.known.labels) for group in (*restricted.ordinal_groups, *free.ordinal_groups)]
    if not same or any(found != labels[0] for found in labels):
        raise UsageError(
            "SEM-097",
            "the two models were fitted to different rows, variables or covariates; nested models need the same ones.",
            where="comparison",
        )


def _exact(restricted: OrdinalOutcome, free: OrdinalOutcome) -> TestStatistic:
    assert free.work is not None
    assert restricted.work is not None
    small, large = restricted.tests["standard"], free.tests["standard"]
    df = check_nesting(int(small.df), int(large.df))
    basis = free.restrictions.basis
    wide = np.vstack([point.jacobian for point in free.work.points]) @ basis
    narrow = _in_order(restricted, free) @ restricted.restrictions.basis
    inside = np.linalg.lstsq(wide, narrow, rcond=None)[0]
    rows = null_basis(np.asarray(inside.T, dtype=np.float64)).T
    correction: Literal["mean", "mean.var.adjusted", "scaled.shifted"] = "mean"
    if "scaled.shifted" in free.tests:
        correction = "scaled.shifted"
    elif "mean.var.adjusted" in free.tests:
        correction = "mean.var.adjusted"
    pieces = free.work.pieces
    return satorra_2000(
        small.statistic - large.statistic,
        df,
        rows,
        basis.T @ pieces.information @ basis,
        basis.T @ pieces.meat @ basis,
        correction=correction,
    )


def _in_order(restricted: OrdinalOutcome, free: OrdinalOutcome) -> Array:
    """Return the restricted Jacobian with its statistics in the order of the larger model."""
    assert restricted.work is not None
    blocks = []
    for point, own, other in zip(restricted.work.points, restricted.ordinal_groups, free.ordinal_groups, strict=True):
        place = {label: i for i, label in enumerate(own.known.labels)}
        names = other.known.labels
        blocks.append(point.jacobian[[_found(place, label) for label in names]])
    return np.vstack(blocks)


def _found(place: dict[str, int], label: str) -> int:
    """Return where a statistic stands; a covariance may be written the other way round."""
    if label in place:
        return place[label]
    a, _, b = label.partition("~~")
    return place[f"{b}~~{a}"]
