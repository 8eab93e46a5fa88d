"""lavaan's fits as our own objects: cells, restrictions and moments from a parameter table that lavaan wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.discrepancy.ml import ml_gradient, ml_value
from wxsat.sem.implied import Implied, implied_groups
from wxsat.sem.matrices import Cells, GroupedCells
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Restrictions
from wxsat.sem.robust.hessian import group_shares, observed_information
from wxsat.sem.robust.weights import estimator_metrics, expected_information, turned_jacobian, turned_residual, unbiased

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "sem_robust" / "robust.json"
KINDS = {"=~": "directed", "~": "directed", "~~": "undirected", "~1": "intercept"}


@dataclass(frozen=True)
class Case:
    """One of lavaan's fits with our objects at its solution (polished where lavaan's optimiser is loose)."""

    name: str
    golden: dict[str, Any]
    cells: GroupedCells
    sample: Sample
    restrictions: Restrictions
    theta: np.ndarray
    reference: pd.DataFrame
    given: np.ndarray
    covariates: np.ndarray

    @property
    def implied(self) -> tuple[Implied, ...]:
        return implied_groups(self.cells, self.theta)

    @property
    def table(self) -> ParameterTable:
        return table_of(self)

    @property
    def df(self) -> int:
        return int(self.golden["fit"]["df"])

    @property
    def errors(self) -> np.ndarray:
        """lavaan's standard errors of the free parameters."""
        free = self.reference[self.reference["free"] > 0].drop_duplicates("free").sort_values("free")
        return free["se"].to_numpy(dtype=float)


def lay_out_reference(table: pd.DataFrame, observed: list[str], latents: list[str]) -> tuple[GroupedCells, np.ndarray]:
    """Cells and estimates of a table of lavaan's, which may order parameters in any way."""
    rows = table[table["op"].isin(KINDS)]
    names = list(dict.fromkeys([*observed, *latents]))
    place = {name: i for i, name in enumerate(names)}
    n_free = int(rows["free"].max())
    theta = np.zeros(n_free)
    size = len(names)
    has_means = bool((rows["op"] == "~1").any())
    groups = []
    for group in range(1, int(rows["group"].max()) + 1):
        a, s, alpha, cells = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size), []
        for row in rows[rows["group"] == group].itertuples():
            i, j = place[row.lhs], place.get(row.rhs, place[row.lhs])
            if row.op == "=~":
                i, j = j, i
            if row.free:
                theta[row.free - 1] = row.est
                cells.append((row.free - 1, KINDS[row.op], i, j))
            elif KINDS[row.op] == "directed":
                a[i, j] = row.est
            elif KINDS[row.op] == "undirected":
                s[i, j] = s[j, i] = row.est
            else:
                alpha[i] = row.est
        columns = list(zip(*cells, strict=True))
        groups.append(
            Cells(
                tuple(names),
                len(observed),
                n_free,
                np.array(columns[0]),
                np.array([k == "directed" for k in columns[1]]),
                np.array([k == "intercept" for k in columns[1]]),
                np.array(columns[2]),
                np.array(columns[3]),
                a,
                s,
                alpha,
                has_means,
            )
        )
    return GroupedCells(groups), theta


def restrictions_of(table: pd.DataFrame, n_free: int) -> Restrictions:
    places: dict[str, int] = {}
    for row in table[table["free"] > 0].itertuples():
        for label in (row.plabel, row.label):
            if label:
                places.setdefault(label, row.free - 1)
    matrix, target = [], []
    for row in table[table["op"] == "=="].itertuples():
        text = f"({row.lhs}) - ({row.rhs})"
        safe = re.sub(r"\.(p\d+)\.", r"_\1_", text)

        def at(point: np.ndarray, safe: str = safe) -> float:
            return float(eval(safe, {}, {k.replace(".", "_"): point[i] for k, i in places.items()}))

        zero = at(np.zeros(n_free))
        matrix.append([at(e) - zero for e in np.eye(n_free)])
        target.append(-zero)
    if not matrix:
        return Restrictions(np.eye(n_free), np.zeros(n_free))
    rows = np.array(matrix)
    offset = np.linalg.lstsq(rows, np.array(target), rcond=None)[0]
    _, singular, vt = np.linalg.svd(rows)
    return Restrictions(vt[int((singular > 1e-10).sum()) :].T, offset)


def moments_of(values: np.ndarray, names: list[str], weights=None, clusters=None, group: str = "") -> Moments:
    mean = np.average(values, axis=0, weights=weights)
    z = values - mean
    w = np.ones(len(z)) if weights is None else weights
    covariance = (z * w[:, None]).T @ z / w.sum()
    return Moments(
        tuple(names), (covariance + covariance.T) / 2, mean, len(z), len(z), values, weights, clusters, group
    )


def ml_parts(cells: GroupedCells, theta: np.ndarray, sample: Sample) -> tuple[float, np.ndarray]:
    """F and its gradient over all groups."""
    value, gradient = 0.0, np.zeros(len(theta))
    for share, at, moments in zip(group_shares(sample), implied_groups(cells, theta), sample, strict=True):
        distance = moments.mean - at.mu if at.has_means else None
        value += share * ml_value(at.sigma, moments.covariance, distance)
        gradient += share * ml_gradient(at, moments.covariance, distance)
    return value, gradient


