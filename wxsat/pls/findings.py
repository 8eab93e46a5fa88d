"""What a reader of a composite model must know, each with the figure that led to it; cut-offs are conventions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from wxsat.finding import Finding
from wxsat.pls.bootstrap import Bootstrap
from wxsat.pls.estimates import Estimates
from wxsat.pls.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

VIF_LIMIT = 3.3
AVE_LEAST = 0.5
CR_LEAST = 0.7
LOADING_LEAST = 0.4
HTMT_LIMIT = 0.9
CASES_PER_PATH = 10
USABLE_SHARE = 0.95


def findings_of(
    plan: Plan,
    found: Estimates,
    bootstrap: Bootstrap | None,
    paths: pd.DataFrame,
    weights: pd.DataFrame,
    loadings: pd.DataFrame,
    reliability: pd.DataFrame,
    htmt: pd.DataFrame,
    index: pd.DataFrame,
    n_obs: int,
) -> tuple[Finding, ...]:
    """Return the findings of a fitted model, refusals first."""
    every = [
        *_improper(plan, found),
        *_attenuated(plan),
        *_measurement(reliability, loadings),
        *_indistinct(htmt),
        *_collinear(paths, weights),
        *_small(plan, n_obs),
        *_resampled(bootstrap),
        *_negative(index),
        *_repeated(plan),
    ]
    return tuple(sorted(every, key=lambda f: ("refusal", "warning", "note").index(f.severity)))


def _improper(plan: Plan, found: Estimates) -> Iterator[Finding]:
    """A consistent solution that no factors could have: refused."""
    size = len(plan.final.constructs)
    moments = found.moments[0, :size, :size]
    smallest = float(np.linalg.eigvalsh(moments)[0])
    if plan.consistent and smallest <= 0:
        yield Finding(
            "PLS-110",
            "refusal",
            "constructs",
            f"The corrected correlations of the constructs are not positive definite (smallest eigenvalue "
            f"{smallest:.4f}): no factors have them, and the paths must not be read.",
            {"smallest_eigenvalue": smallest},
        )
    for name, value in zip(plan.nodes, found.r2[0], strict=True):
        if value > 1:
            yield Finding("PLS-111", "refusal", name, f"R2 of {name} is {value:.3f}, above 1.", {"r2": float(value)})
    if plan.consistent:
        lengths = len(plan.final.items)
        for item, value in zip(plan.final.items, found.outer_loadings[0, :lengths], strict=True):
            if abs(value) > 1:
                yield Finding(
                    "PLS-112",
                    "warning",
                    item,
                    f"The consistent loading of {item} is {value:.3f}, beyond 1.",
                    {"loading": float(value)},
                )


def _attenuated(plan: Plan) -> Iterator[Finding]:
    reflective = [b.name for b in plan.final.blocks if b.mode == "A" and len(b.items) > 1]
    if reflective and not plan.consistent:
        yield Finding(
            "PLS-103",
            "note",
            "model",
            f"{len(reflective)} reflective constructs are estimated as composites: as factors their loadings are "
            "too large and their paths on the whole too small. Set beside consistent estimates or a covariance model.",
            {"n": len(reflective)},
        )


def _measurement(reliability: pd.DataFrame, loadings: pd.DataFrame) -> Iterator[Finding]:
    for row in reliability.to_dict("records"):
        if row["ave"] < AVE_LEAST:
            yield Finding(
                "PLS-120",
                "note",
                str(row["construct"]),
                f"AVE of {row['construct']} is {row['ave']:.3f}, below {AVE_LEAST} (convention).",
                {"ave": float(row["ave"]), "threshold": AVE_LEAST},
            )
        if row["cr"] < CR_LEAST:
            yield Finding(
                "PLS-121",
                "warning",
                str(row["construct"]),
                f"Composite reliability of {row['construct']} is {row['cr']:.3f}, below {CR_LEAST} (convention).",
                {"cr": float(row["cr"]), "threshold": CR_LEAST},
            )
    for row in loadings.to_dict("records"):
        if row["mode"] == "A" and row["estimate"] < LOADING_LEAST:
            yield Finding(
                "PLS-122",
                "warning",
                str(row["item"]),
                f"{row['item']} loads {row['estimate']:.3f} on {row['construct']}, below {LOADING_LEAST} (convention).",
                {"loading": float(row["estimate"]), "construct": str(row["construct"]), "threshold": LOADING_LEAST},
            )


def _indistinct(htmt: pd.DataFrame) -> Iterator[Finding]:
    for row in htmt.to_dict("records"):
        if row["htmt"] >= HTMT_LIMIT:
            yield Finding(
                "PLS-123",
                "warning",
                f"{row['a']}-{row['b']}",
                f"HTMT of {row['a']} and {row['b']} is {row['htmt']:.3f}, at least "
                f"{HTMT_LIMIT}: they are hardly two constructs.",
                {"a": str(row["a"]), "b": str(row["b"]), "htmt": float(row["htmt"]), "threshold": HTMT_LIMIT},
            )


def _collinear(paths: pd.DataFrame, weights: pd.DataFrame) -> Iterator[Finding]:
    for row in weights.to_dict("records"):
        if row["vif"] > VIF_LIMIT:
            yield Finding(
                "PLS-124",
                "warning",
                str(row["item"]),
                f"VIF of {row['item']} in the formative {row['construct']} is "
                f"{row['vif']:.2f}, above {VIF_LIMIT} (convention): its weight is unstable.",
                {"construct": str(row["construct"]), "vif": float(row["vif"]), "threshold": VIF_LIMIT},
            )
    for source, target, vif in zip(paths["from"], paths["to"], paths["vif"], strict=True):
        if vif > VIF_LIMIT:
            yield Finding(
                "PLS-125",
                "warning",
                f"{source}->{target}",
                f"VIF of {source} among the predictors of {target} is "
                f"{vif:.2f}, above {VIF_LIMIT} (convention): its path is unstable.",
                {"a": str(source), "b": str(target), "vif": float(vif), "threshold": VIF_LIMIT},
            )


def _small(plan: Plan, n_obs: int) -> Iterator[Finding]:
    formative = [len(b.items) for b in plan.final.blocks if b.mode == "B"]
    arrows = int(max([*plan.final.adjacency.sum(axis=1), *formative]))
    if n_obs < CASES_PER_PATH * arrows:
        yield Finding(
            "PLS-126",
            "warning",
            "sample",
            f"{n_obs} rows for up to {arrows} predictors of one construct; "
            f"{CASES_PER_PATH * arrows} is the least by the ten-times rule, and that is too few for small paths.",
            {"n": n_obs, "arrows": arrows, "threshold": CASES_PER_PATH * arrows},
        )


def _resampled(bootstrap: Bootstrap | None) -> Iterator[Finding]:
    if bootstrap is None:
        return
    if bootstrap.used < USABLE_SHARE * bootstrap.requested:
        yield Finding(
            "PLS-130",
            "warning",
            "bootstrap",
            f"{bootstrap.used} of {bootstrap.requested} draws have a solution; intervals rest on these alone.",
            {"used": bootstrap.used, "requested": bootstrap.requested},
        )
    if bootstrap.turned:
        yield Finding(
            "PLS-131",
            "warning",
            "bootstrap",
            f"In {bootstrap.turned} of {bootstrap.requested} draws a composite points "
            "against the full sample's: its sign is not certain.",
            {"turned": bootstrap.turned, "requested": bootstrap.requested},
        )


def _negative(index: pd.DataFrame) -> Iterator[Finding]:
    for row in index.to_dict("records"):
        if row["negative_weight"]:
            yield Finding(
                "PLS-132",
                "warning",
                str(row["construct"]),
                f"{row['construct']} has a negative weight: its index can leave "
                "0 to 100 and rises when an answer falls.",
                {"mean": float(row["mean"])},
            )


def _repeated(plan: Plan) -> Iterator[Finding]:
    if plan.higher_order == "repeated":
        for block in plan.model.higher:
            if block.mode == "B" and any(target == block.name for _, target in plan.model.paths):
                yield Finding(
                    "PLS-133",
                    "warning",
                    block.name,
                    f"{block.name} is made of its parts by repeated indicators: R2 is "
                    "one by construction and paths into it are nil. Take two_stage.",
                    {},
                )


def misfit(model_fit: pd.DataFrame) -> Iterator[Finding]:
    """Say for each model by which measures it is farther from the data than sampling explains (PLS-140)."""
    for row in model_fit.to_dict("records"):
        over = [name for name in ("srmr", "d_uls", "d_g") if row[name] > row[f"{name}_hi95"]]
        if over:
            figures = ", ".join(f"{name} {row[name]:.4f} > {row[f'{name}_hi95']:.4f}" for name in over)
            yield Finding(
                "PLS-140",
                "warning",
                str(row["model"]),
                f"The {row['model']} model is farther from the data than sampling explains (HI95): {figures}.",
                {"model": str(row["model"]), "figures": figures},
            )
