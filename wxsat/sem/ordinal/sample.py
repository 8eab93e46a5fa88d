"""From a frame to ordinal moments, one a group: which columns are ordinal, their categories, and their statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import DataError, Fault
from wxsat.psychometrics.ordinal.answers import distinct_values
from wxsat.psychometrics.ordinal.moments import OrdinalMoments, evaluate_ordinal_moments
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.sample import GroupedRows, read_rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.sem.fit_options import FitOptions

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class OrdinalGroup(Moments):
    """
    Moments of one group with what its ordinal variables say.

    The covariance matrix is that of the latent responses with the covariates, not given them: polychoric and polyserial
    correlations where nothing is given.

    Attributes
    ----------
    ordinal : OrdinalMoments, optional
        Thresholds, slopes, correlations and their asymptotic covariance.
    """

    ordinal: OrdinalMoments | None = None

    @property
    def known(self) -> OrdinalMoments:
        """The ordinal moments, which every group of an ordinal sample has."""
        assert self.ordinal is not None
        return self.ordinal


def read_ordinal_sample(frame: pd.DataFrame, table: ParameterTable, options: FitOptions, *, full: bool) -> Sample:
    """
    Return the ordinal moments of every group.

    Parameters
    ----------
    full : bool
        Whether the whole asymptotic covariance is needed, or its diagonal alone.

    Raises
    ------
    DataError
        SEM-041 to SEM-043 as for any data, SEM-046 a copied column, SEM-026 other categories than the model's, SEM-068
        to SEM-070 columns, and MEAS-030 to MEAS-039 of
        :func:`wxsat.psychometrics.ordinal.moments.evaluate_ordinal_moments`.
    """
    rows = read_rows(frame, table, options, pairwise=options.missing == "pairwise")
    _refuse_copies(rows, table)
    categories = used_categories(rows, table)
    return Sample(
        group_moments(
            values, table, missing=options.missing, weights=weights, clusters=clusters, categories=categories,
            n_read=n_read, group=label, full=full,
        )
        for values, weights, clusters, n_read, label in zip(
            rows.values, rows.weights, rows.clusters, rows.n_read, rows.labels, strict=True
        )
    )  # fmt: skip


def _refuse_copies(rows: GroupedRows, table: ParameterTable) -> None:
    """Refuse ordinal columns that hold the same answers in every row: DataError SEM-046, all of them at once."""
    answers, names = np.vstack(rows.values), table.observed_names
    faults: list[Fault] = []
    for b, name in enumerate(names):
        for a in range(b if not np.isnan(answers[:, b]).all() else 0):
            if {name, names[a]} <= set(table.ordered) and np.array_equal(answers[:, a], answers[:, b], equal_nan=True):
                message = f"is the same as column {names[a]!r}."
                faults.append(Fault("SEM-046", message, f"column {name!r}", "Drop one of them from the model."))
                break
    if faults:
        raise DataError.from_faults(faults)


def group_moments(
    values: Array,
    table: ParameterTable,
    *,
    missing: str,
    weights: Array | None,
    clusters: NDArray[np.intp] | None,
    categories: Mapping[str, tuple[float, ...]],
    n_read: int,
    group: str,
    full: bool,
) -> OrdinalGroup:
    """Return the ordinal moments of the rows of one group, columns in the order of the table's observed names."""
    names, covariates = table.observed_names, table.covariates
    own = [i for i, name in enumerate(names) if name not in covariates]
    given = [names.index(name) for name in covariates]
    moments = evaluate_ordinal_moments(
        values[:, own],
        [names[i] for i in own],
        np.array([names[i] in table.ordered for i in own]),
        exogenous=values[:, given] if given else None,
        exogenous_names=covariates,
        missing="pairwise" if missing == "pairwise" else "listwise",
        weights=weights,
        clusters=clusters,
        categories=[categories.get(names[i], ()) for i in own],
        group=group,
        full_nacov=full,
    )
    covariance, mean = whole_moments(moments, names)
    return OrdinalGroup(
        tuple(names), covariance, mean, len(values), n_read, values, weights, clusters, group, ordinal=moments
    )


def whole_moments(moments: OrdinalMoments, names: Sequence[str]) -> tuple[Array, Array]:
    """Return covariances and means of latent responses and covariates together, in the order of `names`."""
    place = {name: i for i, name in enumerate(names)}
    own = [place[name] for name in moments.names]
    covariance, mean = np.zeros((len(names), len(names))), np.zeros(len(names))
    covariance[np.ix_(own, own)] = moments.covariance
    mean[own] = moments.means
    if len(moments.exogenous):
        given = [place[name] for name in moments.exogenous]
        slopes, spread = np.asarray(moments.slopes), covariate_spread(moments)
        covariance[np.ix_(own, own)] += slopes @ spread @ slopes.T
        covariance[np.ix_(own, given)] = slopes @ spread
        covariance[np.ix_(given, own)] = spread @ slopes.T
        covariance[np.ix_(given, given)] = spread
        mean[given] = moments.exogenous_mean
        mean[own] += slopes @ np.asarray(moments.exogenous_mean)
    return covariance, mean


def covariate_spread(moments: OrdinalMoments) -> Array:
    """Return the covariance matrix of the given covariates, divided by N - 1 as least squares has it (and lavaan)."""
    return np.asarray(moments.exogenous_covariance) * (moments.n_obs / (moments.n_obs - 1.0))


def used_categories(rows: GroupedRows, table: ParameterTable) -> dict[str, tuple[float, ...]]:
    """Return the categories of every ordinal variable over all groups; DataError SEM-026 for others than expected."""
    found: dict[str, tuple[float, ...]] = {}
    faults: list[Fault] = []
    distinct = [distinct_values(values) for values in rows.values]
    for name, cuts in table.ordered.items():
        column = table.observed_names.index(name)
        used = np.unique(np.concatenate([group[column] for group in distinct]))
        found[name] = tuple(used.tolist())
        if len(found[name]) != cuts + 1:
            message = f"has {len(found[name])} categories in the rows used; the model has {cuts} threshold(s) for it."
            hint = f"Give parse_model() ordered={{{name!r}: {len(found[name])}, ...}}."
            faults.append(Fault("SEM-026", message, f"column {name!r}", hint))
    if faults:
        raise DataError.from_faults(faults)
    return found