def polish(case: Case, estimator: str) -> np.ndarray:
    theta = case.restrictions.project(case.theta)
    basis = case.restrictions.basis
    for _ in range(200):
        at = implied_groups(case.cells, theta)
        if estimator == "ML":
            gradient = ml_parts(case.cells, theta, case.sample)[1] / 2
            hessian = observed_information(at, case.sample)
        else:
            metrics = estimator_metrics(estimator, at, case.sample)
            hessian = expected_information(at, case.sample, metrics)
            gradient = -sum(
                share * (turned_jacobian(i, k).T @ turned_residual(i, unbiased(m), m.mean, k))
                for share, i, m, k in zip(group_shares(case.sample), at, case.sample, metrics, strict=True)
            )
        step = np.linalg.solve(basis.T @ hessian @ basis, basis.T @ gradient)
        theta = theta - basis @ step
        if np.abs(step).max() < 1e-11:
            break
    return theta


@cache
def _frames() -> dict[str, pd.DataFrame]:
    import semopy.examples.holzinger39 as holzinger
    import semopy.examples.political_democracy as democracy

    hs = holzinger.get_data().reset_index(drop=True)
    number = np.arange(1, len(hs) + 1)
    return {
        "hs": hs.assign(wt=0.5 + (number % 7) / 6, cl=(number * 7) % 31),
        "pd": democracy.get_data().reset_index(drop=True),
    }


def sample_of(frame: pd.DataFrame, names: list[str], options: dict[str, Any], groups: list[str] | None) -> Sample:
    used = frame[frame[names].notna().all(axis=1)]
    weights = clusters = None
    if "sampling.weights" in options:
        weights = used[options["sampling.weights"]].to_numpy(float)
        weights = weights * len(weights) / weights.sum()
    if "cluster" in options:
        clusters = pd.factorize(used[options["cluster"]])[0]
    parts = []
    for group in groups or [""]:
        keep = (used[options["group"]].astype(str) == group).to_numpy() if groups else np.ones(len(used), dtype=bool)
        parts.append(
            moments_of(
                used.loc[keep, names].to_numpy(float),
                names,
                None if weights is None else weights[keep],
                None if clusters is None else clusters[keep],
                group,
            )
        )
    return Sample(parts)


@cache
def _golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]


def case_names() -> list[str]:
    return list(_golden())


def _load(name: str) -> Case:
    golden = _golden()[name]
    table = pd.DataFrame(golden["parameters"])
    observed, latents = list(golden["columns"]), list(golden["latents"])
    options = golden["options"] or {}
    cells, theta = lay_out_reference(table, observed, latents)
    restrictions = restrictions_of(table, len(theta))
    sample = sample_of(_frames()[golden["data"]], observed, options, golden["groups"])
    exo = [n for n in observed if not _explained(table, n)]
    covariates = np.array([observed.index(n) for n in exo], dtype=np.intp)
    given = covariates if golden["fixed_x"] else covariates[:0]
    case = Case(name, golden, cells, sample, restrictions, theta, table, given, covariates)
    estimator = options.get("estimator", "ML")
    method = next((m for m in ("GLS", "DWLS", "ULS", "WLS") if estimator.startswith(m)), "ML")
    method = "DWLS" if estimator in ("WLSM", "WLSMV") else method
    # Where Gauss-Newton did not end, everything is compared at lavaan's own point: what is tested holds at any point.
    own = golden["optimiser"] == "gn" and options.get("likelihood") != "wishart"
    point = polish(case, method) if own else theta
    return Case(name, golden, cells, sample, restrictions, point, table, given, covariates)


def table_of(case: Case) -> ParameterTable:
    """lavaan's parameter table as ours: blocks are groups."""
    rows = []
    for number, row in enumerate(case.reference.itertuples(), start=1):
        model = row.op in KINDS
        of_covariate = row.op in ("~~", "~1") and row.lhs in case.golden["columns"]
        of_covariate = of_covariate and not _explained(case.reference, row.lhs)
        exo = of_covariate and bool(case.golden["fixed_x"]) and not row.free
        rows.append(
            Parameter(
                number, row.lhs, row.op, row.rhs, user=int(not of_covariate), block=int(row.group) if model else 0,
                group=int(row.group) if model else 0, free=int(row.free) if model else 0,
                ustart=None if row.free or not model else float(row.est), exo=int(exo),
                label=row.label or "", plabel=row.plabel or "",
            )
        )  # fmt: skip
    names = tuple(case.golden["groups"] or [""])
    return ParameterTable(tuple(rows), ModelOptions(fixed_x=bool(case.golden["fixed_x"])), case.name, names)


def _explained(table: pd.DataFrame, name: str) -> bool:
    measured = (table["op"] == "=~") & (table["rhs"] == name)
    regressed = (table["op"] == "~") & (table["lhs"] == name)
    return bool((measured | regressed).any())


@pytest.fixture(scope="session")
def lavaan_case() -> Callable[[str], Case]:
    """Return a function: name of a case of ``tests/golden/sem_robust/robust.json`` -> Case."""
    return cache(_load)


@pytest.fixture(scope="session")
def robust_golden() -> dict[str, Any]:
    """What the golden file holds beside the cases."""
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def refit() -> Callable[[Case, int], np.ndarray]:
    """Return a function: a one-group case and a row -> estimates without that row."""

    def without(case: Case, row: int) -> np.ndarray:
        values = np.delete(case.sample[0].values, row, axis=0)
        return polish(replace(case, sample=Sample([moments_of(values, list(case.sample[0].names))])), "ML")

    return without
